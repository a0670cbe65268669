#pragma once
// Collecting the faults of a load, with their place in the author's file.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "project/project.h"

namespace towline::project {

/// A file of the project as read. `path` is relative to the project root. Copies share the text.
class SourceFile {
 public:
    SourceFile() = default;
    SourceFile(std::string name, std::string text)
        : path(std::move(name)), text_(std::make_shared<const std::string>(std::move(text))) {}
    const std::string& text() const {
        static const std::string kNone;
        return text_ ? *text_ : kNone;
    }

    std::string path;

 private:
    std::shared_ptr<const std::string> text_;  // Shared: one file may define 100,000 nodes, and each remembers it.
};

/// Collects faults; a load goes on after one so that all are found.
class FaultList {
 public:
    /// A fault at a byte of a file.
    void add(const SourceFile& file, std::size_t offset, ErrorCode code, std::string message, std::string hint = {});
    /// An error of a function that was given a part of the file starting at `offset`: its "(line 2, column
    /// 3)" is counted from there.
    void add(const SourceFile& file, std::size_t offset, const Error& error);
    /// A fault of a file as a whole, or of the project (empty path).
    void add(std::string path, ErrorCode code, std::string message, std::string hint = {});
    void add(Fault fault);
    /// All of another list, counted as it counted them.
    void add(FaultList&& other);
    /// How many were added, those beyond the limit included, and how many of them are not `unsupported`.
    std::size_t added() const { return added_; }
    std::size_t wrong() const { return wrong_; }
    bool empty() const { return faults_.empty(); }
    /// No more are kept: what would only describe another one need not be computed.
    bool full() const;
    std::size_t size() const { return faults_.size(); }
    /// All of them by path, line and column, repeated ones once.
    std::vector<Fault> sorted() &&;

 private:
    std::vector<Fault> faults_;
    std::size_t added_ = 0;
    std::size_t wrong_ = 0;
};

/// The faults of a list at one moment, to see what came after it.
class FaultCount {
 public:
    explicit FaultCount(const FaultList& faults) : added_(faults.added()), wrong_(faults.wrong()) {}
    bool grew(const FaultList& faults) const { return faults.added() != added_; }
    /// True if all that came since is code `unsupported`: SQLMesh itself could load it.
    bool only_unsupported(const FaultList& faults) const { return faults.wrong() == wrong_; }

 private:
    std::size_t added_;
    std::size_t wrong_;
};

/// Least number of inserted, deleted, changed or swapped letters, ignoring case.
std::size_t edit_distance(std::string_view a, std::string_view b);
/// "Did you mean 'cron'?", or "" if nothing known is near.
std::string closest_hint(std::string_view word, const std::vector<std::string>& known);

}  // namespace towline::project
