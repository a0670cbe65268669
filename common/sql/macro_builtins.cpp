// Built-in macros that control what is written: conditions, loops, variables.
#include <array>

#include "base/strings.h"
#include "sql/macro_expander.h"

namespace towline::sql {
namespace {

tl::unexpected<Error> usage(std::string_view text) {
    return fail(ErrorCode::invalid, "Wrong arguments; expected " + std::string(text) + ".");
}

/// The items before the last argument: several arguments, or the elements of one array, tuple or bracket.
std::vector<std::string> items_of(const Expander& expander, const MacroCall& call) {
    std::vector<std::string> items(call.arguments.begin(), call.arguments.end() - 1);
    if (items.size() == 1) {
        if (auto unpacked = unpack_list(items[0], expander.dialect())) return *unpacked;
    }
    return items;
}

/// A tuple given to a lambda fills its parameters one by one.
std::vector<std::string> spread(const Expander& expander, const std::string& item) {
    if (item.starts_with('(')) {
        if (auto unpacked = unpack_list(item, expander.dialect()); unpacked && unpacked->size() > 1) return *unpacked;
    }
    return {item};
}

Result<Expansion> each(Expander& expander, const MacroCall& call) {
    if (call.arguments.empty()) return usage("@EACH(items, x -> …)");
    std::vector<std::string> out;
    for (const std::string& item : items_of(expander, call)) {
        TRY(std::string made, expander.apply(call.arguments.back(), spread(expander, item)));
        if (trim(made).empty()) {
            return fail(ErrorCode::invalid, "The lambda of @EACH gives nothing for " + item + ".",
                        "Give @IF a third argument.");
        }
        out.push_back(std::move(made));
    }
    return Expansion::list(std::move(out));
}

Result<Expansion> filter(Expander& expander, const MacroCall& call) {
    if (call.arguments.empty()) return usage("@FILTER(items, x -> condition)");
    std::vector<std::string> out;
    for (const std::string& item : items_of(expander, call)) {
        TRY(const std::string made, expander.apply(call.arguments.back(), spread(expander, item)));
        TRY(const bool keep, expander.condition(made));
        if (keep) out.push_back(item);
    }
    return Expansion::list(std::move(out));
}

Result<Expansion> reduce(Expander& expander, const MacroCall& call) {
    if (call.arguments.size() < 2) return usage("@REDUCE(items, (left, right) -> …)");
    const std::vector<std::string> items = items_of(expander, call);
    if (items.empty()) return usage("at least one item for @REDUCE");
    std::string left = items[0];
    for (std::size_t i = 1; i < items.size(); ++i) {
        TRY(left, expander.apply(call.arguments.back(), {left, items[i]}));
    }
    return Expansion(std::move(left));
}

Result<Expansion> if_(Expander& expander, const MacroCall& call) {
    const std::string* then = call.argument(1, "true");
    const std::string* otherwise = call.argument(2, "false");
    if (call.arguments.empty() || call.arguments.size() > 3) return usage("@IF(condition, then[, else])");
    TRY(const bool yes, expander.condition(call.arguments[0]));
    const std::string* chosen = yes ? then : otherwise;
    return chosen == nullptr ? Expansion() : Expansion(*chosen);
}

Result<Expansion> eval(Expander& expander, const MacroCall& call) {
    if (call.arguments.size() != 1) return usage("@EVAL(expression)");
    TRY(const MacroValue value, expander.evaluate(call.arguments[0]));
    if (value.kind == MacroValue::Kind::null) return Expansion{};
    // A text result is read as SQL again, and so are the items of a list.
    const auto read = [&](const MacroValue& result) {
        return result.kind == MacroValue::Kind::string ? result.text : macro_value_sql(result, expander.dialect());
    };
    if (value.kind != MacroValue::Kind::list) return Expansion(read(value));
    std::vector<std::string> items;
    for (const MacroValue& item : value.items) items.push_back(read(item));
    return Expansion::list(std::move(items));
}

Result<Expansion> connect(const Expander& expander, const MacroCall& call, std::string_view word) {
    std::vector<std::string> conditions;
    for (const std::string& argument : call.arguments) {
        if (!iequals(argument, "NULL")) conditions.push_back(argument);
    }
    if (conditions.empty()) return Expansion("TRUE");
    if (conditions.size() == 1) return Expansion(conditions[0]);
    for (std::string& condition : conditions) {
        const TokenList tokens = lex(condition, expander.dialect());
        bool connector = false;
        for (std::size_t i = 0; i < tokens.size();
             i = tokens.closing(i) < tokens.size() ? tokens.closing(i) + 1 : i + 1) {
            connector = connector || tokens.is_word(i, "OR") || tokens.is_word(i, "AND");
        }
        if (connector) condition = "(" + condition + ")";
    }
    return Expansion(join(conditions, " " + std::string(word) + " "));
}

Result<Expansion> and_(Expander& expander, const MacroCall& call) { return connect(expander, call, "AND"); }
Result<Expansion> or_(Expander& expander, const MacroCall& call) { return connect(expander, call, "OR"); }

Result<Expansion> from_map(const Expander& expander, const MacroCall& call, bool blueprint) {
    if (call.arguments.empty()) return usage("a variable's name in quotes");
    const MacroValue name = value_of_sql(call.arguments[0], expander.dialect());
    if (name.kind != MacroValue::Kind::string) {
        return fail(ErrorCode::invalid,
                    "Invalid variable name '" + call.arguments[0] + "'. Expected a string literal.");
    }
    const auto& values = blueprint ? expander.scope().blueprint : expander.scope().variables;
    if (const auto found = values.find(lower(name.text)); found != values.end()) {
        return Expansion(returned_value_sql(found->second, expander.dialect()));
    }
    const std::string* fallback = call.argument(1, "default");
    return Expansion(fallback == nullptr ? "NULL" : *fallback);
}

Result<Expansion> var(Expander& expander, const MacroCall& call) { return from_map(expander, call, false); }
Result<Expansion> blueprint_var(Expander& expander, const MacroCall& call) { return from_map(expander, call, true); }

struct Row {
    std::string_view name;
    Builtin function;
};
constexpr std::array<Row, 9> kBuiltins = {{{"each", each},
                                           {"if", if_},
                                           {"reduce", reduce},
                                           {"filter", filter},
                                           {"eval", eval},
                                           {"and", and_},
                                           {"or", or_},
                                           {"var", var},
                                           {"blueprint_var", blueprint_var}}};

}  // namespace

Builtin find_builtin(std::string_view name) {
    for (const Row& row : kBuiltins) {
        if (row.name == name) return row.function;
    }
    return nullptr;
}

}  // namespace towline::sql
