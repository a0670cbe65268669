#pragma once
// A model's query as `render` shows it: laid out by sqlglot's rules, qualified where SQLMesh qualifies it.

#include "project/render.h"
#include "query/compare.h"
#include "query/print.h"

namespace towline::project {

/// The query for an interval in that layout, its tables and EMBEDDED parents replaced as `context` says. Fails with
/// `unsupported` if the query holds something whose layout is not known. Requires: a node with a query. Pure.
Result<std::string> render_laid_out(const model::Node& node, const RenderContext& context, const query::Layout& layout);

/// The query as it is run: the text of SQLMesh on one line, without comments. What has no known text, or one that would
/// be read as another query, is what its author wrote, made such that the engine reads it as sqlglot does. Pure.
Result<std::string> executed_query(const model::Node& node, const RenderContext& context);

/// An audit's query as it is run on an engine of `dialect`, by the same rules; nothing of it is qualified, as the
/// columns of what it reads are not known to SQLMesh either. Pure.
std::string executed_audit(const RenderedAudit& audit, const model::Node& node, sql::Dialect dialect);

/// The statements of render_statements as they are run on an engine of `dialect`: as SQLMesh prints them where that is
/// known and is read again as the same, with the names of what a query in them gives; others as they are written. Pure.
Result<std::vector<std::string>> executed_statements(const model::Node& node, StatementSet set,
                                                     const RenderContext& context, sql::Dialect dialect);
/// The same of statements of an environment, whose names and tables SQLMesh leaves as they are.
std::vector<std::string> executed_statements(std::vector<std::string> rendered, const std::string& written_in,
                                             sql::Dialect dialect);

/// How two definitions' queries differ as they are at load time, qualified and simplified where the columns of what
/// they read are known. Fails with `unsupported` if one of them cannot be read as a tree. Requires: nodes with queries.
/// Pure.
Result<query::Edit> query_edit(const model::Node& before, const model::Node& now);

/// Any query text in that layout, with the node's dialect: nothing of it is qualified. `named`: names in quotes, tables
/// with their catalogs and aliases.
Result<std::string> laid_out(const std::string& text, const model::Node& node, const query::Layout& layout, bool named);

/// The query of the node between the comments that stand around it in its file: they belong to no hash, so no node has
/// them. As it is where the file does not hold it exactly once, and for Jinja. Pure.
std::string with_outer_comments(const model::Node& node, const std::string& file);

}  // namespace towline::project
