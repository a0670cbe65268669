#include "engines/failures.h"

#include <array>

namespace towline::engines {
namespace {

struct Row {
    std::string_view pattern;
    ErrorCode code;
};

// SQLSTATE prefixes, longest first where they overlap
// (https://www.postgresql.org/docs/15/errcodes-appendix.html).
constexpr std::array kSqlStates{
    Row{"08", ErrorCode::unavailable},      // connection exception
    Row{"57P01", ErrorCode::unavailable},   // admin shutdown, pg_terminate_backend
    Row{"57P02", ErrorCode::unavailable},   // crash shutdown
    Row{"57P03", ErrorCode::unavailable},   // cannot connect now
    Row{"57P05", ErrorCode::unavailable},   // idle session timeout
    Row{"25P03", ErrorCode::unavailable},   // idle in transaction timeout
    Row{"57014", ErrorCode::cancelled},     // query cancelled
    Row{"53", ErrorCode::unavailable},      // out of disk, memory, connections
    Row{"58", ErrorCode::unavailable},      // system error outside PostgreSQL
    Row{"40", ErrorCode::conflict},         // serialization failure, deadlock
    Row{"55P03", ErrorCode::conflict},      // lock not available
    Row{"55006", ErrorCode::conflict},      // object in use
    Row{"28", ErrorCode::unauthenticated},  // wrong user or password
};

// Parts of DuckDB's messages; it has no codes.
constexpr std::array kDuckDbParts{
    Row{"INTERRUPT Error", ErrorCode::cancelled},
    Row{"Interrupted", ErrorCode::cancelled},
    Row{"Could not set lock on file", ErrorCode::unavailable},
    Row{"Conflicting lock is held", ErrorCode::unavailable},
    // The last session on the file is just closing it in another thread of this process.
    Row{"Unique file handle conflict", ErrorCode::unavailable},
    Row{"TransactionContext Error", ErrorCode::conflict},
    Row{"write-write conflict", ErrorCode::conflict},
    Row{"Conflict on update", ErrorCode::conflict},
    Row{"Conflict on tuple deletion", ErrorCode::conflict},
    Row{"Out of Memory Error", ErrorCode::unavailable},
    Row{"HTTP Error", ErrorCode::unavailable},
};

}  // namespace

ErrorCode code_of_sqlstate(std::string_view sqlstate) {
    for (const Row& row : kSqlStates) {
        if (sqlstate.starts_with(row.pattern)) return row.code;
    }
    return ErrorCode::engine;
}

ErrorCode code_of_duckdb_message(std::string_view message) {
    for (const Row& row : kDuckDbParts) {
        if (message.find(row.pattern) != std::string_view::npos) return row.code;
    }
    return ErrorCode::engine;
}

bool is_retryable(ErrorCode code) {
    switch (code) {
        case ErrorCode::unavailable:  // the engine may be back
        case ErrorCode::timeout:
        case ErrorCode::conflict:         // locks and serialization pass
        case ErrorCode::cancelled:        // by somebody else than us
        case ErrorCode::superseded:       // a new lease brings a newer fence
        case ErrorCode::unauthenticated:  // credentials are re-read when they change
        case ErrorCode::io:
            return true;
        case ErrorCode::engine:  // syntax, missing table, constraint, overflow: the same again
        case ErrorCode::invalid:
        case ErrorCode::not_found:
        case ErrorCode::forbidden:
        case ErrorCode::too_large:
        case ErrorCode::unsupported:
        case ErrorCode::audit_failed:
        case ErrorCode::internal:
            return false;
    }
    return false;
}

}  // namespace towline::engines
