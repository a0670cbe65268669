// Literals, names, calls, CASE, CAST.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "inference/parser.h"
#include "inference/types.h"
#include "sql/type_names.h"

namespace towline::inference {
namespace {

constexpr int kTermLevel = 6;  ///< of + and -

/// CONVERT(type, value, style), to which sqlglot gives no type.
bool converts_by_style(sql::Dialect dialect) { return sql::grammar(dialect) == sql::Dialect::tsql; }

}  // namespace

Node Parser::primary(std::size_t end) {
    if (at_ >= end) return Node(NodeKind::other);
    switch (tokens_.kind(at_)) {
        case sql::TokenKind::string:
            return string();
        case sql::TokenKind::number:
            return number();
        case sql::TokenKind::word:
            return word(end);
        case sql::TokenKind::quoted_identifier:
            return name(end);
        case sql::TokenKind::at:
            at_ = is_identifier(at_ + 1) ? at_ + 2 : at_ + 1;
            return Node(NodeKind::other);
        default:
            break;
    }
    if (is_symbol("(")) return bracket(end);
    if (is_symbol("[")) return square();
    if (is_symbol("{")) return curly();
    if (take_symbol("*")) return Node(NodeKind::star);
    if (is_symbol(".") && tokens_.kind(at_ + 1) == sql::TokenKind::number) {
        at_ += 2;
        return Node(NodeKind::number, "0." + std::string(tokens_.text_of(at_ - 1)));
    }
    if (is_symbol("?") || is_symbol("$") || is_symbol(":")) at_ += tokens_.adjacent(at_ + 1) ? 1 : 0;
    ++at_;
    return Node(NodeKind::other);
}

/// A number; Spark and its kin write some types behind it: 1L, 1.5BD.
Node Parser::number() {
    struct Suffix {
        std::string_view word, type;
    };
    static constexpr std::array<Suffix, 6> kSuffixes = {
        {{"L", "BIGINT"}, {"S", "SMALLINT"}, {"Y", "TINYINT"}, {"D", "DOUBLE"}, {"F", "FLOAT"}, {"BD", "DECIMAL"}}};
    Node out(NodeKind::number, std::string(tokens_.text_of(at_++)));
    const bool typed =
        dialect_ == sql::Dialect::hive || dialect_ == sql::Dialect::spark || dialect_ == sql::Dialect::databricks;
    if (!typed || out.text.starts_with("0x") || out.text.starts_with("0X")) return out;
    std::string word = upper(out.text.substr(out.text.find_last_of("0123456789.") + 1));
    const bool apart = word.empty() && tokens_.kind(at_) == sql::TokenKind::word && tokens_.adjacent(at_);
    if (apart) word = upper(tokens_.text_of(at_));
    for (const Suffix& suffix : kSuffixes) {
        if (word != suffix.word) continue;
        if (apart) ++at_;
        if (!apart) out.text.resize(out.text.size() - word.size());
        Node cast(NodeKind::cast);
        cast.type = type_named(suffix.type);
        cast.children.push_back(std::move(out));
        return cast;
    }
    return out;
}

Node Parser::string() {
    const std::string_view text = tokens_.text_of(at_);
    Node out(NodeKind::string, sql::string_value(text, dialect_));
    ++at_;
    if (tokens_.kind(at_) == sql::TokenKind::string) {  // literals side by side are one text
        Node all(NodeKind::call, "CONCAT");
        all.children.push_back(std::move(out));
        while (tokens_.kind(at_) == sql::TokenKind::string)
            all.children.emplace_back(NodeKind::string, sql::string_value(tokens_.text_of(at_++), dialect_));
        return all;
    }
    if (text.size() < 2 || text.front() == '\'' || text.front() == '"' || text.front() == '$') return out;
    const char prefix = static_cast<char>(std::tolower(static_cast<unsigned char>(text.front())));
    out.kind = NodeKind::other_text;
    out.type.kind = sql::ExprKind::data_type;
    out.type.text = prefix == 'x' ? "BINARY" : prefix == 'r' ? "VARCHAR" : "UNKNOWN";
    if (prefix == 'b' && dialect_ == sql::Dialect::bigquery) out.type.text = "BINARY";
    return out;
}

/// Rows of VALUES that stand where a query may: `VALUES 1, 2`.
bool Parser::values_rows(std::size_t at, std::size_t close) const {
    if (!tokens_.is_word(at, "VALUES") || at + 1 >= close) return false;
    return tokens_.is_symbol(at + 1, "(") || tokens_.kind(at + 1) == sql::TokenKind::string ||
           tokens_.kind(at + 1) == sql::TokenKind::number;
}

/// `(query)`, `(a)`, `(a, b)`.
Node Parser::bracket(std::size_t end) {
    const std::size_t close = tokens_.closing(at_);
    if (close >= end) {
        at_ = end;
        return Node(NodeKind::other);
    }
    if (starts_query(at_ + 1)) {
        const std::size_t begin = at_;
        Node out(NodeKind::subquery);
        out.query = bracketed_query();
        at_ = close + 1;
        if (!out.query) {
            at_ = begin + 1;
            Node inner(NodeKind::paren);
            inner.children.push_back(expression(close));
            at_ = close + 1;
            return inner;
        }
        return out;
    }
    if (values_rows(at_ + 1, close)) {
        at_ = close + 1;
        return Node(NodeKind::subquery);
    }
    ++at_;
    Node out(NodeKind::paren);
    while (at_ < close) {
        out.children.push_back(expression(close));
        if (take_word("AS") && is_identifier(at_)) ++at_;
        if (at_ < close && !take_symbol(",")) {
            out = Node(NodeKind::other);
            break;
        }
        if (tokens_.is_symbol(at_ - 1, ",")) out.kind = NodeKind::tuple;
    }
    if (out.children.empty() && out.kind == NodeKind::paren) out.kind = NodeKind::tuple;
    at_ = close + 1;
    return out;
}

Node Parser::square() {
    const std::size_t close = tokens_.closing(at_);
    Node out(NodeKind::array);
    ++at_;
    while (at_ < close) {
        out.children.push_back(argument(close, out.extra));
        if (!take_symbol(",")) break;
    }
    at_ = close < tokens_.size() ? close + 1 : tokens_.size();
    return out;
}

/// {'a': 1, b: 2}
Node Parser::curly() {
    const std::size_t close = tokens_.closing(at_);
    Node out(NodeKind::structure);
    ++at_;
    while (at_ < close) {
        Node field(NodeKind::property);
        field.text = tokens_.kind(at_) == sql::TokenKind::string
                         ? sql::normalize_identifier(sql::string_value(tokens_.text_of(at_), dialect_), false, dialect_)
                     : is_identifier(at_) ? identifier(at_)
                                          : std::string();
        at_ = after(at_);
        if (!take_symbol(":")) break;
        field.children.push_back(expression(close));
        out.children.push_back(std::move(field));
        if (!take_symbol(",")) break;
    }
    at_ = close < tokens_.size() ? close + 1 : tokens_.size();
    return out;
}

Node Parser::word(std::size_t end) {
    const bool called = tokens_.is_symbol(at_ + 1, "(");
    const bool dotted = tokens_.is_symbol(at_ + 1, ".");
    Node out;
    if (!dotted && special(out, end)) return out;
    if (called) return called_word(end);
    if (!dotted) {
        if (is_word("TRUE") || is_word("FALSE")) {
            ++at_;
            return Node(NodeKind::boolean);
        }
        if (take_word("NULL")) return Node(NodeKind::null);
        const bool charset = grammar(dialect_) == sql::Dialect::mysql && tokens_.text_of(at_).starts_with('_');
        if (charset && tokens_.kind(at_ + 1) == sql::TokenKind::string) {  // _utf8mb4'text'
            at_ += 2;
            return Node(NodeKind::other);
        }
        const std::string_view text = tokens_.text_of(at_);
        if (std::string bare = upper(text); sql::is_bare_function(bare, dialect_)) {
            ++at_;
            return Node(NodeKind::call, std::move(bare));
        }
        if (tokens_.kind(at_ + 1) == sql::TokenKind::string && !sql::canonical_type(text, dialect_).empty())
            return typed_literal(end);
    }
    return name(end);
}

/// name(…)
Node Parser::called_word(std::size_t end) {
    std::string text = upper(tokens_.text_of(at_++));
    if (dialect_ == sql::Dialect::clickhouse && tokens_.is_symbol(after(at_), "(")) {  // quantile(0.5)(x)
        at_ = after(at_);
        const bool typed = text == "QUANTILE" || text == "GROUPCONCAT";
        const NodeKind kind = typed ? NodeKind::call : NodeKind::qualified;
        return call_tail(call(std::move(text), kind), end);
    }
    return call_tail(call(std::move(text), NodeKind::call), end);
}

/// DATE '2024-01-01'
Node Parser::typed_literal(std::size_t end) {
    Node literal(NodeKind::cast);
    read_type(literal);
    Node text_of_it = string();
    const std::string value = text_of_it.text;
    // Casts behind it are the text's: DATE '2024-01-01'::TIMESTAMP is a date.
    while (at_ < end && !is_word("AT") && postfix_step(text_of_it, end)) continue;
    literal.children.push_back(std::move(text_of_it));
    // A time with a zone behind it, which is told by a letter or a sign.
    const std::size_t colon = value.find(':');
    const bool zoned = colon != std::string::npos &&
                       std::any_of(value.begin() + static_cast<std::ptrdiff_t>(colon), value.end(),
                                   [](unsigned char c) { return std::isalpha(c) != 0 || c == '+' || c == '-'; });
    const bool tells = grammar(dialect_) == sql::Dialect::trino || dialect_ == sql::Dialect::presto;
    if (zoned && tells && is_type(literal.type, "TIMESTAMP")) literal.type = type_named("TIMESTAMPTZ");
    return literal;
}

/// ARRAY<type>[…], STRUCT<fields>(…): a cast of what is in the brackets.
bool Parser::typed_constructor(Node& out) {
    const std::size_t begin = at_;
    out = Node(NodeKind::cast);
    read_type(out);
    const bool no_values = at_ > begin + 2 && tokens_.is_symbol(at_ - 2, "[") && tokens_.is_symbol(at_ - 1, "]");
    if (no_values && is_type(out.type, "ARRAY")) {  // not the type of an array of arrays
        at_ -= 2;
        out.type = element_of(out.type);
    }
    if (is_unknown(out.type) || (!is_symbol("[") && !is_symbol("("))) {
        at_ = begin;
        return false;
    }
    out.children.push_back(is_symbol("[") ? square() : call({}, NodeKind::qualified));
    return true;
}

/// Words with a syntax of their own.
bool Parser::special(Node& out, std::size_t end) {
    const bool called = tokens_.is_symbol(at_ + 1, "(");
    if (is_word("CASE")) {
        out = case_when(end);
    } else if (is_word("GROUPING") && tokens_.is_word(at_ + 1, "SETS") && tokens_.is_symbol(at_ + 2, "(")) {
        at_ += 2;
        out = bracket(end);
    } else if (is_word("INTERVAL") && !tokens_.is_symbol(at_ + 1, ",") && at_ + 1 < end && !clause_word(at_ + 1)) {
        out = interval(end);
    } else if (is_word("ARRAY") && tokens_.is_symbol(at_ + 1, "[")) {
        ++at_;
        out = square();
    } else if (is_word("MAP") && tokens_.is_symbol(at_ + 1, "{")) {
        ++at_;
        out = Node(NodeKind::map);
        out.children.push_back(curly());
    } else if (is_word("EXISTS") && called && starts_query(at_ + 2)) {
        ++at_;
        out = Node(NodeKind::predicate);
        out.children.push_back(bracket(end));
    } else if (is_word("ARRAY") && called && starts_query(at_ + 2)) {
        ++at_;
        out = bracket(end);
        out.kind = NodeKind::array_query;
    } else if (any_word(at_, {"ARRAY", "STRUCT"}) && tokens_.is_symbol(at_ + 1, "<")) {
        return typed_constructor(out);
    } else if (called && any_word(at_, {"CAST", "TRY_CAST", "SAFE_CAST"})) {
        out = cast(tokens_.text_of(at_));
    } else if (is_word("APPROXIMATE") && tokens_.is_word(at_ + 1, "COUNT")) {
        ++at_;
        out = word(end);
    } else if (is_word("APPROXIMATE") && tokens_.is_word(at_ + 1, "PERCENTILE_DISC")) {
        ++at_;
        out = Node(NodeKind::cast);
        out.type = type_named("DOUBLE");
        out.children.push_back(word(end));
    } else if (is_word("BINARY") && grammar(dialect_) == sql::Dialect::mysql &&
               (tokens_.kind(at_ + 1) == sql::TokenKind::string || (is_identifier(at_ + 1) && !clause_word(at_ + 1)))) {
        ++at_;
        out = Node(NodeKind::cast);
        out.type = type_named("BINARY");
        out.children.push_back(postfix(end));
    } else if (called && any_word(at_, {"CONVERT", "TRY_CONVERT"})) {
        out = convert();
    } else if (called && is_word("EXTRACT")) {
        // ClickHouse's extract(text, pattern) is another function.
        const bool pattern = dialect_ == sql::Dialect::clickhouse && has_comma(at_ + 1);
        if (pattern) ++at_;
        out = call_tail(pattern ? call({}, NodeKind::qualified) : extract(), end);
    } else {
        return false;
    }
    return true;
}

/// True if the bracket at `open` holds more than one item.
bool Parser::has_comma(std::size_t open) const {
    const std::size_t close = tokens_.closing(open);
    for (std::size_t at = open + 1; at < close && at < tokens_.size(); at = after(at))
        if (tokens_.is_symbol(at, ",")) return true;
    return false;
}

Node Parser::name(std::size_t end) {
    Node out(NodeKind::column);
    while (at_ < end && is_identifier(at_)) {
        out.parts.push_back(part(at_++));
        if (!is_symbol(".") || !is_identifier(at_ + 1)) break;
        ++at_;
    }
    if (is_symbol("(") && at_ < end) {
        const bool safe = out.parts.size() == 2 && iequals(out.parts[0].text, "SAFE") &&
                          dialect_ == sql::Dialect::bigquery;  // SAFE.f(x) is f(x) that cannot fail
        if (out.parts.size() == 2 && iequals(out.parts[0].text, "NET") && dialect_ == sql::Dialect::bigquery)
            return call_tail(call("NET_FUNC", NodeKind::call), end);
        if (!safe) return call_tail(call({}, NodeKind::qualified), end);
        Node guarded(NodeKind::call, "SAFE_FUNC");
        guarded.children.push_back(call(upper(out.parts[1].text), NodeKind::call));
        return call_tail(std::move(guarded), end);
    }
    return out;
}

Node Parser::call(std::string text, NodeKind kind) {
    Node made(kind, std::move(text));
    const std::size_t close = tokens_.closing(at_);
    ++at_;
    if (made.text == "XMLELEMENT" && is_word("NAME") && is_identifier(at_ + 1)) {  // its first argument is no column
        at_ += 2;
        take_symbol(",");
    }
    while (at_ < close) {
        if (take_symbol(",")) continue;  // the reference reads over doubled commas
        made.children.push_back(argument(close, made.extra));
        if (!take_symbol(",")) break;
    }
    at_ = close < tokens_.size() ? close + 1 : tokens_.size();
    return made;
}

/// A name and an arrow make a lambda of an argument, whatever follows; DuckDB has a word for it too.
bool Parser::is_lambda(std::size_t close) const {
    if (is_identifier(at_) && tokens_.is_symbol(at_ + 1, "->")) return true;
    const bool typed = dialect_ == sql::Dialect::snowflake && is_identifier(at_) && is_identifier(at_ + 1);
    if (typed && tokens_.is_symbol(at_ + 2, "->")) return true;  // x INT -> x + 1
    if (is_symbol("(") && tokens_.is_symbol(after(at_), "->")) return true;
    return dialect_ == sql::Dialect::duckdb && is_word("LAMBDA") && is_identifier(at_ + 1) && at_ + 2 < close;
}

/// One argument with what may follow it: an alias, ORDER BY, whose keys go to `order`, FROM, SEPARATOR, IGNORE NULLS, …
Node Parser::argument(std::size_t close, std::vector<Node>& order) {
    if (starts_query(at_) && !is_symbol("(") && !is_word("FROM")) {
        Node out(NodeKind::subquery);
        out.query = query_at(close);
        at_ = close;
        return out;
    }
    if (values_rows(at_, close)) {  // ANY (VALUES 1, 2)
        at_ = close;
        return Node(NodeKind::other);
    }
    if (any_word(at_, {"DISTINCT", "ALL"}) && at_ + 1 < close && !tokens_.is_symbol(at_ + 1, ",")) ++at_;
    if (any_word(at_, {"BOTH", "LEADING", "TRAILING"}) && !tokens_.is_symbol(at_ + 1, ",") && at_ + 1 < close) {
        ++at_;
        take_word("FROM");
    }
    if (is_word("VARIADIC") && at_ + 1 < close && !tokens_.is_symbol(at_ + 1, ",")) {
        ++at_;
        Node spread(NodeKind::unary, "VARIADIC");
        spread.children.push_back(expression(close));
        return spread;
    }
    Node out(NodeKind::lambda);
    if (is_lambda(close)) {
        if (is_word("LAMBDA"))  // LAMBDA x, y : x + y
            while (at_ < close && !is_symbol(":")) at_ = after(at_);
    } else {
        if (Node all; star(all, close)) {
            out = std::move(all);
        } else {
            out = expression(close);
        }
        if (take_word("AS") && is_identifier(at_)) {
            Node named(NodeKind::alias, identifier(at_++));
            named.children.push_back(std::move(out));
            out = std::move(named);
        } else if (is_word("FROM")) {  // TRIM(x FROM y), SUBSTRING(x FROM 1 FOR 2)
            ++at_;
            Node value = expression(close);
            const bool of_value = at_ < close && is_word("FOR");
            if (out.kind == NodeKind::string && !of_value) out = std::move(value);
        }
    }
    while (at_ < close && !is_symbol(",")) {
        if (is_word("ORDER") && tokens_.is_word(at_ + 1, "BY")) {
            at_ += 2;
            for (Node& key : list(close)) order.push_back(std::move(key));
        } else {
            at_ = after(at_);
        }
    }
    return out;
}

/// WITHIN GROUP, FILTER, IGNORE NULLS, OVER.
Node Parser::call_tail(Node made, std::size_t end) {
    for (int links = 0; at_ < end && links < 8; ++links) {
        const bool bracketed = tokens_.is_symbol(at_ + 1, "(");
        if (is_word("WITHIN") && tokens_.is_word(at_ + 1, "GROUP") && tokens_.is_symbol(at_ + 2, "(")) {
            Node out(NodeKind::within);
            out.children.push_back(std::move(made));
            at_ += 2;
            window(out);
            made = std::move(out);
        } else if (is_word("FILTER") && bracketed) {
            Node out(NodeKind::window);
            const std::size_t close = tokens_.closing(at_ + 1);
            at_ += 2;
            take_word("WHERE");
            out.extra.push_back(expression(close));
            at_ = close + 1;
            out.children.push_back(std::move(made));
            made = std::move(out);
        } else if (any_word(at_, {"IGNORE", "RESPECT"}) && tokens_.is_word(at_ + 1, "NULLS")) {
            at_ += 2;
        } else if (is_word("FROM") && made.text == "NTH_VALUE" && dialect_ == sql::Dialect::snowflake) {
            ++at_;
            if (any_word(at_, {"FIRST", "LAST"})) ++at_;
        } else if (is_word("OVER") && (bracketed || is_identifier(at_ + 1))) {
            Node out(NodeKind::window);
            out.children.push_back(std::move(made));
            ++at_;
            if (bracketed) {
                window(out);
            } else {
                ++at_;
            }
            made = std::move(out);
        } else {
            return made;
        }
    }
    return made;
}

/// The bracket of OVER or WITHIN GROUP: PARTITION BY and ORDER BY into `extra`, frames are passed over.
void Parser::window(Node& out) {
    const std::size_t close = tokens_.closing(at_);
    ++at_;
    while (at_ < close) {
        if (any_word(at_, {"PARTITION", "ORDER"}) && tokens_.is_word(at_ + 1, "BY")) {
            at_ += 2;
            for (Node& item : list(close)) out.extra.push_back(std::move(item));
        } else {
            at_ = after(at_);
        }
    }
    at_ = close < tokens_.size() ? close + 1 : tokens_.size();
}

/// The type of a cast, as the dialect means it there.
void Parser::read_type(Node& out) {
    if (auto type = sql::parse_type_at(tokens_, at_)) out.type = cast_type(std::move(*type), dialect_);
}

Node Parser::cast(std::string_view) {
    const std::size_t close = tokens_.closing(at_ + 1);
    at_ += 2;
    Node out(NodeKind::cast);
    out.children.push_back(expression(close));
    take_word("AS");
    read_type(out);
    // A text read by a format: any type with a time is one timestamp then.
    if (is_word("FORMAT") && is_in(out.type, TypeSet::temporal)) {
        out.kind = NodeKind::call;
        out.text = is_type(out.type, "DATE") ? "TS_OR_DS_TO_DATE" : "STR_TO_TIME";
    }
    at_ = close < tokens_.size() ? close + 1 : tokens_.size();
    return out;
}

/// CONVERT(type, value) of T-SQL and Redshift, CONVERT(value, type) and CONVERT(value USING charset) elsewhere.
Node Parser::convert() {
    const std::size_t close = tokens_.closing(at_ + 1);
    at_ += 2;
    Node out(NodeKind::cast);
    if (converts_by_style(dialect_)) out.kind = NodeKind::qualified;
    if (converts_by_style(dialect_) || dialect_ == sql::Dialect::redshift) {
        read_type(out);
        take_symbol(",");
        out.children.push_back(expression(close));
    } else {
        out.children.push_back(expression(close));
        if (take_symbol(",")) read_type(out);
        if (take_word("USING") && grammar(dialect_) == sql::Dialect::mysql && is_identifier(at_))
            out.type = type_named("CHAR CHARACTER SET " + std::string(tokens_.text_of(at_)));
    }
    at_ = close < tokens_.size() ? close + 1 : tokens_.size();
    return out;
}

Node Parser::extract() {
    const std::size_t close = tokens_.closing(at_ + 1);
    Node out(NodeKind::call, "EXTRACT");
    at_ += 2;
    Node part(NodeKind::string, tokens_.kind(at_) == sql::TokenKind::string
                                    ? sql::string_value(tokens_.text_of(at_), dialect_)
                                    : std::string(tokens_.text_of(at_)));
    at_ = after(at_);
    out.children.push_back(std::move(part));
    if (take_word("FROM") || take_symbol(",")) out.children.push_back(expression(close));
    at_ = close < tokens_.size() ? close + 1 : tokens_.size();
    return out;
}

Node Parser::case_when(std::size_t end) {
    ++at_;
    Node out(NodeKind::case_when);
    if (!is_word("WHEN")) out.extra.push_back(expression(end));
    while (at_ < end && take_word("WHEN")) {
        out.extra.push_back(expression(end));
        if (!take_word("THEN")) break;
        out.children.push_back(expression(end));
    }
    if (take_word("ELSE")) out.children.push_back(expression(end));
    if (!take_word("END")) {
        int open = 1;
        while (at_ < end && open > 0) {
            if (is_word("CASE")) ++open;
            if (is_word("END")) --open;
            at_ = after(at_);
        }
        return Node(NodeKind::other);
    }
    return out;
}

Node Parser::interval(std::size_t end) {
    ++at_;
    Node out(NodeKind::interval);
    bool has_unit = false;
    if (tokens_.kind(at_) == sql::TokenKind::string) {
        const std::string value = sql::string_value(tokens_.text_of(at_++), dialect_);
        has_unit = std::any_of(value.begin(), value.end(), [](unsigned char c) { return std::isalpha(c) != 0; });
        const std::size_t blank = value.find(' ');
        if (blank != std::string::npos && value.find(' ', blank + 1) == std::string::npos)
            out.text = upper(value.substr(blank + 1));
    } else if (tokens_.kind(at_) == sql::TokenKind::number) {
        ++at_;
    } else if (++depth_ > kNestingMax) {  // INTERVAL INTERVAL …
        at_ = end;
        --depth_;
    } else {
        out.extra.push_back(binary_level(kTermLevel, end));
        --depth_;
    }
    if (!has_unit && at_ < end && tokens_.kind(at_) == sql::TokenKind::word && !clause_word(at_) &&
        !any_word(at_, {"AND", "OR", "THEN", "ELSE", "END", "PRECEDING", "FOLLOWING", "AS"})) {
        out.text = upper(tokens_.text_of(at_++));
        if (take_word("TO")) ++at_;
    }
    // INTERVAL 1 HOUR 30 MINUTES, INTERVAL '1 day' + 1: to sqlglot a sum of intervals, which has no unit
    const auto value = [&](std::size_t at) {
        return tokens_.kind(at) == sql::TokenKind::number || tokens_.kind(at) == sql::TokenKind::string;
    };
    while (at_ < end) {
        const std::size_t at = at_ + (is_symbol("+") ? 1 : 0);
        if (at >= end || !value(at)) break;
        at_ = at + 1;
        const bool unit = tokens_.kind(at_) == sql::TokenKind::word && !clause_word(at_) && !is_word("AND");
        if (at_ < end && unit && !any_word(at_, {"OR", "THEN", "ELSE", "END", "PRECEDING", "FOLLOWING"})) ++at_;
        out.text.clear();
    }
    return out;
}

}  // namespace towline::inference
