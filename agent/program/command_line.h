#pragma once
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "credentials/settings_table.h"
#include "health/status_file.h"
#include "program/query.h"
#include "protocol/executor.h"

namespace towline::program {

/// What the arguments ask for.
struct Command {
    enum class Verb { run_loop, check, config, query, egress_report, egress_verify } verb = Verb::run_loop;
    protocol::ExecutorKind kind = protocol::ExecutorKind::run;
    health::Probe probe = health::Probe::live;
    bool once = false;
    std::map<credentials::SettingId, std::string> flags;
    QueryRequest query;
    std::string egress_head;  ///< a head noted earlier, "SEQ:HASH"; empty: none
};

/// The arguments were answered already (help, version) or are wrong: the text for the terminal and the exit
/// code.
struct Finished {
    int code = 0;
    std::string text;
};

std::variant<Command, Finished> parse_command_line(int argc, const char* const* argv, const std::string& version);

}  // namespace towline::program
