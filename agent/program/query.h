#pragma once
#include <string>

#include "credentials/environment.h"

namespace towline::program {

struct QueryRequest {
    std::string sql;
    std::string gateway;  ///< empty: the default one
    int rows_max = 100;
};

/// `towline-executor query`: runs one statement on a gateway of this machine's environment and prints its rows as a
/// table. Local only: nothing of it reaches the scheduler. Returns the exit code.
int run_query(const QueryRequest& request, const credentials::Variables& environment);

}  // namespace towline::program
