#include "plan/hash_values.h"

#include "base/strings.h"
#include "query/inner_queries.h"
#include "sql/expression.h"
#include "sql/merge_clauses.h"

namespace towline::plan {
namespace {
/// True for a plain or quoted name: its canonical text is itself, and most values are one. CURRENT_DATE is a call.
bool is_name(std::string_view text, sql::Dialect dialect) {
    if (text.size() > 2 && text.front() == '"' && text.back() == '"')
        return text.substr(1, text.size() - 2).find('"') == std::string_view::npos;
    return towline::sql::is_plain_identifier(text) && !iequals(text, "null") && !iequals(text, "true") &&
           !iequals(text, "false") && !towline::sql::is_bare_function(text, dialect);
}
}  // namespace

HashValues::HashValues(const model::Node& node, Unknown unknown) : node_(node), unknown_(unknown) {
    if (auto dialect = towline::sql::dialect_from(node.dialect))
        dialect_ = *dialect;
    else
        error_ = dialect.error();
}

void HashValues::add_all(const std::vector<std::string>& values) {
    values_.insert(values_.end(), values.begin(), values.end());
}

void HashValues::add_gen(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) add_gen(text);
}

void HashValues::add_gen(const model::Properties& properties) {
    for (const auto& [key, text] : properties) {
        add(key);
        add_gen(text);
    }
}

void HashValues::add_partitions(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
        const auto expression = towline::sql::parse_expression(text, dialect_);
        const auto canonical =
            expression ? towline::sql::checked_partition_gen(*expression, dialect_) : fail(expression.error());
        add(canonical ? *canonical : std::string());
        if (!canonical && !error_) error_ = canonical.error().in("model " + node_.name + ": '" + text + "'");
    }
}

std::string HashValues::gen(const std::string& text) {
    if (is_name(text, dialect_)) return text;
    auto expression = towline::sql::parse_expression(text, dialect_);
    if (expression) query::add_gen(*expression, dialect_);
    if (expression && unknown_ == Unknown::approximate) return towline::sql::gen(*expression, dialect_);
    auto canonical = expression ? towline::sql::checked_gen(*expression, dialect_) : fail(expression.error());
    if (canonical) return std::move(*canonical);
    if (!error_) error_ = canonical.error().in("model " + node_.name + ": '" + text + "'");
    return {};
}

std::string HashValues::sql(const std::string& text) const {
    if (is_name(text, dialect_)) return text;
    auto expression = towline::sql::parse_expression(text, dialect_);
    return expression ? towline::sql::to_sql(*expression, dialect_) : text;
}

std::string HashValues::merge_clauses(const std::string& text) {
    auto clauses = towline::sql::parse_merge_clauses(text, dialect_);
    if (clauses)
        for (towline::sql::MergeClause& clause : *clauses)
            clause.for_each([&](towline::sql::Expr& part) { query::add_gen(part, dialect_); });
    auto canonical = clauses ? towline::sql::checked_gen(*clauses, dialect_) : fail(clauses.error());
    if (canonical) return std::move(*canonical);
    if (!error_) error_ = canonical.error().in("model " + node_.name + ": when_matched");
    return {};
}

Result<std::vector<std::string>> HashValues::take() {
    if (error_) return fail(*error_);
    return std::move(values_);
}

}  // namespace towline::plan
