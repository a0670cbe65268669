#pragma once
// Jinja blocks of a project: which macros and variables they refer to, and the SQL that they render to.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/node.h"
#include "project/faults.h"
#include "project/render.h"
#include "sql/dialect.h"

namespace towline::project {

/// True for a stored statement that is a JINJA_QUERY_BEGIN or JINJA_STATEMENT_BEGIN block.
bool is_jinja_block(std::string_view statement);
/// The block as SQLMesh prints it, which is how ON_VIRTUAL_UPDATE blocks are stored.
std::string printed_jinja_block(std::string_view statement);

/// A failure in what `stored` rendered to, if it is a block: its line is of no line of the file, so it goes.
Error after_jinja(Error error, std::string_view stored);

/// Values that only one rendering has: the arguments of an audit, as SQL text by name.
using JinjaArguments = std::map<std::string, std::string>;

/// The SQL statements a Jinja block renders to. They may still hold macros of SQLMesh. Nothing is left of blanks and
/// comments. `with_range` gives start_* and end_*. Fails with line and column counted from the statement's start.
/// Requires: is_jinja_block(statement).
Result<std::vector<std::string>> render_jinja_block(std::string_view statement, const model::Node& node,
                                                    const RenderContext& context, bool with_range,
                                                    const JinjaArguments& arguments = {});
/// The one query of a block, "" if nothing is left. Other text is returned without its final `;`.
Result<std::string> query_text(const std::string& stored, const model::Node& node, const RenderContext& context,
                               bool with_range, const JinjaArguments& arguments = {});
/// The statements of a stored text: those of a Jinja block, or the text itself without its final `;`.
Result<std::vector<std::string>> statement_texts(const std::string& stored, const model::Node& node,
                                                 const RenderContext& context);

/// The Jinja macros of a project's macros folder: name → definition.
class JinjaMacros {
 public:
    /// Adds the macros of a file; a name that is known is replaced. A fault names what Jinja cannot read.
    void add(const SourceFile& file, sql::Dialect dialect, FaultList& faults);
    bool empty() const { return macros_.empty(); }

    /// What texts refer to: macros with everything they call in turn, variables of var() and blueprint_var().
    struct References {
        std::map<std::string, std::string> macros;
        std::set<std::string> variables;
    };
    /// Texts that are no Jinja block count too, as in SQLMesh; what cannot be read refers to nothing.
    References references(const std::vector<std::string>& texts) const;

 private:
    /// A definition and the names it calls and variables it reads.
    struct Macro {
        std::string definition;
        std::set<std::string> calls;
        std::set<std::string> variables;
    };
    void define(const SourceFile& file, std::size_t begin, std::size_t end, std::string name, FaultList& faults);

    std::map<std::string, Macro> macros_;
};

}  // namespace towline::project
