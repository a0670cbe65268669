#include "egress/chain.h"

#include <fmt/core.h>

#include <fstream>
#include <iterator>
#include <optional>

#include "base/strings.h"
#include "crypto/crypto.h"
#include "json/json.h"

namespace towline::egress {
namespace {

Result<std::string> content_of(const std::filesystem::path& file) {
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    if (error) return fail(ErrorCode::io, file.string() + ": " + error.message());
    if (size > kLineBytesMax + kFileBytesMax) return fail(ErrorCode::too_large, file.string() + " is too long");
    std::ifstream in(file, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (in.bad()) return fail(ErrorCode::io, file.string() + ": cannot be read");
    return text;
}

Result<Line> parse(std::string_view text) {
    TRY(const json::Document document, json::Document::parse(text, {.bytes_max = kLineBytesMax, .depth_max = 4}));
    const json::Reader root = document.root();
    Line line;
    line.seq = root.num("seq");
    line.prev = root.str("prev");
    line.time_ms = root.num("time");
    line.call = root.num("call");
    line.lost = root.num("lost", 0);
    line.bytes = static_cast<std::size_t>(root.num("bytes"));
    const std::string part = root.str("part");
    line.part = part == to_string(Part::head) ? Part::head : Part::body;
    if (const auto packed = root.maybe_str("base64")) {
        const auto bytes = crypto::base64_decode(*packed);
        if (!bytes) root.reject("base64", "is not base64");
        line.content = bytes.value_or("");
    } else {
        line.content = root.str("text");
    }
    TRY_STATUS(root.status());
    if (line.part == Part::body && (part != to_string(Part::body) || line.bytes != line.content.size()))
        return fail(ErrorCode::invalid, "its size is not that of its content");
    line.hash = crypto::sha256(text);
    return line;
}

/// The lines of one file, and whether it ends inside one.
struct FileLines {
    std::vector<std::string_view> whole;
    std::string_view rest;
};
FileLines lines_of(std::string_view text) {
    FileLines out;
    for (std::size_t end = 0; (end = text.find('\n')) != std::string_view::npos; text.remove_prefix(end + 1))
        out.whole.push_back(text.substr(0, end));
    out.rest = text;
    return out;
}

/// Follows the chain from line to line.
class Walk {
 public:
    Walk(std::string anchor, const std::function<void(const Line&)>& each) : anchor_(std::move(anchor)), each_(each) {}

    /// What is wrong with this line; nothing if it is the next one.
    std::optional<std::string> step(std::string_view text) {
        auto line = parse(text);
        if (!line) return "cannot be read: " + line.error().message;
        if (verdict_.lines == 0) {
            verdict_.first_seq = line->seq;
            if (line->seq == 1 && line->prev != kZeroHash) return "is the first, but names one before it";
        } else if (line->seq != verdict_.head.seq + 1) {
            return fmt::format("has number {} after {}", line->seq, verdict_.head.seq);
        } else if (line->prev != verdict_.head.hash) {
            return "does not follow the line before it: one of the two was changed";
        }
        verdict_.head = {line->seq, line->hash};
        ++verdict_.lines;
        verdict_.lost += line->lost;
        if (verdict_.head.text() == anchor_) anchored_ = true;
        if (each_) each_(*line);
        return std::nullopt;
    }

    Verdict end() {
        if (!anchor_.empty() && !anchored_) {
            verdict_.sentence =
                "the noted head " + anchor_ + " is not in the chain: lines were removed or written anew";
            return verdict_;
        }
        verdict_.sound = true;
        verdict_.sentence = fmt::format(
            "{} lines, numbers {} to {}, are one unbroken chain{}", verdict_.lines, verdict_.first_seq,
            verdict_.head.seq, verdict_.lost > 0 ? fmt::format("; {} could not be written", verdict_.lost) : "");
        return verdict_;
    }
    Verdict broken(std::string sentence) {
        verdict_.sentence = std::move(sentence);
        return verdict_;
    }

 private:
    const std::string anchor_;
    const std::function<void(const Line&)>& each_;
    Verdict verdict_;
    bool anchored_ = false;
};

}  // namespace

Result<FileEnd> end_of_file(const std::filesystem::path& file) {
    TRY(const std::string text, content_of(file));
    const FileLines lines = lines_of(text);
    FileEnd end;
    end.whole_bytes = text.size() - lines.rest.size();
    end.torn = !lines.rest.empty();
    if (lines.whole.empty()) return end;
    auto last = parse(lines.whole.back());
    if (!last) return fail(std::move(last).error().in(file.string() + ": the last line"));
    end.head = {last->seq, last->hash};
    end.call = last->call;
    return end;
}

Verdict verify(const std::filesystem::path& folder, const std::string& anchor,
               const std::function<void(const Line&)>& each) {
    Walk walk(anchor, each);
    const auto files = journal_files(folder);
    for (const auto& file : files) {
        const auto text = content_of(file);
        if (!text) return walk.broken(text.error().message);
        const FileLines lines = lines_of(*text);
        for (std::size_t i = 0; i < lines.whole.size(); ++i) {
            if (const auto wrong = walk.step(lines.whole[i]))
                return walk.broken(fmt::format("{}:{}: the line {}", file.string(), i + 1, *wrong));
        }
        // The open file may end inside the line that is being written; an older one may not.
        if (!lines.rest.empty() && file != files.back())
            return walk.broken(fmt::format("{}:{}: the line is torn", file.string(), lines.whole.size() + 1));
    }
    return walk.end();
}

}  // namespace towline::egress
