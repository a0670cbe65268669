#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace towline::auth {

/// Every scope there is, in the order they are listed.
const std::vector<std::string>& all_scopes();
bool is_scope(std::string_view word);

/// What holding these scopes permits: `admin` includes plan, run and read; plan and run include read.
bool permits(const std::vector<std::string>& held, std::string_view needed);

/// The scopes of a token: all of the client's if none is asked for, else the asked ones, which the client must have.
/// ErrorCode::invalid names the scope that is unknown or not the client's.
Result<std::vector<std::string>> granted_scopes(const std::vector<std::string>& client_scopes,
                                                std::string_view requested);

}  // namespace towline::auth
