#include "program/query.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>

#include "credentials/engine_set.h"
#include "credentials/environment.h"

namespace towline::program {
namespace {

constexpr std::size_t kCellCharactersMax = 60;

std::string cell_text(const std::optional<std::string>& cell) {
    if (!cell) return "NULL";
    return cell->size() <= kCellCharactersMax ? *cell : cell->substr(0, kCellCharactersMax - 1) + "…";
}

void print(const engines::QueryResult& result) {
    std::vector<std::size_t> widths;
    for (const std::string& column : result.columns) widths.push_back(column.size());
    for (const auto& row : result.rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], cell_text(row[i]).size());
    for (std::size_t i = 0; i < widths.size(); ++i) fmt::print("{:<{}}  ", result.columns[i], widths[i]);
    fmt::print("\n");
    for (const auto& row : result.rows) {
        for (std::size_t i = 0; i < row.size(); ++i) fmt::print("{:<{}}  ", cell_text(row[i]), widths[i]);
        fmt::print("\n");
    }
}

// As the loop sees them: a `.env` file lies over the process's own variables.
Result<credentials::Environment> laid_over(const credentials::Variables& process) {
    std::string env_file;
    for (const char* name : {"TCLOUD_ENV_FILE", "TOWLINE_ENV_FILE"}) {
        const auto found = process.find(name);
        if (found != process.end() && !found->second.empty()) env_file = found->second;
    }
    TRY(credentials::Environment environment, credentials::load_environment(process, env_file));
    if (!environment.faults.empty()) return fail(ErrorCode::invalid, environment.faults.front());
    return environment;
}

Result<engines::QueryResult> rows_of(const QueryRequest& request, const credentials::Variables& process) {
    TRY(const credentials::Environment environment, laid_over(process));
    const credentials::Gateways gateways = credentials::gateways_from(environment.values);
    if (!gateways.faults.empty()) return fail(ErrorCode::invalid, gateways.faults.front());
    credentials::EngineSet engines(credentials::make_engine);
    engines.configure(gateways);
    TRY(const std::shared_ptr<engines::Engine> engine, engines.engine(request.gateway));
    TRY(const std::unique_ptr<engines::Session> session, engine->open("towline query"));
    return session->query(request.sql, static_cast<std::size_t>(request.rows_max));
}

}  // namespace

int run_query(const QueryRequest& request, const credentials::Variables& environment) {
    const Result<engines::QueryResult> result = rows_of(request, environment);
    if (!result) {
        fmt::print(stderr, "Error: {}\n", result.error().message);
        if (!result.error().hint.empty()) fmt::print(stderr, "  {}\n", result.error().hint);
        return result.error().code == ErrorCode::invalid ? 2 : 1;
    }
    print(*result);
    return 0;
}

}  // namespace towline::program
