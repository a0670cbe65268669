#pragma once
// The customer's SQL engine behind one interface, plus a table of facts that decide which statements it gets.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/node.h"
#include "plan/naming.h"

namespace towline::engines {

/// How a whole table is replaced.
enum class ReplaceStrategy { create_or_replace, delete_insert };
/// How a view is replaced.
enum class ViewStrategy { create_or_replace, drop_cascade_create };
/// How rows are merged by key.
enum class MergeStrategy { native_merge, delete_insert_by_key };

/// Facts about an engine (reference sqlmesh_plan_run 5.13). The executor asks these, never the engine's name.
struct EngineProfile {
    std::string type;                      ///< SQLMesh's connection type: "postgres"
    std::string dialect;                   ///< "postgres"
    std::size_t identifier_bytes_max = 0;  ///< 0 = not limited
    ReplaceStrategy replace = ReplaceStrategy::delete_insert;
    ViewStrategy view = ViewStrategy::create_or_replace;
    MergeStrategy merge = MergeStrategy::delete_insert_by_key;
    bool transactional = true;     ///< DDL and DML roll back together
    bool catalog_in_names = true;  ///< a statement may name catalog.schema.table
    bool comments = true;          ///< COMMENT ON TABLE/COLUMN exists
    std::size_t insert_rows_per_statement = 400;
    bool view_binding = false;   ///< an existing view is not replaced at evaluation (reference 5.8)
    bool row_locks = false;      ///< SELECT … FOR UPDATE, lock_timeout and advisory locks exist
    bool grants = false;         ///< GRANT and REVOKE, with the privileges in information_schema.role_table_grants
    bool exclusive = false;      ///< only one process may have the database open
    bool drop_cascades = false;  ///< views on a dropped column or view must be dropped with it (CASCADE)
};

struct QueryResult {
    std::vector<std::string> columns;
    std::vector<std::vector<std::optional<std::string>>> rows;
};

/// A kind of object in the catalogue.
enum class ObjectKind { none, table, view };

/// One connection. Used by one thread at a time, except cancel().
class Session {
 public:
    virtual ~Session() = default;
    virtual const EngineProfile& profile() const = 0;
    /// Runs statements that give no rows; the number of rows affected by the last, where the engine tells.
    virtual Result<std::int64_t> execute(const std::string& sql) = 0;
    /// At most `rows_max` rows; more is too_large.
    virtual Result<QueryResult> query(const std::string& sql, std::size_t rows_max = 10'000) = 0;
    virtual Status begin() = 0;
    virtual Status commit() = 0;
    virtual Status rollback() = 0;
    /// The engine's own name of this connection (a backend pid); journalled before anything is executed.
    virtual std::string session_id() const = 0;
    /// From any thread: asks the engine to stop the running statement, which then fails with ErrorCode::cancelled.
    virtual void cancel() = 0;
    virtual Result<ObjectKind> object_kind(const plan::TableName& name) = 0;
    virtual Result<bool> schema_exists(const std::string& catalog, const std::string& schema) = 0;
    /// Columns with the engine's type names, in order; empty if there is no such object.
    virtual Result<model::Columns> columns(const plan::TableName& name) = 0;
};

/// Opens sessions on one gateway. Thread-safe.
class Engine {
 public:
    virtual ~Engine() = default;
    virtual const EngineProfile& profile() const = 0;
    /// `label` (task and plan id) becomes the application name or a comment, so that a query can be found.
    virtual Result<std::unique_ptr<Session>> open(const std::string& label) = 0;
    /// The same, but gives up with `cancelled` soon after `stop` says so, where opening may wait for long (a file that
    /// another process has). `stop` is asked from the calling thread.
    virtual Result<std::unique_ptr<Session>> open_unless(const std::function<bool()>& stop, const std::string& label) {
        static_cast<void>(stop);
        return open(label);
    }
    /// The catalogue that unqualified names fall into; reported at registration.
    virtual Result<std::string> default_catalog() = 0;
    /// Ends a session of a dead predecessor; true if it existed.
    virtual Result<bool> kill_session(const std::string& session_id) = 0;
    /// Whether tasks of the running work still wait. An engine that is dear to open may then stay open for a moment
    /// after its last session; without them it is closed with it. Counts until the next call.
    virtual void expect_more(bool more) { static_cast<void>(more); }
    /// How many sessions may be open at once (the connection's concurrent_tasks).
    virtual int concurrent_tasks() const = 0;
};

}  // namespace towline::engines
