// The only source that includes nlohmann/json.hpp: its lexer and parser drive the handler below, which fills
// a Tree. The parser keeps its own stack, so depth costs no C++ stack, and the handler stops it at the limit.

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "json/tree.h"

namespace towline::json {
namespace {

class Handler {
 public:
    Handler(Tree& tree, std::string_view input, int depth_max) : tree_(tree), input_(input), depth_max_(depth_max) {}

    bool null() { return add(Kind::null), true; }
    bool boolean(bool value) { return add(Kind::boolean).integer = value ? 1 : 0, true; }
    bool number_integer(std::int64_t value) { return add(Kind::integer).integer = value, true; }
    bool number_unsigned(std::uint64_t value) {
        if (value <= static_cast<std::uint64_t>(INT64_MAX)) return number_integer(static_cast<std::int64_t>(value));
        return keep_text(Kind::big, std::to_string(value));
    }
    bool number_float(double value, const std::string& digits) {
        if (digits.find_first_of(".eE") == std::string::npos) return keep_text(Kind::big, digits);
        return add(Kind::real).real = value, true;
    }
    bool string(std::string& value) { return keep_text(Kind::string, value); }
    bool binary(const std::vector<std::uint8_t>&) { return false; }
    bool start_object(std::size_t) { return open(Kind::object); }
    bool start_array(std::size_t) { return open(Kind::array); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(std::string& value) {
        open_.back().key = store(value);
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& cause) {
        // The library's text is "[id] parse error at line 1, column 2: why; last read: '…'": the last part is
        // content of the document and does not belong in a message.
        std::string_view why = cause.what();
        const std::size_t colon = why.find(": ");
        if (colon != std::string_view::npos) why.remove_prefix(colon + 2);
        why = why.substr(0, why.find("; last read"));
        const std::size_t offset = std::min(position == 0 ? 0 : position - 1, input_.size());
        // 406: a number beyond double; its text repeats the number.
        if (cause.id == 406) why = "number out of range";
        const LineColumn at = line_column(input_, offset);
        error =
            Error{ErrorCode::invalid,
                  fmt::format("not valid JSON at line {}, column {} (offset {}): {}", at.line, at.column, offset, why),
                  {},
                  {}};
        return false;
    }

    std::optional<Error> error;

 private:
    struct Open {
        std::uint32_t node;
        Slice key;
        std::size_t pending_from;
    };

    Node& add(Kind kind) {
        const auto number = static_cast<std::uint32_t>(tree_.nodes.size());
        Node& node = tree_.nodes.emplace_back();
        node.kind = kind;
        node.parent = open_.empty() ? kNoNode : open_.back().node;
        if (!open_.empty()) {
            node.key = open_.back().key;
            pending_.push_back(number);
        }
        return node;
    }
    Slice store(const std::string& value) {
        Slice slice{static_cast<std::uint32_t>(tree_.text.size()), static_cast<std::uint32_t>(value.size())};
        tree_.text += value;
        return slice;
    }
    bool keep_text(Kind kind, const std::string& value) {
        const Slice slice = store(value);
        add(kind).slice = slice;
        return true;
    }
    bool open(Kind kind) {
        if (static_cast<int>(open_.size()) >= depth_max_) {
            error =
                Error{ErrorCode::too_large, fmt::format("JSON is nested deeper than {} levels", depth_max_), {}, {}};
            return false;
        }
        add(kind).slice = Slice{};
        open_.push_back({static_cast<std::uint32_t>(tree_.nodes.size() - 1), {}, pending_.size()});
        return true;
    }
    bool close() {
        const Open open = open_.back();
        open_.pop_back();
        Node& node = tree_.nodes[open.node];
        const auto first = pending_.begin() + static_cast<std::ptrdiff_t>(open.pending_from);
        std::vector<std::uint32_t> own(first, pending_.end());
        pending_.erase(first, pending_.end());
        std::vector<std::uint32_t> sorted;
        if (node.kind == Kind::object) sorted = drop_repeated(own);
        node.slice = {static_cast<std::uint32_t>(tree_.children.size()), static_cast<std::uint32_t>(own.size())};
        tree_.children.insert(tree_.children.end(), own.begin(), own.end());
        if (own.size() >= Tree::kSortedFrom) tree_.children.insert(tree_.children.end(), sorted.begin(), sorted.end());
        return true;
    }
    // A repeated key keeps its first place and its last value, as a Python dict does. Returns the children by
    // key.
    std::vector<std::uint32_t> drop_repeated(std::vector<std::uint32_t>& own) {
        std::vector<std::uint32_t> sorted = own;
        std::sort(sorted.begin(), sorted.end(), [this](std::uint32_t a, std::uint32_t b) {
            const int order = tree_.key_of(a).compare(tree_.key_of(b));
            return order != 0 ? order < 0 : a < b;
        });
        std::vector<std::uint32_t> unique;
        std::vector<std::pair<std::uint32_t, std::uint32_t>> replaced;  // first number, last number
        std::vector<std::uint32_t> dropped;
        for (std::size_t i = 0; i < sorted.size();) {
            std::size_t end = i + 1;
            while (end < sorted.size() && tree_.key_of(sorted[end]) == tree_.key_of(sorted[i])) ++end;
            if (end - i > 1) {
                replaced.emplace_back(sorted[i], sorted[end - 1]);
                dropped.insert(dropped.end(), sorted.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                               sorted.begin() + static_cast<std::ptrdiff_t>(end));
            }
            unique.push_back(sorted[end - 1]);
            i = end;
        }
        if (dropped.empty()) return unique;
        std::sort(dropped.begin(), dropped.end());
        std::sort(replaced.begin(), replaced.end());
        std::erase_if(own, [&](std::uint32_t n) { return std::binary_search(dropped.begin(), dropped.end(), n); });
        for (std::uint32_t& number : own) {
            const auto at = std::lower_bound(replaced.begin(), replaced.end(), std::pair{number, std::uint32_t{0}});
            if (at != replaced.end() && at->first == number) number = at->second;
        }
        return unique;
    }

    Tree& tree_;
    std::string_view input_;
    int depth_max_;
    std::vector<Open> open_;
    std::vector<std::uint32_t> pending_;
};

constexpr std::size_t kBytesHardMax = std::size_t{1} << 31;  // Slices are 32 bits wide.

}  // namespace

Result<Document> Document::parse(std::string_view text, Limits limits) {
    const std::size_t bytes_max = std::min(limits.bytes_max, kBytesHardMax);
    if (text.size() > bytes_max)
        return fail(ErrorCode::too_large, fmt::format("JSON text is longer than {} bytes", bytes_max));
    auto tree = std::make_unique<Tree>();
    Handler handler(*tree, text, limits.depth_max);
    const bool complete = nlohmann::json::sax_parse(text.begin(), text.end(), &handler);
    if (handler.error) return fail(std::move(*handler.error));
    if (!complete || tree->nodes.empty()) return fail(ErrorCode::invalid, "not valid JSON");
    return Document(std::move(tree));
}

Document::Document(std::unique_ptr<Tree> tree) : tree_(std::move(tree)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Reader Document::root() const { return Reader(tree_.get(), 0); }

}  // namespace towline::json
