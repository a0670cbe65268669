#include "inference/function_rules.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/strings.h"
#include "inference/function_table.h"
#include "inference/parser.h"

namespace towline::inference {
namespace {

using sql::Dialect;
using RuleMap = std::unordered_map<std::string_view, std::string_view>;
struct Rules {
    std::array<std::array<RuleMap, 2>, Dialect::kCount> of;
};

void add(const FunctionRow& row, Rules& out) {
    for (const bool own : {true, false}) {
        if ((own && row.scope == RuleScope::neutral) || (!own && row.scope == RuleScope::own)) continue;
        RuleMap& into = out.of[static_cast<std::size_t>(row.dialect)][own ? 1 : 0];
        std::string_view rest = row.names;
        while (!rest.empty()) {
            const std::size_t blank = std::min(rest.find(' '), rest.size());
            into.emplace(rest.substr(0, blank), row.rule);
            rest.remove_prefix(std::min(blank + 1, rest.size()));
        }
    }
}

Rules collected() {
    Rules out;
    for (const auto& table : {function_table(), function_table_cloud()})
        for (const FunctionRow& row : table) add(row, out);
    return out;
}

/// `2=DATE;3-=a0`
std::string_view by_count(std::string_view rule, std::size_t count) {
    if (rule.find('=') == std::string_view::npos) return rule;
    while (!rule.empty()) {
        const std::size_t stop = std::min(rule.find(';'), rule.size());
        const std::string_view entry = rule.substr(0, stop);
        const std::size_t equals = entry.find('=');
        const std::string_view counts = entry.substr(0, equals);
        const std::size_t low = static_cast<std::size_t>(counts.front() - '0');
        const std::size_t high = counts.size() == 1     ? low
                                 : counts.back() == '-' ? 99
                                                        : static_cast<std::size_t>(counts.back() - '0');
        if (count >= low && count <= high) return entry.substr(equals + 1);
        rule.remove_prefix(std::min(stop + 1, rule.size()));
    }
    return {};
}

/// What a unit argument names: 'month', MONTH, or the unit of an interval.
std::string_view unit_of(const Node* node) {
    if (!node) return {};
    if (node->kind == NodeKind::string || node->kind == NodeKind::interval) return node->text;
    if (node->kind == NodeKind::call && node->text == "WEEK") return node->text;  // WEEK(MONDAY)
    if (node->kind == NodeKind::column) return node->parts.back().text;
    return {};
}

std::int64_t parameter(const Type& type, std::size_t at, std::int64_t otherwise) {
    if (at >= type.children.size()) return otherwise;
    return parse_int(type.children[at].text).value_or(otherwise);
}
Type number(std::int64_t precision, std::int64_t scale) {
    Type out = type_named("DECIMAL");
    out.children = {sql::number_literal(std::to_string(precision)), sql::number_literal(std::to_string(scale))};
    return out;
}

class Call {
 public:
    Call(const std::vector<Argument>& arguments, const Typing& typing) : arguments_(arguments), typing_(typing) {}

    Type of(std::string_view rule) const {
        if (rule.empty()) return unknown_type();
        if (rule.front() >= 'A' && rule.front() <= 'Z') return fixed(rule);
        const std::string_view rest = rule.substr(1);
        switch (rule.front()) {
            case 'a':
                return coerced(type(index(rest)), type(index(rest)), typing_);
            case 'c':
                return common(index(rest));
            case 'l':
                return listed(rest);
            case 'p':
                return promoted(of(rest));
            case '[': {
                Type inner = of(rest);
                if (arguments_.empty()) return array_of(unknown_type());
                return is_unknown(inner) ? inner : array_of(std::move(inner));
            }
            case 'e':
                return element(index(rest));
            case 'x':
                return is_nested(type(index(rest))) ? type(index(rest)).children.front() : unknown_type();
            case 'm':
                return is_in(type(index(rest)), TypeSet::integer) ? type_named("DOUBLE") : type(index(rest));
            case 's':
                return similar(arguments_.size());
            case 'b':
                return operands();
            case '*':
                return special(rest);
            default:
                return dated(rule.front(), rest);
        }
    }

