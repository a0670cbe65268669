// Tables, joins and what else stands behind FROM.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/query_walker.h"
#include "translate/translator.h"

namespace towline::translate {

/// (a, b)
std::string Translator::name_list() {
    const std::size_t close = tokens_.closing(at_);
    std::string out = "(";
    for (++at_; at_ < close; ++at_) {
        if (is_identifier(at_))
            out += name_at(at_);
        else if (symbol(","))
            out += ", ";
        else
            refuse_token();
    }
    at_ = close + 1;
    return out + ")";
}

std::string Translator::from(std::size_t end) {
    std::string out = source(end);
    while (at_ < end && !refusal_) {
        if (word("LATERAL") && word(at_ + 1, "VIEW")) {
            out += lateral_view();
            continue;
        }
        if (take_symbol(",")) {
            const bool unnests = word("UNNEST") && dialect_ == sql::Dialect::bigquery;
            out += (unnests ? " CROSS JOIN " : ", ") + source(end);
            continue;
        }
        const auto join = join_words(end);
        if (!join) break;
        out += *join + source(end);
        out += join_condition(end);
        if (join->ends_with("LEFT JOIN LATERAL ")) out += " ON TRUE";
    }
    return out;
}

/// " LEFT JOIN "; nothing if no join begins here.
std::optional<std::string> Translator::join_words(std::size_t end) {
    static constexpr std::array<std::string_view, 11> kWords = {
        "NATURAL", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "OUTER", "SEMI", "ANTI", "ASOF", "POSITIONAL"};
    std::string out = " ";
    std::size_t at = at_;
    for (; at < end && tokens_.kind(at) == sql::TokenKind::word; ++at) {
        const std::string folded = upper(tokens_.text_of(at));
        if (std::find(kWords.begin(), kWords.end(), folded) == kWords.end()) break;
        out += folded + " ";
    }
    if (word(at, "APPLY") && (out == " CROSS " || out == " OUTER ")) {
        at_ = at + 1;
        return out == " CROSS " ? " CROSS JOIN LATERAL " : " LEFT JOIN LATERAL ";
    }
    if (!word(at, "JOIN") || at >= end) return std::nullopt;
    at_ = at + 1;
    if (out == " LEFT SEMI " || out == " LEFT ANTI ") out = out.substr(5);
    if (out == " OUTER ") out = " FULL OUTER ";
    return out + "JOIN ";
}

std::string Translator::join_condition(std::size_t end) {
    if (at_ < end && take_word("ON")) return " ON " + expression(end);
    if (at_ < end && word("USING") && tokens_.is_symbol(at_ + 1, "(")) {
        ++at_;
        return " USING " + name_list();
    }
    return {};
}

std::string Translator::source(std::size_t end) {
    if (word("UNNEST") && dialect_ == sql::Dialect::bigquery) return unnest(end);
    std::string out = source_head(end);
    table_hints();
    static constexpr std::array<std::string_view, 8> kRefused = {"TABLESAMPLE", "SAMPLE",          "PIVOT", "UNPIVOT",
                                                                 "FOR",         "MATCH_RECOGNIZE", "AT",    "BEFORE"};
    for (int round = 0; round < 2 && at_ < end; ++round) {
        for (const std::string_view name : kRefused) {
            const bool clause = word(name) && (name == "FOR" || name == "SAMPLE" || name == "TABLESAMPLE" ||
                                               tokens_.is_symbol(at_ + 1, "("));
            if (clause) refuse_token();
        }
        static constexpr std::array<std::string_view, 10> kJoins = {"LEFT", "RIGHT", "FULL", "INNER", "NATURAL",
                                                                    "SEMI", "ANTI",  "ASOF", "OUTER", "POSITIONAL"};
        const bool join =
            !word("AS") && std::any_of(kJoins.begin(), kJoins.end(), [&](std::string_view name) { return word(name); });
        const bool hint = word("WITH") || word("USE") || word("FORCE") || word("IGNORE");
        if (round > 0 || join || hint) break;
        if (const auto name = alias(end, false)) {
            out += " AS " + *name;
            if (symbol("(") && tokens_.closing(at_) < end) out += name_list();
        }
        table_hints();
    }
    return out;
}

/// WITH (NOLOCK), USE INDEX (i): nothing for DuckDB.
void Translator::table_hints() {
    if (word("WITH") && tokens_.is_symbol(at_ + 1, "(")) at_ = tokens_.closing(at_ + 1) + 1;
    const bool index = word("USE") || word("FORCE") || word("IGNORE");
    if (index && (word(at_ + 1, "INDEX") || word(at_ + 1, "KEY")) && tokens_.is_symbol(at_ + 2, "("))
        at_ = tokens_.closing(at_ + 2) + 1;
}

std::string Translator::source_head(std::size_t end) {
    std::string lateral = at_ < end && take_word("LATERAL") ? "LATERAL " : "";
    if (word("VALUES")) return "(" + values(end) + ")";
    if (symbol("(")) {
        const std::size_t close = tokens_.closing(at_);
        if (close >= end) {
            refuse_token();
            return {};
        }
        const bool rows = word(at_ + 1, "VALUES");
        const bool is_query = starts_query(at_ + 1);
        ++at_;
        std::string inner = rows ? values(close) : is_query ? query(close) : from(close);
        if (!refusal_ && at_ != close) refuse_token();
        at_ = close + 1;
        return lateral + "(" + inner + ")";
    }
    if (!is_identifier(at_)) {
        refuse_token();
        return {};
    }
    std::size_t last = at_;
    while (tokens_.is_symbol(last + 1, ".") && is_identifier(last + 2)) last += 2;
    if (!tokens_.is_symbol(last + 1, "(") || word(last + 1, "WITH")) return lateral + table_name();
    // DuckDB has these functions too, and they give rows.
    static constexpr std::array<std::string_view, 4> kRows = {"UNNEST", "GENERATE_SERIES", "RANGE",
                                                              "GENERATE_SUBSCRIPTS"};
    const std::string name = upper(tokens_.text_of(at_));
    const bool known = last == at_ && std::find(kRows.begin(), kRows.end(), name) != kRows.end();
    if (!known) {
        refuse(std::string(tokens_.text_of(last)) + "()", "as a table");
        return {};
    }
    const std::size_t close = tokens_.closing(++at_);
    ++at_;
    std::string out = lateral + name + "(" + expressions(close) + ")";
    at_ = close + 1;
    if (word("WITH") && word(at_ + 1, "ORDINALITY")) {
        at_ += 2;
        out += " WITH ORDINALITY";
    }
    return out;
}

std::string Translator::table_name() {
    std::vector<sql::NamePart> parts;
    if (is_identifier(at_)) at_ = sql::read_table_name(tokens_, at_, tokens_.size(), parts);
    std::string out;
    for (const sql::NamePart& part : parts)
        out += (out.empty() ? "" : ".") +
               sql::quote_identifier(sql::normalize_identifier(part.text, part.quoted, dialect_), sql::Dialect::duckdb);
    if (symbol("-") || symbol("@") || symbol(".")) refuse_token("in the name of a table");
    return out;
}

/// BigQuery's UNNEST(a) AS x WITH OFFSET AS o: the alias names the column.
std::string Translator::unnest(std::size_t end) {
    const std::size_t close = tokens_.closing(++at_);
    ++at_;
    std::string out = "UNNEST(" + expressions(close) + ")";
    at_ = close + 1;
    const bool early = word("WITH");
    const auto name = early ? std::nullopt : alias(end, false);
    std::string offset;
    if (word("WITH") && word(at_ + 1, "OFFSET")) {
        at_ += 2;
        offset = alias(end, false).value_or("\"offset\"");
        out += " WITH ORDINALITY";
    }
    if (!name && offset.empty()) return out;
    if (!name) refuse("WITH OFFSET", "of an UNNEST without a name");
    return out + " AS \"_t" + std::to_string(unnests_++) + "\"(" + name.value_or("") +
           (offset.empty() ? "" : ", " + offset) + ")";
}

/// VALUES (1, 2), (3, 4)
std::string Translator::values(std::size_t end) {
    ++at_;
    std::string out = "VALUES ";
    for (bool first = true; at_ < end && !refusal_; first = false) {
        const bool row = symbol("(") && tokens_.closing(at_) < end;
        const std::string items = expression(end);
        out += (first ? "" : ", ") + (row ? items : "(" + items + ")");
        if (!take_symbol(",")) break;
    }
    return out;
}

/// LATERAL VIEW [OUTER] EXPLODE(a) t AS x
std::string Translator::lateral_view() {
    at_ += 2;
    take_word("OUTER");
    const bool positions = word("POSEXPLODE");
    const std::size_t close = tokens_.closing(at_ + 1);
    if ((!positions && !word("EXPLODE")) || close >= tokens_.size()) {
        refuse_token("in LATERAL VIEW");
        return {};
    }
    at_ += 2;
    const std::string rows = "UNNEST(" + expressions(close) + ")";
    at_ = close + 1;
    const bool named = !word("AS") && is_identifier(at_);
    const std::string table = named ? name_at(at_++) : "\"_l" + std::to_string(unnests_++) + "\"";
    std::vector<std::string> names;
    if (take_word("AS")) {
        do {
            names.push_back(name_at(at_++));
        } while (take_symbol(","));
    }
    if (names.size() != (positions ? 2U : 1U)) {
        refuse("LATERAL VIEW", "without names for all of its columns");
        return {};
    }
    if (!positions) return " CROSS JOIN " + rows + " AS " + table + "(" + names[0] + ")";
    return " CROSS JOIN LATERAL (SELECT " + names[0] + " - 1 AS " + names[0] + ", " + names[1] + " FROM " + rows +
           " WITH ORDINALITY AS u(" + names[1] + ", " + names[0] + ")) AS " + table;
}

}  // namespace towline::translate
