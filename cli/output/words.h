#pragma once
// Small pieces of text: times, durations, identifiers, and the batch line of sqlmesh.

#include <optional>
#include <string>
#include <string_view>

#include "time/clock.h"

namespace towline::output {

/// "2026-11-20 03:00:00", UTC, "-" for zero.
std::string time_text(time::TimestampMs t);
/// "0.35s", "4m 12s", "1h 02m", "3d 4h".
std::string duration_text(std::int64_t ms);
/// "12s ago", "in 3m 10s".
std::string relative_text(time::TimestampMs t, time::TimestampMs now);
/// "1.2k", "1.2m".
std::string count_text(std::int64_t count);
/// The first eight characters.
std::string short_id(std::string_view id);
/// "memory"."shop"."orders" as sqlmesh shows it: without quotes and, of three parts, without the first.
std::string plain_name(std::string_view fqn);
/// What a terminal may be given of text that others wrote (names, files, messages of engines): control characters and
/// those that turn the direction of writing are shown as `\x1b` and `\u{202e}`. Colours, tabs and line ends stay.
std::string harmless(std::string_view text);

/// A finished batch of a model.
struct Batch {
    std::string name;  ///< as displayed
    int number = 1;
    int total = 1;
    std::string kind_name;  ///< "INCREMENTAL_BY_TIME_RANGE"; empty if not known
    bool standalone_audit = false;
    time::TimestampMs start = 0;
    time::TimestampMs end = 0;
    std::optional<std::int64_t> rows;
    int audits_passed = 0;
    int audits_failed = 0;
    std::int64_t duration_ms = 0;
    bool failed = false;
};
/// "insert 2024-01-01 - 2024-01-07", "full refresh", "recreate view", …
std::string batch_action(const Batch& batch);
/// Columns of the batch lines of one work.
struct BatchWidths {
    std::size_t number = 5;
    std::size_t name = 0;
    std::size_t action = 0;
    /// Makes room for one more line.
    void include(const Batch& batch);
};
/// "[1/3] sushi.items   [insert 2024-01-01 - 2024-01-07, 1.2k rows, audits ✔2 ❌1]   1.23s"; columns filled
/// to the widths.
std::string batch_line(const Batch& batch, const BatchWidths& widths);

}  // namespace towline::output
