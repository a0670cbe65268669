// Time formats against what SQLGlot's format_time makes of them.
#include <gtest/gtest.h>

#include "project/model_draft.h"

namespace towline::project {
namespace {

struct FormatCase {
    sql::Dialect dialect;
    const char* written;
    const char* read;
};

class TimeFormats : public testing::TestWithParam<FormatCase> {};

TEST_P(TimeFormats, AreReadAsSqlGlotReadsThem) {
    EXPECT_EQ(strftime_of(GetParam().written, GetParam().dialect), GetParam().read);
}

INSTANTIATE_TEST_SUITE_P(Table, TimeFormats,
                         testing::Values(FormatCase{sql::Dialect::duckdb, "%Y-%m-%d", "%Y-%m-%d"},
                                         FormatCase{sql::Dialect::postgres, "%Y-%m-%d", "%Y-%m-%%u"},
                                         FormatCase{sql::Dialect::postgres, "YYYY-MM-DD HH24:MI:SS",
                                                    "%Y-%m-%d %H:%M:%S"},
                                         FormatCase{sql::Dialect::postgres, "YYYYMMDDD", "%Y%m%j"},
                                         FormatCase{sql::Dialect::redshift, "DD MONTH YY", "%d %B %y"},
                                         FormatCase{sql::Dialect::snowflake, "yyyy-mm-ddThh24", "%Y-%m-%-dT%H"},
                                         FormatCase{sql::Dialect::spark, "yyyy-M-d", "%Y-%-m-%-d"},
                                         FormatCase{sql::Dialect::mysql, "%Y-%m-%e %T", "%Y-%m-%-d %H:%M:%S"},
                                         FormatCase{sql::Dialect::bigquery, "%F", "%Y-%m-%d"},
                                         FormatCase{sql::Dialect::tsql, "yyyy-MM-dd HH:mm", "%Y-%m-%d %H:%M"}));

}  // namespace
}  // namespace towline::project
