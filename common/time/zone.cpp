#include "time/zone.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <exception>

namespace towline::time {

namespace {

date::sys_seconds sys_seconds(TimestampMs t) {
    return std::chrono::floor<std::chrono::seconds>(
        date::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(t)));
}

}  // namespace

const Zone& Zone::utc() {
    static const Zone zone;
    return zone;
}

Result<Zone> Zone::find(std::string_view name) {
    if (name.empty() || name == "UTC") return utc();
    Zone zone;
    zone.name_ = name;
    try {
        date::get_tzdb();
    } catch (const std::exception&) {
        return fail(ErrorCode::unavailable, "this machine has no time zone data", "install the package tzdata");
    }
    try {
        zone.zone_ = date::locate_zone(zone.name_);
        zone.offset_seconds(0);  // zone files are read at first use; a broken one must fail here
    } catch (const std::exception&) {
        return fail(ErrorCode::invalid, fmt::format("'{}' is not a time zone", name),
                    "use an IANA name such as Europe/Berlin");
    }
    return zone;
}

std::int64_t Zone::offset_seconds(TimestampMs t) const {
    return zone_ == nullptr ? 0 : zone_->get_info(sys_seconds(t)).offset.count();
}

std::string Zone::abbreviation(TimestampMs t) const {
    return zone_ == nullptr ? "UTC" : zone_->get_info(sys_seconds(t)).abbrev;
}

std::int64_t Zone::to_local(TimestampMs t) const { return t + offset_seconds(t) * kSecondMs; }

Zone::Reading Zone::read(std::int64_t local_ms) const {
    if (zone_ == nullptr) return {Kind::unique, local_ms, local_ms};
    const date::local_seconds local = std::chrono::floor<std::chrono::seconds>(
        date::local_time<std::chrono::milliseconds>(std::chrono::milliseconds(local_ms)));
    const date::local_info info = zone_->get_info(local);
    const TimestampMs first = local_ms - info.first.offset.count() * kSecondMs;
    switch (info.result) {
        case date::local_info::ambiguous:
            return {Kind::overlap, first, local_ms - info.second.offset.count() * kSecondMs};
        case date::local_info::nonexistent: {
            // Forward in whole minutes until the wall clock exists again, so seconds within the minute are
            // kept.
            const TimestampMs end = info.second.begin.time_since_epoch().count() * kSecondMs;
            const TimestampMs shifted = local_ms - info.second.offset.count() * kSecondMs;
            const std::int64_t minutes = (end - shifted + kMinuteMs - 1) / kMinuteMs;
            return {Kind::gap, shifted + minutes * kMinuteMs, shifted + minutes * kMinuteMs};
        }
        default:
            return {Kind::unique, first, first};
    }
}

Status check_zone(std::string_view name) {
    TRY(const Zone zone, Zone::find(name));
    (void)zone;
    return {};
}

}  // namespace towline::time
