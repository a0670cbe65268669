// Finding ticks. A tick is searched on the wall clock, field by field over bit masks, and then placed on the
// time line. Where the clocks change between the given instant and the tick there may be a second candidate
// for the other offset; which one wins, and what happens to a tick inside a skipped hour, follows croniter
// step by step, because SQLMesh's stored intervals were computed with it.

#include <bit>
#include <optional>

#include "base/assert.h"
#include "time/civil.h"
#include "time/cron.h"
#include "time/cron_days.h"

namespace towline::time {

namespace {

std::int64_t floor_to(std::int64_t value, std::int64_t step) {
    const std::int64_t rest = value % step;
    return rest < 0 ? value - rest - step : value - rest;
}

/// The smallest set bit at or above n, -1 if there is none.
int bit_from(std::uint64_t bits, int n) {
    const std::uint64_t above = n > 63 ? 0 : bits >> n << n;
    return above == 0 ? -1 : std::countr_zero(above);
}

/// The largest set bit at or below n, -1 if there is none.
int bit_down_from(std::uint64_t bits, int n) {
    if (n < 0) return -1;
    const std::uint64_t below = n >= 63 ? bits : bits & ((std::uint64_t{1} << (n + 1)) - 1);
    return below == 0 ? -1 : 63 - std::countl_zero(below);
}

struct Tick {
    std::int64_t local = 0;
    TimestampMs at = 0;
    bool exists = true;  ///< False if the wall clock skipped it and `at` is the end of the gap.
};

}  // namespace

/// One search in one direction with one rule of days. Wall clock instants are milliseconds, as Zone::to_local
/// gives.
class CronSearch {
 public:
    CronSearch(const Cron& cron, const Zone& zone, bool backward) : cron_(cron), zone_(zone), backward_(backward) {}

    TimestampMs run(TimestampMs now) const {
        std::optional<Tick> best;
        for (const CronDays& days : cron_.days_) {
            const Tick tick = find(days, now);
            // Compared on the wall clock, as croniter does; on a tie the second rule wins.
            if (!best || (backward_ ? best->local <= tick.local : tick.local <= best->local)) best = tick;
        }
        TOWLINE_ASSERT(best.has_value());
        return best->at;
    }

 private:
    Tick find(const CronDays& days, TimestampMs now) const {
        const std::int64_t local_now = zone_.to_local(now);
        std::int64_t local = beyond(days, local_now);
        Tick tick = place(local, now);
        if (!tick.exists && (!succeeds(tick.at, now) || cron_.every_hour_)) {
            while (!tick.exists) {  // ends: every step leaves the gap by at least one tick
                local = beyond(days, local);
                tick = place(local, now);
            }
        }
        const std::int64_t change = (tick.local - tick.at) - (local_now - now);
        if (change == 0) return tick;
        const Tick other = place(beyond(days, local_now + change), now);
        if (!other.exists || !succeeds(other.at, now)) return tick;
        return succeeds(tick.at, other.at) ? other : tick;
    }

    bool succeeds(TimestampMs a, TimestampMs b) const { return backward_ ? a < b : a > b; }

    /// Puts a wall clock reading on the time line; of two meanings the one nearer to `now` that is still
    /// beyond it.
    Tick place(std::int64_t local, TimestampMs now) const {
        const Zone::Reading reading = zone_.read(local);
        switch (reading.kind) {
            case Zone::Kind::gap:
                return {zone_.to_local(reading.earlier), reading.earlier, false};
            case Zone::Kind::overlap: {
                const TimestampMs near = backward_ ? reading.later : reading.earlier;
                const TimestampMs far = backward_ ? reading.earlier : reading.later;
                return {local, succeeds(near, now) ? near : far, true};
            }
            default:
                return {local, reading.earlier, true};
        }
    }

