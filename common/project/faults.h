#pragma once
// Collecting the faults of a load, with their place in the author's file.

#include <string>
#include <string_view>
#include <vector>

#include "project/project.h"

namespace towline::project {

/// A file of the project as read. `path` is relative to the project root.
struct SourceFile {
    std::string path;
    std::string text;
};

/// Collects faults; a load goes on after one so that all are found.
class FaultList {
 public:
    /// A fault at a byte of a file.
    void add(const SourceFile& file, std::size_t offset, ErrorCode code, std::string message,
             std::string hint = {});
    /// An error of a function that was given a part of the file starting at `offset`: its "(line 2, column
    /// 3)" is counted from there.
    void add(const SourceFile& file, std::size_t offset, const Error& error);
    /// A fault of a file as a whole, or of the project (empty path).
    void add(std::string path, ErrorCode code, std::string message, std::string hint = {});
    void add(Fault fault);
    bool empty() const { return faults_.empty(); }
    std::size_t size() const { return faults_.size(); }
    /// All of them by path, line and column, repeated ones once.
    std::vector<Fault> sorted() &&;

 private:
    std::vector<Fault> faults_;
};

/// Least number of inserted, deleted, changed or swapped letters, ignoring case.
std::size_t edit_distance(std::string_view a, std::string_view b);
/// "Did you mean 'cron'?", or "" if nothing known is near.
std::string closest_hint(std::string_view word, const std::vector<std::string>& known);

}  // namespace towline::project
