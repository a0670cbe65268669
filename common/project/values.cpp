#include "project/values.h"

#include "base/strings.h"
#include "time/cron.h"

namespace towline::project {

using sql::Expr;
using sql::ExprKind;

std::string text_value(const Expr& value, sql::Dialect dialect) {
    // Literals side by side, such as 'it''s' where a doubled quote is no escape: SQLMesh finds no name in them.
    if (value.is(ExprKind::function) && value.text == "CONCAT") return {};
    if (auto name = value.name()) return *name;
    if (value.is(ExprKind::string) || value.is(ExprKind::number)) return value.text;
    if (value.is(ExprKind::raw)) {
        const sql::TokenList tokens = sql::lex(value.text, dialect);  // $$…$$, E'…', r'…'
        if (tokens.size() == 1 && tokens.kind(0) == sql::TokenKind::string)
            return sql::string_value(value.text, dialect);
    }
    return sql::to_sql(value, dialect);
}

std::string name_value(const Expr& value, sql::Dialect dialect) {
    switch (value.kind) {
        case ExprKind::null:
            return "NULL";
        case ExprKind::star:
            return "*";
        case ExprKind::column:
            return value.children.empty() ? std::string() : name_value(value.children.back(), dialect);
        case ExprKind::cast:
            return value.children.empty() ? std::string() : name_value(value.children.front(), dialect);
        case ExprKind::string:
        case ExprKind::number:
        case ExprKind::identifier:
        case ExprKind::raw:
            return text_value(value, dialect);
        default:
            return {};
    }
}

std::optional<std::string> optional_text_value(const Expr& value, sql::Dialect dialect) {
    if (value.is(ExprKind::null)) return std::nullopt;
    std::string text = text_value(value, dialect);
    if (!value.is(ExprKind::string) && iequals(text, "none")) return std::nullopt;
    return text;
}

bool boolean_value(const Expr& value, sql::Dialect dialect) {
    if (const auto literal = value.boolean()) return *literal;
    // Macros leave conditions such as `1 = 1` behind; literals are compared, which is all that is seen in
    // practice.
    if (value.is(ExprKind::binary) && value.children.size() == 2 && (value.text == "=" || value.text == "<>")) {
        const bool equal = value.children[0] == value.children[1];
        return equal == (value.text == "=");
    }
    if (value.is(ExprKind::paren) && value.children.size() == 1) return boolean_value(value.children[0], dialect);
    const std::string word = lower(text_value(value, dialect));
    for (std::string_view yes : {"true", "1", "t", "y", "yes", "on"})
        if (word == yes) return true;
    return false;
}

Result<std::int64_t> positive_value(const Expr& value, std::string_view key) {
    const auto number = parse_int(value.text);
    if ((!value.is(ExprKind::number) && !value.is(ExprKind::string)) || !number || *number <= 0)
        return fail(ErrorCode::invalid, "'" + std::string(key) + "' must be an integer above zero.",
                    "Write a plain number, such as 30.");
    return *number;
}

Status check_cron(const std::string& text) {
    const auto parsed = time::Cron::parse(text);
    if (parsed) return {};
    std::string message = parsed.error().message;
    if (!message.empty() && message.front() == 'b') message.front() = 'B';
    return fail(parsed.error().code, message,
                "Write five fields (minute, hour, day, month, weekday), or @hourly, @daily, @weekly, @monthly.");
}

std::vector<std::string> text_values(const Expr& value, sql::Dialect dialect) {
    std::vector<std::string> out;
    for (const Expr& item : value.items()) out.push_back(name_value(item, dialect));
    return out;
}

std::vector<std::string> sql_values(const Expr& value, sql::Dialect dialect) {
    std::vector<std::string> out;
    for (const Expr& item : value.items()) out.push_back(sql::to_sql(item, dialect));
    return out;
}

std::vector<std::string> normalized_values(const Expr& value, sql::Dialect dialect) {
    std::vector<std::string> out;
    for (const Expr& item : value.items()) out.push_back(sql::to_sql(sql::normalized(item, dialect), dialect));
    return out;
}

namespace {

/// The last name of a key: of `write.format.default` SQLMesh keeps `default`.
std::optional<std::string> last_name(const Expr& key) {
    if (key.is(ExprKind::column) && key.children.size() > 1) return key.children.back().text;
    const bool longer = key.is(ExprKind::binary) && key.text == "." && key.children.size() == 2;
    return longer ? last_name(key.children[1]) : key.is(ExprKind::identifier) ? std::optional(key.text) : key.name();
}

Result<model::Properties> key_value_pairs(const Expr& value, sql::Dialect dialect, std::string_view key,
                                          bool as_written) {
    model::Properties out;
    for (const Expr& item : value.items()) {
        const bool pair = item.children.size() == 2 && item.is(ExprKind::binary) && item.text == "=";
        const auto name = pair ? last_name(item.children[0]) : std::nullopt;
        if (!name)
            return fail(ErrorCode::invalid, "'" + std::string(key) + "' must be a list of `key = value`, not '" +
                                                sql::to_sql(item, dialect) + "'.");
        out.emplace_back(as_written ? sql::to_sql(item.children[0], dialect) : *name,
                         sql::to_sql(item.children[1], dialect));
    }
    return out;
}

}  // namespace

Result<model::Properties> properties_value(const Expr& value, sql::Dialect dialect, std::string_view key) {
    return key_value_pairs(value, dialect, key, false);
}

Result<model::Properties> written_properties(const Expr& value, sql::Dialect dialect, std::string_view key) {
    return key_value_pairs(value, dialect, key, true);
}

std::string property_name(std::string_view key) {
    const bool quoted = key.size() > 1 && key.front() == key.back() &&
                        std::string_view("'\"`").find(key.front()) != std::string_view::npos;
    return std::string(quoted ? key.substr(1, key.size() - 2) : key);
}

namespace {

/// A list of one keeps its comma, since it enters the hash as a list and not as a parenthesis.
std::string argument_text(const Expr& value, sql::Dialect dialect) {
    std::string text = sql::to_sql(value, dialect);
    if (value.is(ExprKind::tuple) && value.children.size() == 1 && text.ends_with(")"))
        text.insert(text.size() - 1, ",");
    return text;
}

Result<model::Call> call_value(const Expr& item, sql::Dialect dialect) {
    model::Call call;
    if (!item.is(ExprKind::function)) {
        const auto name = item.name();
        if (!name)
            return fail(ErrorCode::invalid, "Expected a name or a call, not '" + sql::to_sql(item, dialect) + "'.");
        call.name = lower(*name);
        return call;
    }
    call.name = lower(item.text);
    for (const Expr& argument : item.children) {
        const bool keyword = argument.is(ExprKind::keyword_argument) && argument.children.size() == 1;
        const bool equals = argument.is(ExprKind::binary) && argument.text == "=" && argument.children.size() == 2;
        const auto name = keyword ? std::optional(argument.text) : equals ? argument.children[0].name() : std::nullopt;
        if (!name)
            return fail(ErrorCode::invalid, "The arguments of '" + call.name + "' must be given as `name := value`.");
        call.arguments.emplace_back(lower(*name), argument_text(argument.children.back(), dialect));
    }
    return call;
}

}  // namespace

Result<std::vector<model::Call>> calls_value(const Expr& value, sql::Dialect dialect) {
    std::vector<model::Call> out;
    for (const Expr& item : value.items()) {
        TRY(auto call, call_value(item, dialect));
        out.push_back(std::move(call));
    }
    return out;
}

std::string argument_sql(const std::string& text) {
    return text.ends_with(",)") ? text.substr(0, text.size() - 2) + ")" : text;
}

sql::MacroValue macro_value(const model::Value& value) {
    using Type = model::Value::Type;
    switch (value.type) {
        case Type::null:
            return sql::MacroValue::null_value();
        case Type::boolean:
            return sql::MacroValue::boolean(value.boolean);
        case Type::integer:
        case Type::real:
            return sql::MacroValue::number(value.text);
        case Type::string:
            return sql::MacroValue::string(value.text);
        case Type::sql:
            return sql::MacroValue::sql(value.text);
        case Type::list: {
            std::vector<sql::MacroValue> items;
            for (const model::Value& item : value.items) items.push_back(macro_value(item));
            return sql::MacroValue::list(std::move(items));
        }
        case Type::map: {
            std::vector<sql::MacroValue> items;
            for (const auto& [key, member] : value.members) {
                items.push_back(sql::MacroValue::string(key));
                items.push_back(macro_value(member));
            }
            return sql::MacroValue::map(std::move(items));
        }
    }
    return sql::MacroValue::null_value();
}

}  // namespace towline::project
