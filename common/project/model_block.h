#pragma once
// The macros of a MODEL or AUDIT block.

#include "model/node.h"
#include "project/config.h"
#include "sql/ddl.h"
#include "sql/macros.h"

namespace towline::project {

/// The macros of a MODEL block: variables of the configuration and of the blueprint, the times at the epoch.
Result<sql::MacroScope> block_scope(sql::Dialect dialect, const Config& config, const model::Variables& blueprint);
/// A block with its macros expanded: variables of the configuration, then of the blueprint. Properties that
/// are rendered late keep theirs.
Result<sql::Block> render_block(const sql::Block& block, sql::Dialect dialect, const Config& config,
                                const model::Variables& blueprint);

}  // namespace towline::project
