#include "time/zone.h"

#include <gtest/gtest.h>

#include "time/civil.h"

namespace towline::time {
namespace {

TimestampMs at(const char* text) { return *parse_timestamp(text); }

TEST(Zone, FindsZonesAndRefusesOthers) {
    EXPECT_TRUE(check_zone("Europe/Berlin"));
    EXPECT_TRUE(Zone::find("UTC")->is_utc());
    EXPECT_TRUE(Zone::find("")->is_utc());
    for (const char* name : {"Europe/Berlyn", "europe berlin", "../../etc/passwd", "Europe", "tzdata.zi"}) {
        const Status status = check_zone(name);
        ASSERT_FALSE(status) << name;
        EXPECT_EQ(status.error().code, ErrorCode::invalid);
        EXPECT_NE(status.error().message.find(name), std::string::npos);
    }
}

TEST(Zone, OffsetsFollowTheSeason) {
    const Zone berlin = *Zone::find("Europe/Berlin");
    EXPECT_EQ(berlin.offset_seconds(at("2024-01-15")), 3600);
    EXPECT_EQ(berlin.offset_seconds(at("2024-07-15")), 7200);
    EXPECT_EQ(berlin.abbreviation(at("2024-07-15")), "CEST");
    EXPECT_EQ(format_timestamp(berlin.to_local(at("2024-07-15 10:00"))), "2024-07-15 12:00:00");
    EXPECT_EQ(Zone::utc().offset_seconds(0), 0);
    EXPECT_EQ(Zone::utc().abbreviation(0), "UTC");
}

TEST(Zone, ReadsGapsForwardAndOverlapsTwice) {
    const Zone berlin = *Zone::find("Europe/Berlin");
    const Zone::Reading plain = berlin.read(at("2024-07-15 12:00"));
    EXPECT_EQ(plain.kind, Zone::Kind::unique);
    EXPECT_EQ(format_timestamp(plain.earlier), "2024-07-15 10:00:00");
    const Zone::Reading gap = berlin.read(at("2024-03-31 02:30"));
    EXPECT_EQ(gap.kind, Zone::Kind::gap);
    EXPECT_EQ(format_timestamp(gap.earlier), "2024-03-31 01:00:00");
    EXPECT_EQ(format_timestamp(berlin.to_utc(at("2024-03-31 02:30:15"))), "2024-03-31 01:00:15");
    const Zone::Reading overlap = berlin.read(at("2024-10-27 02:30"));
    EXPECT_EQ(overlap.kind, Zone::Kind::overlap);
    EXPECT_EQ(format_timestamp(overlap.earlier), "2024-10-27 00:30:00");
    EXPECT_EQ(format_timestamp(overlap.later), "2024-10-27 01:30:00");
}

}  // namespace
}  // namespace towline::time
