#include "runner/evaluation.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/strings.h"
#include "project/render_layout.h"
#include "runner/fenced_write.h"
#include "runner/grants.h"
#include "runner/scrub.h"
#include "runner/seed_sql.h"
#include "runner/sql_text.h"

namespace towline::runner {
namespace {

model::Columns managed_columns(const model::Node& node) {
    if (!model::is_scd(node)) return {};
    return {{unquoted(node.kind.valid_from_name), node.kind.time_data_type},
            {unquoted(node.kind.valid_to_name), node.kind.time_data_type}};
}

bool is_scd_by_time(const model::Node& node) {
    return model::is_scd(node) && node.kind.name != model::KindName::scd_type_2_by_column;
}

bool has(const model::Columns& columns, const std::string& name) {
    return std::any_of(columns.begin(), columns.end(),
                       [&](const model::Column& column) { return column.name == name; });
}

}  // namespace

model::Columns known_columns(const model::Node& node) {
    const auto& known = node.columns ? node.columns : node.columns_to_types;
    if (!known || known->empty()) return {};
    model::Columns columns = *known;
    // As in SQLMesh: what rows were updated at is compared with the managed columns, so it has their type.
    if (is_scd_by_time(node))
        for (model::Column& column : columns)
            if (column.name == unquoted(node.kind.updated_at_name.value_or("updated_at")))
                column.type = node.kind.time_data_type;
    for (const model::Column& managed : managed_columns(node)) {
        if (!has(columns, managed.name)) columns.push_back(managed);
    }
    const bool typed =
        std::none_of(columns.begin(), columns.end(), [](const model::Column& column) { return column.type.empty(); });
    return typed ? columns : model::Columns{};
}

Result<model::Node> with_types_of(TaskRun& run, const model::Node& node, const plan::TableName& table) {
    model::Node out = node;
    TRY(model::Columns columns, run.session().columns(table));
    if (!columns.empty()) out.columns_to_types = std::move(columns);
    return out;
}

Result<Evaluation> Evaluation::begin(TaskRun& run, const model::Snapshot& snapshot) {
    Evaluation out(run, snapshot);
    out.table_ = run.target(snapshot);
    TRY(out.name_, run.sql_name(out.table_));
    TRY(out.object_, run.session().object_kind(out.table_));
    const bool wants_view = snapshot.node.kind.name == model::KindName::view;
    out.exists_ = out.object_ == (wants_view ? engines::ObjectKind::view : engines::ObjectKind::table);
    return out;
}

project::RenderContext Evaluation::context() const {
    // A table that is made or altered is not evaluated, whether it was there or not.
    const bool evaluates = exists_ && run_->spec().kind == plan::TaskKind::evaluate;
    const auto stage = evaluates ? project::RuntimeStage::evaluating : project::RuntimeStage::creating;
    // @this_model is what the model's own name stands for in its query: not always the table that is written.
    project::RenderContext context = run_->context(node(), stage, run_->physical_table(node().fqn).value_or(name_));
    context.snapshot_table_exists = exists_;
    return context;
}

Result<std::string> Evaluation::query() const {
    // SQLMesh executes the query as it prints it: with its stars written out and its columns qualified, which decides
    // what a view keeps showing and whose column `id` is.
    return project::executed_query(node(), context());
}

Result<Creatable> Evaluation::type() const {
    return creatable_type(node().physical_properties, run_->profile().dialect);
}

Result<std::optional<std::string>> Evaluation::merge_filter() const {
    return project::render_merge_filter(node(), context());
}

Status Evaluation::run_statements_of(project::StatementSet set, const std::string& stand_in) {
    project::RenderContext where = context();
    if (!stand_in.empty()) {
        where.this_model = stand_in;
        where.table_of = [own = node().fqn, stand_in, others = where.table_of](std::string_view fqn) {
            return fqn == own ? std::optional(stand_in) : others(fqn);
        };
    }
    TRY(const sql::Dialect dialect, sql::dialect_from(run_->profile().dialect));
    TRY(const Statements statements, project::executed_statements(node(), set, where, dialect));
    for (const std::string& sql : statements) {
        auto done = run_->execute(sql);
        if (!done) {
            return fail(
                std::move(done).error().in(set == project::StatementSet::pre ? "pre-statement" : "post-statement"));
        }
    }
    return {};
}

// The physical schema is ours: an object of the wrong kind there is left over from an earlier kind of the
// model.
Status Evaluation::drop_mismatch() {
    if (exists_ || object_ == engines::ObjectKind::none) return {};
    const std::string_view cascade = run_->profile().drop_cascades ? " CASCADE" : "";
    const std::string_view word = object_ == engines::ObjectKind::view ? "VIEW" : "TABLE";
    TRY(const std::int64_t rows, run_->execute(fmt::format("DROP {} IF EXISTS {}{}", word, name_, cascade)));
    static_cast<void>(rows);
    return {};
}

Status Evaluation::write(const std::function<Result<std::int64_t>()>& load) {
    if (!exists_) TRY_STATUS(run_->ensure_schema(table_.catalog, table_.schema));
    WriteTarget target{table_.quoted(), table_.catalog, kWholeTarget, false};
    const model::KindName kind = node().kind.name;
    const bool loads = run_->spec().kind == plan::TaskKind::evaluate;
    if (kind == model::KindName::incremental_by_time_range && loads) {
        target.range = run_->spec().interval;
        if (target.range.empty()) return fail(ErrorCode::invalid, "the task's interval is empty");
    }
    const bool altered = exists_ && run_->spec().kind == plan::TaskKind::migrate;
    target.once = kind == model::KindName::incremental_unmanaged && loads;
    return fenced_write(*run_, target, [&]() -> Status {
        TRY_STATUS(drop_mismatch());
        if (!altered) TRY_STATUS(run_statements_of(project::StatementSet::pre));
        TRY(const std::int64_t rows, load());
        if (!altered) TRY_STATUS(run_statements_of(project::StatementSet::post));
        TRY_STATUS(sync_grants(*run_, node(), table_, name_, Layer::physical));
        if (loads && kind != model::KindName::view) run_->completion().rows = rows;
        return {};
    });
}

Status Evaluation::create_if_missing() {
    if (exists_) return {};
    if (run_->profile().row_locks) {
        // IF NOT EXISTS does not help two transactions that create the same table at once: the second one
        // waits here.
        TRY(const std::int64_t locked,
            run_->execute(
                fmt::format("SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext({}))", text_literal(name_))));
        static_cast<void>(locked);
    }
    made_table(false);
    TRY(const Creatable how, type());
    if (model::is_seed(node())) {
        TRY(const model::Columns columns, seed_columns(node()));
        TRY(const std::int64_t rows, run_->execute(create_table(name_, columns, how)));
        static_cast<void>(rows);
        return {};
    }
    const model::Columns columns = known_columns(node());
    std::string sql;
    if (columns.empty()) {
        TRY(const std::string select, query());
        sql = create_empty_table_as(name_, select, managed_columns(node()), how);
    } else {
        sql = create_table(name_, columns, how);
    }
    TRY(const std::int64_t rows, run_->execute(sql));
    static_cast<void>(rows);
    return {};
}

bool Evaluation::is_deployable() const { return run_->spec().snapshot && run_->spec().snapshot->deployable; }

void Evaluation::comment() {
    if (!comments_due_ || !run_->profile().comments) return;
    if (!node().description && node().column_descriptions.empty()) return;
    auto columns = run_->session().columns(table_);
    if (!columns) return;
    CommentSql comment{
        name_, node().kind.name == model::KindName::view, node().description, node().column_descriptions, {}};
    for (const model::Column& column : *columns) comment.existing.push_back(column.name);
    for (const std::string& sql : comments(comment)) {
        auto done = run_->execute(sql);
        if (!done) run_->log().line("warning", "a comment was not written: " + shown_message(done.error()));
    }
}

}  // namespace towline::runner
