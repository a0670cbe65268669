#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "client/scheduler_client.h"
#include "output/console.h"

namespace towline::commands {

/// What the parser found of a command's own options, by the key in the command table.
struct Arguments {
    std::map<std::string, std::vector<std::string>> values;
    std::set<std::string> flags;

    bool flag(const std::string& key) const { return flags.contains(key); }
    bool empty() const { return values.empty() && flags.empty(); }
    std::optional<std::string> value(const std::string& key) const;
    std::string text(const std::string& key) const { return value(key).value_or(""); }
    std::vector<std::string> list(const std::string& key) const;
    /// A whole number from 0; `invalid` naming the option otherwise.
    Result<std::optional<std::int64_t>> number(const std::string& key) const;
};

struct GlobalOptions {
    std::vector<std::string> paths;
    std::optional<std::string> gateway;
    bool yes = false;
    bool json = false;
    bool no_color = false;
    int verbosity = 0;
    client::Variables flags;    ///< settings given as flags
    client::Variables process;  ///< the process's variables
    std::string program;        ///< argv[0], to find the programs beside it
};

/// What every command works with: options, console, and the scheduler on first need.
class Session {
 public:
    explicit Session(GlobalOptions options);

    const GlobalOptions& options() const { return options_; }
    output::Console& console() { return console_; }
    /// -p, or the current folder.
    std::vector<std::string> paths() const;
    /// Reads the settings once.
    Result<client::Settings*> settings();
    /// Connects once; no call is made yet.
    Result<client::SchedulerClient*> scheduler();
    /// Asks, unless -y. `invalid` with a hint where nobody can be asked.
    Status confirm(const std::string& question);

 private:
    GlobalOptions options_;
    output::Console console_;
    std::unique_ptr<client::Settings> settings_;
    std::unique_ptr<client::SchedulerClient> client_;
};

/// The full id for a unique prefix or the word `last`, looked up in a list of the API ("runs", "plans").
Result<std::string> resolve_id(client::SchedulerClient& scheduler, const std::string& collection,
                               const std::string& id);

}  // namespace towline::commands
