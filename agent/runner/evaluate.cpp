#include <fmt/core.h>

#include <algorithm>

#include "base/strings.h"
#include "crypto/crypto.h"
#include "runner/evaluation.h"
#include "runner/grants.h"
#include "runner/scd_sql.h"
#include "runner/seed_sql.h"
#include "runner/sql_text.h"

namespace towline::runner {
namespace {

using model::KindName;

std::vector<std::string> names_of(const model::Columns& columns) {
    std::vector<std::string> names;
    for (const model::Column& column : columns) names.push_back(column.name);
    return names;
}

// The table one batch is loaded into, and what is known of it while the transaction is open.
class TableLoad {
 public:
    TableLoad(TaskRun& run, Evaluation& evaluation) : run_(run), evaluation_(evaluation), node_(evaluation.node()) {}

    Result<std::int64_t> load() {
        const bool first = !evaluation_.exists() || run_.spec().is_first_insert;
        const bool first_batch = first && run_.spec().batch_index == 0;
        switch (node_.kind.name) {
            case KindName::seed:
                return load_seed();
            case KindName::full:
                return replace();
            case KindName::incremental_by_time_range:
                return load_range();
            case KindName::incremental_by_unique_key:
                return first_batch ? replace() : load_by_key(true);
            case KindName::incremental_by_partition:
                return first_batch ? replace() : load_by_key(false);
            case KindName::incremental_unmanaged:
                return first_batch ? replace() : load_unmanaged();
            case KindName::scd_type_2:
            case KindName::scd_type_2_by_time:
            case KindName::scd_type_2_by_column:
                return load_scd(first);
            default:
                break;
        }
        return fail(ErrorCode::unsupported,
                    fmt::format("models of kind {} are not handled", model::to_string(node_.kind.name)));
    }

 private:
    Result<Load> load_of(std::string query) {
        TRY(const model::Columns columns, run_.session().columns(evaluation_.table()));
        if (columns.empty())
            return fail(ErrorCode::not_found, fmt::format("the table {} is not there", evaluation_.name()));
        Load load{evaluation_.name(), names_of(columns), std::move(query), {}};
        // Only with IGNORE may the query and the table differ; then the query is asked for what it gives.
        if (ignores_changes()) {
            TRY(const auto probe, run_.session().query(fmt::format("SELECT * FROM {} WHERE FALSE LIMIT 0",
                                                                   subquery(load.query, "_subquery"))));
            load.source_columns = probe.columns;
        }
        return load;
    }

    bool ignores_changes() const {
        return iequals(node_.kind.on_destructive_change, "IGNORE") || iequals(node_.kind.on_additive_change, "IGNORE");
    }

    /// The range of the time column, in the type that it has.
    Result<std::string> range_condition() {
        if (!known_columns(node_).empty() && !ignores_changes())
            return project::time_range_condition(node_, run_.spec().interval);
        TRY(const model::Node typed, with_types_of(run_, node_, evaluation_.table()));
        return project::time_range_condition(typed, run_.spec().interval);
    }

    std::string temp_name() {
        const std::string suffix = crypto::random_hex(4);
        const plan::TableName name = temporary_name(evaluation_.table(), suffix, run_.profile().identifier_bytes_max);
        return run_.sql_name(name).value_or(name.quoted());
    }

    Result<std::int64_t> load_range() {
        TRY_STATUS(evaluation_.create_if_missing());
        TRY(std::string query, evaluation_.query());
        TRY(const std::string condition, range_condition());
        TRY(const Load load, load_of(std::move(query)));
        return run_.execute_all(replace_range(load, condition));
    }

    Result<std::int64_t> replace() {
        // Declared columns are made before rows are put into them: values have to fit, nothing is cast.
        const bool made_first = node_.depends_on_self || (node_.columns && !known_columns(node_).empty());
        if (made_first) TRY_STATUS(evaluation_.create_if_missing());
        if (node_.depends_on_self) evaluation_.made_table();  // SQLMesh comments it before each load, new or not
        TRY(std::string query, evaluation_.query());
        const bool there = evaluation_.exists() || made_first;
        const bool or_replace = run_.profile().replace == engines::ReplaceStrategy::create_or_replace;
        if (!there || or_replace) {
            evaluation_.made_table();
            // As in SQLMesh, only FULL models are cast to what was inferred. The others, and what nothing is known of
            // (`SELECT *` of a file), are made as the query gives them, or keep the columns of the table in place.
            const bool cast = node_.kind.name == model::KindName::full || node_.columns || node_.depends_on_self;
            model::Columns types = cast ? known_columns(node_) : model::Columns{};
            if (types.empty() && evaluation_.exists()) {
                TRY(types, run_.session().columns(evaluation_.table()));
            }
            TRY(Creatable type, evaluation_.type());
            return run_.execute_all(create_as(
                {evaluation_.name(), std::move(query), std::move(types), there && or_replace, std::move(type)}));
        }
        TRY(const Load load, load_of(std::move(query)));
        // A model that reads itself finds its table emptied, as in SQLMesh: it looks for the table's name without the
        // alias that every table of a query has, so no copy is made.
        return run_.execute_all(replace_rows(load));
    }

    Result<std::int64_t> load_by_key(bool unique) {
        TRY(std::string query, evaluation_.query());
        TRY(Load load, load_of(std::move(query)));
        const std::vector<std::string>& keys = unique ? node_.kind.unique_key : node_.partitioned_by;
        if (keys.empty())
            return fail(ErrorCode::invalid, unique ? "the model has no unique_key" : "the model has no partitioned_by");
        if (unique && run_.profile().merge == engines::MergeStrategy::native_merge) {
            TRY(auto filter, evaluation_.merge_filter());
            return run_.execute_all(merge({std::move(load), keys, node_.kind.when_matched, std::move(filter)}));
        }
        if (unique && (node_.kind.when_matched || node_.kind.merge_filter)) {
            return fail(ErrorCode::unsupported,
                        fmt::format("This engine does not support MERGE expressions and therefore `{}` is not "
                                    "supported.",
                                    node_.kind.when_matched ? "when_matched" : "merge_filter"));
        }
        TRY(load.types, run_.session().columns(evaluation_.table()));
        return run_.execute_all(replace_by_key({std::move(load), keys, temp_name(), unique}));
    }

