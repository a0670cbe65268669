#include "loop/attempt_log.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/strings.h"
#include "log/log.h"
#include "loop/limits.h"
#include "protocol/limits.h"
#include "runner/scrub.h"

namespace towline::loop {
namespace {

using credentials::LogUpload;

/// "2026-01-31T12:00:00.123Z"
std::string time_stamp() {
    const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto day = std::chrono::floor<std::chrono::days>(now);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(now - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                       time.minutes().count(), time.seconds().count(), time.subseconds().count());
}

}  // namespace

AttemptLog::AttemptLog(std::string attempt_id, LogUpload mode, std::shared_ptr<const credentials::Redactor> redactor)
    : attempt_id_(std::move(attempt_id)),
      mode_(mode),
      redactor_(std::move(redactor)),
      state_(State{credentials::RedactingStream(redactor_), {}, 0, 0, false}) {}

void AttemptLog::line(std::string_view level, std::string_view text) {
    log::write(log::level_from(level).value_or(log::Level::info), text, {{"attempt", attempt_id_}});
    if (mode_ == LogUpload::off || mode_ == LogUpload::metadata) return;
    // Masked first: scrubbing may cut a secret so that it is not recognised any more.
    const std::string masked = redactor_->mask(text);
    append(level, mode_ == LogUpload::scrubbed ? runner::scrub(masked) : masked);
}

void AttemptLog::both(std::string_view level, const runner::LogTexts& texts) {
    log::write(log::level_from(level).value_or(log::Level::info), texts.raw, {{"attempt", attempt_id_}});
    if (mode_ == LogUpload::off || mode_ == LogUpload::metadata) return;
    append(level, redactor_->mask(mode_ == LogUpload::full ? texts.raw : texts.shown));
}

void AttemptLog::note(std::string_view text) {
    if (mode_ != LogUpload::off) append("info", redactor_->mask(text));
}

void AttemptLog::finish() {
    auto state = state_.lock();
    state->waiting += state->masking.finish();
    state->finished = true;
}

void AttemptLog::append(std::string_view level, std::string_view text) {
    std::string cut(text.substr(0, kLogLineBytesMax));
    while (!is_utf8(cut)) cut.pop_back();
    const std::string body = replace_all(replace_all(cut, "\r", ""), "\n", "\n    ");
    const std::string line = fmt::format("{} {} {}\n", time_stamp(), upper(level), body);
    auto state = state_.lock();
    const auto total = static_cast<std::size_t>(state->base) + state->waiting.size() + line.size();
    const bool fits =
        state->waiting.size() + line.size() <= kLogBufferBytesMax && total + 200 <= protocol::kLogBytesPerAttemptMax;
    if (!fits) {
        ++state->dropped;
        return;
    }
    if (state->dropped > 0)
        state->waiting += fmt::format("({} lines were dropped here)\n", std::exchange(state->dropped, 0));
    // Masked once more as the stream that leaves: a secret that was put together from two lines is one here.
    state->waiting += state->masking.feed(line);
}

AttemptLog::Chunk AttemptLog::next(std::size_t bytes_max) const {
    auto state = state_.lock();
    return {state->base, state->waiting.substr(0, bytes_max)};
}

bool AttemptLog::sent_until(std::int64_t offset) {
    auto state = state_.lock();
    if (offset < state->base) return false;
    const auto count = std::min(static_cast<std::size_t>(offset - state->base), state->waiting.size());
    state->waiting.erase(0, count);
    state->base += static_cast<std::int64_t>(count);
    return true;
}

}  // namespace towline::loop
