#include <fmt/core.h>

#include "base/strings.h"
#include "plan/cleanup.h"
#include "runner/environment_catalog.h"
#include "runner/fenced_write.h"
#include "runner/scrub.h"
#include "runner/task_run.h"

// Tasks of cleanups. The task names what the table belongs to; the name itself is made here, so that nothing can be
// dropped that does not carry the name of a physical table.

namespace towline::runner {
namespace {

/// The version (digits, or what the author pinned) is the last part of every physical table's name.
bool is_physical(const plan::PhysicalTable& table) {
    const std::string& version = table.dev ? table.info.dev_version : table.info.version;
    const auto own = plan::fqn_parts(table.info.name);
    return !version.empty() && !own.empty() && table.name().table != own.back() &&
           (table.dev || table.info.virtual_environment_mode == "full");
}

}  // namespace

Status run_drop_table(TaskRun& run) {
    if (!run.spec().table) return fail(ErrorCode::invalid, "the task does not say which table");
    const plan::PhysicalTable table{*run.spec().table, run.spec().dev_table};
    if (!is_physical(table))
        return fail(ErrorCode::invalid,
                    fmt::format("{} is no table of a snapshot, so it is not dropped", table.name().plain()));
    const plan::TableName target = table.name();
    TRY(const std::string name, run.sql_name(target));
    TRY(const engines::ObjectKind kind, run.session().object_kind(target));
    if (kind == engines::ObjectKind::none) return {};  // never made, or gone already
    const std::string_view word = kind == engines::ObjectKind::view ? "VIEW" : "TABLE";
    return fenced_write(run, {target.quoted(), target.catalog, kWholeTarget, false}, [&]() -> Status {
        // As in SQLMesh: views of versions that go later, or were never cleaned up, do not keep the table.
        const std::string_view cascade = run.profile().drop_cascades ? " CASCADE" : "";
        TRY(const std::int64_t rows, run.execute(fmt::format("DROP {} IF EXISTS {}{}", word, name, cascade)));
        static_cast<void>(rows);
        return {};
    });
}

Status run_drop_schema(TaskRun& run) {
    const std::string& schema = run.spec().schema;
    if (schema.empty()) return drop_catalog(run, run.spec().catalog);
    const std::string suffix = "__" + run.spec().naming.name;
    const bool is_of_environment = schema.size() > suffix.size() && run.spec().naming.name.size() > 0 &&
                                   iequals(std::string_view(schema).substr(schema.size() - suffix.size()), suffix);
    if (!is_of_environment)
        return fail(ErrorCode::invalid,
                    fmt::format("schema {} is not the environment's own, so it is not dropped", schema));
    TRY(const bool exists, run.session().schema_exists(run.spec().catalog, schema));
    if (!exists) return {};
    const plan::TableName whole{run.profile().catalog_in_names ? run.spec().catalog : "", "", schema};
    const auto dropped = run.execute("DROP SCHEMA IF EXISTS " + whole.quoted());
    if (dropped) return {};
    if (dropped.error().code != ErrorCode::engine) return fail(dropped.error());
    // Somebody keeps things of their own in it: it stays.
    run.log().line("warning", fmt::format("schema {} stays: {}", schema, scrub(dropped.error().message)));
    return {};
}

}  // namespace towline::runner
