#include "runner/task_run.h"

#include <fmt/core.h>

#include <chrono>

#include "base/strings.h"
#include "runner/limits.h"
#include "runner/scrub.h"
#include "runner/sql_text.h"
#include "runner/trace.h"

namespace towline::runner {
namespace {

// Enough of a statement to recognise it.
std::string head_of(const std::string& sql) {
    std::string out = sql.substr(0, kLoggedStatementBytesMax);
    while (!is_utf8(out)) out.pop_back();
    return sql.size() > out.size() ? out + " …" : out;
}

bool loads_rows(std::string_view sql) {
    return starts_with_ignoring_case(sql, "INSERT") || starts_with_ignoring_case(sql, "MERGE") ||
           starts_with_ignoring_case(sql, "CREATE OR REPLACE TABLE") || starts_with_ignoring_case(sql, "CREATE TABLE");
}

}  // namespace

Result<const model::Snapshot*> TaskRun::snapshot() const {
    if (!spec().snapshot) return fail(ErrorCode::invalid, "the task names no snapshot");
    const auto found = parts_.snapshots.find(spec().snapshot->id);
    if (found == parts_.snapshots.end()) {
        return fail(ErrorCode::not_found, fmt::format("the snapshot {} of {} is not known",
                                                      spec().snapshot->id.identifier, spec().snapshot->id.name));
    }
    return &found->second;
}

plan::TableName TaskRun::target(const model::Snapshot& snapshot) const {
    return plan::table_name(snapshot, spec().snapshot && spec().snapshot->deployable);
}

Result<std::string> TaskRun::sql_name(const plan::TableName& name) const {
    const std::size_t limit = profile().identifier_bytes_max;
    for (const std::string* part : {&name.schema, &name.table}) {
        if (limit != 0 && part->size() > limit) {
            return fail(
                ErrorCode::invalid,
                fmt::format("the name {} is longer than the {} bytes that {} allows", *part, limit, profile().type),
                "set physical_table_naming_convention to hash_md5");
        }
    }
    if (profile().catalog_in_names) return name.quoted();
    return plan::TableName{"", name.schema, name.table}.quoted();
}

const model::Snapshot* TaskRun::parent_of(std::string_view fqn, const plan::SnapshotUse** use) const {
    for (const plan::SnapshotUse& parent : spec().parents) {
        if (parent.id.name != fqn) continue;
        const auto found = parts_.snapshots.find(parent.id);
        if (found == parts_.snapshots.end()) return nullptr;
        *use = &parent;
        return &found->second;
    }
    return nullptr;
}

std::optional<std::string> TaskRun::physical_table(std::string_view fqn) const {
    const plan::SnapshotUse* use = nullptr;
    const model::Snapshot* read = nullptr;
    const bool itself = spec().snapshot && spec().snapshot->id.name == fqn;
    if (itself) {
        // What a model reads of itself is decided as for those below it: prod's table, though a dev table is loaded.
        // Only where a table is made, it stands for itself.
        const auto own = parts_.snapshots.find(spec().snapshot->id);
        if (own != parts_.snapshots.end()) read = &own->second;
        use = &*spec().snapshot;
    } else {
        read = parent_of(fqn, &use);
    }
    if (read == nullptr || model::is_symbolic(read->node)) return std::nullopt;
    const bool made = itself && spec().kind == plan::TaskKind::create_table;
    auto name = sql_name(plan::table_name(*read, use->deployable || (use->representative && !made)));
    return name ? std::optional(*name) : std::nullopt;
}

project::RenderContext TaskRun::context(const model::Node&, project::RuntimeStage stage, std::string this_model) const {
    project::RenderContext context;
    context.stage = stage;
    if (!spec().interval.empty()) context.interval = spec().interval;
    context.execution_ms = spec().execution_ts;
    context.this_model = std::move(this_model);
    context.table_of = [this](std::string_view fqn) { return physical_table(fqn); };
    context.embedded_of = [this](std::string_view fqn) -> const model::Node* {
        const plan::SnapshotUse* use = nullptr;
        const model::Snapshot* parent = parent_of(fqn, &use);
        return parent != nullptr && parent->node.kind.name == model::KindName::embedded ? &parent->node : nullptr;
    };
    return context;
}

project::RenderContext TaskRun::view_context(const model::Node& node, std::string this_model) const {
    project::RenderContext out = context(node, project::RuntimeStage::promoting, std::move(this_model));
    const std::string dialect = profile().dialect;
    out.table_of = [this, dialect](std::string_view fqn) -> std::optional<std::string> {
        const plan::SnapshotUse* use = nullptr;
        const model::Snapshot* parent = parent_of(fqn, &use);
        const bool own = spec().snapshot && spec().snapshot->id.name == fqn;
        if (!own && (parent == nullptr || model::is_symbolic(parent->node))) return std::nullopt;
        auto name = sql_name(plan::view_name(fqn, spec().naming, dialect));
        return name ? std::optional(*name) : std::nullopt;
    };
    return out;
}

Result<std::int64_t> TaskRun::execute(const std::string& sql) {
    if (parts_.cancel.requested()) return fail(ErrorCode::cancelled, "stopped on request");
    const auto start = std::chrono::steady_clock::now();
    auto rows = session().execute(trace_comment(task()) + sql);
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
    const std::string head = head_of(sql);
    const std::string bare = without_literals(head, profile().dialect);
    if (!rows) {
        const Error& error = rows.error();
        log().both("error", {.raw = fmt::format("{} ms: {}: {} {}", took.count(), head, error.message, error.detail),
                             .shown = fmt::format("{} ms: {}: {}", took.count(), bare, shown_message(error))});
        return rows;
    }
    log().both("info", {.raw = fmt::format("{} ms, {} rows: {}", took.count(), *rows, head),
                        .shown = fmt::format("{} ms, {} rows: {}", took.count(), *rows, bare)});
    return rows;
}

Result<std::int64_t> TaskRun::execute_all(const Statements& statements) {
    std::int64_t loaded = 0;
    for (const std::string& sql : statements) {
        TRY(const std::int64_t rows, execute(sql));
        if (loads_rows(sql)) loaded = rows;
    }
    return loaded;
}

Status TaskRun::ensure_schema(const std::string& catalog, const std::string& schema) {
    TRY(const bool exists, session().schema_exists(catalog, schema));
    if (exists) return {};
    std::string name = quoted(schema);
    if (profile().catalog_in_names && !catalog.empty()) name = quoted(catalog) + "." + name;
    auto made = execute("CREATE SCHEMA IF NOT EXISTS " + name);
    if (made) return {};
    // Two tasks that create the same schema at the same time: one of them fails although it is there.
    TRY(const bool exists_now, session().schema_exists(catalog, schema));
    if (exists_now) return {};
    return fail(std::move(made).error());
}

}  // namespace towline::runner
