#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

#include "json/tree.h"

namespace towline::json {

std::uint32_t Tree::find(const Node& object, std::string_view key) const {
    const std::uint32_t* first = child_begin(object);
    const std::uint32_t count = object.slice.count;
    if (count < kSortedFrom) {
        const auto* at = std::find_if(first, first + count, [&](std::uint32_t n) { return key_of(n) == key; });
        return at == first + count ? kNoNode : *at;
    }
    const std::uint32_t* sorted = first + count;
    const auto* at = std::lower_bound(sorted, sorted + count, key,
                                      [&](std::uint32_t n, std::string_view wanted) { return key_of(n) < wanted; });
    return at == sorted + count || key_of(*at) != key ? kNoNode : *at;
}

std::string Tree::path_of(std::uint32_t node) const {
    constexpr std::size_t kKeyShownMax = 80;
    std::string path;
    for (; node != kNoNode && nodes[node].parent != kNoNode; node = nodes[node].parent) {
        const Node& parent = nodes[nodes[node].parent];
        std::string part;
        if (parent.kind == Kind::array) {
            const auto* first = child_begin(parent);
            part = fmt::format("[{}]", std::find(first, first + parent.slice.count, node) - first);
        } else {
            part = std::string(key_of(node).substr(0, kKeyShownMax));
        }
        if (!path.empty() && path.front() != '[') part += '.';
        path.insert(0, part);
    }
    return path;
}

void Tree::fail(std::uint32_t node, std::string_view key, std::string_view message) {
    if (error) return;
    std::string path = path_of(node);
    if (!key.empty()) {
        if (!path.empty()) path += '.';
        path += key;
    }
    error =
        Error{ErrorCode::invalid, path.empty() ? std::string(message) : fmt::format("{}: {}", path, message), {}, {}};
}

namespace {

const Node* node_at(const Tree& tree, std::uint32_t node) { return node == kNoNode ? nullptr : &tree.nodes[node]; }

// The member, or kNoNode. A failure seen earlier, or a value that is no object, gives kNoNode too.
std::uint32_t member(Tree& tree, std::uint32_t node, std::string_view key) {
    const Node* self = node_at(tree, node);
    if (tree.error || self == nullptr) return kNoNode;
    if (self->kind != Kind::object) {
        tree.fail(node, {}, "expected object");
        return kNoNode;
    }
    return tree.find(*self, key);
}

// The member unless it is absent or null.
std::uint32_t present(Tree& tree, std::uint32_t node, std::string_view key) {
    const std::uint32_t found = member(tree, node, key);
    return found != kNoNode && tree.nodes[found].kind == Kind::null ? kNoNode : found;
}

std::uint32_t required(Tree& tree, std::uint32_t node, std::string_view key, std::string_view expected) {
    const std::uint32_t found = member(tree, node, key);
    if (found == kNoNode) tree.fail(node, key, fmt::format("missing, expected {}", expected));
    return found;
}

// The node if it has that kind; otherwise reports and gives nullptr.
const Node* typed(Tree& tree, std::uint32_t node, Kind kind, std::string_view expected) {
    const Node* self = node_at(tree, node);
    if (tree.error || self == nullptr) return nullptr;
    if (self->kind == kind) return self;
    tree.fail(node, {}, fmt::format("expected {}", expected));
    return nullptr;
}

std::string string_at(Tree& tree, std::uint32_t node) {
    const Node* self = typed(tree, node, Kind::string, "string");
    return self == nullptr ? std::string() : std::string(tree.text_of(self->slice));
}

std::int64_t integer_at(Tree& tree, std::uint32_t node) {
    const Node* raw = node_at(tree, node);
    if (raw != nullptr && raw->kind == Kind::big) {
        tree.fail(node, {}, "integer out of range");
        return 0;
    }
    const Node* self = typed(tree, node, Kind::integer, "integer");
    return self == nullptr ? 0 : self->integer;
}

double real_at(Tree& tree, std::uint32_t node) {
    const Node* raw = node_at(tree, node);
    if (!tree.error && raw != nullptr) {
        if (raw->kind == Kind::integer) return static_cast<double>(raw->integer);
        if (raw->kind == Kind::big) return std::strtod(std::string(tree.text_of(raw->slice)).c_str(), nullptr);
    }
    const Node* self = typed(tree, node, Kind::real, "number");
    return self == nullptr ? 0.0 : self->real;
}

bool flag_at(Tree& tree, std::uint32_t node) {
    const Node* self = typed(tree, node, Kind::boolean, "true or false");
    return self != nullptr && self->integer != 0;
}

std::vector<std::string> strings_at(Tree& tree, std::uint32_t node) {
    std::vector<std::string> result;
    const Node* self = typed(tree, node, Kind::array, "array of strings");
    if (self == nullptr) return result;
    result.reserve(self->slice.count);
    for (std::uint32_t i = 0; i < self->slice.count && !tree.error; ++i) {
        result.push_back(string_at(tree, tree.child_begin(*self)[i]));
    }
    return result;
}

std::map<std::string, std::string> dict_at(Tree& tree, std::uint32_t node) {
    std::map<std::string, std::string> result;
    const Node* self = typed(tree, node, Kind::object, "object of strings");
    if (self == nullptr) return result;
    for (std::uint32_t i = 0; i < self->slice.count && !tree.error; ++i) {
        const std::uint32_t child = tree.child_begin(*self)[i];
        result.emplace(std::string(tree.key_of(child)), string_at(tree, child));
    }
    return result;
}

bool has_kind(const Tree& tree, std::uint32_t node, Kind kind) {
    const Node* self = node_at(tree, node);
    return self != nullptr && self->kind == kind;
}

}  // namespace

bool Reader::is_null() const { return has_kind(*tree_, node_, Kind::null); }
bool Reader::is_object() const { return has_kind(*tree_, node_, Kind::object); }
bool Reader::is_array() const { return has_kind(*tree_, node_, Kind::array); }
bool Reader::is_string() const { return has_kind(*tree_, node_, Kind::string); }
bool Reader::is_int() const { return has_kind(*tree_, node_, Kind::integer) || has_kind(*tree_, node_, Kind::big); }
bool Reader::is_number() const { return is_int() || has_kind(*tree_, node_, Kind::real); }
bool Reader::is_bool() const { return has_kind(*tree_, node_, Kind::boolean); }

bool Reader::has(std::string_view key) const { return is_object() && tree_->find(tree_->nodes[node_], key) != kNoNode; }

std::string Reader::str(std::string_view key) const {
    return string_at(*tree_, required(*tree_, node_, key, "string"));
}
std::string Reader::str(std::string_view key, std::string_view fallback) const {
    const std::uint32_t found = present(*tree_, node_, key);
    return found == kNoNode ? std::string(fallback) : string_at(*tree_, found);
}
std::optional<std::string> Reader::maybe_str(std::string_view key) const {
    const std::uint32_t found = present(*tree_, node_, key);
    return found == kNoNode ? std::nullopt : std::optional(string_at(*tree_, found));
}
std::int64_t Reader::num(std::string_view key) const {
    return integer_at(*tree_, required(*tree_, node_, key, "integer"));
}
std::int64_t Reader::num(std::string_view key, std::int64_t fallback) const {
    return maybe_num(key).value_or(fallback);
}
std::optional<std::int64_t> Reader::maybe_num(std::string_view key) const {
    const std::uint32_t found = present(*tree_, node_, key);
    return found == kNoNode ? std::nullopt : std::optional(integer_at(*tree_, found));
}
double Reader::real(std::string_view key) const { return real_at(*tree_, required(*tree_, node_, key, "number")); }
double Reader::real(std::string_view key, double fallback) const { return maybe_real(key).value_or(fallback); }
std::optional<double> Reader::maybe_real(std::string_view key) const {
    const std::uint32_t found = present(*tree_, node_, key);
    return found == kNoNode ? std::nullopt : std::optional(real_at(*tree_, found));
}
bool Reader::flag(std::string_view key) const { return flag_at(*tree_, required(*tree_, node_, key, "true or false")); }
bool Reader::flag(std::string_view key, bool fallback) const { return maybe_flag(key).value_or(fallback); }
std::optional<bool> Reader::maybe_flag(std::string_view key) const {
    const std::uint32_t found = present(*tree_, node_, key);
    return found == kNoNode ? std::nullopt : std::optional(flag_at(*tree_, found));
}

std::vector<std::string> Reader::strings(std::string_view key) const {
    return strings_at(*tree_, present(*tree_, node_, key));
}
std::map<std::string, std::string> Reader::dict(std::string_view key) const {
    return dict_at(*tree_, present(*tree_, node_, key));
}
std::vector<Reader> Reader::list(std::string_view key) const {
    return Reader(tree_, present(*tree_, node_, key)).items();
}
Reader Reader::sub(std::string_view key) const { return Reader(tree_, required(*tree_, node_, key, "a value")); }
std::optional<Reader> Reader::maybe_sub(std::string_view key) const {
    const std::uint32_t found = present(*tree_, node_, key);
    return found == kNoNode ? std::nullopt : std::optional(Reader(tree_, found));
}

std::string Reader::as_str() const { return string_at(*tree_, node_); }
std::int64_t Reader::as_num() const { return integer_at(*tree_, node_); }
double Reader::as_real() const { return real_at(*tree_, node_); }
bool Reader::as_flag() const { return flag_at(*tree_, node_); }
std::vector<std::string> Reader::as_strings() const { return strings_at(*tree_, node_); }
std::map<std::string, std::string> Reader::as_dict() const { return dict_at(*tree_, node_); }

std::vector<Reader> Reader::items() const {
    std::vector<Reader> result;
    const Node* self = typed(*tree_, node_, Kind::array, "array");
    if (self == nullptr) return result;
    result.reserve(self->slice.count);
    for (std::uint32_t i = 0; i < self->slice.count; ++i) result.push_back(Reader(tree_, tree_->child_begin(*self)[i]));
    return result;
}

std::vector<std::pair<std::string, Reader>> Reader::members() const {
    std::vector<std::pair<std::string, Reader>> result;
    const Node* self = typed(*tree_, node_, Kind::object, "object");
    if (self == nullptr) return result;
    result.reserve(self->slice.count);
    for (std::uint32_t i = 0; i < self->slice.count; ++i) {
        const std::uint32_t child = tree_->child_begin(*self)[i];
        result.emplace_back(std::string(tree_->key_of(child)), Reader(tree_, child));
    }
    return result;
}

std::string Reader::dump() const { return node_ == kNoNode ? "null" : print(*tree_, node_, {}); }
std::string Reader::path() const { return tree_->path_of(node_); }
void Reader::reject(std::string_view message) const { tree_->fail(node_, {}, message); }
void Reader::reject(std::string_view key, std::string_view message) const { tree_->fail(node_, key, message); }
Status Reader::status() const {
    if (tree_->error) return fail(*tree_->error);
    return {};
}

}  // namespace towline::json
