#include "translate/translate.h"

#include "inference/infer.h"
#include "translate/translator.h"

namespace towline::translate {

Result<std::string> to_duckdb(std::string_view query, const Context& context) {
    if (!has_functions(context.dialect))
        return fail(
            ErrorCode::unsupported,
            "SQL of the dialect '" + std::string(sql::to_string(context.dialect)) + "' is not translated to DuckDB",
            std::string(sql::to_string(context.dialect)));
    const sql::TokenList tokens = sql::lex(query, context.dialect);
    TRY_STATUS(tokens.check());
    static const std::map<std::string, model::Columns> kNone;
    inference::Context known;
    known.dialect = context.dialect;
    known.default_catalog = context.default_catalog;
    known.tables = context.tables == nullptr ? &kNone : context.tables;
    known.optimize = context.optimize;
    known.had_macros = context.had_macros;
    const Types types = inference::expression_types(query, known);
    Translator translator(tokens, types);
    std::string out = translator.run();
    if (!translator.refusal()) return out;
    const Refusal& refusal = *translator.refusal();
    return fail(ErrorCode::unsupported,
                "'" + refusal.text + "'" + (refusal.reason.empty() ? "" : " " + refusal.reason) + " of the dialect '" +
                    std::string(sql::to_string(context.dialect)) + "' is not translated to DuckDB",
                refusal.text);
}

}  // namespace towline::translate
