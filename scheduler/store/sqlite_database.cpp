// SQLite behind the seam: one connection that writes and, for a file, one that reads beside it.
#include <fmt/core.h>

#include <set>

#include "base/assert.h"
#include "base/guarded.h"
#include "sqlite/database.h"
#include "store/sql_database.h"

namespace towline::store {
namespace {

using Statements = std::map<std::string, std::string, std::less<>>;

constexpr int kUnique = 2067, kPrimaryKey = 1555;  // SQLite's extended codes

/// SQLite numbers `$1` by first appearance, `?1` by its digits: statements are written with the former.
Statements numbered(const Statements& statements) {
    Statements out;
    for (const auto& [name, text] : statements) {
        std::string& sql = out[name];
        for (std::size_t i = 0; i < text.size(); ++i) {
            const bool is_parameter = text[i] == '$' && i + 1 < text.size() && text[i + 1] >= '1' && text[i + 1] <= '9';
            sql += is_parameter ? '?' : text[i];
        }
    }
    return out;
}

/// The disk is full, gone or read only: that passes, and what was to be written is still to be written.
bool is_of_disk(int extended) {
    constexpr int kReadOnly = 8, kIoError = 10, kFull = 13, kCannotOpen = 14;
    const int primary = extended & 0xFF;
    return primary == kReadOnly || primary == kIoError || primary == kFull || primary == kCannotOpen;
}

Error explained(Error error, std::string_view statement) {
    const int extended = sqlite::extended_code(error);
    if (is_of_disk(extended))
        return Error{ErrorCode::unavailable, "the store's file cannot be written: its disk is full or fails",
                     error.message + " " + error.detail, "free space; the scheduler goes on by itself"}
            .in(fmt::format("store statement {}", statement));
    if (error.code == ErrorCode::conflict && extended != kUnique && extended != kPrimaryKey)
        error.code = ErrorCode::internal;
    if (error.code != ErrorCode::conflict && error.code != ErrorCode::unavailable) error.code = ErrorCode::internal;
    return error.in(fmt::format("store statement {}", statement));
}

sqlite::Params params_of(const SqlParams& params) {
    sqlite::Params out;
    out.reserve(params.size());
    for (const SqlValue& value : params) {
        if (const auto* number = std::get_if<std::int64_t>(&value))
            out.emplace_back(*number);
        else if (const auto* text = std::get_if<std::string>(&value))
            out.emplace_back(*text);
        else
            out.emplace_back(nullptr);
    }
    return out;
}

SqlValue cell_of(const sqlite::Statement& statement, int column) {
    sqlite::Value value = statement.value(column);
    if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
    if (auto* text = std::get_if<std::string>(&value)) return std::move(*text);
    return {};
}

class SqliteSession final : public SqlSession {
 public:
    SqliteSession(sqlite::Database& database, const Statements& statements)
        : database_(database), statements_(statements) {}

    Result<SqlRows> run(std::string_view name, const SqlParams& params) override {
        const auto found = statements_.find(name);
        TOWLINE_ASSERT(found != statements_.end());
        if (found->second.empty()) return SqlRows();
        Result<SqlRows> rows = execute(found->second, params);
        if (!rows) return fail(explained(std::move(rows).error(), name));
        return rows;
    }

    Status script(const std::string& text) override { return database_.exec_script(text); }

 private:
    Result<SqlRows> execute(const std::string& sql, const SqlParams& params) {
        TRY(sqlite::Statement statement, database_.prepare(sql));
        TRY_STATUS(statement.bind(params_of(params)));
        std::vector<std::string> columns;
        for (int i = 0; i < statement.columns(); ++i) columns.emplace_back(statement.column_name(i));
        std::vector<SqlValue> cells;
        while (true) {
            TRY(const bool has_row, statement.step());
            if (!has_row) break;
            for (int i = 0; i < statement.columns(); ++i) cells.push_back(cell_of(statement, i));
        }
        return SqlRows(std::move(columns), std::move(cells), database_.changes());
    }

    sqlite::Database& database_;
    const Statements& statements_;
};

class SqliteDatabase final : public SqlDatabase {
 public:
    SqliteDatabase(sqlite::Database writer, std::optional<sqlite::Database> reader)
        : statements_(numbered(sql_statements("sqlite"))), writer_(std::move(writer)), reader_(std::move(reader)) {}

    Status transaction(SqlMode mode, const Body& body) override {
        if (mode != SqlMode::write) {
            auto reader = reader_.lock();
            if (*reader && mode == SqlMode::read) return read(**reader, body);
            if (*reader) {
                SqliteSession session(**reader, statements_);
                return body(session);
            }
        }
        auto writer = writer_.lock();
        Result<sqlite::Transaction> begun = sqlite::Transaction::begin(*writer);
        if (!begun) return fail(explained(std::move(begun).error(), "begin"));
        SqliteSession session(*writer, statements_);
        TRY_STATUS(body(session));
        Status committed = begun->commit();
        if (!committed) return fail(explained(std::move(committed).error(), "commit"));
        return {};
    }

    Result<bool> with_lock(const std::string& name, const std::function<Status()>& work) override {
        if (!held_.lock()->insert(name).second) return false;
        const Status done = work();
        held_.lock()->erase(name);
        if (!done) return fail(done.error());
        return true;
    }

    std::string_view dialect() const override { return "sqlite"; }

 private:
    Status read(sqlite::Database& database, const Body& body) {
        // Several statements see one state of the file.
        if (auto begun = database.run("BEGIN"); !begun) return fail(explained(std::move(begun).error(), "begin"));
        SqliteSession session(database, statements_);
        const Status done = body(session);
        if (auto ended = database.run("ROLLBACK"); !ended && done)
            return fail(explained(std::move(ended).error(), "rollback"));
        return done;
    }

    const Statements statements_;
    Guarded<sqlite::Database> writer_;
    Guarded<std::optional<sqlite::Database>> reader_;  ///< none for ":memory:"
    Guarded<std::set<std::string>> held_;              ///< a SQLite store has one process
};

}  // namespace

Result<std::unique_ptr<SqlDatabase>> open_sqlite_database(const std::string& path) {
    // An acknowledged result is dropped from the executor's spool: it must survive a power cut here.
    sqlite::Options options;
    options.full_sync = true;
    options.cache_kib = 32 * 1024;
    TRY(sqlite::Database writer, sqlite::Database::open(path, options));
    std::optional<sqlite::Database> reader;
    if (path != ":memory:") {
        TRY(sqlite::Database second, sqlite::Database::open(path, options));
        reader = std::move(second);
    }
    return std::make_unique<SqliteDatabase>(std::move(writer), std::move(reader));
}

}  // namespace towline::store
