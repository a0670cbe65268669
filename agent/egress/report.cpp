#include "egress/report.h"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <map>
#include <vector>

#include "base/strings.h"
#include "http_message/compression.h"
#include "json/json.h"

namespace towline::egress {
namespace {

constexpr std::size_t kBodyBytesMax = 64 << 20;
constexpr std::size_t kFieldsMax = 2'000;
constexpr int kDepthMax = 64;
// Path segments behind which an id stands.
constexpr std::array<std::string_view, 2> kIdFollows{"executors", "attempts"};

struct Amount {
    std::int64_t times = 0;
    std::size_t bytes = 0;
    void add(std::size_t size) {
        ++times;
        bytes += size;
    }
};

/// One request as it was sent.
struct Sent {
    std::string head;
    std::string body;
};

/// "POST …/executors/{id}/sync": what is the same in all calls of a kind.
std::string name_of(std::string_view request_line) {
    const auto words = split(request_line, " ");
    if (words.size() < 2) return "?";
    std::string target = words[1].substr(0, words[1].find('?'));
    std::vector<std::string> parts = split(target, "/");
    for (std::size_t i = 1; i < parts.size(); ++i) {
        if (std::find(kIdFollows.begin(), kIdFollows.end(), parts[i - 1]) != kIdFollows.end()) parts[i] = "{id}";
    }
    return words[0] + " " + join(parts, "/");
}

std::string field_of(std::string_view head, std::string_view name) {
    for (const std::string& line : split(head, "\r\n")) {
        const std::size_t colon = line.find(':');
        if (colon != std::string::npos && iequals(std::string_view(line).substr(0, colon), name))
            return std::string(trim(std::string_view(line).substr(colon + 1)));
    }
    return {};
}

class Collector {
 public:
    void take(const Line& line) {
        if (first_ms_ == 0) first_ms_ = line.time_ms;
        last_ms_ = line.time_ms;
        Sent& sent = open_[line.call];
        // A request that is sent again on another connection begins with its head again.
        if (line.part == Part::head && !sent.head.empty()) {
            count(sent);
            sent = {};
        }
        (line.part == Part::head ? sent.head : sent.body) += line.content;
        bytes_ += line.bytes;
        while (open_.size() > 64) {
            count(open_.begin()->second);
            open_.erase(open_.begin());
        }
    }

    std::string text(const std::filesystem::path& folder, const Verdict& verdict) {
        for (const auto& [call, sent] : open_) count(sent);
        open_.clear();
        std::int64_t requests = 0;
        for (const auto& [name, amount] : calls_) requests += amount.times;
        std::string out = fmt::format("{}: {} requests, {} bytes{}\n\n", folder.string(), requests, bytes_,
                                      first_ms_ > 0 ? fmt::format(", {} to {}", day(first_ms_), day(last_ms_)) : "");
        for (const auto& [name, amount] : calls_) {
            out += fmt::format("{}  ({} times, {} bytes)\n", name, amount.times, amount.bytes);
            for (const auto& [field, field_amount] : fields_[name])
                out +=
                    fmt::format("    {:<48} {:>8} times {:>10} bytes\n", field, field_amount.times, field_amount.bytes);
        }
        out +=
            fmt::format("\n{}{}\nhead {}\n", verdict.sound ? "" : "NOT SOUND: ", verdict.sentence, verdict.head.text());
        return out;
    }

 private:
    static std::string day(std::int64_t ms) {
        return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(static_cast<std::time_t>(ms / 1000)));
    }

    void note(const std::string& call, const std::string& field, std::size_t bytes) {
        auto& fields = fields_[call];
        fields[fields.size() < kFieldsMax || fields.contains(field) ? field : "(other)"].add(bytes);
    }

    void flatten(const std::string& call, const json::Reader& value, const std::string& path, int depth) {
        if (depth > kDepthMax) return;
        if (value.is_object()) {
            for (const auto& [key, member] : value.members())
                flatten(call, member, path.empty() ? key : path + "." + key, depth + 1);
        } else if (value.is_array()) {
            for (const json::Reader& item : value.items()) flatten(call, item, path + "[]", depth + 1);
        } else if (!value.is_null()) {
            note(call, path, value.dump().size());
        }
    }

    void count(const Sent& sent) {
        const std::string request_line = sent.head.substr(0, sent.head.find("\r\n"));
        const std::string name = name_of(request_line);
        calls_[name].add(sent.head.size() + sent.body.size());
        count_head(name, sent.head);
        std::string body = sent.body;
        if (iequals(field_of(sent.head, "Content-Encoding"), "gzip"))
            body = http::gunzip(sent.body, kBodyBytesMax).value_or(sent.body);
        const std::string type = field_of(sent.head, "Content-Type");
        if (body.empty()) return;
        if (starts_with_ignoring_case(type, "application/json")) {
            const auto document = json::Document::parse(body);
            if (document) return flatten(name, document->root(), "", 0);
        }
        if (starts_with_ignoring_case(type, "application/x-www-form-urlencoded")) {
            for (const std::string& pair : split(body, "&"))
                note(name, "form " + pair.substr(0, pair.find('=')), pair.size());
            return;
        }
        if (starts_with_ignoring_case(type, "text/plain")) {
            const auto lines = static_cast<std::int64_t>(std::count(body.begin(), body.end(), '\n'));
            Amount& amount = fields_[name]["(log lines)"];
            amount.times += lines;
            amount.bytes += body.size();
            return;
        }
        note(name, "(body)", body.size());
    }

    void count_head(const std::string& name, const std::string& head) {
        const std::size_t mark = head.find('?');
        const std::size_t end = head.find(" HTTP/");
        if (mark != std::string::npos && mark < end) {
            for (const std::string& pair : split(head.substr(mark + 1, end - mark - 1), "&"))
                note(name, "query " + pair.substr(0, pair.find('=')), pair.size());
        }
        for (const std::string& line : split(head, "\r\n")) {
            const std::size_t colon = line.find(':');
            if (colon == std::string::npos || line.find(' ') < colon) continue;
            note(name, "header " + lower(std::string_view(line).substr(0, colon)), line.size());
        }
    }

    std::map<std::int64_t, Sent> open_;
    std::map<std::string, Amount> calls_;
    std::map<std::string, std::map<std::string, Amount>> fields_;
    std::size_t bytes_ = 0;
    std::int64_t first_ms_ = 0;
    std::int64_t last_ms_ = 0;
};

}  // namespace

Report report(const std::filesystem::path& folder, const std::string& anchor) {
    Collector collector;
    Report out;
    out.verdict = verify(folder, anchor, [&](const Line& line) { collector.take(line); });
    out.text = collector.text(folder, out.verdict);
    return out;
}

}  // namespace towline::egress
