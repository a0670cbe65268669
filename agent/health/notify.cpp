#include "health/notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "base/strings.h"

namespace towline::health {

Notifier Notifier::from_environment() {
    const char* socket = std::getenv("NOTIFY_SOCKET");
    if (socket == nullptr || *socket == '\0') return {};
    std::optional<std::chrono::microseconds> watchdog;
    const char* pid = std::getenv("WATCHDOG_PID");
    const char* time = std::getenv("WATCHDOG_USEC");
    const bool ours = pid == nullptr || parse_int(pid) == static_cast<std::int64_t>(::getpid());
    if (time != nullptr && ours) {
        const auto value = parse_int(time);
        if (value && *value > 0) watchdog = std::chrono::microseconds(*value);
    }
    return {socket, watchdog};
}

void Notifier::send(const std::string& text) const {
    if (socket_.empty()) return;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_.size() >= sizeof address.sun_path) return;
    std::memcpy(address.sun_path, socket_.data(), socket_.size());
    // "@name" is a socket without a file.
    if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
    const int file = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (file < 0) return;
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
    const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    static_cast<void>(::sendto(file, text.data(), text.size(), MSG_NOSIGNAL, generic, length));
    ::close(file);
}

void Notifier::turn(const std::string& status) {
    std::string text;
    if (!ready_) text += "READY=1\n";
    if (watchdog_) text += "WATCHDOG=1\n";
    if (status != told_) text += "STATUS=" + replace_all(status, "\n", " ") + "\n";
    ready_ = true;
    told_ = status;
    if (!text.empty()) send(text);
}

void Notifier::stopping() { send("STOPPING=1\n"); }

std::optional<std::chrono::milliseconds> Notifier::pace() const {
    if (!watchdog_) return std::nullopt;
    return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(*watchdog_ / 3),
                    std::chrono::milliseconds(100));
}

}  // namespace towline::health
