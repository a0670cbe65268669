#include "sqlite/database.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sqlite3.h>
#include <unistd.h>

#include <chrono>
#include <list>
#include <thread>

#include "base/assert.h"
#include "base/strings.h"

namespace towline::sqlite {
namespace {

constexpr std::chrono::milliseconds kBusyPause{5};

struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Native = std::unique_ptr<sqlite3_stmt, Finalize>;

ErrorCode code_of(int extended) {
    switch (extended & 0xFF) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return ErrorCode::unavailable;
        case SQLITE_CONSTRAINT:
            return ErrorCode::conflict;
        case SQLITE_INTERRUPT:
            return ErrorCode::cancelled;
        case SQLITE_TOOBIG:
            return ErrorCode::too_large;
        case SQLITE_CANTOPEN:
        case SQLITE_IOERR:
        case SQLITE_FULL:
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_PROTOCOL:
            return ErrorCode::io;
        default:
            return ErrorCode::internal;
    }
}

Error error_of(sqlite3* database) {
    const int extended = sqlite3_extended_errcode(database);
    return Error{code_of(extended),
                 fmt::format("SQLite: {}", sqlite3_errmsg(database)),
                 fmt::format("{}: {}", extended, sqlite3_errstr(extended)),
                 {}};
}

}  // namespace

int extended_code(const Error& error) {
    const std::string_view detail = error.detail;
    const auto number = parse_int(detail.substr(0, detail.find(':')));
    return error.message.starts_with("SQLite: ") && number ? static_cast<int>(*number) : 0;
}

/// The connection and the statements that wait for reuse, the latest first.
struct Session {
    struct Idle {
        std::string sql;
        Native native;
    };
    struct Close {
        // v2 waits for statements still on loan instead of failing.
        void operator()(sqlite3* native) const { sqlite3_close_v2(native); }
    };
    std::unique_ptr<sqlite3, Close> database;
    std::list<Idle> idle;
    std::size_t idle_max = 0;
};

struct Statement::Handle {
    Session& session;
    Session::Idle own;

    sqlite3_stmt* native() const { return own.native.get(); }
    Error error() const { return error_of(session.database.get()); }

    Handle(Session& owner, Session::Idle statement) : session(owner), own(std::move(statement)) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() {
        sqlite3_reset(native());
        sqlite3_clear_bindings(native());
        session.idle.push_front(std::move(own));
        if (session.idle.size() > session.idle_max) session.idle.pop_back();
    }
};