 private:
    static std::size_t index(std::string_view digits) {
        return digits.empty() ? 0 : static_cast<std::size_t>(digits.front() - '0');
    }
    Type type(std::size_t at) const { return at < arguments_.size() ? arguments_[at].value.type : unknown_type(); }
    static Type fixed(std::string_view rule) {
        if (rule.find_first_of("<( ") == std::string_view::npos) return type_named(rule);
        const auto parsed = sql::parse_type(rule, Dialect::none);
        return parsed ? *parsed : unknown_type();
    }
    bool is_array(std::size_t at) const {
        const Node* node = arguments_[at].node;
        return node && (node->kind == NodeKind::array || (node->kind == NodeKind::call && node->text == "ARRAY"));
    }
    Type element(std::size_t at) const {
        const bool of_map = is_type(type(at), "MAP") && arguments_.size() == 2 && arguments_[at].node;
        if (!of_map) return element_of(type(at));
        return map_value(*arguments_[at].node, type(at), *arguments_[1].node);
    }
    Type common(std::size_t first) const {
        std::vector<TypedValue> values;
        for (std::size_t i = first; i < arguments_.size(); ++i) values.push_back(arguments_[i].value);
        return common_type(values, typing_);
    }
    Type listed(std::string_view indexes) const {
        std::vector<TypedValue> values;
        for (const char c : indexes)
            if (c != ',' && static_cast<std::size_t>(c - '0') < arguments_.size())
                values.push_back(arguments_[static_cast<std::size_t>(c - '0')].value);
        return common_type(values, typing_);
    }
    Operand operand(std::size_t at) const {
        const Node* node = arguments_[at].node;
        return {arguments_[at].value, node && node->kind == NodeKind::interval ? node->text : std::string_view(),
                node && node->kind == NodeKind::string ? node->text : std::string_view()};
    }
    Type operands() const {
        return arguments_.size() < 2 ? unknown_type() : binary_type(operand(0), operand(1), typing_);
    }
    Type similar(std::size_t count) const {
        Type last = unknown_type();
        bool unknown = false;
        for (std::size_t i = 0; i < count && i < arguments_.size(); ++i) {
            if (is_unknown(type(i))) {
                unknown = true;
            } else if (is_type(type(i), "TEXT")) {
                return type(i);
            } else {
                last = type(i);
            }
        }
        return unknown ? unknown_type() : last;
    }

    /// u, t, v: date arithmetic.
    Type dated(char rule, std::string_view rest) const {
        const std::size_t value_at = index(rest);
        if (value_at >= arguments_.size()) return unknown_type();
        const Argument& value = arguments_[value_at];
        const bool has_unit = rest.size() > 2 && static_cast<std::size_t>(rest[2] - '0') < arguments_.size();
        const std::string_view unit =
            has_unit ? unit_of(arguments_[static_cast<std::size_t>(rest[2] - '0')].node) : std::string_view();
        if (rule == 't' && !(value.node && value.node->kind == NodeKind::cast && is_type(value.node->type, "DATE")))
            return unknown_type();
        if (rule == 'v') {
            const bool days = unit_type({type_named("DATE")}, {}, unit).text == "DATE";
            return is_type(value.value.type, "DATE") && !days ? type_named("TIMESTAMPNTZ") : value.value.type;
        }
        const bool is_text = value.node && value.node->kind == NodeKind::string;
        const std::string_view text = is_text ? std::string_view(value.node->text) : std::string_view();
        return unit_type(value.value, text, unit);
    }

