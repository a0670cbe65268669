#include "project/env_file.h"

#include <utility>

namespace towline::project {

Result<Variables> with_env_text(std::string_view text, Variables environment) {
    TRY(const Variables own, dotenv::parse(text, environment, dotenv::Faults::pass_over));
    for (const auto& [name, value] : own) environment[name] = value;
    return environment;
}

Result<Variables> with_env_files(const FileSystem& files, const std::vector<std::string>& roots,
                                 Variables environment) {
    std::vector<std::string> paths;
    if (const auto named = environment.find("SQLMESH_DOTENV_PATH");
        named != environment.end() && files.exists(named->second))
        paths.push_back(named->second);
    else
        for (const std::string& root : roots) paths.push_back(joined_path(root, ".env"));
    for (const std::string& path : paths) {
        if (!files.exists(path)) continue;
        const auto text = files.read(path);
        if (!text && text.error().code == ErrorCode::too_large) return fail(text.error());
        if (!text) continue;
        auto both = with_env_text(*text, std::move(environment));
        if (!both) return fail(both.error().in(path));
        environment = *std::move(both);
    }
    return environment;
}

}  // namespace towline::project
