#include "commands/session.h"

#include <fmt/core.h>
#include <glob.h>

#include <algorithm>
#include <memory>

#include "base/strings.h"
#include "project/env_file.h"

namespace towline::commands {
namespace {

constexpr std::size_t kFullIdCharacters = 32;
constexpr std::size_t kPrefixSearchMax = 1000;

/// The folders that a pattern such as projects/* stands for; the text itself if there are none.
std::vector<std::string> matching(const std::string& path) {
    glob_t found{};
    const std::unique_ptr<glob_t, decltype(&globfree)> guard(&found, globfree);
    if (glob(path.c_str(), GLOB_NOCHECK, nullptr, &found) != 0) return {path};
    return {found.gl_pathv, found.gl_pathv + found.gl_pathc};
}

}  // namespace

std::optional<std::string> Arguments::value(const std::string& key) const {
    const auto found = values.find(key);
    if (found == values.end() || found->second.empty()) return std::nullopt;
    return found->second.back();
}

std::vector<std::string> Arguments::list(const std::string& key) const {
    const auto found = values.find(key);
    return found == values.end() ? std::vector<std::string>{} : found->second;
}

Result<std::optional<std::int64_t>> Arguments::number(const std::string& key) const {
    const auto text = value(key);
    if (!text) return std::optional<std::int64_t>();
    const auto parsed = parse_int(*text);
    if (!parsed || *parsed < 0) return fail(ErrorCode::invalid, fmt::format("--{} needs a whole number", key));
    return std::optional<std::int64_t>(*parsed);
}

Session::Session(GlobalOptions options)
    : options_(std::move(options)),
      console_({options_.json ? output::Format::json : output::Format::table, options_.no_color, options_.verbosity}) {}

std::vector<std::string> Session::paths() const {
    if (options_.paths.empty()) return {"."};
    std::vector<std::string> out;
    for (const std::string& path : options_.paths)
        for (std::string& one : matching(path))
            if (std::find(out.begin(), out.end(), one) == out.end()) out.push_back(std::move(one));
    return out;
}

Result<client::Settings*> Session::settings() {
    if (!settings_) {
        TRY(client::Settings loaded, client::load_settings({options_.flags, options_.process, "."}));
        if (loaded.url.empty() && !options_.paths.empty()) {
            TRY(loaded, client::load_settings({options_.flags, options_.process, options_.paths.front()}));
        }
        // As in SQLMesh, the project's .env wins over the process; the scheduler's address is not looked for there.
        TRY(loaded.environment,
            project::with_env_files(project::DiskFileSystem(), paths(), std::move(loaded.environment)));
        settings_ = std::make_unique<client::Settings>(std::move(loaded));
    }
    return settings_.get();
}

Result<client::SchedulerClient*> Session::scheduler() {
    if (!client_) {
        TRY(client::Settings * loaded, settings());
        TRY(client_, client::SchedulerClient::connect(*loaded));
    }
    return client_.get();
}

Status Session::confirm(const std::string& question) {
    if (options_.yes) return {};
    if (!console_.interactive())
        return fail(ErrorCode::invalid, question + " Nobody can be asked here.", "repeat the command with --yes");
    if (!console_.confirm(question)) return fail(ErrorCode::cancelled, "not confirmed, nothing was done");
    return {};
}

Result<std::string> resolve_id(client::SchedulerClient& scheduler, const std::string& collection,
                               const std::string& id) {
    if (id.size() >= kFullIdCharacters) return id;
    const bool last = id == "last";
    TRY(const std::vector<std::string> items, scheduler.list(collection, {}, last ? 1 : kPrefixSearchMax));
    std::vector<std::string> matches;
    for (const std::string& item : items) {
        TRY(const json::Document document, json::Document::parse(item));
        const std::string full = document.root().str("id", "");
        if (last || full.rfind(id, 0) == 0) matches.push_back(full);
    }
    if (matches.empty())
        return fail(ErrorCode::not_found, last ? fmt::format("there are no {} yet", collection)
                                               : fmt::format("no id of {} begins with '{}'", collection, id));
    if (matches.size() > 1)
        return fail(ErrorCode::invalid, fmt::format("'{}' fits {} ids of {}", id, matches.size(), collection),
                    "give more characters");
    return matches.front();
}

}  // namespace towline::commands
