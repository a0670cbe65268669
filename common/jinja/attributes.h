#pragma once
// What filters take from items. Private to common/jinja.

#include "jinja/template.h"

namespace towline::jinja {

/// The attribute that a filter's `attribute=` names: "a.b.0" or a number. `otherwise` stands for undefined, if not
/// null.
Result<Value> attribute_of(Rendering& rendering, const Value& of, const Value& path, const Value* otherwise);
/// Texts in lower case, unless case matters: what sorting and grouping compare.
Value folded(const Value& value, bool case_sensitive);

}  // namespace towline::jinja
