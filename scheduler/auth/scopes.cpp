#include "auth/scopes.h"

#include <algorithm>

#include "base/strings.h"

namespace towline::auth {

const std::vector<std::string>& all_scopes() {
    static const std::vector<std::string> scopes{"executor:run", "executor:apply", "plan", "run", "read", "admin"};
    return scopes;
}

bool is_scope(std::string_view word) {
    return std::find(all_scopes().begin(), all_scopes().end(), word) != all_scopes().end();
}

bool permits(const std::vector<std::string>& held, std::string_view needed) {
    return std::any_of(held.begin(), held.end(), [&](const std::string& scope) {
        if (scope == needed) return true;
        if (scope == "admin") return needed == "plan" || needed == "run" || needed == "read";
        return needed == "read" && (scope == "plan" || scope == "run");
    });
}

Result<std::vector<std::string>> granted_scopes(const std::vector<std::string>& client_scopes,
                                                std::string_view requested) {
    if (trim(requested).empty()) return client_scopes;
    std::vector<std::string> granted;
    for (const std::string& scope : split(trim(requested), " ")) {
        if (scope.empty()) continue;
        if (!is_scope(scope)) return fail(ErrorCode::invalid, "unknown scope '" + scope + "'");
        if (!permits(client_scopes, scope))
            return fail(ErrorCode::invalid, "the client may not have scope '" + scope + "'");
        if (std::find(granted.begin(), granted.end(), scope) == granted.end()) granted.push_back(scope);
    }
    return granted;
}

}  // namespace towline::auth
