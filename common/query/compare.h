#pragma once
// What sets two queries apart, for categories of changes. The rules are those by which SQLMesh tells an added column
// from any other edit.

#include "query/tree.h"

namespace towline::query {

enum class Edit {
    none,               ///< The trees are equal.
    projections_added,  ///< Select lists gained projections that leave the rows and the places of the others alone.
    other,
};

/// Compares two trees of `rendered`. Comments do not count. Pure.
Edit compare(const Expr& before, const Expr& after);

}  // namespace towline::query
