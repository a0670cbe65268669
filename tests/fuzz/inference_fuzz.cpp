// Fuzzes the reading of whole queries for the names and types of their columns. The first byte picks the dialect.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "inference/infer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace towline;
    if (size == 0) return 0;
    const auto dialect = static_cast<sql::Dialect::Name>(data[0] % sql::Dialect::kCount);
    const std::string text(data + 1, data + size);
    const std::map<std::string, model::Columns> tables{
        {R"("c"."db"."t")", {{"a", "INT"}, {"b", "VARCHAR"}, {"s", "STRUCT(x INT)"}}},
        {R"("c"."db"."u")", {{"a", "DATE"}}}};
    for (const bool optimize : {false, true}) {
        const inference::Context context{dialect, "c", &tables, "", optimize};
        const auto columns = inference::query_columns(text, context);
        // The same question has one answer.
        if (columns != inference::query_columns(text, context)) std::abort();
        (void)inference::is_qualified(text, context);
    }
    (void)inference::unaliased_name(text, dialect);
    return 0;
}
