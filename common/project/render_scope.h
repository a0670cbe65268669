#pragma once
// What macros see while a node is rendered, and the steps that all renderings share.

#include <string>
#include <string_view>
#include <vector>

#include "project/render.h"
#include "sql/macros.h"

namespace towline::project {

/// Locals, variables and blueprint variables of a node. `with_range` adds start_* and end_*.
Result<sql::MacroScope> macro_scope(const model::Node& node, const RenderContext& context, bool with_range);
/// Evaluates the @DEFs of all statements of the node into the scope.
Status take_definitions(const model::Node& node, sql::MacroScope& scope);
/// The statement without surrounding blanks and final `;`.
std::string bare_statement(std::string_view text);
/// The node's query with macros expanded and names as written: what dependencies are read from.
Result<std::string> expanded_query(const model::Node& node, const RenderContext& context);
/// Tables replaced by physical ones and EMBEDDED models inlined. `keep` is an FQN that stays as it is.
Result<std::string> with_physical_tables(const std::string& text, const model::Node& node, const RenderContext& context,
                                         int depth = 0, std::string_view keep = {});
/// An audit that every project has, over the table text `from`. Fails if it is unknown or lacks an argument.
Result<std::string> builtin_audit_query(std::string_view name, const model::Properties& arguments,
                                        const std::string& from, sql::Dialect dialect);

}  // namespace towline::project
