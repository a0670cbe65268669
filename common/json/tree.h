#pragma once
// The parsed form: one flat array of 24-byte nodes, one text arena, one array of child numbers. Private to
// common/json.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/document.h"

namespace towline::json {

enum class Kind : std::uint8_t {
    null,
    boolean,
    integer,
    big,  ///< An integer beyond 64 bits, kept as its digits.
    real,
    string,
    array,
    object
};

/// Trivial, so that it can sit in a union: write `Slice{}` for an empty one.
struct Slice {
    std::uint32_t first;
    std::uint32_t count;
};

struct Node {
    Kind kind = Kind::null;
    std::uint32_t parent = 0;
    Slice key{};  ///< In `Tree::text`; empty for array elements.
    union {
        std::int64_t integer = 0;
        double real;
        Slice slice;  ///< Bytes of `Tree::text`, or child numbers of `Tree::children`.
    };
};

inline constexpr std::uint32_t kNoNode = 0xFFFFFFFFU;

struct Tree {
    std::vector<Node> nodes;
    std::string text;
    std::vector<std::uint32_t> children;
    /// Large objects have their children a second time, sorted by key, right after the ones in text order.
    static constexpr std::uint32_t kSortedFrom = 16;
    std::optional<Error> error;

    std::string_view text_of(Slice slice) const { return std::string_view(text).substr(slice.first, slice.count); }
    std::string_view key_of(std::uint32_t node) const { return text_of(nodes[node].key); }
    const std::uint32_t* child_begin(const Node& node) const { return children.data() + node.slice.first; }
    /// The member's node or kNoNode. Requires: `object` is an object.
    std::uint32_t find(const Node& object, std::string_view key) const;
    std::string path_of(std::uint32_t node) const;
    void fail(std::uint32_t node, std::string_view key, std::string_view message);

    static Tree& of(const Reader& reader) { return *reader.tree_; }
    static std::uint32_t node_of(const Reader& reader) { return reader.node_; }
};

/// Layout of printed text: compact, Python's one-line form, or indented lines.
struct Layout {
    std::string_view item_separator = ",";
    std::string_view key_separator = ":";
    int indent = -1;
    bool ascii = false;
    bool sort_keys = false;
};
std::string print(const Tree& tree, std::uint32_t node, const Layout& layout);

}  // namespace towline::json
