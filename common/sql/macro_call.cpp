// Calls, lambdas and definitions: what the expansion of a text leads to.
#include "base/strings.h"
#include "sql/limits.h"
#include "sql/macro_expander.h"

namespace towline::sql {

const std::string* MacroCall::argument(std::size_t position, std::string_view keyword) const {
    if (position < arguments.size()) return &arguments[position];
    for (const auto& [key, value] : keywords) {
        if (key == keyword) return &value;
    }
    return nullptr;
}

Status Expander::step() {
    if (++steps_ > kMacroStepsMax) return fail(ErrorCode::too_large, "Macro expansion takes more than 200,000 steps.");
    return {};
}

/// Results are read as the arguments of the next step, so the work grows with their length too.
Status Expander::reads(std::size_t bytes) {
    read_bytes_ += bytes;
    if (read_bytes_ > kMacroReadBytesMax)
        return fail(ErrorCode::too_large, "Macro expansion reads more than 32 MiB of text.");
    return {};
}

const MacroValue* Expander::find_bound(const std::string& key) const {
    for (auto bindings = bindings_.rbegin(); bindings != bindings_.rend(); ++bindings) {
        if (const auto found = bindings->find(key); found != bindings->end()) return &found->second;
    }
    return nullptr;
}

const MacroValue* Expander::find(std::string_view name) const {
    const std::string key = lower(name);
    const MacroValue* bound = find_bound(key);
    return bound != nullptr ? bound : scope_.find(key);
}

Result<std::string> Expander::apply(std::string_view lambda_text, const std::vector<std::string>& items) {
    TRY_STATUS(step());
    const auto lambda = parse_lambda(lambda_text, dialect());
    if (!lambda)
        return fail(ErrorCode::invalid, "Expected a lambda such as x -> x, found '" + std::string(lambda_text) + "'.");
    for (const std::string& item : items) TRY_STATUS(reads(item.size()));
    Bindings bound;
    for (std::size_t i = 0; i < lambda->parameters.size() && i < items.size(); ++i) {
        bound[lambda->parameters[i]] = value_of_sql(items[i], dialect());
    }
    bindings_.push_back(std::move(bound));
    const bool outer = in_lambda_;
    in_lambda_ = true;
    Result<std::string> out = text(lambda->body, {});
    in_lambda_ = outer;
    bindings_.pop_back();
    return out;
}

Result<MacroValue> Expander::evaluate(std::string_view expression) const {
    TRY(const Expr expr, parse_expression(expression, dialect()));
    return evaluate_constant(expr, dialect());
}

Result<bool> Expander::condition(std::string_view expression) const {
    TRY(const MacroValue value, evaluate(expression));
    return truthy(value);
}

Result<Expansion> Expander::call(MacroCall call) {
    TRY_STATUS(step());
    if (call.name == "def") return Expansion{};
    if (call.name == "sql") {
        if (call.arguments.empty()) return fail(ErrorCode::invalid, "@SQL takes a string.");
        const MacroValue value = value_of_sql(call.arguments[0], dialect());
        return Expansion(fill(macro_value_text(value, dialect())));
    }
    if (const MacroValue* defined = find(call.name); defined != nullptr && defined->kind == MacroValue::Kind::lambda) {
        std::vector<std::string> items = call.arguments;
        if (items.size() == 1) {
            if (auto unpacked = unpack_list(items[0], dialect()); unpacked && unpacked->size() > 1) items = *unpacked;
        }
        const std::string lambda = defined->text;
        TRY(std::string out, apply(lambda, items));
        return Expansion(std::move(out));
    }
    Builtin builtin = find_builtin(call.name);
    if (builtin == nullptr) builtin = find_generator(call.name);
    if (builtin == nullptr) {
        return fail(ErrorCode::unsupported, "Macro '@" + call.name + "' is not built in.",
                    "Python macros are not supported yet; only built-in macros and @DEF are.");
    }
    return builtin(*this, call);
}

Result<std::string> expand_macros(std::string_view text, const MacroScope& scope, Origin origin) {
    if (origin.file.empty()) origin = {text, 0};
    return Expander(scope).text(text, origin);
}

Result<std::vector<std::string>> expand_statement(std::string_view text, const MacroScope& scope, Origin origin) {
    if (origin.file.empty()) origin = {text, 0};
    TRY(Expansion made, Expander(scope).statement(text, origin));
    return std::move(made.texts);
}

bool is_definition(std::string_view statement, Dialect dialect) {
    const TokenList tokens = lex(statement, dialect);
    return tokens.kind(0) == TokenKind::at && tokens.is_word(1, "DEF") && tokens.is_symbol(2, "(");
}

Status define(std::string_view statement, MacroScope& scope) {
    const TokenList tokens = lex(statement, scope.dialect);
    TRY_STATUS(tokens.check());
    const std::size_t close = is_definition(statement, scope.dialect) ? tokens.closing(2) : tokens.size();
    if (close >= tokens.size() || close < 6 || !tokens.is_symbol(4, ",")) {
        return fail(tokens.error(0, ErrorCode::invalid, "Expected @DEF(name, value)."));
    }
    const std::string name = lower(identifier_text(tokens.text_of(3), scope.dialect));
    const Span span{tokens[5].span.begin, tokens[close - 1].span.end};
    const std::string_view value = span.of(statement);
    if (parse_lambda(value, scope.dialect)) {
        MacroValue lambda;
        lambda.kind = MacroValue::Kind::lambda;
        lambda.text = std::string(value);
        scope.locals[name] = std::move(lambda);
        return {};
    }
    TRY(const std::string expanded, expand_macros(value, scope, {statement, span.begin}));
    scope.locals[name] = value_of_sql(expanded, scope.dialect);
    return {};
}

}  // namespace towline::sql
