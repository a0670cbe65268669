#include "runner/sql_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

#include "base/strings.h"
#include "sql/lexer.h"

namespace towline::runner {

std::string quoted(std::string_view identifier) { return '"' + replace_all(identifier, "\"", "\"\"") + '"'; }

std::string unquoted(std::string_view identifier) {
    if (identifier.size() < 2 || identifier.front() != '"' || identifier.back() != '"') return std::string(identifier);
    return replace_all(identifier.substr(1, identifier.size() - 2), "\"\"", "\"");
}

std::string text_literal(std::string_view text) { return '\'' + replace_all(text, "'", "''") + '\''; }

std::string column_list(const std::vector<std::string>& columns) {
    std::string out;
    for (const std::string& column : columns) {
        if (!out.empty()) out += ", ";
        out += quoted(column);
    }
    return out;
}

std::string subquery(std::string_view query, std::string_view alias) {
    return fmt::format("(\n{}\n) AS {}", query, quoted(alias));
}

std::string time_literal(std::int64_t epoch_ms, std::string_view type) {
    using namespace std::chrono;
    const sys_time<milliseconds> instant{milliseconds(epoch_ms)};
    const sys_days day = floor<days>(instant);
    const year_month_day date{day};
    const hh_mm_ss<milliseconds> time{instant - day};
    std::string text = fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                                   static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    const std::string kind = lower(type);
    if (kind != "date") {
        text += fmt::format(" {:02}:{:02}:{:02}", time.hours().count(), time.minutes().count(), time.seconds().count());
        if (time.subseconds().count() != 0) text += fmt::format(".{:03}000", time.subseconds().count());
        const bool has_zone = kind.find("tz") != std::string::npos || kind.find("with time zone") != std::string::npos;
        if (has_zone) text += "+00:00";
    }
    return fmt::format("CAST('{}' AS {})", text, type);
}

std::string rewrite_columns(std::string_view expression, const ColumnRewrite& rewrite) {
    std::string out;
    std::size_t i = 0;
    while (i < expression.size()) {
        const char quote = expression[i];
        if (quote != '"' && quote != '\'') {
            out += expression[i++];
            continue;
        }
        std::size_t end = i + 1;
        while (end < expression.size()) {
            if (expression[end] != quote) {
                ++end;
            } else if (end + 1 < expression.size() && expression[end + 1] == quote) {
                end += 2;
            } else {
                break;
            }
        }
        const std::string_view token = expression.substr(i, std::min(end + 1, expression.size()) - i);
        const char before = i > 0 ? expression[i - 1] : ' ';
        const char after = end + 1 < expression.size() ? expression[end + 1] : ' ';
        i += token.size();
        if (quote == '\'' || after == '.' || after == '(') {
            out += token;
            continue;
        }
        if (!rewrite.table.empty() && before != '.') out += quoted(rewrite.table) + ".";
        out += quoted(std::string(rewrite.name_prefix) + unquoted(token));
    }
    return out;
}

plan::TableName temporary_name(const plan::TableName& table, std::string_view suffix,
                               std::size_t identifier_bytes_max) {
    constexpr std::string_view prefix = "__temp_";
    std::string base = table.table;
    const std::size_t fixed = prefix.size() + 1 + suffix.size();
    if (identifier_bytes_max > fixed && base.size() + fixed > identifier_bytes_max) {
        base.resize(identifier_bytes_max - fixed);
        // A cut inside a UTF-8 sequence would not be a name.
        while (!base.empty() && !is_utf8(base)) base.pop_back();
    }
    return {table.catalog, table.schema, fmt::format("{}{}_{}", prefix, base, suffix)};
}

std::string without_literals(std::string_view sql, std::string_view dialect) {
    const sql::TokenList tokens = sql::lex(sql, sql::dialect_from(dialect).value_or(sql::Dialect::none));
    std::string out;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (i > 0 && !tokens.adjacent(i)) out += ' ';
        switch (tokens.kind(i)) {
            case sql::TokenKind::word:
            case sql::TokenKind::quoted_identifier:
            case sql::TokenKind::symbol:
            case sql::TokenKind::at:
                out += tokens.text_of(i);
                break;
            case sql::TokenKind::string:
            case sql::TokenKind::error:
                out += "'…'";
                break;
            case sql::TokenKind::number:
            case sql::TokenKind::hint:
                out += "…";
                break;
        }
    }
    return out;
}

}  // namespace towline::runner
