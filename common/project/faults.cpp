#include "project/faults.h"

#include <algorithm>
#include <tuple>

#include "base/strings.h"
#include "project/limits.h"

namespace towline::project {
namespace {

/// Offset of a line and column (from 1) counted from `base`.
std::size_t offset_of(std::string_view text, std::size_t base, LineColumn place) {
    std::size_t at = std::min(base, text.size());
    for (int line = 1; line < place.line; ++line) {
        const std::size_t newline = text.find('\n', at);
        if (newline == std::string_view::npos) break;
        at = newline + 1;
    }
    return std::min(at + static_cast<std::size_t>(std::max(0, place.column - 1)), text.size());
}

/// Takes " (line 3, column 5)" off the end of a message.
std::optional<LineColumn> take_place(std::string& message) {
    const std::size_t open = message.rfind(" (line ");
    if (open == std::string::npos || !message.ends_with(")")) return std::nullopt;
    const std::string_view inside = std::string_view(message).substr(open + 7, message.size() - open - 8);
    const std::size_t comma = inside.find(", column ");
    if (comma == std::string_view::npos) return std::nullopt;
    const auto line = parse_int(inside.substr(0, comma));
    const auto column = parse_int(inside.substr(comma + 9));
    if (!line || !column) return std::nullopt;
    message.resize(open);
    return LineColumn{static_cast<int>(*line), static_cast<int>(*column)};
}

}  // namespace

void FaultList::add(const SourceFile& file, std::size_t offset, ErrorCode code, std::string message, std::string hint) {
    if (full()) return add(Fault{file.path, 0, 0, {}, {}, {}, code});  // only counted
    offset = std::min(offset, file.text().size());
    const LineColumn place = line_column(file.text(), offset);
    add(Fault{file.path, place.line, place.column, std::move(message), source_excerpt(file.text(), offset),
              std::move(hint), code});
}

void FaultList::add(const SourceFile& file, std::size_t offset, const Error& error) {
    std::string message = error.message;
    if (const auto place = take_place(message)) offset = offset_of(file.text(), offset, *place);
    add(file, offset, error.code, std::move(message), error.hint);
}

void FaultList::add(std::string path, ErrorCode code, std::string message, std::string hint) {
    add(Fault{std::move(path), 0, 0, std::move(message), {}, std::move(hint), code});
}

bool FaultList::full() const { return faults_.size() >= kFaultsMax; }

void FaultList::add(Fault fault) {
    ++added_;
    if (fault.code != ErrorCode::unsupported) ++wrong_;
    if (!full()) faults_.push_back(std::move(fault));
}

void FaultList::add(FaultList&& other) {
    added_ += other.added_;
    wrong_ += other.wrong_;
    for (Fault& fault : other.faults_)
        if (!full()) faults_.push_back(std::move(fault));
}

std::vector<Fault> FaultList::sorted() && {
    const auto key = [](const Fault& f) { return std::tie(f.path, f.line, f.column, f.message); };
    std::sort(faults_.begin(), faults_.end(), [&](const Fault& a, const Fault& b) { return key(a) < key(b); });
    faults_.erase(
        std::unique(faults_.begin(), faults_.end(), [&](const Fault& a, const Fault& b) { return key(a) == key(b); }),
        faults_.end());
    return std::move(faults_);
}

std::string to_text(const Fault& fault) {
    std::string out = fault.path;
    if (fault.line > 0) out += ":" + std::to_string(fault.line) + ":" + std::to_string(fault.column);
    if (!out.empty()) out += ": ";
    out += fault.message;
    if (!fault.excerpt.empty()) out += "\n" + fault.excerpt;
    while (out.ends_with('\n')) out.pop_back();
    if (!fault.hint.empty()) out += "\nhint: " + fault.hint;
    return out;
}

std::size_t edit_distance(std::string_view left, std::string_view right) {
    const std::string a = lower(left.substr(0, 100));
    const std::string b = lower(right.substr(0, 100));
    std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                cost[i][j] = i + j;
                continue;
            }
            cost[i][j] =
                std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    }
    return cost[a.size()][b.size()];
}

std::string closest_hint(std::string_view word, const std::vector<std::string>& known) {
    std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
    std::string_view name;
    for (const std::string& candidate : known) {
        // Each letter more or less costs one, so words of other lengths need no closer look.
        const auto [shorter, longer] = std::minmax({word.size(), candidate.size()});
        if (longer - shorter >= best) continue;
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best) {
            best = distance;
            name = candidate;
        }
    }
    return name.empty() ? std::string() : "Did you mean '" + std::string(name) + "'?";
}

}  // namespace towline::project
