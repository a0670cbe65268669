#include "output/words.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/strings.h"
#include "output/table.h"
#include "time/civil.h"

namespace towline::output {
namespace {

constexpr std::size_t kIdCharacters = 8;
constexpr std::size_t kNameWidthMax = 60;
constexpr std::size_t kCountsWidth = 24;  // ", 1.2k rows, audits ✔2" and the brackets

/// Bytes of an escape sequence that only colours, at its ESC; 0 if there is none.
std::size_t colour_size(std::string_view text) {
    if (!text.starts_with("\x1b[")) return 0;
    const std::size_t end = text.find_first_not_of("0123456789;", 2);
    return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

/// The character at the start if it is two or three bytes long; 0 for any other.
unsigned wide_character(std::string_view text, std::size_t& size) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const bool three = (byte(0) & 0xF0U) == 0xE0U;
    size = three ? 3 : (byte(0) & 0xE0U) == 0xC0U ? 2 : 1;
    if (size == 1 || size > text.size()) return 0;
    return three ? (byte(0) & 0x0FU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU)
                 : (byte(0) & 0x1FU) << 6 | (byte(1) & 0x3FU);
}

std::string range_text(const Batch& batch) {
    const time::TimestampMs last = batch.end - 1;
    if (batch.start % time::kDayMs == 0 && batch.end % time::kDayMs == 0)
        return time::format_date(batch.start) + " - " + time::format_date(last);
    const auto clock = [](time::TimestampMs t) {
        const time::Civil civil = time::civil_from_ms(t);
        return fmt::format("{:02}:{:02}:{:02}", civil.hour, civil.minute, civil.second);
    };
    if (time::floor_to_day(batch.start) == time::floor_to_day(last))
        return fmt::format("{} {}-{}", time::format_date(batch.start), clock(batch.start), clock(last));
    return fmt::format("{} {} - {} {}", time::format_date(batch.start), clock(batch.start), time::format_date(last),
                       clock(last));
}

}  // namespace

std::string time_text(time::TimestampMs t) { return t <= 0 ? "-" : time::format_timestamp(t - t % time::kSecondMs); }

std::string duration_text(std::int64_t ms) {
    if (ms < 60'000) return fmt::format("{:.2f}s", static_cast<double>(ms) / 1000.0);
    const std::int64_t seconds = ms / 1000;
    if (seconds < 3600) return fmt::format("{}m {:02}s", seconds / 60, seconds % 60);
    if (seconds < 86'400) return fmt::format("{}h {:02}m", seconds / 3600, seconds % 3600 / 60);
    return fmt::format("{}d {}h", seconds / 86'400, seconds % 86'400 / 3600);
}

std::string relative_text(time::TimestampMs t, time::TimestampMs now) {
    const std::int64_t distance = (t > now ? t - now : now - t) / 1000 * 1000;
    const std::string text = distance < 60'000 ? fmt::format("{}s", distance / 1000) : duration_text(distance);
    return t > now ? "in " + text : text + " ago";
}

std::string count_text(std::int64_t count) {
    if (count < 1000) return std::to_string(count);
    const double value = static_cast<double>(count);
    if (count < 1'000'000) return fmt::format("{:.1f}k", value / 1e3);
    if (count < 1'000'000'000) return fmt::format("{:.1f}m", value / 1e6);
    return fmt::format("{:.1f}b", value / 1e9);
}

std::string short_id(std::string_view id) { return std::string(id.substr(0, kIdCharacters)); }

std::string harmless(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (const std::size_t colour = byte == 0x1BU ? colour_size(text.substr(i)) : 0; colour > 0) {
            out += text.substr(i, colour);
            i += colour;
        } else if (byte < 0x80U) {
            const bool line_end = byte == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
            const bool shown = (byte >= 0x20U && byte != 0x7FU) || byte == '\n' || byte == '\t' || line_end;
            out += shown ? std::string(1, text[i]) : fmt::format("\\x{:02x}", byte);
            ++i;
        } else {
            std::size_t size = 1;
            const unsigned point = wide_character(text.substr(i), size);
            const bool turns = (point >= 0x202AU && point <= 0x202EU) || (point >= 0x2066U && point <= 0x2069U);
            if (turns || (point >= 0x80U && point < 0xA0U))
                out += fmt::format("\\u{{{:x}}}", point);
            else
                out += text.substr(i, size);
            i += size;
        }
    }
    return out;
}

std::string plain_name(std::string_view fqn) {
    if (fqn.empty() || fqn.front() != '"') return std::string(fqn);
    std::vector<std::string> parts = split(fqn.substr(1, fqn.size() >= 2 ? fqn.size() - 2 : 0), "\".\"");
    if (parts.size() == 3) parts.erase(parts.begin());
    return join(parts, ".");
}

std::string batch_action(const Batch& batch) {
    if (batch.standalone_audit) return "run standalone audit";
    const std::string& kind = batch.kind_name;
    if (kind == "EXTERNAL") return "run external audits";
    if (kind == "SEED") return "insert seed file";
    if (kind == "FULL") return "full refresh";
    if (kind == "VIEW") return "recreate view";
    if (kind == "INCREMENTAL_BY_UNIQUE_KEY") return "insert/update rows";
    if (kind == "INCREMENTAL_BY_PARTITION") return "insert partitions";
    return batch.start < batch.end ? "insert " + range_text(batch) : "insert";
}

void BatchWidths::include(const Batch& batch) {
    number = std::max(number, fmt::format("[{0}/{0}]", batch.total).size());
    name = std::max(name, std::min(display_width(batch.name), kNameWidthMax));
    action = std::max(action, display_width(batch_action(batch)) + kCountsWidth);
}

std::string batch_line(const Batch& batch, const BatchWidths& widths) {
    std::string action = batch_action(batch);
    if (batch.rows) action += fmt::format(", {} rows", count_text(*batch.rows));
    if (batch.audits_passed + batch.audits_failed > 0) {
        action += ", audits";
        if (batch.audits_passed > 0) action += fmt::format(" ✔{}", batch.audits_passed);
        if (batch.audits_failed > 0) action += fmt::format(" ❌{}", batch.audits_failed);
    }
    return fmt::format(
        "{} {}   {}   {}", padded(fmt::format("[{}/{}]", batch.number, batch.total), widths.number),
        padded(batch.name, widths.name), padded("[" + action + "]", widths.action),
        batch.failed ? "failed" : fmt::format("{:.2f}s", static_cast<double>(batch.duration_ms) / 1000.0));
}

}  // namespace towline::output
