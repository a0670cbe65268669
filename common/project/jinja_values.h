#pragma once
// What SQLMesh gives to templates, as values of common/jinja.

#include <optional>

#include "jinja/template.h"
#include "model/node.h"
#include "project/render.h"
#include "sql/dialect.h"

namespace towline::project {

jinja::Value jinja_value(jinja::Heap& heap, const model::Value& value);
/// A function `name(variable, default=None)` over variables, which must outlive the rendering. With a dialect, texts
/// are given as SQL, in quotes: what SQLMesh does with the values of blueprints.
jinja::Value variable_reader(jinja::Heap& heap, const model::Variables& variables,
                             std::optional<sql::Dialect> quoted = {});
/// Every predefined variable of a node, without `@`; functions var, blueprint_var, gateway, resolve_table.
/// Node and context must outlive the rendering.
void set_predefined(jinja::Rendering& rendering, const model::Node& node, const RenderContext& context,
                    bool with_range);

}  // namespace towline::project
