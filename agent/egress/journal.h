#pragma once
// The hash-chained record of every byte sent to the scheduler (README.md).

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.h"
#include "base/result.h"

namespace towline::egress {

inline constexpr std::size_t kFileBytesMax = 4 << 20;
inline constexpr std::size_t kLineBytesMax = 96 << 20;  ///< a body of 64 MiB in base64
inline constexpr std::chrono::milliseconds kSyncPause{1'000};
inline constexpr std::string_view kZeroHash = "0000000000000000000000000000000000000000000000000000000000000000";

enum class Part { head, body };
std::string_view to_string(Part part);

/// Where the chain ends.
struct Head {
    std::int64_t seq = 0;  ///< of the last line; 0 = none
    std::string hash = std::string(kZeroHash);
    std::string text() const { return std::to_string(seq) + ":" + hash; }
};

/// Appends. One process has it open; any thread.
class Journal {
 public:
    /// Opens the folder, which is made if need be, and goes on behind the last whole line, or with a new chain if that
    /// line is none of ours. `io` if it cannot be written, `too_large` for a file that this program did not make.
    static Result<std::unique_ptr<Journal>> open(const std::filesystem::path& folder, std::size_t bytes_max);
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// The highest number of a call so far; numbers are given by whoever sends, from here on.
    std::int64_t last_call() const;
    /// Writes one piece. Never fails for the caller: what cannot be written is counted (`lost`) and told in the next
    /// line.
    void sent(std::int64_t call, Part part, std::string_view bytes);
    Head head() const;
    /// Lines that could not be written since the last one that could.
    std::int64_t lost() const;
    std::uint64_t bytes_sent() const;
    /// What is wrong with the end of the journal that was found; empty if nothing.
    const std::string& damage() const { return damage_; }

 private:
    struct State {
        int file = -1;
        int number = 0;  ///< of the open file
        std::size_t file_bytes = 0;
        Head head;
        std::int64_t calls = 0;
        std::int64_t lost = 0;
        std::uint64_t bytes_sent = 0;
        std::chrono::steady_clock::time_point synced;
    };
    Journal(std::filesystem::path folder, std::size_t bytes_max) : folder_(std::move(folder)), bytes_max_(bytes_max) {}
    static Status go_on(State& state, const std::vector<std::filesystem::path>& files);
    Status open_file(State& state, int number);
    Status append(State& state, const std::string& line);
    void drop_oldest() const;

    const std::filesystem::path folder_;
    const std::size_t bytes_max_;
    std::string damage_;
    Guarded<State> state_;
};

/// The journal's files by number.
std::vector<std::filesystem::path> journal_files(const std::filesystem::path& folder);
/// A head as it is kept: values of credentials replaced by their hash.
std::string without_credentials(std::string_view head);

}  // namespace towline::egress
