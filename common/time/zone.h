#pragma once
// IANA time zones, read from the system's tzdata through date-tz. Transitions after 2037 are not known to it.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "time/clock.h"

namespace date {
class time_zone;
}

namespace towline::time {

/// A zone by name; cheap to copy, safe in any thread. The zone data live as long as the process.
class Zone {
 public:
    /// UTC, which needs no tzdata.
    Zone() = default;
    static const Zone& utc();
    /// Fails with `invalid` if there is no such zone, `unavailable` if the machine has no tzdata. "" and
    /// "UTC" are UTC.
    static Result<Zone> find(std::string_view name);

    const std::string& name() const { return name_; }
    bool is_utc() const { return zone_ == nullptr; }

    /// Seconds east of UTC at an instant.
    std::int64_t offset_seconds(TimestampMs t) const;
    /// "CET", "CEST"; "UTC" for UTC.
    std::string abbreviation(TimestampMs t) const;
    /// The wall clock as milliseconds since 1970-01-01 00:00 of that wall clock.
    std::int64_t to_local(TimestampMs t) const;

    /// What a wall clock reading means.
    enum class Kind { unique, gap, overlap };
    struct Reading {
        Kind kind = Kind::unique;
        TimestampMs earlier = 0;  ///< The instant; the first one of an overlap; the end of a gap.
        TimestampMs later = 0;    ///< The same, but the second one of an overlap.
    };
    /// Reads a wall clock as croniter does: a time in a gap moves forward to the next full minute step that
    /// exists (02:30 becomes 03:00), a time in an overlap has two meanings and the caller picks.
    Reading read(std::int64_t local_ms) const;
    /// `read` with the first meaning of an overlap.
    TimestampMs to_utc(std::int64_t local_ms) const { return read(local_ms).earlier; }

 private:
    const date::time_zone* zone_ = nullptr;  // owned by date-tz, never freed
    std::string name_ = "UTC";
};

/// Fails with a sentence if the name is not a time zone of this machine.
Status check_zone(std::string_view name);

}  // namespace towline::time
