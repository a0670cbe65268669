#pragma once
// MODEL, AUDIT and METRIC blocks.

#include <string>
#include <string_view>
#include <vector>

#include "sql/expression.h"

namespace towline::sql {

enum class BlockKind { model, audit, metric };

/// One `key value` pair. The shape of `value` depends on the key:
///   name       column (parts may hold macros: then `raw` is the text to expand)
///   kind       column/identifier (kind name) with `properties` filled if it has a list, or
///   variable/macro_call columns    tuple of `alias` nodes: child = data_type, text = column name others
///   whatever parse_field gives
struct Property {
    std::string name;  ///< Lower case.
    Expr value;
    std::string raw;                   ///< Source text of the value.
    std::vector<Property> properties;  ///< Of `kind NAME (…)`.
    bool has_list = false;             ///< kind: brackets were written, perhaps empty.
    std::size_t offset = 0;            ///< Of the key, in the block's text.
    std::size_t value_offset = 0;
};

/// A parsed block. Duplicated keys: only the last one is kept, at its place.
struct Block {
    BlockKind kind = BlockKind::model;
    std::string description;  ///< Comments directly before the word, trimmed, one per line.
    std::vector<Property> properties;
    /// The property of that name, or nothing.
    const Property* find(std::string_view name) const;
};

/// Parses one block's text (`MODEL (…)`, with or without a final `;`; comments before it become the
/// description). A whole macro call in place of a property is kept with the name "@name". Fails with line and
/// caret.
Result<Block> parse_block(std::string_view text, Dialect dialect, Origin origin = {});
/// The property list inside the brackets of a kind, parsed from text (for macro-made kinds).
Result<Property> parse_kind(std::string_view text, Dialect dialect);
/// `(col TYPE, …)`: pairs in order.
struct ColumnType {
    std::string name;
    Expr type;
    bool quoted = false;
    bool operator==(const ColumnType&) const = default;
};
Result<std::vector<ColumnType>> parse_columns(std::string_view text, Dialect dialect);

}  // namespace towline::sql
