// Fuzzes every entry point of the SQL layer. The first byte picks the dialect. Any crash, hang, sanitizer
// report or broken round trip is a fault.
#include <cstdint>
#include <cstdlib>

#include "sql/canonical.h"
#include "sql/macros.h"
#include "sql/scopes.h"
#include "sql/statements.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace towline::sql;
    if (size == 0) return 0;
    const auto dialect = static_cast<Dialect::Name>(data[0] % Dialect::kCount);
    const std::string text(data + 1, data + size);

    if (print(lex(text, dialect)) != text) std::abort();
    MacroScope scope;
    scope.dialect = dialect;
    scope.locals = {{"x", MacroValue::string("v")}, {"n", MacroValue::number("3")}};
    (void)expand_statement(text, scope);
    (void)define(text, scope);
    (void)referenced_variables(text, dialect);
    (void)referenced_macros(text, dialect);
    (void)declared_dialect(text);
    (void)split_statements(text, dialect);
    (void)parse_block(text, dialect);
    (void)parse_kind(text, dialect);
    if (const auto type = parse_type(text, dialect)) (void)type_sql(*type, dialect);
    if (const auto expr = parse_expression(text, dialect)) {
        (void)gen(*expr, dialect);
        (void)to_sql(normalized(*expr, dialect), dialect);
        (void)columns_of(*expr);
    }
    if (const auto analysis = analyze_query(text, dialect)) {
        const auto keep = [](const TableReference&) { return std::nullopt; };
        if (replace_tables(text, *analysis, keep, dialect) != text) std::abort();
    }
    if (compare_queries(text, text, dialect) != QueryDiff::equal) std::abort();
    return 0;
}