Statement::Statement(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Statement::Statement(Statement&&) noexcept = default;
Statement& Statement::operator=(Statement&&) noexcept = default;
Statement::~Statement() = default;

namespace {

int bind_value(sqlite3_stmt* native, int index, const Value& value) {
    struct Binder {
        sqlite3_stmt* native;
        int index;
        int operator()(std::nullptr_t) const { return sqlite3_bind_null(native, index); }
        int operator()(std::int64_t number) const { return sqlite3_bind_int64(native, index, number); }
        int operator()(double number) const { return sqlite3_bind_double(native, index, number); }
        int operator()(const std::string& text) const {
            return sqlite3_bind_text64(native, index, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
        }
        int operator()(const Blob& blob) const {
            return sqlite3_bind_blob64(native, index, blob.bytes.data(), blob.bytes.size(), SQLITE_TRANSIENT);
        }
    };
    return std::visit(Binder{native, index}, value);
}

}  // namespace

Status Statement::bind(const Params& params) {
    sqlite3_reset(handle_->native());
    const int wanted = sqlite3_bind_parameter_count(handle_->native());
    if (static_cast<std::size_t>(wanted) != params.size()) {
        return fail(ErrorCode::invalid,
                    fmt::format("the statement takes {} parameters, not {}", wanted, params.size()));
    }
    for (int i = 0; i < wanted; ++i) {
        const Value& value = params[static_cast<std::size_t>(i)].value();
        if (bind_value(handle_->native(), i + 1, value) != SQLITE_OK) return fail(handle_->error());
    }
    return {};
}

Result<bool> Statement::step() {
    switch (sqlite3_step(handle_->native())) {
        case SQLITE_ROW:
            return true;
        case SQLITE_DONE:
            return false;
        default:
            break;
    }
    Error error = handle_->error();
    // A failed statement would hold its locks until it is rewound.
    sqlite3_reset(handle_->native());
    return fail(std::move(error));
}

int Statement::columns() const { return sqlite3_column_count(handle_->native()); }
std::string_view Statement::column_name(int column) const {
    TOWLINE_ASSERT(column >= 0 && column < columns());
    return sqlite3_column_name(handle_->native(), column);
}
bool Statement::is_null(int column) const {
    TOWLINE_ASSERT(column >= 0 && column < columns());
    return sqlite3_column_type(handle_->native(), column) == SQLITE_NULL;
}
std::int64_t Statement::integer(int column) const {
    TOWLINE_ASSERT(column >= 0 && column < columns());
    return sqlite3_column_int64(handle_->native(), column);
}
double Statement::real(int column) const {
    TOWLINE_ASSERT(column >= 0 && column < columns());
    return sqlite3_column_double(handle_->native(), column);
}
std::string_view Statement::text(int column) const {
    TOWLINE_ASSERT(column >= 0 && column < columns());
    // Asking for text first converts numbers; the length then counts the bytes of that text, zero bytes
    // included.
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_->native(), column));
    if (bytes == nullptr) return {};
    return std::string_view(bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_->native(), column)));
}
std::optional<std::string> Statement::maybe_text(int column) const {
    return is_null(column) ? std::nullopt : std::optional(std::string(text(column)));
}
std::optional<std::int64_t> Statement::maybe_integer(int column) const {
    return is_null(column) ? std::nullopt : std::optional(integer(column));
}
Value Statement::value(int column) const {
    TOWLINE_ASSERT(column >= 0 && column < columns());
    switch (sqlite3_column_type(handle_->native(), column)) {
        case SQLITE_INTEGER:
            return integer(column);
        case SQLITE_FLOAT:
            return real(column);
        case SQLITE_TEXT:
            return std::string(text(column));
        case SQLITE_BLOB: {
            const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_->native(), column));
            const int length = sqlite3_column_bytes(handle_->native(), column);
            return Blob{bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(length))};
        }
        default:
            return nullptr;
    }
}

namespace {

// A new file is its owner's alone, whatever the umask: it holds keys. SQLite gives its log the same mode. O_EXCL,
// since closing a file that is open elsewhere in this process would drop the locks on it. What fails here fails in
// SQLite too.
void create_private(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file >= 0) ::close(file);
}

}  // namespace

Result<Database> Database::open(const std::string& path, const Options& options) {
    if (!options.read_only && !path.empty() && path != ":memory:") create_private(path);
    const int mode = options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    sqlite3* native = nullptr;
    const int opened = sqlite3_open_v2(path.c_str(), &native, mode | SQLITE_OPEN_NOMUTEX, nullptr);
    auto session = std::make_unique<Session>();
    session->database.reset(native);  // Even a failed open gives a handle that must be closed.
    session->idle_max = options.statements_max;
    if (native == nullptr) return fail(ErrorCode::internal, "SQLite is out of memory");
    sqlite3_extended_result_codes(native, 1);
    if (opened != SQLITE_OK) return fail(error_of(native).in("cannot open " + path));
    sqlite3_busy_timeout(native, static_cast<int>(options.busy_timeout.count()));
    Database database(std::move(session));
    std::string setup = "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;";
    // WAL is a property of the file; setting it again is free.
    if (!options.read_only) setup += "PRAGMA journal_mode = WAL;";
    setup += options.full_sync ? "PRAGMA synchronous = FULL;" : "PRAGMA synchronous = NORMAL;";
    setup += fmt::format("PRAGMA cache_size = -{};", options.cache_kib);
    // Making the log is one of the few things that SQLite does not wait for: two programs that open a new file at once.
    const auto until = std::chrono::steady_clock::now() + options.busy_timeout;
    Status done = database.exec_script(setup);
    while (!done && done.error().code == ErrorCode::unavailable && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(kBusyPause);
        done = database.exec_script(setup);
    }
    if (!done) return fail(done.error().in("cannot open " + path));
    return database;
}

