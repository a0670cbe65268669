#include "duckdb/database.h"

#include <fmt/core.h>

#include <utility>

#include "base/assert.h"
#include "duckdb/native.h"

namespace towline::duckdb {
namespace {

struct Settings {
    Settings() { TOWLINE_ASSERT(lib().create_config(&value) == DuckDBSuccess); }
    Settings(const Settings&) = delete;
    Settings& operator=(const Settings&) = delete;
    ~Settings() { lib().destroy_config(&value); }
    duckdb_config value = nullptr;
};

// POSIX file locks do not hold off the own process, so two instances of one file would damage it: all
// Databases of a path come from this cache. Never destroyed, because threads may still use databases while
// the process ends.
duckdb_instance_cache instances() {
    static const duckdb_instance_cache cache = lib().create_instance_cache();
    return cache;
}

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

std::vector<Column> prepared_columns(duckdb_prepared_statement statement) {
    std::vector<Column> columns;
    for (idx_t i = 0; i < lib().prepared_statement_column_count(statement); ++i) {
        const char* name = lib().prepared_statement_column_name(statement, i);
        duckdb_logical_type type = lib().prepared_statement_column_logical_type(statement, i);
        columns.push_back({name == nullptr ? std::string() : std::string(name), type_name(type)});
        lib().free(const_cast<char*>(name));
        lib().destroy_logical_type(&type);
    }
    return columns;
}

std::vector<Column> result_columns(duckdb_result& result) {
    std::vector<Column> columns;
    for (idx_t i = 0; i < lib().column_count(&result); ++i) {
        duckdb_logical_type type = lib().column_logical_type(&result, i);
        columns.push_back({lib().column_name(&result, i), type_name(type)});
        lib().destroy_logical_type(&type);
    }
    return columns;
}

bool needs_cast(duckdb_prepared_statement statement) {
    if (lib().prepared_statement_type(statement) != DUCKDB_STATEMENT_TYPE_SELECT) return false;
    for (idx_t i = 0; i < lib().prepared_statement_column_count(statement); ++i) {
        if (!is_plain(lib().prepared_statement_column_type(statement, i))) return true;
    }
    return false;
}

// The same query with every column as text, printed by DuckDB itself. The line breaks end a comment of the
// author's.
std::string with_cast(std::string sql) {
    while (!sql.empty() && (sql.back() == ';' || sql.back() == ' ' || sql.back() == '\n' || sql.back() == '\t'))
        sql.pop_back();
    return "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (\n" + sql + "\n)";
}

Status bind(duckdb_prepared_statement statement, const Params& params) {
    if (lib().nparams(statement) != params.size()) {
        return fail(ErrorCode::invalid,
                    fmt::format("the statement takes {} parameters, not {}", lib().nparams(statement), params.size()));
    }
    for (idx_t i = 0; i < params.size(); ++i) {
        const Param& param = params[i];
        const duckdb_state bound = param ? lib().bind_varchar_length(statement, i + 1, param->data(), param->size())
                                         : lib().bind_null(statement, i + 1);
        if (bound != DuckDBSuccess) return fail(ErrorCode::engine, fmt::format("DuckDB refused parameter {}", i + 1));
    }
    return {};
}

Result<Rows> run_prepared(duckdb_prepared_statement statement, const Params& params, std::vector<Column> columns) {
    TRY_STATUS(bind(statement, params));
    NativeResult result;
    if (lib().execute_prepared(statement, &result.value) != DuckDBSuccess) return fail(result.error());
    if (columns.empty()) columns = result_columns(result.value);
    return read_rows(result.value, std::move(columns));
}

// CREATE TABLE AS tells its number of rows as a row, other forms of CREATE give none.
std::int64_t created_rows(duckdb_result& result) {
    if (lib().column_count(&result) != 1 || lib().column_type(&result, 0) != DUCKDB_TYPE_BIGINT) return 0;
    const auto rows = read_rows(result, result_columns(result));
    return rows && !rows->empty() ? rows->integer(0, 0).value_or(0) : 0;
}

struct Extracted {
    Extracted() = default;
    Extracted(const Extracted&) = delete;
    Extracted& operator=(const Extracted&) = delete;
    ~Extracted() { lib().destroy_extracted(&value); }
    duckdb_extracted_statements value = nullptr;
};

// All but the last run for their effect; only a lone statement can be wrapped, because its text is the whole
// text.
Result<Rows> run_several(duckdb_connection connection, const Extracted& extracted, idx_t count, const Params& params) {
    for (idx_t i = 0; i < count; ++i) {
        NativeStatement statement;
        if (lib().prepare_extracted_statement(connection, extracted.value, i, &statement.value) != DuckDBSuccess) {
            return fail(error_of(lib().prepare_error(statement.value)));
        }
        auto rows = run_prepared(statement.value, params, {});
        if (!rows || i + 1 == count) return rows;
    }
    return Rows();
}

}  // namespace

void Interrupter::interrupt() const {
    auto handle = native_->handle.lock();
    if (*handle != nullptr) lib().interrupt(*handle);
}

Connection::Connection(Interrupter interrupter) : interrupter_(std::move(interrupter)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&& other) noexcept {
    std::swap(interrupter_, other.interrupter_);
    return *this;
}
Connection::~Connection() {
    if (!interrupter_.native_) return;
    auto handle = interrupter_.native_->handle.lock();
    lib().disconnect(&*handle);
}

Result<Rows> Connection::query(const std::string& sql, const Params& params) {
    if (has_nul(sql)) return fail(ErrorCode::invalid, "a statement must not contain a zero byte");
    duckdb_connection connection = *interrupter_.native_->handle.lock();
    Extracted extracted;
    const idx_t count = lib().extract_statements(connection, sql.c_str(), &extracted.value);
    if (count == 0) {
        const char* why = lib().extract_statements_error(extracted.value);
        if (why == nullptr) return Rows();  // Only comments and white space.
        return fail(error_of(why, DUCKDB_ERROR_PARSER));
    }
    if (count > 1 && !params.empty()) return fail(ErrorCode::invalid, "several statements cannot take parameters");
    if (count > 1) return run_several(connection, extracted, count, params);
    NativeStatement statement;
    if (lib().prepare_extracted_statement(connection, extracted.value, 0, &statement.value) != DuckDBSuccess) {
        return fail(error_of(lib().prepare_error(statement.value)));
    }
    if (needs_cast(statement.value)) {
        NativeStatement cast;
        // A text that cannot stand in brackets (a comment after the semicolon) is run as it is.
        if (lib().prepare(connection, with_cast(sql).c_str(), &cast.value) == DuckDBSuccess) {
            return run_prepared(cast.value, params, prepared_columns(statement.value));
        }
    }
    return run_prepared(statement.value, params, {});
}

Result<std::int64_t> Connection::execute(const std::string& sql) {
    if (has_nul(sql)) return fail(ErrorCode::invalid, "a statement must not contain a zero byte");
    duckdb_connection connection = *interrupter_.native_->handle.lock();
    NativeResult result;
    if (lib().query(connection, sql.c_str(), &result.value) != DuckDBSuccess) return fail(result.error());
    if (lib().result_statement_type(result.value) == DUCKDB_STATEMENT_TYPE_CREATE) return created_rows(result.value);
    return static_cast<std::int64_t>(lib().rows_changed(&result.value));
}

struct Database::Native {
    explicit Native(duckdb_database opened) : handle(opened) {}
    Native(const Native&) = delete;
    Native& operator=(const Native&) = delete;
    ~Native() { lib().close(&handle); }
    duckdb_database handle;
};

Result<Database> Database::open(const std::string& path, const std::map<std::string, std::string>& settings) {
    if (has_nul(path) || path.empty()) return fail(ErrorCode::invalid, "not a path of a database file");
    TRY_STATUS(load_library());
    Settings config;
    std::map<std::string, std::string> all{{"autoinstall_known_extensions", "false"},
                                           {"autoload_known_extensions", "false"}};
    for (const auto& [name, value] : settings) all[name] = value;
    for (const auto& [name, value] : all) {
        // The value stays out of the message: it may be a secret.
        if (lib().set_config(config.value, name.c_str(), value.c_str()) != DuckDBSuccess) {
            return fail(ErrorCode::invalid, fmt::format("DuckDB refuses the setting {}", name));
        }
    }
    duckdb_database handle = nullptr;
    char* message = nullptr;
    const bool shared = path != ":memory:";
    const duckdb_state opened =
        shared ? lib().get_or_create_from_cache(instances(), path.c_str(), &handle, config.value, &message)
               : lib().open_ext(nullptr, &handle, config.value, &message);
    const std::string why = taken(message);
    if (opened != DuckDBSuccess) {
        Error error = error_of(why);
        if (why.starts_with("Invalid Input Error")) error.code = ErrorCode::invalid;
        return fail(std::move(error));
    }
    return Database(std::make_unique<Native>(handle));
}

Database::Database(std::unique_ptr<Native> native) : native_(std::move(native)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Connection> Database::connect() {
    duckdb_connection handle = nullptr;
    if (lib().connect(native_->handle, &handle) != DuckDBSuccess) {
        return fail(ErrorCode::engine, "DuckDB refused a connection");
    }
    // Shared with interrupters on other threads, which may outlive the connection.
    auto native = std::make_shared<NativeConnection>();
    *native->handle.lock() = handle;
    return Connection(Interrupter(std::move(native)));
}

Result<Transaction> Transaction::begin(Connection& connection) {
    TRY_STATUS(connection.execute("BEGIN TRANSACTION"));
    return Transaction(connection);
}

Transaction::Transaction(Transaction&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}

Transaction::~Transaction() {
    if (connection_ != nullptr) static_cast<void>(connection_->execute("ROLLBACK"));
}

Status Transaction::commit() {
    TOWLINE_ASSERT(connection_ != nullptr);
    // A COMMIT that fails has rolled back; the destructor's ROLLBACK is then refused, which does no harm.
    TRY_STATUS(connection_->execute("COMMIT"));
    connection_ = nullptr;
    return {};
}

Result<std::string> library_version() {
    TRY_STATUS(load_library());
    return std::string(lib().library_version());
}

}  // namespace towline::duckdb
