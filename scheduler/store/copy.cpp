#include "store/copy.h"

#include <fmt/core.h>

#include <filesystem>
#include <set>

#include "base/strings.h"
#include "pg/connection.h"
#include "sqlite/database.h"
#include "store/store.h"

namespace towline::store {
namespace {

constexpr std::string_view kSqlite = "sqlite:";
constexpr std::size_t kChunkBytes = std::size_t{1} << 20;
constexpr std::chrono::hours kTableTime{1};
// Of the source only: its counters become sequences. Of both, and written by the migrations: what version they are.
const std::set<std::string> kOnlySqlite{"counters", "schema_migrations"};
// Of the target only: PostgreSQL numbers rows of `events` twice.
constexpr std::string_view kOwnEventId = "id";

struct Table {
    std::string name;
    std::vector<std::string> columns;
};

std::string quoted(const std::string& name) { return pg::quote_identifier(name); }

std::string column_list(const Table& table) {
    std::vector<std::string> names;
    for (const std::string& column : table.columns) names.push_back(quoted(column));
    return join(names, ", ");
}

pg::Call long_call() {
    pg::Call call;
    call.timeout = kTableTime;
    return call;
}

/// The source, brought up to date and locked: SQLite leaves WAL mode only when nobody else has the file open.
Result<sqlite::Database> open_source(const std::string& path) {
    if (path == ":memory:" || !std::filesystem::exists(path))
        return fail(ErrorCode::not_found, "there is no store at " + path);
    {
        TRY(const std::unique_ptr<Store> store, open_store(std::string(kSqlite) + path));
        TRY_STATUS(store->migrate());
    }
    TRY(sqlite::Database source, sqlite::Database::open(path, {.busy_timeout = std::chrono::seconds(1)}));
    const Result<std::vector<sqlite::Row>> mode = source.query("PRAGMA journal_mode = DELETE");
    const std::string* word = mode && !mode->empty() ? std::get_if<std::string>(&mode->front().front()) : nullptr;
    const bool is_alone = word != nullptr && *word == "delete" && source.run("BEGIN EXCLUSIVE");
    if (!is_alone) return fail(ErrorCode::conflict, "a program has the store " + path + " open", "stop the scheduler");
    return source;
}

Result<std::vector<Table>> source_tables(sqlite::Database& source) {
    TRY(const auto rows, source.query("SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c "
                                      "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
                                      "ORDER BY m.name, c.name"));
    std::vector<Table> tables;
    for (const sqlite::Row& row : rows) {
        const auto* table = std::get_if<std::string>(&row[0]);
        const auto* column = std::get_if<std::string>(&row[1]);
        if (table == nullptr || column == nullptr || kOnlySqlite.count(*table) > 0) continue;
        if (tables.empty() || tables.back().name != *table) tables.push_back({*table, {}});
        tables.back().columns.push_back(*column);
    }
    return tables;
}

/// Fails unless the target has exactly these tables with these columns, all empty. Locks them.
Status check_target(pg::Connection& target, const std::vector<Table>& tables) {
    TRY(const pg::Rows rows, target.exec("SELECT table_name || '.' || column_name FROM information_schema.columns "
                                         "WHERE table_schema = current_schema()"));
    std::set<std::string> there, wanted;
    for (int i = 0; i < rows.size(); ++i) there.insert(rows.text(i, 0));
    std::erase_if(there, [](const std::string& name) { return name.starts_with("schema_migrations."); });
    there.erase(fmt::format("events.{}", kOwnEventId));
    for (const Table& table : tables)
        for (const std::string& column : table.columns) wanted.insert(table.name + "." + column);
    if (there != wanted) return fail(ErrorCode::conflict, "the target holds other tables than a store has");
    for (const Table& table : tables) {
        TRY_STATUS(target.exec("LOCK TABLE " + quoted(table.name) + " IN ACCESS EXCLUSIVE MODE"));
        TRY(const pg::Rows any, target.exec("SELECT 1 FROM " + quoted(table.name) + " LIMIT 1"));
        if (!any.empty())
            return fail(ErrorCode::conflict, "the target is not empty: it has rows in " + table.name,
                        "copy into a database or schema of its own");
    }
    return {};
}

Result<std::int64_t> copy_table(sqlite::Database& source, pg::Connection& target, const Table& table) {
    TRY(sqlite::Statement rows, source.prepare("SELECT " + column_list(table) + " FROM " + quoted(table.name)));
    TRY_STATUS(rows.bind({}));
    bool is_over = false;  // SQLite begins again after the end
    const auto next = [&]() -> Result<std::optional<std::string>> {
        std::string chunk;
        std::vector<std::optional<std::string_view>> cells(table.columns.size());
        while (!is_over && chunk.size() < kChunkBytes) {
            TRY(const bool has_row, rows.step());
            is_over = !has_row;
            if (is_over) break;
            for (int c = 0; c < rows.columns(); ++c)
                cells[static_cast<std::size_t>(c)] =
                    rows.is_null(c) ? std::nullopt : std::optional<std::string_view>(rows.text(c));
            pg::append_copy_row(chunk, cells);
        }
        if (chunk.empty()) return std::optional<std::string>();
        return std::optional<std::string>(std::move(chunk));
    };
    return target.copy_in("COPY " + quoted(table.name) + " (" + column_list(table) + ") FROM STDIN", next, long_call());
}

/// As many rows there as here.
Status check_counts(sqlite::Database& source, pg::Connection& target, const std::vector<CopiedTable>& copied) {
    for (const CopiedTable& table : copied) {
        const std::string count = "SELECT COUNT(*) FROM " + quoted(table.name);
        TRY(const auto here, source.query(count));
        TRY(const pg::Rows there, target.exec(count, long_call()));
        const auto* expected = std::get_if<std::int64_t>(&here.at(0).at(0));
        if (expected == nullptr || there.integer(0, 0) != *expected || table.rows != *expected)
            return fail(ErrorCode::internal, "not every row of " + table.name + " arrived");
    }
    return {};
}

/// The greatest number given so far, or 0.
Result<std::int64_t> counter(sqlite::Database& source, const std::string& query) {
    TRY(const auto rows, source.query(query));
    const auto* number = rows.empty() ? nullptr : std::get_if<std::int64_t>(&rows[0].at(0));
    return number == nullptr ? 0 : *number;
}

Status continue_sequences(sqlite::Database& source, pg::Connection& target) {
    TRY(const std::int64_t fence, counter(source, "SELECT value FROM counters WHERE name = 'fence'"));
    TRY(const std::int64_t event, counter(source, "SELECT seq FROM sqlite_sequence WHERE name = 'events'"));
    TRY(const std::int64_t audit, counter(source, "SELECT seq FROM sqlite_sequence WHERE name = 'audit_log'"));
    // Warehouses know the source's fences, and perhaps some of an earlier life of the target.
    TRY_STATUS(
        target.exec(fmt::format("SELECT setval('fence', GREATEST({}, (SELECT last_value FROM fence)) + 1)", fence)));
    TRY_STATUS(target.exec(fmt::format("SELECT setval('event_seq', {})", event + 1)));
    TRY_STATUS(target.exec(fmt::format("SELECT setval(pg_get_serial_sequence('audit_log', 'seq'), {})", audit + 1)));
    return {};
}

}  // namespace

Result<std::vector<CopiedTable>> copy_store(const std::string& from, const std::string& to) {
    if (!from.starts_with(kSqlite) || to.starts_with(kSqlite))
        return fail(ErrorCode::invalid, "a store is copied from SQLite to PostgreSQL",
                    "--from sqlite:PATH --to postgresql://…");
    TRY(sqlite::Database source, open_source(from.substr(kSqlite.size())));
    TRY(const std::vector<Table> tables, source_tables(source));
    {
        TRY(const std::unique_ptr<Store> store, open_store(to));
        TRY_STATUS(store->migrate());
    }
    TRY(pg::Connection target, pg::Connection::open(to));
    TRY(pg::Transaction transaction, pg::Transaction::begin(target));
    TRY_STATUS(check_target(target, tables));
    std::vector<CopiedTable> copied;
    for (const Table& table : tables) {
        const Result<std::int64_t> rows = copy_table(source, target, table);
        if (!rows) return fail(rows.error().in("table " + table.name));
        copied.push_back({table.name, *rows});
    }
    TRY_STATUS(check_counts(source, target, copied));
    TRY_STATUS(continue_sequences(source, target));
    TRY_STATUS(transaction.commit());
    // Planned with what is there now, not with what autovacuum finds in a minute.
    TRY_STATUS(target.exec("ANALYZE", long_call()));
    return copied;
}

}  // namespace towline::store