Database::Database(std::unique_ptr<Session> session) : session_(std::move(session)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Statement> Database::prepare(std::string_view sql) {
    for (auto at = session_->idle.begin(); at != session_->idle.end(); ++at) {
        if (at->sql != sql) continue;
        Session::Idle found = std::move(*at);
        session_->idle.erase(at);
        return Statement(std::make_unique<Statement::Handle>(*session_, std::move(found)));
    }
    sqlite3_stmt* native = nullptr;
    const char* rest = nullptr;
    const int length = static_cast<int>(sql.size());
    const int prepared =
        sqlite3_prepare_v3(session_->database.get(), sql.data(), length, SQLITE_PREPARE_PERSISTENT, &native, &rest);
    if (prepared != SQLITE_OK) return fail(error_of(session_->database.get()));
    Native owned(native);
    if (native == nullptr) return fail(ErrorCode::invalid, "SQLite: the text holds no statement");
    // What follows may be white space and comments only: it must compile to nothing.
    sqlite3_stmt* second = nullptr;
    const int rest_length = static_cast<int>(sql.data() + sql.size() - rest);
    const int rest_prepared = sqlite3_prepare_v3(session_->database.get(), rest, rest_length, 0, &second, nullptr);
    const Native rest_owned(second);
    if (rest_prepared == SQLITE_INTERRUPT) return fail(error_of(session_->database.get()));
    if (rest_prepared != SQLITE_OK || second != nullptr) {
        return fail(ErrorCode::invalid, "SQLite: the text holds more than one statement");
    }
    return Statement(std::make_unique<Statement::Handle>(*session_, Session::Idle{std::string(sql), std::move(owned)}));
}

Result<std::int64_t> Database::run(std::string_view sql, const Params& params) {
    TRY(Statement statement, prepare(sql));
    TRY_STATUS(statement.bind(params));
    // sqlite3_changes keeps the number of an earlier statement when this one changes nothing by its kind.
    const std::int64_t before = sqlite3_total_changes64(session_->database.get());
    for (;;) {
        TRY(const bool more, statement.step());
        if (!more) break;
    }
    const bool changed = sqlite3_total_changes64(session_->database.get()) != before;
    return changed ? sqlite3_changes64(session_->database.get()) : 0;
}

Result<std::vector<Row>> Database::query(std::string_view sql, const Params& params) {
    TRY(Statement statement, prepare(sql));
    TRY_STATUS(statement.bind(params));
    std::vector<Row> rows;
    for (;;) {
        TRY(const bool more, statement.step());
        if (!more) return rows;
        Row& row = rows.emplace_back();
        row.reserve(static_cast<std::size_t>(statement.columns()));
        for (int i = 0; i < statement.columns(); ++i) row.push_back(statement.value(i));
    }
}

Status Database::exec_script(const std::string& sql) {
    if (sql.find('\0') != std::string::npos)
        return fail(ErrorCode::invalid, "SQLite: a script must not contain a zero byte");
    if (sqlite3_exec(session_->database.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
    return fail(error_of(session_->database.get()));
}

std::int64_t Database::changes() const { return sqlite3_changes64(session_->database.get()); }
std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(session_->database.get()); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(session_->database.get()) == 0; }
void Database::interrupt() const { sqlite3_interrupt(session_->database.get()); }

Result<Transaction> Transaction::begin(Database& database) {
    TRY_STATUS(database.run("BEGIN IMMEDIATE"));
    return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
    // Some failures (full disk, I/O) have rolled back already.
    if (database_ != nullptr && database_->in_transaction()) static_cast<void>(database_->run("ROLLBACK"));
}

Status Transaction::commit() {
    TOWLINE_ASSERT(database_ != nullptr);
    // On failure the destructor rolls back.
    TRY_STATUS(database_->run("COMMIT"));
    database_ = nullptr;
    return {};
}

}  // namespace towline::sqlite
