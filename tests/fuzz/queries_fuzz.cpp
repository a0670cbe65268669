// Fuzzes what executors run of a query: any bytes end in a text or an error, and a text that is read again as it was
// meant stays what it is.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "query/query.h"

namespace {
using namespace towline;

query::Context context_of(sql::Dialect dialect) {
    static const std::vector<std::string> kColumns{"id", "a", "b", "ds", "order"};
    query::Context out;
    out.dialect = dialect;
    out.default_catalog = "c";
    out.columns = [](const std::string& fqn) { return fqn.find("unknown") == std::string::npos ? &kColumns : nullptr; };
    out.type_of = [](const query::Expr& expression) { return expression.text == "id" ? "INT" : "DOUBLE"; };
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    query::Layout flat;
    flat.pretty = false;
    flat.comments = false;
    for (const sql::Dialect dialect : {sql::Dialect::duckdb, sql::Dialect::postgres}) {
        query::Context context = context_of(dialect);
        const auto tree = query::rendered(text, context);
        if (!tree) continue;
        const std::string printed = query::print(*tree, dialect, flat);
        (void)query::print(*tree, dialect, {});
        // What is read again as something else is not run (executed_query); what is run is stable.
        context.named = false;
        context.type_of = nullptr;
        const auto again = query::rendered(printed, context);
        if (!again || query::print(*again, dialect, flat) != printed) continue;
        const auto third = query::rendered(printed, context);
        if (!third || !(*third == *again)) std::abort();
    }
    return 0;
}
