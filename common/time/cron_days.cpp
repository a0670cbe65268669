#include "time/cron_days.h"

#include <algorithm>

#include "time/civil.h"

namespace towline::time {

namespace {

constexpr std::uint32_t bit(int n) { return std::uint32_t{1} << n; }

/// The days of the month that fall on one weekday.
std::uint32_t days_on(int day_of_week, int first_weekday, int length) {
    std::uint32_t days = 0;
    for (int day = 1 + (day_of_week - first_weekday + 7) % 7; day <= length; day += 7) days |= bit(day);
    return days;
}

std::uint32_t nth_days(std::uint32_t wanted, std::uint32_t days_of_weekday, int length) {
    std::uint32_t found = 0;
    int count = 0;
    std::uint32_t last = 0;
    for (int day = 1; day <= length; ++day) {
        if ((days_of_weekday & bit(day)) == 0) continue;
        ++count;
        last = bit(day);
        if ((wanted & bit(count)) != 0) found |= last;
    }
    return (wanted & bit(6)) != 0 ? found | last : found;
}

/// The working day nearest to a day, without leaving the month.
int nearest_weekday(int day, int first_weekday, int length) {
    day = std::min(day, length);
    const int day_of_week = (first_weekday + day - 1) % 7;
    if (day_of_week == 6) return day > 1 ? day - 1 : day + 2;
    if (day_of_week == 0) return day < length ? day + 1 : day - 2;
    return day;
}

}  // namespace

std::uint32_t matching_days(const CronDays& rule, int year, int month) {
    const int length = days_in_month(year, month);
    const std::uint32_t all = (~std::uint32_t{0} >> (31 - length)) & ~std::uint32_t{1};
    const int first = weekday(days_from_date(year, month, 1) * kDayMs);
    std::uint32_t by_day = all;
    if (rule.nearest_weekday != 0) {
        by_day = bit(nearest_weekday(rule.nearest_weekday, first, length));
    } else if (!rule.any_day_of_month) {
        by_day = (rule.days_of_month & all) | (rule.last_day_of_month ? bit(length) : 0);
    }
    if (!rule.has_nth && rule.any_weekday) return by_day;
    std::uint32_t by_weekday = 0;
    for (int day_of_week = 0; day_of_week < 7; ++day_of_week) {
        const std::uint32_t days = days_on(day_of_week, first, length);
        if (rule.has_nth) {
            by_weekday |= nth_days(rule.nth.at(static_cast<std::size_t>(day_of_week)), days, length);
        } else if ((rule.weekdays & bit(day_of_week)) != 0) {
            by_weekday |= days;
        }
    }
    return by_day & by_weekday;
}

bool ever_matches(const CronDays& rule, std::uint64_t months) {
    for (int year = 2000; year <= 2000 + kCronYearsMax; ++year) {
        for (int month = 1; month <= 12; ++month) {
            if ((months >> month & 1) != 0 && matching_days(rule, year, month) != 0) return true;
        }
    }
    return false;
}

}  // namespace towline::time
