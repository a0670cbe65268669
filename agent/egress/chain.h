#pragma once
// Reading the journal again: lines, and whether they are the chain that was written.

#include <filesystem>
#include <functional>
#include <string>

#include "egress/journal.h"

namespace towline::egress {

/// One line, decoded.
struct Line {
    std::int64_t seq = 0;
    std::int64_t time_ms = 0;
    std::int64_t call = 0;
    std::int64_t lost = 0;
    std::size_t bytes = 0;  ///< as they were sent; a head is kept with its credentials replaced
    Part part = Part::head;
    std::string content;
    std::string prev;
    std::string hash;  ///< of this line
};

/// What the end of a file says; for going on behind it.
struct FileEnd {
    Head head;
    std::int64_t call = 0;
    std::size_t whole_bytes = 0;  ///< up to the last whole line
    bool torn = false;
};
Result<FileEnd> end_of_file(const std::filesystem::path& file);

/// What was found in a folder.
struct Verdict {
    bool sound = false;
    std::string sentence;  ///< what is wrong, with file and line; or what was checked
    Head head;
    std::int64_t lines = 0;
    std::int64_t first_seq = 0;  ///< above 1: older lines left with their files
    std::int64_t lost = 0;
};

/// Walks over all lines in order and stops at the first that is not the next of the chain. `each` sees every sound
/// line. `anchor` is a head noted earlier ("SEQ:HASH"), empty for none: the chain must contain it.
Verdict verify(const std::filesystem::path& folder, const std::string& anchor,
               const std::function<void(const Line&)>& each = {});

}  // namespace towline::egress
