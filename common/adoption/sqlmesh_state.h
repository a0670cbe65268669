#pragma once
// The state of a project as `sqlmesh state export` writes it (file version 1, state schema 101 and 102), and as values.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "json/json.h"
#include "model/snapshot.h"
#include "plan/fingerprint.h"
#include "project/project.h"

namespace towline::adoption {

/// An environment with its before_all and after_all.
struct StateEnvironment {
    model::Environment environment;
    std::vector<model::EnvironmentStatements> statements;
};

/// Everything that environments live on: their records and the snapshots they name, with intervals.
struct State {
    std::vector<model::Snapshot> snapshots;
    std::vector<StateEnvironment> environments;
};

/// What a read state is, beside the values.
struct Reading {
    State state;
    std::string sqlmesh_version;
    std::vector<std::string> unverified;  ///< names of models whose definition could not be rebuilt exactly
    std::vector<std::string> warnings;
};

/// The project on disk: definitions of the same fingerprint are taken from it, for files say more than a state does.
struct LocalProject {
    std::map<model::SnapshotId, const model::Node*> nodes;
    std::vector<model::EnvironmentStatements> statements;
};
/// Refers to the nodes of `project`. Fails like plan::fingerprints.
Result<LocalProject> local_project(const project::Project& project);

/// A state that is read piece by piece, so that no more than a piece need be in memory: first the head, then all
/// environments, then all snapshots. Failures are those of read_state. Not thread-safe.
class StateReader {
 public:
    /// Takes only `environments` if that names some. Requires: `local` outlives this.
    explicit StateReader(const LocalProject& local, const std::vector<std::string>& environments = {})
        : local_(local), wanted_(environments.begin(), environments.end()), open_(wanted_) {}

    /// An object with everything of the state but its environments; of `snapshots` only that it is there matters.
    Status head(const json::Reader& root);
    Status environment(const std::string& name, const json::Reader& item);
    Status end_environments();
    /// Nothing if it is not asked for, or cannot be taken over; end_snapshots tells about the latter.
    Result<std::optional<model::Snapshot>> snapshot(const json::Reader& item);
    Status end_snapshots();
    /// Environments, words and warnings; its snapshots are those that were given, not here.
    Reading& reading() { return out_; }

 private:
    const LocalProject& local_;
    std::set<std::string> wanted_, open_;
    std::set<model::SnapshotId> needed_;
    std::vector<std::string> problems_, left_out_;
    Reading out_;
};

/// The whole of it at once. Takes only `environments` if that names some. Fails with `invalid` on what is no importable
/// state, `unsupported` on a schema that is not known and on models that cannot be taken over, naming all of them,
/// `not_found` on an environment that is not there.
Result<Reading> read_state(const json::Reader& root, const LocalProject& local,
                           const std::vector<std::string>& environments = {});

/// What is written of a state.
struct Writing {
    std::string timestamp;  ///< "2024-01-10 12:00:00+00:00"
    bool importable = true;
};
/// The state as a file that `sqlmesh state import` takes.
Result<std::string> write_state(const State& state, const Writing& how);

}  // namespace towline::adoption
