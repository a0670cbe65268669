// Fuzzes what executors run of a query: any bytes end in a text or an error, and the text reads as itself again, named
// and quoted as it is.
#include <cstdint>
#include <cstdio>
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
    if (dialect == sql::Dialect::postgres)
        out.is_double = [](const query::Expr& expression) { return expression.text != "id"; };
    return out;
}

bool has_comment(const std::string& text) { return text.find("/*") != std::string::npos; }
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    query::Layout flat;
    flat.pretty = false;
    for (const sql::Dialect dialect : {sql::Dialect::duckdb, sql::Dialect::postgres}) {
        query::Context context = context_of(dialect);
        const auto tree = query::rendered(text, context);
        if (!tree) continue;
        const std::string printed = query::print(*tree, dialect, flat);
        (void)query::print(*tree, dialect, {});
        if (has_comment(printed)) continue;  // comments move when they are read again
        context.named = false;
        context.is_double = nullptr;
        const auto again = query::rendered(printed, context);
        const std::string second = again ? query::print(*again, dialect, flat) : again.error().message;
        if (second == printed) continue;
        std::fprintf(stderr, "written: %s\nprinted: %s\nagain:   %s\n", text.c_str(), printed.c_str(), second.c_str());
        std::abort();
    }
    return 0;
}
