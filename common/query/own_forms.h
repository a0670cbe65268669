#pragma once
// Forms of DuckDB and PostgreSQL that sqlglot prints in other words: operators that are calls, words inside calls,
// structures and the like.

#include <optional>

#include "query/tree.h"

namespace towline::query {

bool holds_column(const Expr& node);
/// What is TRUE or FALSE by its form.
bool is_condition(const Expr& expr);
/// Operators of arrays, ranges, JSON and patterns. False if it is none of theirs, or one whose text is not known.
bool own_operator(Expr& expr, sql::Dialect dialect);
/// Calls. False if it is none of theirs.
bool own_call(Expr& expr, sql::Dialect dialect);
/// True for a type of the user's own in PostgreSQL whose name is as sqlglot prints it: in quotes, or the word of a kind
/// of objects.
bool has_own_name(const Expr& type, sql::Dialect dialect);
/// Gives PostgreSQL's types of users' own these names.
void name_types(Expr& tree);
/// INITCAP(argument) of DuckDB, written out.
std::optional<Expr> capitalised(const Expr& argument);
/// STRTOK(argument, parts, number), which DuckDB has not, written out.
std::optional<Expr> token(const Expr& call);
/// PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY a) of DuckDB: QUANTILE_CONT(a, 0.5 ORDER BY a). False if it is another.
bool quantile(Expr& within_group);
/// a.f(x): names and a call that keeps its author's letters. False if its own name is in quotes.
bool of_schema(Expr& call, sql::Dialect dialect);
/// IGNORE NULLS and RESPECT NULLS of DuckDB, which sqlglot prints for five functions only. False if the call is not
/// known.
bool null_treatment(Expr& clause);
/// TRIM(LEADING FROM a) is LTRIM(a), TRIM(LEADING a, 'x') is TRIM(LEADING 'x' FROM a). True if no word is left.
bool trimmed(Expr& call);
/// MAP {a: 1} has the text 'a' as its key.
void key_texts(Expr& map);
/// Casts the texts that a printed DATE_DIFF compares.
void date_texts(Expr& call);
/// True if a call that became an operation may stand in that operation as it is: what is printed is what sqlglot
/// prints, which puts no brackets there.
bool stands_bare(std::string_view call, const Expr& now, const Expr& around);

}  // namespace towline::query
