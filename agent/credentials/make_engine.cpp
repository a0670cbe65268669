#include "credentials/engine_set.h"
#include "engines/duckdb.h"
#include "engines/postgres.h"

namespace towline::credentials {

std::unique_ptr<engines::Engine> make_engine(const GatewaySettings& settings) {
    if (const auto* postgres = std::get_if<engines::PostgresSettings>(&settings.connection))
        return engines::postgres_engine(*postgres);
    return engines::duckdb_engine(std::get<engines::DuckDbSettings>(settings.connection));
}

}  // namespace towline::credentials
