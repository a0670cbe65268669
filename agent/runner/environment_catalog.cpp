#include "runner/environment_catalog.h"

#include <fmt/core.h>

#include <filesystem>
#include <system_error>

#include "base/strings.h"
#include "runner/fence_sql.h"
#include "runner/sql_text.h"

namespace towline::runner {
namespace {

/// The name is a file's: what is a path leads elsewhere, and is nobody's catalogue.
bool is_of_environment(const TaskRun& run, const std::string& catalog) {
    const model::EnvironmentNaming& naming = run.spec().naming;
    if (catalog.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos) return false;
    const std::string suffix = "__" + naming.name;
    return naming.suffix_target == model::SuffixTarget::catalog && naming.name != "prod" &&
           catalog.size() > suffix.size() &&
           iequals(std::string_view(catalog).substr(catalog.size() - suffix.size()), suffix);
}

/// Beside the database that names without a catalogue fall into; in memory where that is.
Result<std::string> path_of(TaskRun& run, const std::string& catalog) {
    TRY(const auto found,
        run.session().query("SELECT path FROM duckdb_databases() WHERE database_name = current_database()"));
    if (found.rows.empty() || !found.rows.front().front().has_value() || found.rows.front().front()->empty())
        return std::string(":memory:");
    return (std::filesystem::path(*found.rows.front().front()).parent_path() / (catalog + ".db")).string();
}

Result<bool> has_more(TaskRun& run, const std::string& catalog) {
    const std::string where = fmt::format("database_name = {} AND NOT internal AND schema_name <> {}",
                                          text_literal(catalog), text_literal(fences_table(catalog).schema));
    TRY(const auto found,
        run.session().query(fmt::format(
            "SELECT 1 FROM duckdb_tables() WHERE {0} UNION ALL SELECT 1 FROM duckdb_views() WHERE {0}", where)));
    return !found.rows.empty();
}

}  // namespace

Status ensure_catalog(TaskRun& run, const std::string& catalog) {
    if (!run.profile().exclusive || !is_of_environment(run, catalog)) return {};
    TRY(const std::string path, path_of(run, catalog));
    TRY(const std::int64_t done,
        run.execute(fmt::format("ATTACH IF NOT EXISTS {} AS {}", text_literal(path), runner::quoted(catalog))));
    static_cast<void>(done);
    return {};
}

Status drop_catalog(TaskRun& run, const std::string& catalog) {
    if (!is_of_environment(run, catalog))
        return fail(ErrorCode::invalid,
                    fmt::format("catalog {} is not the environment's own, so it is not dropped", catalog));
    if (!run.profile().exclusive) return {};
    TRY_STATUS(ensure_catalog(run, catalog));
    TRY(const bool more, has_more(run, catalog));
    if (more) {
        run.log().line("warning", fmt::format("catalog {} stays: there is more in it", catalog));
        return {};
    }
    TRY(const std::string path, path_of(run, catalog));
    TRY(const std::int64_t done, run.execute("DETACH DATABASE IF EXISTS " + runner::quoted(catalog)));
    static_cast<void>(done);
    std::error_code failed;
    if (path != ":memory:") std::filesystem::remove(path, failed);
    if (failed) return fail(ErrorCode::engine, fmt::format("cannot remove {}: {}", path, failed.message()));
    return {};
}

}  // namespace towline::runner
