#include "sql/dialect.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/strings.h"
#include "sql/letter_case.h"

namespace towline::sql {
namespace {

constexpr std::array<std::pair<std::string_view, Dialect>, 4> kOtherNames = {{{"motherduck", Dialect::duckdb},
                                                                              {"spark2", Dialect::spark},
                                                                              {"mssql", Dialect::tsql},
                                                                              {"azuresql", Dialect::tsql}}};

}  // namespace

Dialect grammar(Dialect dialect) {
    const auto other = facts(dialect).grammar;
    return other ? Dialect(*other) : dialect;
}

char letter_of(Dialect dialect) {
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static_assert(Dialect::kCount <= kLetters.size());
    return kLetters[static_cast<std::size_t>(Dialect::Name(dialect))];
}

namespace {

constexpr std::array<std::pair<std::string_view, Normalization>, 5> kStrategies = {
    {{"lowercase", Normalization::lowercase},
     {"uppercase", Normalization::uppercase},
     {"case_sensitive", Normalization::case_sensitive},
     {"case_insensitive", Normalization::case_insensitive},
     {"case_insensitive_uppercase", Normalization::case_insensitive_uppercase}}};

/// `normalization_strategy = case_sensitive`
Result<Dialect> with_setting(Dialect dialect, std::string_view setting) {
    const std::size_t equals = setting.find('=');
    const std::string_view key = trim(setting.substr(0, equals));
    if (key != "normalization_strategy")
        return fail(ErrorCode::unsupported, "The dialect setting '" + std::string(key) + "' is not supported.",
                    "The setting of a dialect is normalization_strategy.");
    const std::string word = equals == std::string_view::npos ? "" : lower(trim(setting.substr(equals + 1)));
    for (const auto& [name, rule] : kStrategies)
        if (name == word) return dialect.folding(rule);
    return fail(ErrorCode::unsupported, "'" + word + "' is no normalization_strategy.",
                "Strategies are lowercase, uppercase, case_sensitive, case_insensitive and "
                "case_insensitive_uppercase.");
}

Result<Dialect> named(std::string_view name) {
    for (std::size_t i = 0; i < Dialect::kCount; ++i) {
        const DialectFacts& row = facts(static_cast<Dialect::Name>(i));
        if (row.name == name) return row.dialect;
    }
    for (const auto& [other, dialect] : kOtherNames) {
        if (other == name) return dialect;
    }
    if (name == "prql" || name == "solr" || name == "drill")  // SQLMesh cannot read its own names of tables in these.
        return fail(ErrorCode::unsupported, "The dialect '" + std::string(name) + "' is not supported.");
    std::string hint = "Dialect names are lower case:";
    for (std::size_t i = 0; i < Dialect::kCount; ++i) {
        const DialectFacts& row = facts(static_cast<Dialect::Name>(i));
        if (row.name.empty()) continue;
        if (row.name.starts_with(name.substr(0, name.size() - name.size() / 4)) && name.size() > 3)
            return fail(ErrorCode::invalid, "Unknown dialect '" + std::string(name) + "'.",
                        "Did you mean '" + std::string(row.name) + "'?");
        hint += " " + std::string(row.name);
    }
    return fail(ErrorCode::invalid, "Unknown dialect '" + std::string(name) + "'.", hint + ".");
}

/// Which dialect is made from which beside those of one grammar, where the rule of folding goes with it.
constexpr std::array<std::pair<Dialect::Name, Dialect::Name>, 3> kMadeFrom = {
    {{Dialect::spark, Dialect::hive}, {Dialect::databricks, Dialect::spark}, {Dialect::trino, Dialect::presto}}};

}  // namespace

std::string_view dialect_name(std::string_view name) { return trim(name.substr(0, name.find(','))); }

Result<Dialect> dialect_from(std::string_view name) {
    const std::size_t comma = name.find(',');
    if (comma == std::string_view::npos) return named(name);
    TRY(Dialect out, named(dialect_name(name)));
    for (const std::string& setting : split(name.substr(comma + 1), ",")) {
        TRY(out, with_setting(out, setting));
    }
    return out;
}

bool inherits_folding(Dialect from, Dialect dialect) {
    if (from == dialect) return true;
    const auto other = facts(dialect).grammar;
    if (other && facts(dialect).normalization == facts(*other).normalization) return inherits_folding(from, *other);
    for (const auto& [made, base] : kMadeFrom)
        if (made == dialect) return inherits_folding(from, base);
    return false;
}

Normalization normalization(Dialect dialect) {
    const Normalization own = facts(dialect).normalization;
    const Normalization rule = dialect.declared_folding().value_or(own);
    // BigQuery folds by role wherever the rule is its own.
    return own == Normalization::bigquery && rule == Normalization::case_insensitive ? own : rule;
}

std::string_view to_string(Dialect dialect) { return facts(dialect).name; }

std::string normalize_identifier(std::string_view text, bool quoted, Dialect dialect, IdentifierRole role) {
    switch (normalization(dialect)) {
        case Normalization::lowercase:
            return quoted ? std::string(text) : lower_letters(text);
        case Normalization::uppercase:
            return quoted ? std::string(text) : upper_letters(text);
        case Normalization::case_insensitive:
            return lower_letters(text);
        case Normalization::case_insensitive_uppercase:
            return upper_letters(text);
        case Normalization::case_sensitive:
            return std::string(text);
        case Normalization::bigquery:
            return role == IdentifierRole::qualified_table ? std::string(text) : lower_letters(text);
    }
    return std::string(text);
}

std::string quote_identifier(std::string_view text, Dialect dialect) {
    const char open = facts(dialect).identifier_quotes.front();
    const char close = open == '[' ? ']' : open;
    std::string out(1, open);
    for (const char c : text) {
        out += c;
        if (c == close) out += c;
    }
    out += close;
    return out;
}

bool is_plain_identifier(std::string_view text) {
    if (text.empty() || std::isdigit(static_cast<unsigned char>(text.front())) != 0) return false;
    for (const char c : text) {
        if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_') return false;
    }
    return true;
}

std::string quote_string(std::string_view text, Dialect dialect) {
    static constexpr std::array<std::pair<char, char>, 8> kSequences = {
        {{'\\', '\\'}, {'\n', 'n'}, {'\t', 't'}, {'\r', 'r'}, {'\a', 'a'}, {'\b', 'b'}, {'\f', 'f'}, {'\v', 'v'}}};
    const DialectFacts& row = facts(dialect);
    // These two read both ways of a quote inside a text, and are written with the backslash.
    const bool either = dialect == Dialect::snowflake || dialect == Dialect::redshift;
    std::string out = "'";
    for (const char c : text) {
        const auto sequence = std::find_if(kSequences.begin(), kSequences.end(),
                                           [&](const auto& each) { return row.backslash_escapes && each.first == c; });
        if (sequence != kSequences.end()) {
            out += '\\';
            out += sequence->second;
            continue;
        }
        if (c == '\'') out += row.doubled_quote_escapes && !either ? '\'' : '\\';
        out += c;
    }
    out += '\'';
    return out;
}

}  // namespace towline::sql
