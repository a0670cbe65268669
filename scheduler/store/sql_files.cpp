// The embedded .sql files: statements by name, migrations in order.
#include <fmt/core.h>

#include <set>

#include "base/assert.h"
#include "base/strings.h"
#include "kStoreSql.h"
#include "store/sql_database.h"

namespace towline::store {
namespace {

using Statements = std::map<std::string, std::string, std::less<>>;

constexpr std::string_view kMark = "-- name: ";

void read_statements(std::string_view file, Statements& out) {
    std::size_t at = file.find(kMark);
    while (at != std::string_view::npos) {
        const std::size_t line_end = file.find('\n', at);
        const std::size_t next = file.find(kMark, line_end);
        const std::string_view name = trim(file.substr(at + kMark.size(), line_end - at - kMark.size()));
        out[std::string(name)] = std::string(trim(file.substr(line_end, next == file.npos ? next : next - line_end)));
        at = next;
    }
}

bool starts_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

Statements load(std::string_view dialect) {
    Statements statements;
    // The dialect's own after the common ones, so that they win.
    for (const std::string& folder : {std::string("sql/common/"), fmt::format("sql/{}/", dialect)})
        for (const auto& file : kStoreSql)
            if (starts_with(file.path, folder)) read_statements(file.text, statements);
    return statements;
}

/// (version, script): the dialect's part, then the common one.
std::vector<std::pair<std::int64_t, std::string>> migrations(std::string_view dialect) {
    std::map<std::int64_t, std::string> scripts;
    for (const std::string& folder : {fmt::format("migrations/{}/", dialect), std::string("migrations/common/")})
        for (const auto& file : kStoreSql) {
            if (!starts_with(file.path, folder)) continue;
            const auto version = parse_int(file.path.substr(folder.size(), 4));
            TOWLINE_ASSERT(version.has_value());
            scripts[*version] += std::string(file.text) + "\n";
        }
    return {scripts.begin(), scripts.end()};
}

}  // namespace

const Statements& sql_statements(std::string_view dialect) {
    static const Statements sqlite = load("sqlite");
    static const Statements postgres = load("postgres");
    return dialect == "sqlite" ? sqlite : postgres;
}

Status migrate_database(SqlDatabase& database, std::int64_t now_ms) {
    const auto scripts = migrations(database.dialect());
    return database.transaction(SqlMode::write, [&](SqlSession& session) -> Status {
        TRY_STATUS(session.run("migration_lock"));
        TRY_STATUS(session.run("migrations_table"));
        TRY(const SqlRows newest, session.run("migration_newest"));
        const std::int64_t version = newest.row(0).num("version");
        if (!scripts.empty() && version > scripts.back().first)
            return fail(
                ErrorCode::conflict,
                fmt::format("the store has tables of version {}, this program knows {}", version, scripts.back().first),
                "a newer scheduler was here: use that version, or a store of its own");
        for (const auto& [number, script] : scripts) {
            if (number <= version) continue;
            TRY_STATUS(session.script(script));
            TRY_STATUS(session.run("migration_add", {number, now_ms}));
        }
        return {};
    });
}

}  // namespace towline::store
