#include "commands/child_process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/strings.h"

namespace towline::commands {
namespace {

constexpr std::size_t kOutputBytesMax = 1 << 20;
constexpr int kPollMs = 20;

/// argv and envp in the form of execve; the texts live in the object.
class Block {
 public:
    explicit Block(std::vector<std::string> texts) : texts_(std::move(texts)) {
        for (std::string& text : texts_) pointers_.push_back(text.data());
        pointers_.push_back(nullptr);
    }
    char* const* data() const { return pointers_.data(); }

 private:
    std::vector<std::string> texts_;
    std::vector<char*> pointers_;
};

std::vector<std::string> arguments_of(const ChildOptions& options) {
    std::vector<std::string> out{options.program};
    out.insert(out.end(), options.arguments.begin(), options.arguments.end());
    return out;
}

std::vector<std::string> environment_of(const ChildOptions& options) {
    std::vector<std::string> out;
    for (const auto& [name, value] : options.environment) out.push_back(name + "=" + value);
    return out;
}

// Between fork and exec: only calls that are safe there.
[[noreturn]] void become(const Block& arguments, const Block& environment, const char* folder, int out, int err,
                         pid_t parent) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(1);
    if (folder[0] != '\0' && chdir(folder) != 0) _exit(126);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null >= 0) dup2(null, STDIN_FILENO);
    execve(arguments.data()[0], arguments.data(), environment.data());
    _exit(127);
}

pid_t spawn(const ChildOptions& options, int out, int err) {
    const Block arguments(arguments_of(options));
    const Block environment(environment_of(options));
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0) become(arguments, environment, options.folder.c_str(), out, err, parent);
    return pid;
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const ChildOptions& options) {
    if (access(options.program.c_str(), X_OK) != 0)
        return fail(ErrorCode::not_found, fmt::format("'{}' is not there", options.program),
                    "it belongs beside the towline program");
    const int log = open(options.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log < 0) return fail(ErrorCode::io, fmt::format("'{}' cannot be written", options.log_file));
    const pid_t pid = spawn(options, log, log);
    close(log);
    if (pid < 0)
        return fail(ErrorCode::io, fmt::format("{} cannot be started: {}", options.name, std::strerror(errno)));
    return ChildProcess(options.name, options.log_file, pid);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : name_(std::move(other.name_)), log_file_(std::move(other.log_file_)), pid_(std::exchange(other.pid_, -1)) {}

ChildProcess::~ChildProcess() { stop(std::chrono::seconds(5)); }

bool ChildProcess::running() {
    if (pid_ < 0) return false;
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == 0) return true;
    pid_ = -1;
    return false;
}

void ChildProcess::stop(std::chrono::seconds patience) {
    if (!running()) return;
    kill(pid_, SIGTERM);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (running()) {
        if (std::chrono::steady_clock::now() >= deadline) {
            kill(pid_, SIGKILL);
            waitpid(pid_, nullptr, 0);
            pid_ = -1;
            return;
        }
        poll(nullptr, 0, kPollMs);
    }
}

Result<std::string> output_of(const ChildOptions& options) {
    std::array<int, 2> pipe_ends{};
    if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) return fail(ErrorCode::io, "no pipe can be made");
    const pid_t pid = spawn(options, pipe_ends[1], STDERR_FILENO);
    close(pipe_ends[1]);
    std::string out;
    std::array<char, 4096> buffer{};
    while (pid > 0 && out.size() < kOutputBytesMax) {
        const ssize_t got = read(pipe_ends[0], buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        out.append(buffer.data(), static_cast<std::size_t>(got));
    }
    close(pipe_ends[0]);
    int status = -1;
    if (pid > 0) waitpid(pid, &status, 0);
    if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return fail(ErrorCode::internal, fmt::format("{} failed", options.name));
    return out;
}

}  // namespace towline::commands
