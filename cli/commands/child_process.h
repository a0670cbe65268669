#pragma once
#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace towline::commands {

struct ChildOptions {
    std::string name;  ///< for messages
    std::string program;
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment;  ///< all of it
    std::string log_file;                            ///< gets stdout and stderr, appended
    std::string folder;                              ///< working folder; empty keeps ours
};

/// A program started by this one. It gets SIGTERM when the thread that started it dies, stands in its own
/// process group so that Ctrl-C reaches only us, and is stopped by the destructor.
class ChildProcess {
 public:
    static Result<ChildProcess> start(const ChildOptions& options);
    ~ChildProcess();
    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&&) = delete;
    ChildProcess(const ChildProcess&) = delete;

    const std::string& name() const { return name_; }
    const std::string& log_file() const { return log_file_; }
    pid_t pid() const { return pid_; }
    /// False once it has ended; it is reaped then.
    bool running();
    /// SIGTERM, then SIGKILL when it has not ended by then.
    void stop(std::chrono::seconds patience);

 private:
    ChildProcess(std::string name, std::string log_file, pid_t pid)
        : name_(std::move(name)), log_file_(std::move(log_file)), pid_(pid) {}
    std::string name_;
    std::string log_file_;
    pid_t pid_ = -1;  ///< -1: ended
};

/// Runs a program to its end and gives its stdout; `internal` with its last words if it fails.
Result<std::string> output_of(const ChildOptions& options);

}  // namespace towline::commands
