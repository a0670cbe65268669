#pragma once
// Dates as people write them: `Jan 1 2024`, `1 January 2024 3pm`, `01/31/2024`, `2024.01.31`, `monday`, `tomorrow
// 10:00`.

#include <optional>
#include <string_view>

#include "time/clock.h"

namespace towline::time {

/// The instant (UTC) that SQLMesh's date reader (dateparser, with English words) gives for the text; nothing for what
/// is not known here, which is a part of what that reader knows. Parts that are not written are those of `base`: its
/// year, its day as far as the month has it; the time is midnight. Of `01/02/2024` the month is first, unless only the
/// other reading is a date.
std::optional<TimestampMs> read_written_date(std::string_view text, TimestampMs base);

}  // namespace towline::time
