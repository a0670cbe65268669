#pragma once
// How two definitions of one node differ, and what a category does to a snapshot's versions. Private to
// common/plan.

#include <optional>
#include <string>

#include "base/result.h"
#include "model/snapshot.h"

namespace towline::plan {

/// True if only metadata differs: other data values are equal, statements and query have the same meaning
/// (1.7).
bool is_metadata_only_change(const model::Node& now, const model::Node& before);
/// A change of the node itself that needs data (1.6). The fingerprints are those of the nodes.
bool is_data_change(const model::Snapshot& now, const model::Snapshot& before);
/// Kind changes that no table survives (1.9).
bool is_breaking_kind_change(const model::Snapshot& before, const model::Snapshot& now);
/// The table has to be filled anew although the version stays (3.3 step 8).
bool should_force_rebuild(const model::Snapshot& before, const model::Snapshot& now);
/// 1.10: true if nothing but additions is found, false if it cannot be told.
bool is_only_additions(const model::Node& now, const model::Node& before);

/// Sets the category and with it version and dev_version (1.12). Fails if the kind's values cannot be read.
Status categorize_as(model::Snapshot& snapshot, model::ChangeCategory category, bool forward_only);
/// What later snapshots remember of this one.
model::DataVersion data_version(const model::TableInfo& info);
/// previous_versions and the own one, the last ten.
std::vector<model::DataVersion> all_versions(const model::TableInfo& info);

}  // namespace towline::plan