    Result<std::int64_t> load_unmanaged() {
        if (node_.kind.insert_overwrite) return node_.partitioned_by.empty() ? replace() : load_by_key(false);
        TRY(std::string query, evaluation_.query());
        TRY(const Load load, load_of(std::move(query)));
        return run_.execute_all(append(load));
    }

    Result<std::int64_t> load_scd(bool first) {
        TRY_STATUS(evaluation_.create_if_missing());
        TRY(std::string query, evaluation_.query());
        TRY(const model::Columns columns, run_.session().columns(evaluation_.table()));
        std::string whole =
            scd_query({evaluation_.name(), columns, std::move(query), node_.kind, run_.spec().execution_ts, first});
        // The query reads the table it replaces. Types come from the table, so that they cannot drift.
        evaluation_.made_table();
        if (run_.profile().replace == engines::ReplaceStrategy::create_or_replace) {
            return run_.execute_all(create_as({evaluation_.name(), std::move(whole), columns, true, {}}));
        }
        return run_.execute_all(
            replace_rows_through({evaluation_.name(), names_of(columns), std::move(whole), {}}, temp_name()));
    }

    Result<std::int64_t> load_seed() {
        // Where the engine can, SQLMesh replaces the table by one with the rows: its columns may be others (`dev_only`
        // has one table for all versions), and it is commented as a loaded one.
        if (run_.profile().replace == engines::ReplaceStrategy::create_or_replace) {
            evaluation_.made_table();
            TRY(const model::Columns columns, seed_columns(node_));
            TRY(const Creatable type, evaluation_.type());
            TRY(const std::int64_t none, run_.execute(create_table(evaluation_.name(), columns, type, true)));
            static_cast<void>(none);
        } else {
            TRY_STATUS(evaluation_.create_if_missing());
            TRY(const std::int64_t deleted, run_.execute(fmt::format("DELETE FROM {} WHERE TRUE", evaluation_.name())));
            static_cast<void>(deleted);
        }
        TRY(const Statements inserts,
            seed_inserts(node_, evaluation_.name(), run_.profile().insert_rows_per_statement));
        std::int64_t rows = 0;
        for (const std::string& insert : inserts) {
            TRY(const std::int64_t inserted, run_.execute(insert));
            rows += inserted;
        }
        return rows;
    }

    TaskRun& run_;
    Evaluation& evaluation_;
    const model::Node& node_;
};

Status evaluate_view(TaskRun& run, Evaluation& evaluation) {
    // Where views are bound to their tables, the view in place is the right one: its version names it. What stands
    // around its query is executed. A materialized one is made again where all of it is to be loaded.
    const bool again = evaluation.node().kind.materialized && run.spec().is_first_insert;
    if (evaluation.object() == engines::ObjectKind::view && run.profile().view_binding && !again) {
        const model::Node& node = evaluation.node();
        if (node.pre_statements.empty() && node.post_statements.empty()) return {};
        return evaluation.write([]() -> Result<std::int64_t> { return 0; });
    }
    TRY_STATUS(evaluation.write([&]() -> Result<std::int64_t> {
        TRY(std::string query, evaluation.query());
        TRY(Creatable type, evaluation.type());
        TRY(const std::int64_t rows,
            run.execute_all(replace_view({evaluation.name(), std::move(query), std::move(type)}, run.profile().view)));
        static_cast<void>(rows);
        evaluation.made_table(run.spec().kind == plan::TaskKind::evaluate);
        return 0;
    }));
    return {};
}

Status load_table(TaskRun& run, Evaluation& evaluation) {
    return evaluation.write([&] { return TableLoad(run, evaluation).load(); });
}

}  // namespace

Status run_evaluate(TaskRun& run) {
    TRY(const model::Snapshot* snapshot, run.snapshot());
    const model::Node& node = snapshot->node;
    if (node.source_type == model::SourceType::audit || model::is_symbolic(node)) return run_audit(run);
    TRY(Evaluation evaluation, Evaluation::begin(run, *snapshot));
    if (node.kind.name == KindName::view) {
        TRY_STATUS(evaluate_view(run, evaluation));
    } else {
        TRY_STATUS(load_table(run, evaluation));
    }
    evaluation.comment();
    return run_audit(run);
}

Status run_create_table(TaskRun& run) {
    TRY(const model::Snapshot* snapshot, run.snapshot());
    if (snapshot->node.source_type == model::SourceType::audit || model::is_symbolic(snapshot->node)) return {};
    TRY(Evaluation evaluation, Evaluation::begin(run, *snapshot));
    if (evaluation.exists())
        return sync_grants(run, evaluation.node(), evaluation.table(), evaluation.name(), Layer::physical);
    const KindName kind = snapshot->node.kind.name;
    if (kind == KindName::view) {
        TRY_STATUS(evaluate_view(run, evaluation));
    } else if (kind == KindName::seed) {
        TRY_STATUS(load_table(run, evaluation));
    } else {
        const auto create = [&]() -> Result<std::int64_t> {
            TRY_STATUS(evaluation.create_if_missing());
            return 0;
        };
        TRY_STATUS(evaluation.write(create));
    }
    evaluation.comment();
    return {};
}

}  // namespace towline::runner