    /// The next matching wall clock reading, strictly beyond `local`.
    std::int64_t beyond(const CronDays& days, std::int64_t local) const {
        const std::int64_t grain = cron_.has_seconds_ ? kSecondMs : kMinuteMs;
        const std::int64_t from = backward_ ? floor_to(local - 1, grain) : floor_to(local, grain) + grain;
        const std::int64_t midnight = floor_to_day(from);
        const Civil date = civil_from_ms(midnight);
        const int second_of_day = static_cast<int>((from - midnight) / kSecondMs);
        std::optional<int> time;
        if ((cron_.months_ >> date.month & 1) != 0 &&
            (matching_days(days, date.year, date.month) >> date.day & 1) != 0) {
            time = backward_ ? time_down_from(second_of_day) : time_from(second_of_day);
        }
        if (time) return midnight + *time * kSecondMs;
        const std::optional<int> first = backward_ ? time_down_from(86399) : time_from(0);
        TOWLINE_ASSERT(first.has_value());
        return day_beyond(days, date) + *first * kSecondMs;
    }

    /// The midnight of the next matching day, not that day itself.
    std::int64_t day_beyond(const CronDays& days, const Civil& date) const {
        int year = date.year;
        int month = date.month;
        int day = backward_ ? date.day - 1 : date.day + 1;
        for (int step = 0; step <= 12 * (kCronYearsMax + 1); ++step) {
            if ((cron_.months_ >> month & 1) != 0) {
                const std::uint32_t mask = matching_days(days, year, month);
                const int found = backward_ ? bit_down_from(mask, day) : bit_from(mask, day);
                if (found > 0) return days_from_date(year, month, found) * kDayMs;
            }
            month += backward_ ? -1 : 1;
            if (month == 0 || month == 13) {
                year += backward_ ? -1 : 1;
                month = backward_ ? 12 : 1;
            }
            day = backward_ ? 31 : 1;
        }
        // Parsing checked that the rule matches within fifty years of 2000, and the calendar repeats every
        // 400 years with no pause longer than 40.
        TOWLINE_ASSERT(false);
    }

    /// The first time of day, in seconds, at or after one; none if the day is over.
    std::optional<int> time_from(int from) const {
        int hour = from / 3600;
        int minute = from / 60 % 60;
        int second = from % 60;
        if ((cron_.hours_ >> hour & 1) != 0) {
            if ((cron_.minutes_ >> minute & 1) != 0) {
                const int found = bit_from(cron_.seconds_, second);
                if (found >= 0) return hour * 3600 + minute * 60 + found;
            }
            const int found = bit_from(cron_.minutes_, minute + 1);
            if (found >= 0) return hour * 3600 + found * 60 + bit_from(cron_.seconds_, 0);
        }
        hour = bit_from(cron_.hours_, hour + 1);
        if (hour < 0) return std::nullopt;
        minute = bit_from(cron_.minutes_, 0);
        second = bit_from(cron_.seconds_, 0);
        return hour * 3600 + minute * 60 + second;
    }

    /// The last time of day, in seconds, at or before one.
    std::optional<int> time_down_from(int from) const {
        int hour = from / 3600;
        int minute = from / 60 % 60;
        int second = from % 60;
        if ((cron_.hours_ >> hour & 1) != 0) {
            if ((cron_.minutes_ >> minute & 1) != 0) {
                const int found = bit_down_from(cron_.seconds_, second);
                if (found >= 0) return hour * 3600 + minute * 60 + found;
            }
            const int found = bit_down_from(cron_.minutes_, minute - 1);
            if (found >= 0) return hour * 3600 + found * 60 + bit_down_from(cron_.seconds_, 63);
        }
        hour = bit_down_from(cron_.hours_, hour - 1);
        if (hour < 0) return std::nullopt;
        minute = bit_down_from(cron_.minutes_, 63);
        second = bit_down_from(cron_.seconds_, 63);
        return hour * 3600 + minute * 60 + second;
    }

    const Cron& cron_;
    const Zone& zone_;
    bool backward_;
};

TimestampMs Cron::next(TimestampMs after, const Zone& zone) const { return CronSearch(*this, zone, false).run(after); }

TimestampMs Cron::prev(TimestampMs before, const Zone& zone) const { return CronSearch(*this, zone, true).run(before); }

TimestampMs Cron::floor(TimestampMs t, const Zone& zone) const { return prev(next(t, zone), zone); }

}  // namespace towline::time
