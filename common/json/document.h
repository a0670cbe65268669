#pragma once
// Reading JSON. A Document owns the parsed text; Readers are cheap views into it that check types while a
// codec reads, so that a codec is a list of plain calls followed by one look at `status()`.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace towline::json {

/// What a parse refuses: longer text, deeper nesting. Memory used is at most about 16 times the text.
struct Limits {
    std::size_t bytes_max = std::size_t{64} << 20;
    int depth_max = 64;
};

struct Tree;

/// A view of one value inside a Document. Copyable, two words; must not outlive the Document.
/// All Readers of a Document share one error slot: the first failure is kept with its path ("tasks[3].epoch:
/// expected integer"), and from then on every call returns a default (empty, 0, false). Ask `status()` once,
/// at the end. A member that is null counts as absent for every call with a fallback, `maybe_…`, and for
/// lists and dicts. Not thread safe: a Document and its Readers belong to one thread at a time.
class Reader {
 public:
    bool is_null() const;
    bool is_object() const;
    bool is_array() const;
    bool is_string() const;
    /// An integer of any size; `as_num` still fails when it does not fit 64 bits.
    bool is_int() const;
    /// An integer or a floating point number.
    bool is_number() const;
    bool is_bool() const;
    /// True if this is an object with that member, even if the member is null.
    bool has(std::string_view key) const;

    // Members of an object. Without a fallback an absent or null member is an error; a wrong type always is.
    std::string str(std::string_view key) const;
    std::string str(std::string_view key, std::string_view fallback) const;
    std::optional<std::string> maybe_str(std::string_view key) const;
    std::int64_t num(std::string_view key) const;
    std::int64_t num(std::string_view key, std::int64_t fallback) const;
    std::optional<std::int64_t> maybe_num(std::string_view key) const;
    double real(std::string_view key) const;
    double real(std::string_view key, double fallback) const;
    std::optional<double> maybe_real(std::string_view key) const;
    bool flag(std::string_view key) const;
    bool flag(std::string_view key, bool fallback) const;
    std::optional<bool> maybe_flag(std::string_view key) const;
    /// Absent or null gives an empty value for these three.
    std::vector<std::string> strings(std::string_view key) const;
    std::map<std::string, std::string> dict(std::string_view key) const;
    std::vector<Reader> list(std::string_view key) const;
    /// Any value of that key (also null); absent is an error.
    Reader sub(std::string_view key) const;
    /// Absent or null gives nullopt.
    std::optional<Reader> maybe_sub(std::string_view key) const;

    // This value itself.
    std::string as_str() const;
    std::int64_t as_num() const;
    double as_real() const;
    bool as_flag() const;
    std::vector<std::string> as_strings() const;
    std::map<std::string, std::string> as_dict() const;
    /// Elements of an array.
    std::vector<Reader> items() const;
    /// Members of an object in the order of the text; of a repeated key only the last value is there.
    std::vector<std::pair<std::string, Reader>> members() const;
    /// Compact JSON text of this value; UTF-8 is kept.
    std::string dump() const;
    /// Where this value is: "tasks[3].epoch"; "" for the root.
    std::string path() const;

    /// Reports a failure that only the codec can see ("unknown kind"), with this value's path. The first one
    /// wins.
    void reject(std::string_view message) const;
    /// The same for a member of this object.
    void reject(std::string_view key, std::string_view message) const;
    /// The first failure of any Reader of the Document.
    Status status() const;

 private:
    friend class Document;
    friend struct Tree;
    Reader(Tree* tree, std::uint32_t node) : tree_(tree), node_(node) {}
    Tree* tree_;
    std::uint32_t node_;
};

/// Parsed JSON text. Move-only; moving keeps its Readers valid.
class Document {
 public:
    /// Fails with `too_large` (bytes or depth) or `invalid` (line, column and offset in the message, no
    /// content).
    static Result<Document> parse(std::string_view text, Limits limits = {});
    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;
    ~Document();

    Reader root() const;

 private:
    explicit Document(std::unique_ptr<Tree> tree);
    std::unique_ptr<Tree> tree_;
};

}  // namespace towline::json
