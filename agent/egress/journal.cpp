#include "egress/journal.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "crypto/crypto.h"
#include "egress/chain.h"
#include "json/json.h"

namespace towline::egress {
namespace {

constexpr std::string_view kPrefix = "journal-";
constexpr std::string_view kSuffix = ".jsonl";
constexpr std::array<std::string_view, 2> kCredentialFields{"authorization", "proxy-authorization"};

int number_of(const std::filesystem::path& file) {
    const std::string name = file.filename().string();
    if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return 0;
    const auto number = parse_int(name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size()));
    return number && *number > 0 && *number < 1'000'000'000 ? static_cast<int>(*number) : 0;
}

std::int64_t wall_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

tl::unexpected<Error> io_failure(const std::filesystem::path& path) {
    return fail(ErrorCode::io, fmt::format("{}: {}", path.string(), std::strerror(errno)));
}

bool write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

}  // namespace

std::string_view to_string(Part part) { return part == Part::head ? "head" : "body"; }

std::vector<std::filesystem::path> journal_files(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (auto entry = std::filesystem::directory_iterator(folder, error);
         !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        if (number_of(entry->path()) > 0) files.push_back(entry->path());
    }
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return number_of(a) < number_of(b); });
    return files;
}

std::string without_credentials(std::string_view head) {
    std::vector<std::string> lines = split(head, "\r\n");
    for (std::string& line : lines) {
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos) continue;
        const std::string name = lower(std::string_view(line).substr(0, colon));
        if (std::find(kCredentialFields.begin(), kCredentialFields.end(), name) == kCredentialFields.end()) continue;
        line = line.substr(0, colon) + ": sha256:" + crypto::sha256(trim(std::string_view(line).substr(colon + 1)));
    }
    return join(lines, "\r\n");
}

Result<std::unique_ptr<Journal>> Journal::open(const std::filesystem::path& folder, std::size_t bytes_max) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return fail(ErrorCode::io, fmt::format("{}: {}", folder.string(), error.message()));
    std::unique_ptr<Journal> journal(new Journal(folder, bytes_max));
    const auto files = journal_files(folder);
    auto state = journal->state_.lock();
    int number = 1;
    if (!files.empty()) {
        number = number_of(files.back());
        const Status read = journal->go_on(*state, files);
        if (!read && (read.error().code == ErrorCode::io || read.error().code == ErrorCode::too_large))
            return fail(read.error());
        if (!read) {
            // What was changed stays as evidence, and `verify` names it; the executor goes on with a chain of its own.
            journal->damage_ = read.error().message;
            state->head = {};
            ++number;
        }
    }
    TRY_STATUS(journal->open_file(*state, number));
    return journal;
}

Status Journal::go_on(State& state, const std::vector<std::filesystem::path>& files) {
    // Cutting a torn end off must not reach a file elsewhere.
    std::error_code error;
    if (std::filesystem::is_symlink(files.back(), error))
        return fail(ErrorCode::io, files.back().string() + " is a symbolic link");
    TRY(const FileEnd end, end_of_file(files.back()));
    if (end.torn && ::truncate(files.back().c_str(), static_cast<off_t>(end.whole_bytes)) != 0)
        return io_failure(files.back());
    state.head = end.head;
    state.calls = end.call;
    // A file that lost all its lines goes on from the one before.
    if (end.head.seq == 0 && files.size() > 1) {
        TRY(const FileEnd before, end_of_file(files[files.size() - 2]));
        state.head = before.head;
        state.calls = before.call;
    }
    return {};
}

Journal::~Journal() {
    auto state = state_.lock();
    if (state->file < 0) return;
    ::fdatasync(state->file);
    ::close(state->file);
}

Status Journal::open_file(State& state, int number) {
    const auto path = folder_ / fmt::format("{}{:06}{}", kPrefix, number, kSuffix);
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (file < 0) return io_failure(path);
    if (state.file >= 0) {
        ::fdatasync(state.file);
        ::close(state.file);
    }
    const off_t size = ::lseek(file, 0, SEEK_END);
    state.file = file;
    state.number = number;
    state.file_bytes = size > 0 ? static_cast<std::size_t>(size) : 0;
    return {};
}

Status Journal::append(State& state, const std::string& line) {
    if (state.file_bytes > 0 && state.file_bytes + line.size() > std::min(kFileBytesMax, bytes_max_ / 2)) {
        TRY_STATUS(open_file(state, state.number + 1));
        drop_oldest();
    }
    if (!write_all(state.file, line)) {
        auto failure = io_failure(folder_);
        // A half line would break the chain; if it cannot be cut off now, the next start does.
        static_cast<void>(::ftruncate(state.file, static_cast<off_t>(state.file_bytes)) == 0);
        return failure;
    }
    state.file_bytes += line.size();
    const auto now = std::chrono::steady_clock::now();
    if (now - state.synced >= kSyncPause) {
        ::fdatasync(state.file);
        state.synced = now;
    }
    return {};
}

// The file that is open counts with its limit, so that all together stay below the setting.
void Journal::drop_oldest() const {
    std::error_code error;
    auto files = journal_files(folder_);
    std::size_t total = std::min(kFileBytesMax, bytes_max_ / 2);
    for (std::size_t i = files.size(); i-- > 0;) {
        if (i + 1 == files.size()) continue;
        total += std::filesystem::file_size(files[i], error);
        if (total > bytes_max_) std::filesystem::remove(files[i], error);
    }
}

std::int64_t Journal::last_call() const { return state_.lock()->calls; }

void Journal::sent(std::int64_t call, Part part, std::string_view bytes) {
    const std::string content = part == Part::head ? without_credentials(bytes) : std::string(bytes);
    auto state = state_.lock();
    state->bytes_sent += bytes.size();
    state->calls = std::max(state->calls, call);
    json::Object object;
    object.num("seq", state->head.seq + 1).str("prev", state->head.hash).num("time", wall_ms()).num("call", call);
    object.str("part", to_string(part)).num("bytes", static_cast<std::int64_t>(bytes.size()));
    if (state->lost > 0) object.num("lost", state->lost);
    if (is_utf8(content)) {
        object.str("text", content);
    } else {
        object.str("base64", crypto::base64_encode(content));
    }
    const std::string line = object.dump();
    if (!append(*state, line + "\n")) {
        ++state->lost;
        return;
    }
    state->head = {state->head.seq + 1, crypto::sha256(line)};
    state->lost = 0;
}

Head Journal::head() const { return state_.lock()->head; }
std::int64_t Journal::lost() const { return state_.lock()->lost; }
std::uint64_t Journal::bytes_sent() const { return state_.lock()->bytes_sent; }

}  // namespace towline::egress