    Type special(std::string_view rule) const {
        const Type first = type(0);
        if (rule == "struct") return struct_type(arguments_, typing_.dialect);
        if (rule == "pairs") return pairs();
        if (rule == "str_to_date") return date_or_time();
        if (rule == "map" || rule == "varmap") return map(rule == "varmap");
        if (rule == "format") return formatted();
        if (rule.starts_with("named:")) return named(rule.substr(6));
        // TRUNC of a number has no type, of a date by a unit that of the date.
        if (rule == "trunc")
            return arguments_.size() > 1 && arguments_[1].value.literal && is_text(1) ? first : unknown_type();
        if (rule == "quantile") return is_type(type(1), "ARRAY") ? array_of(first) : first;
        if (rule.starts_with("time:") || rule.starts_with("try:"))
            return time_of(rule.substr(rule.find(':') + 1), rule.starts_with("try:"));
        if (rule == "concat") {
            const Type all = common(0);
            return is_type(all, "BINARY") || is_unknown(all) ? all : type_named("VARCHAR");
        }
        if (rule == "safe_divide") {
            const bool integers = is_in(first, TypeSet::integer) && is_in(type(1), TypeSet::integer);
            return integers ? type_named("DOUBLE") : coerced(first, type(1), typing_);
        }
        if (rule == "if") return coerced(quotient_type(first, type(1), typing_), type_named("INT"), typing_);
        if (rule == "decode") return decoded();
        if (rule == "pad") return arguments_.size() > 2 ? padded() : first;
        if (rule == "top") {
            Type pair = type_named("STRUCT");
            pair.children = {first, type_named("BIGINT")};
            return array_of(std::move(pair));
        }
        if (is_type(first, "DECFLOAT")) return first;
        if (is_in(first, TypeSet::floating)) return type_named("DOUBLE");
        const std::int64_t scale = parameter(first, 1, 0);
        if (rule == "kurtosis") return number(38, 12);
        if (rule == "variance") return number(38, scale == 0 ? 6 : std::max<std::int64_t>(12, scale));
        return number(std::min<std::int64_t>(parameter(first, 0, 38) + 3, 38), std::min<std::int64_t>(scale + 3, 37));
    }
    bool is_text(std::size_t at) const {
        const Node* node = arguments_[at].node;
        return node && node->kind == NodeKind::string;
    }
    /// The type of the argument `name => value`, of the first if none has the name.
    Type named(std::string_view name) const {
        for (std::size_t i = 0; i < arguments_.size(); ++i) {
            const Node* node = arguments_[i].node;
            if (node && node->kind == NodeKind::property && iequals(node->text, name)) return type(i);
        }
        return type(0);
    }
    /// 'name', value, …: a struct with these fields.
    Type pairs() const {
        Type out = type_named("STRUCT");
        for (std::size_t i = 0; i + 1 < arguments_.size(); i += 2) {
            const Node* key = arguments_[i].node;
            if (!key || key->kind != NodeKind::string || is_unknown(type(i + 1))) return unknown_type();
            Type entry;
            entry.kind = sql::ExprKind::alias;
            // Only Snowflake's keys stay strings.
            entry.text = typing_.dialect == Dialect::snowflake
                             ? key->text
                             : sql::normalize_identifier(key->text, false, typing_.dialect);
            entry.quoted = true;
            entry.children.push_back(type(i + 1));
            out.children.push_back(std::move(entry));
        }
        return arguments_.size() % 2 == 0 ? out : unknown_type();
    }
    /// TO_TIMESTAMP and its like of Snowflake: a cast of a literal, a text read by a format, seconds since 1970; of
    /// anything else sqlglot knows no timestamp.
    Type time_of(std::string_view kind, bool safe) const {
        if (arguments_.empty() || !arguments_[0].node) return unknown_type();
        const Node* value = arguments_[0].node;
        const bool negative = value->kind == NodeKind::unary && value->text == "-" && !value->children.empty();
        if (negative) value = &value->children.front();
        const bool literal = value->kind == NodeKind::string || value->kind == NodeKind::number;
        const bool whole = literal && parse_int(value->text).has_value();
        const bool second = arguments_.size() > 1;
        const Node* format = second ? arguments_[1].node : nullptr;
        const bool scale = format && format->kind == NodeKind::number && parse_int(format->text).has_value();
        const bool clock = kind == "TIME";
        const bool stamp = !clock && kind != "DATE";
        if (literal && !second && value->kind == NodeKind::string && !whole && !negative) return type_named(kind);
        if (stamp && (literal || second)) {
            if (!safe && (scale || (whole && !second))) return type_named("TIMESTAMP");
            if (second && !scale) return type_named(typing_.own ? kind : "TIMESTAMP");
        }
        if (stamp || (whole && !(second && !scale))) return unknown_type();
        return clock && !typing_.own ? unknown_type() : type_named(kind);
    }
    Type padded() const {
        const std::vector<Argument> both = {arguments_[0], arguments_[2]};
        return Call(both, typing_).similar(2);
    }
    Type decoded() const {
        std::vector<Type> results;
        for (std::size_t i = 2; i < arguments_.size(); i += 2) results.push_back(type(i));
        if (arguments_.size() % 2 == 0 && !arguments_.empty()) results.push_back(type(arguments_.size() - 1));
        if (results.empty()) return unknown_type();
        Type out = results.front();
        for (const Type& result : results) out = coerced(out, result, typing_);
        return out;
    }
    /// MAP([keys], [values]), or alternating keys and values.
    Type map(bool alternating) const {
        Type key = unknown_type();
        Type value = unknown_type();
        if (alternating) {
            std::array<std::vector<TypedValue>, 2> sides;
            for (std::size_t i = 0; i < arguments_.size(); ++i) sides[i % 2].push_back(arguments_[i].value);
            key = common_type(sides[0], typing_);
            value = common_type(sides[1], typing_);
        } else if (arguments_.size() == 2 && is_array(0) && is_array(1)) {
            key = element_of(type(0));
            value = element_of(type(1));
        }
        Type out = type_named("MAP");
        if (!is_unknown(key) && !is_unknown(value)) out.children = {std::move(key), std::move(value)};
        return out;
    }
    /// MySQL's STR_TO_DATE: the format says whether there is a time.
    Type date_or_time() const {
        const Node* format = arguments_.size() > 1 ? arguments_[1].node : nullptr;
        const std::string_view text =
            format && format->kind == NodeKind::string ? std::string_view(format->text) : std::string_view();
        for (std::size_t i = 0; i + 1 < text.size(); ++i) {
            if (text[i] != '%') continue;
            if (std::string_view("fHhIiklprSsT").find(text[++i]) != std::string_view::npos)
                return type_named("DATETIME");
        }
        return type_named("DATE");
    }
    /// FORMAT of T-SQL: text of a time, or of a number, which sqlglot gives no type.
    Type formatted() const {
        const Node* format = arguments_.size() > 1 ? arguments_[1].node : nullptr;
        if (!format || format->kind != NodeKind::string || format->text == "N" || format->text == "C")
            return unknown_type();
        return format->text.find_first_of("dDmMyYhHsS") == std::string::npos ? unknown_type() : type_named("VARCHAR");
    }

