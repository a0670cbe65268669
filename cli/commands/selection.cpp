#include "commands/selection.h"

#include <unistd.h>

#include <filesystem>
#include <set>

#include "base/strings.h"
#include "commands/child_process.h"

namespace towline::commands {
namespace {

namespace fs = std::filesystem;
using Files = std::set<std::string>;

constexpr std::string_view kSelector = "git:";

bool ends_word(char c) { return std::string_view("&|^+() \t\n").find(c) != std::string_view::npos; }

Result<std::string> git_program(const client::Variables& environment) {
    const auto path = environment.find("PATH");
    for (const std::string& folder : split(path == environment.end() ? "/usr/bin:/bin" : path->second, ":")) {
        const std::string program = folder + "/git";
        if (!folder.empty() && access(program.c_str(), X_OK) == 0) return program;
    }
    return fail(ErrorCode::not_found, "the selector 'git:' needs git, which is not in PATH");
}

/// git in the folder of one project.
class Git {
 public:
    static Result<Git> open(Session& session, const std::string& folder) {
        Git out;
        out.options_.name = "git";
        TRY(out.options_.program, git_program(session.options().process));
        out.options_.environment = session.options().process;
        out.options_.folder = folder;
        TRY(std::string top, out.run({"rev-parse", "--show-toplevel"}));
        out.top_ = std::string(trim(top));
        return out;
    }

    Status add_changed(const std::string& branch, Files& out) {
        TRY_STATUS(add(options_.folder, {"ls-files", "-z", "--others", "--exclude-standard"}, out));
        TRY_STATUS(add(top_, {"diff", "-z", "--name-only", "--diff-filter=d", "HEAD"}, out));
        return add(top_, {"diff", "-z", "--name-only", "--diff-filter=d", branch + "..."}, out);
    }

 private:
    Result<std::string> run(std::vector<std::string> arguments) {
        options_.arguments = std::move(arguments);
        auto out = output_of(options_);
        if (!out) return fail(ErrorCode::internal, "git " + join(options_.arguments, " ") + " failed");
        return out;
    }
    Status add(const std::string& base, std::vector<std::string> arguments, Files& out) {
        TRY(const std::string listed, run(std::move(arguments)));
        for (const std::string& name : split(listed, std::string_view("\0", 1)))
            if (!name.empty()) out.insert(fs::weakly_canonical(fs::path(base) / name).string());
        return {};
    }

    ChildOptions options_;
    std::string top_;
};

Result<std::string> changed_models(Session& session, const LocalProject& local, const std::string& branch) {
    // A branch that reads as an option would be one.
    if (branch.empty() || branch.front() == '-')
        return fail(ErrorCode::invalid, "'git:" + branch + "' names no branch");
    Files files;
    for (const LocalRoot& root : local.roots) {
        TRY(Git git, Git::open(session, root.folder));
        TRY_STATUS(git.add_changed(branch, files));
    }
    std::vector<std::string> names;
    for (const auto& [fqn, node] : local.project.nodes)
        if (files.contains(fs::weakly_canonical(local.file_of(node)).string())) names.push_back(fqn);
    return names.empty() ? std::string("(^*)") : "(" + join(names, "|") + ")";
}

}  // namespace

Result<std::vector<std::string>> without_git(Session& session, const LocalProject& local,
                                             std::vector<std::string> selections) {
    for (std::string& selection : selections) {
        std::string out;
        std::size_t at = 0;
        for (std::size_t found = selection.find(kSelector); found != std::string::npos;
             found = selection.find(kSelector, at)) {
            out += selection.substr(at, found - at);
            at = found + kSelector.size();
            if (found > 0 && !ends_word(selection[found - 1])) {
                out += kSelector;
                continue;
            }
            std::size_t end = at;
            while (end < selection.size() && !ends_word(selection[end])) ++end;
            TRY(const std::string names, changed_models(session, local, selection.substr(at, end - at)));
            out += names;
            at = end;
        }
        selection = out + selection.substr(at);
    }
    return selections;
}

Status expand_selections(Session& session, const LocalProject& local, plan::PlanOptions& options) {
    for (auto* selections : {&options.restate_models, &options.select_models, &options.backfill_models,
                             &options.allow_destructive_models, &options.allow_additive_models}) {
        TRY(*selections, without_git(session, local, std::move(*selections)));
    }
    return {};
}

}  // namespace towline::commands
