// Look-ups in the catalogue by name. DuckDB answers them within a transaction only.
#include "duckdb/database.h"
#include "duckdb/native.h"

namespace towline::duckdb {
namespace {

struct ClientContext {
    explicit ClientContext(duckdb_connection connection) { lib().connection_get_client_context(connection, &value); }
    ClientContext(const ClientContext&) = delete;
    ClientContext& operator=(const ClientContext&) = delete;
    ~ClientContext() { lib().destroy_client_context(&value); }
    duckdb_client_context value = nullptr;
};

struct Catalog {
    Catalog(const ClientContext& context, const std::string& name)
        : value(lib().client_context_get_catalog(context.value, name.c_str())) {}
    Catalog(const Catalog&) = delete;
    Catalog& operator=(const Catalog&) = delete;
    ~Catalog() { lib().destroy_catalog(&value); }
    duckdb_catalog value = nullptr;
};

/// DuckDB's own catalogue is always there, but is given within a transaction only.
bool in_transaction(const ClientContext& context) { return Catalog(context, "system").value != nullptr; }

/// Requires: a transaction is open.
EntryKind find(const ClientContext& context, const std::string& catalog, const std::string& schema,
               const std::string& name) {
    const Catalog found(context, catalog);
    if (found.value == nullptr) return EntryKind::none;
    // Tables and views share their names: asked for one, DuckDB gives the other as well.
    duckdb_catalog_entry entry = lib().catalog_get_entry(found.value, context.value, DUCKDB_CATALOG_ENTRY_TYPE_TABLE,
                                                         schema.c_str(), name.c_str());
    if (entry == nullptr) return EntryKind::none;
    const duckdb_catalog_entry_type type = lib().catalog_entry_get_type(entry);
    lib().destroy_catalog_entry(&entry);
    return type == DUCKDB_CATALOG_ENTRY_TYPE_VIEW ? EntryKind::view : EntryKind::table;
}

}  // namespace

Result<EntryKind> Connection::entry(const std::string& catalog, const std::string& schema, const std::string& name) {
    const ClientContext context(*interrupter_.native_->handle.lock());
    if (in_transaction(context)) return find(context, catalog, schema, name);
    TRY(Transaction begun, Transaction::begin(*this));
    const EntryKind kind = find(context, catalog, schema, name);
    TRY_STATUS(begun.commit());
    return kind;
}

}  // namespace towline::duckdb