    const std::vector<Argument>& arguments_;
    const Typing& typing_;
};

/// EXTRACT(part FROM x) and its like.
Type part_type(std::string_view part, const Typing& typing) {
    if (typing.rules() == Dialect::duckdb) return type_named("BIGINT");
    std::string name = upper(part);
    if (name.starts_with("EPOCH_") && name.ends_with("S")) name.pop_back();
    if (name == "TIME" || name == "DATE") return type_named(name);
    static constexpr std::array<std::string_view, 5> kBig = {"EPOCH_SECOND", "EPOCH_MILLISECOND", "EPOCH_MICROSECOND",
                                                             "EPOCH_NANOSECOND", "NANOSECOND"};
    return type_named(std::find(kBig.begin(), kBig.end(), name) != kBig.end() ? "BIGINT" : "INT");
}

bool extracts(std::string_view name, Dialect dialect) {
    if (name == "EXTRACT") return true;
    if (name == "DATE_PART")
        return grammar(dialect) == Dialect::postgres || dialect == Dialect::redshift || dialect == Dialect::snowflake;
    return name == "DATEPART" && (grammar(dialect) == Dialect::tsql);
}

}  // namespace

Type map_value(const Node& map, const Type& type, const Node& key) {
    if (!is_type(type, "MAP") || type.children.size() != 2 || map.kind != NodeKind::call) return unknown_type();
    const auto is_list = [](const Node& node) {
        return node.kind == NodeKind::array || (node.kind == NodeKind::call && node.text == "ARRAY");
    };
    const bool lists = map.children.size() == 2 && is_list(map.children[0]);
    const std::vector<Node>& keys = lists ? map.children[0].children : map.children;
    for (std::size_t i = 0; i < keys.size(); i += lists ? 1 : 2)
        if (keys[i].kind == key.kind && keys[i].text == key.text &&
            (key.kind == NodeKind::string || key.kind == NodeKind::number))
            return type.children[1];
    return unknown_type();
}

std::string_view function_rule(std::string_view name, std::size_t arguments, const Typing& typing) {
    static const Rules rules = collected();
    for (const Dialect dialect : {typing.dialect, grammar(typing.dialect), Dialect(Dialect::none)}) {
        const bool own = typing.own && dialect != Dialect::none;
        const RuleMap& map = rules.of[static_cast<std::size_t>(Dialect::Name(dialect))][own ? 1 : 0];
        if (const auto found = map.find(name); found != map.end()) return by_count(found->second, arguments);
    }
    return {};
}

namespace {

/// LOWER and UPPER of hexadecimal digits are functions of their own, which few dialects give a type.
bool is_cased_hex(std::string_view name, const std::vector<Argument>& arguments) {
    const Node* inner = arguments.size() == 1 ? arguments[0].node : nullptr;
    return (name == "LOWER" || name == "UPPER") && inner && inner->kind == NodeKind::call &&
           (inner->text == "HEX" || inner->text == "TO_HEX");
}

/// BigQuery's TO_HEX(MD5(…)) is what other dialects call MD5, in upper and in lower case.
bool is_hex_of_md5(std::string_view name, const std::vector<Argument>& arguments, Dialect dialect) {
    const Node* inner = arguments.size() == 1 ? arguments[0].node : nullptr;
    if (dialect != Dialect::bigquery || !inner) return false;
    if (is_cased_hex(name, arguments)) {
        name = inner->text;
        inner = inner->children.size() == 1 ? &inner->children.front() : nullptr;
    }
    return name == "TO_HEX" && inner && inner->kind == NodeKind::call && inner->text == "MD5";
}

Type cased_hex_type(std::string_view name, Dialect rules) {
    static constexpr std::array<Dialect::Name, 4> kUpper = {Dialect::snowflake, Dialect::databricks, Dialect::spark,
                                                            Dialect::hive};
    const bool known =
        name == "LOWER" ? rules == Dialect::bigquery : std::find(kUpper.begin(), kUpper.end(), rules) != kUpper.end();
    return known ? type_named("VARCHAR") : unknown_type();
}

}  // namespace

Type call_type(std::string_view name, const std::vector<Argument>& arguments, const Typing& typing) {
    if (is_hex_of_md5(name, arguments, typing.dialect)) return type_named("VARCHAR");
    if (is_cased_hex(name, arguments)) return cased_hex_type(name, typing.rules());
    if (!arguments.empty() && extracts(name, typing.dialect)) return part_type(unit_of(arguments[0].node), typing);
    return Call(arguments, typing).of(function_rule(name, arguments.size(), typing));
}

Type struct_type(const std::vector<Argument>& fields, Dialect dialect) {
    Type out = type_named("STRUCT");
    for (const Argument& field : fields) {
        if (is_unknown(field.value.type)) return unknown_type();
        const bool named =
            field.node && (field.node->kind == NodeKind::alias || field.node->kind == NodeKind::property ||
                           field.node->kind == NodeKind::column);
        const bool numbered = dialect == Dialect::hive || dialect == Dialect::spark || dialect == Dialect::databricks;
        if (!named && !numbered) {
            out.children.push_back(field.value.type);
            continue;
        }
        Type entry;
        entry.kind = sql::ExprKind::alias;
        entry.text = !named                                 ? "col" + std::to_string(out.children.size() + 1)
                     : field.node->kind == NodeKind::column ? output_name(*field.node, dialect)
                                                            : field.node->text;
        entry.quoted = true;
        entry.children.push_back(field.value.type);
        out.children.push_back(std::move(entry));
    }
    return out;
}

}  // namespace towline::inference
