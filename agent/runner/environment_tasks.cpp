#include <fmt/core.h>

#include <set>

#include "plan/naming.h"
#include "project/render_layout.h"
#include "runner/environment_catalog.h"
#include "runner/fenced_write.h"
#include "runner/grants.h"
#include "runner/scrub.h"
#include "runner/table_sql.h"
#include "runner/task_run.h"

// Tasks of the virtual layer: schemas, views, and the statements around a plan or run.

namespace towline::runner {
namespace {

plan::TableName view_of(const TaskRun& run) {
    return {run.spec().view_catalog, run.spec().view_schema, run.spec().view_name};
}

Status on_virtual_update(TaskRun& run, const model::Node& node, const std::string& view) {
    if (node.on_virtual_update.empty()) return {};
    TRY(const sql::Dialect dialect, sql::dialect_from(run.profile().dialect));
    TRY(const Statements statements, project::executed_statements(node, project::StatementSet::on_virtual_update,
                                                                  run.view_context(node, view), dialect));
    for (const std::string& sql : statements) {
        auto done = run.execute(sql);
        if (!done) return fail(std::move(done).error().in("on_virtual_update"));
    }
    return {};
}

void comment_view(TaskRun& run, const model::Node& node, const plan::TableName& view, const std::string& name) {
    if (run.spec().naming.name != "prod" || !run.profile().comments) return;
    if (!node.description && node.column_descriptions.empty()) return;
    auto columns = run.session().columns(view);
    if (!columns) return;
    CommentSql comment{name, true, node.description, node.column_descriptions, {}};
    for (const model::Column& column : *columns) comment.existing.push_back(column.name);
    for (const std::string& sql : comments(comment)) {
        auto done = run.execute(sql);
        if (!done) run.log().line("warning", "a comment was not written: " + shown_message(done.error()));
    }
}

// @schemas and @views of before_all and after_all: what the environment's snapshots are seen as.
project::EnvironmentInfo environment_info(const TaskRun& run) {
    project::EnvironmentInfo info{run.spec().environment, {}, {}};
    std::set<std::string> schemas;
    for (const plan::SnapshotUse& use : run.spec().parents) {
        const plan::TableName view = plan::view_name(use.id.name, run.spec().naming, run.profile().dialect);
        info.views.push_back(view.plain());
        schemas.insert(view.catalog.empty() ? view.schema : view.catalog + "." + view.schema);
    }
    info.schemas.assign(schemas.begin(), schemas.end());
    return info;
}

}  // namespace

Status run_create_schema(TaskRun& run) {
    TRY_STATUS(ensure_catalog(run, run.spec().catalog));
    return run.ensure_schema(run.spec().catalog, run.spec().schema);
}

Status run_create_view(TaskRun& run) {
    TRY(const model::Snapshot* snapshot, run.snapshot());
    const plan::TableName view = view_of(run);
    TRY(const std::string name, run.sql_name(view));
    const plan::SnapshotUse& use = *run.spec().snapshot;
    TRY(const std::string physical, run.sql_name(plan::table_name(*snapshot, use.deployable || use.representative)));
    TRY_STATUS(ensure_catalog(run, view.catalog));
    TRY_STATUS(run.ensure_schema(view.catalog, view.schema));
    const Status done = fenced_write(run, {view.quoted(), view.catalog, kWholeTarget, false}, [&]() -> Status {
        TRY(const engines::ObjectKind kind, run.session().object_kind(view));
        if (kind == engines::ObjectKind::table) {
            return fail(ErrorCode::invalid,
                        fmt::format("{} is a table that Towline did not make, so no view is put in its place", name),
                        "rename or drop the table, or rename the model");
        }
        TRY(const Creatable type, creatable_type(snapshot->node.virtual_properties, run.profile().dialect));
        TRY(const std::int64_t rows, run.execute_all(promote_view(name, physical, run.profile().view, type)));
        static_cast<void>(rows);
        TRY_STATUS(sync_grants(run, snapshot->node, view, name, Layer::virtual_layer));
        return on_virtual_update(run, snapshot->node, name);
    });
    TRY_STATUS(done);
    comment_view(run, snapshot->node, view, name);
    return {};
}

Status run_drop_view(TaskRun& run) {
    const plan::TableName view = view_of(run);
    TRY(const std::string name, run.sql_name(view));
    TRY_STATUS(ensure_catalog(run, view.catalog));
    TRY(const engines::ObjectKind kind, run.session().object_kind(view));
    // Gone already, or a table that was never ours.
    if (kind != engines::ObjectKind::view) return {};
    return fenced_write(run, {view.quoted(), view.catalog, kWholeTarget, false}, [&]() -> Status {
        TRY(const std::int64_t rows, run.execute(drop_view(name)));
        static_cast<void>(rows);
        return {};
    });
}

Status run_statements(TaskRun& run) {
    project::RenderContext context =
        run.context({}, run.spec().before ? project::RuntimeStage::before_all : project::RuntimeStage::after_all, "");
    context.environment = environment_info(run);
    TRY(const sql::Dialect dialect, sql::dialect_from(run.profile().dialect));
    Statements all;
    for (const model::EnvironmentStatements& statements : run.spec().statements) {
        TRY(Statements written, project::render_environment_statements(statements, run.spec().before, context));
        const Statements rendered = project::executed_statements(std::move(written), statements.dialect, dialect);
        all.insert(all.end(), rendered.begin(), rendered.end());
    }
    if (all.empty()) return {};
    TRY(const std::string catalog, run.engine().default_catalog());
    TRY_STATUS(ensure_catalog(run, catalog + "__" + run.spec().naming.name));
    const std::string target =
        fmt::format("environment {} {}", run.spec().environment, run.spec().before ? "before_all" : "after_all");
    return fenced_write(run, {target, catalog, kWholeTarget, false}, [&]() -> Status {
        TRY(const std::int64_t rows, run.execute_all(all));
        static_cast<void>(rows);
        return {};
    });
}

}  // namespace towline::runner
