// Time formats of dialects in strftime's notation, as SQLGlot reads them: the longest known token at each place,
// letters of other words included. A PostgreSQL format of '%Y-%m-%d' so becomes '%Y-%m-%%u', because 'd' is its day of
// the week; the format enters the fingerprint, and an equal fingerprint is worth more than a nicer reading.
#include <algorithm>
#include <string_view>
#include <vector>

#include "project/model_draft.h"

namespace towline::project {
namespace {

struct Token {
    std::string_view from, to;
};

constexpr Token kPostgres[] = {
    {"d", "%u"},     {"D", "%u"},       {"dd", "%d"},      {"DD", "%d"},      {"ddd", "%j"},   {"DDD", "%j"},
    {"FMDD", "%-d"}, {"FMDDD", "%-j"},  {"FMHH12", "%-I"}, {"FMHH24", "%-H"}, {"FMMI", "%-M"}, {"FMMM", "%-m"},
    {"FMSS", "%-S"}, {"HH12", "%I"},    {"HH24", "%H"},    {"mi", "%M"},      {"MI", "%M"},    {"mm", "%m"},
    {"MM", "%m"},    {"OF", "%z"},      {"ss", "%S"},      {"SS", "%S"},      {"TMDay", "%A"}, {"TMDy", "%a"},
    {"TMMon", "%b"}, {"TMMonth", "%B"}, {"TZ", "%Z"},      {"US", "%f"},      {"ww", "%U"},    {"WW", "%U"},
    {"yy", "%y"},    {"YY", "%y"},      {"yyyy", "%Y"},    {"YYYY", "%Y"}};

constexpr Token kSnowflake[] = {
    {"YYYY", "%Y"},      {"yyyy", "%Y"},      {"YY", "%y"},       {"yy", "%y"},        {"MMMM", "%B"},
    {"mmmm", "%B"},      {"MON", "%b"},       {"mon", "%b"},      {"MM", "%m"},        {"mm", "%m"},
    {"DD", "%d"},        {"dd", "%-d"},       {"DY", "%a"},       {"dy", "%w"},        {"HH24", "%H"},
    {"hh24", "%H"},      {"HH12", "%I"},      {"hh12", "%I"},     {"MI", "%M"},        {"mi", "%M"},
    {"SS", "%S"},        {"ss", "%S"},        {"FF", "%f_nine"},  {"ff", "%f_nine"},   {"FF0", "%f_zero"},
    {"ff0", "%f_zero"},  {"FF1", "%f_one"},   {"ff1", "%f_one"},  {"FF2", "%f_two"},   {"ff2", "%f_two"},
    {"FF3", "%f_three"}, {"ff3", "%f_three"}, {"FF4", "%f_four"}, {"ff4", "%f_four"},  {"FF5", "%f_five"},
    {"ff5", "%f_five"},  {"FF6", "%f"},       {"ff6", "%f"},      {"FF7", "%f_seven"}, {"ff7", "%f_seven"},
    {"FF8", "%f_eight"}, {"ff8", "%f_eight"}, {"FF9", "%f_nine"}, {"ff9", "%f_nine"},  {"TZHTZM", "%z"},
    {"tzhtzm", "%z"},    {"TZH:TZM", "%:z"},  {"tzh:tzm", "%:z"}, {"TZH", "%-z"},      {"tzh", "%-z"},
    {"\"T\"", "T"},      {"AM", "%p"},        {"am", "%p"},       {"PM", "%p"},        {"pm", "%p"}};

constexpr Token kHive[] = {{"y", "%Y"},    {"Y", "%Y"},   {"YYYY", "%Y"},   {"yyyy", "%Y"}, {"YY", "%y"}, {"yy", "%y"},
                           {"MMMM", "%B"}, {"MMM", "%b"}, {"MM", "%m"},     {"M", "%-m"},   {"dd", "%d"}, {"d", "%-d"},
                           {"HH", "%H"},   {"H", "%-H"},  {"hh", "%I"},     {"h", "%-I"},   {"mm", "%M"}, {"m", "%-M"},
                           {"ss", "%S"},   {"s", "%-S"},  {"SSSSSS", "%f"}, {"a", "%p"},    {"DD", "%j"}, {"D", "%-j"},
                           {"E", "%a"},    {"EE", "%a"},  {"EEE", "%a"},    {"EEEE", "%A"}, {"z", "%Z"},  {"Z", "%z"}};

constexpr Token kMySql[] = {{"%M", "%B"}, {"%c", "%-m"}, {"%e", "%-d"}, {"%h", "%I"},       {"%i", "%M"}, {"%s", "%S"},
                            {"%u", "%W"}, {"%k", "%-H"}, {"%l", "%-I"}, {"%T", "%H:%M:%S"}, {"%W", "%A"}};

constexpr Token kBigQuery[] = {{"%x", "%m/%d/%y"},
                               {"%D", "%m/%d/%y"},
                               {"%E6S", "%S.%f"},
                               {"%e", "%-d"},
                               {"%F", "%Y-%m-%d"},
                               {"%T", "%H:%M:%S"},
                               {"%c", "%a %b %e %H:%M:%S %Y"}};

constexpr Token kRedshiftAlso[] = {{"MON", "%b"}, {"MONTH", "%B"}};

constexpr Token kOracle[] = {{"D", "%u"},  {"DAY", "%A"},  {"DD", "%d"},    {"DDD", "%j"}, {"DY", "%a"},
                             {"HH", "%I"}, {"HH12", "%I"}, {"HH24", "%H"},  {"IW", "%V"},  {"MI", "%M"},
                             {"MM", "%m"}, {"MON", "%b"},  {"MONTH", "%B"}, {"SS", "%S"},  {"WW", "%W"},
                             {"YY", "%y"}, {"YYYY", "%Y"}, {"FF6", "%f"}};

constexpr Token kTSql[] = {
    {"year", "%Y"}, {"dayofyear", "%j"},   {"day", "%d"},   {"dy", "%d"},      {"y", "%Y"},        {"week", "%W"},
    {"ww", "%W"},   {"wk", "%W"},          {"isowk", "%V"}, {"isoww", "%V"},   {"iso_week", "%V"}, {"hour", "%h"},
    {"hh", "%I"},   {"minute", "%M"},      {"mi", "%M"},    {"n", "%M"},       {"second", "%S"},   {"ss", "%S"},
    {"s", "%-S"},   {"millisecond", "%f"}, {"ms", "%f"},    {"weekday", "%w"}, {"dw", "%w"},       {"month", "%m"},
    {"mm", "%M"},   {"m", "%-M"},          {"Y", "%Y"},     {"YYYY", "%Y"},    {"YY", "%y"},       {"MMMM", "%B"},
    {"MMM", "%b"},  {"MM", "%m"},          {"M", "%-m"},    {"dddd", "%A"},    {"dd", "%d"},       {"d", "%-d"},
    {"HH", "%H"},   {"H", "%-H"},          {"h", "%-I"},    {"ffffff", "%f"},  {"yyyy", "%Y"},     {"yy", "%y"}};

using Tokens = std::vector<Token>;

Tokens tokens_of(sql::Dialect dialect) {
    const auto all = [](const auto& table) { return Tokens(std::begin(table), std::end(table)); };
    switch (dialect) {
        case sql::Dialect::redshift: {
            Tokens out = all(kPostgres);
            out.insert(out.end(), std::begin(kRedshiftAlso), std::end(kRedshiftAlso));
            return out;
        }
        case sql::Dialect::postgres:
        case sql::Dialect::risingwave:
            return all(kPostgres);
        case sql::Dialect::snowflake:
            return all(kSnowflake);
        case sql::Dialect::spark:
        case sql::Dialect::databricks:
        case sql::Dialect::hive:
            return all(kHive);
        case sql::Dialect::mysql:
        case sql::Dialect::trino:
        case sql::Dialect::presto:
            return all(kMySql);
        case sql::Dialect::bigquery:
            return all(kBigQuery);
        case sql::Dialect::oracle:
            return all(kOracle);
        case sql::Dialect::tsql:
        case sql::Dialect::fabric:
            return all(kTSql);
        default:
            return {};
    }
}

/// The length of the longest token at the start of the text; zero if there is none.
std::size_t longest_token(const Tokens& tokens, std::string_view text) {
    std::size_t longest = 0;
    for (const Token& token : tokens)
        if (text.starts_with(token.from)) longest = std::max(longest, token.from.size());
    return longest;
}

std::string_view translation(const Tokens& tokens, std::string_view chunk) {
    const auto token = std::find_if(tokens.begin(), tokens.end(), [&](const Token& t) { return t.from == chunk; });
    return token == tokens.end() ? chunk : token->to;
}

}  // namespace

std::string strftime_of(std::string_view format, sql::Dialect dialect) {
    const Tokens tokens = tokens_of(dialect);
    std::string out;
    while (!format.empty()) {
        const std::string_view chunk = format.substr(0, std::max<std::size_t>(1, longest_token(tokens, format)));
        out += translation(tokens, chunk);
        format.remove_prefix(chunk.size());
    }
    return out;
}

}  // namespace towline::project
