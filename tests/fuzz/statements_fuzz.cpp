// Fuzzes what is printed of statements: any bytes end in a text or an error, and no stand-in of a macro is left in it.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "query/statement.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using towline::sql::Dialect;
    const std::string text(data, data + size);
    const bool own = text.find("towline_macro_") != std::string::npos;  // then it is the author's name
    for (const Dialect dialect :
         {Dialect::postgres, Dialect::duckdb, Dialect::snowflake, Dialect::bigquery, Dialect::spark, Dialect::trino}) {
        const auto printed = towline::query::printed_statement(text, dialect);
        if (!own && printed && printed->find("towline_macro_") != std::string::npos) std::abort();
    }
    return 0;
}
