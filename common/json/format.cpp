#include "json/format.h"

#include <algorithm>

#include "json/escape.h"
#include "json/tree.h"
#include "json/writer.h"

namespace towline::json {
namespace {

// Recursion is bounded by the depth limit of the parse.
class Printer {
 public:
    Printer(const Tree& tree, const Layout& layout) : tree_(tree), layout_(layout) {}

    void value(std::uint32_t number_of, int depth) {
        const Node& node = tree_.nodes[number_of];
        switch (node.kind) {
            case Kind::null:
                out += "null";
                break;
            case Kind::boolean:
                out += node.integer != 0 ? "true" : "false";
                break;
            case Kind::integer:
                out += std::to_string(node.integer);
                break;
            case Kind::big:
                out += tree_.text_of(node.slice);
                break;
            case Kind::real:
                out += number(node.real);
                break;
            case Kind::string:
                append_quoted(out, tree_.text_of(node.slice), layout_.ascii);
                break;
            case Kind::array:
            case Kind::object:
                container(node, depth);
                break;
        }
    }

    std::string out;

 private:
    void container(const Node& node, int depth) {
        const bool object = node.kind == Kind::object;
        out += object ? '{' : '[';
        std::vector<std::uint32_t> order(tree_.child_begin(node), tree_.child_begin(node) + node.slice.count);
        if (object && layout_.sort_keys) {  // UTF-8 bytes sort as code points do, which is Python's order.
            std::sort(order.begin(), order.end(),
                      [this](std::uint32_t a, std::uint32_t b) { return tree_.key_of(a) < tree_.key_of(b); });
        }
        for (std::size_t i = 0; i < order.size(); ++i) {
            if (i > 0) out += layout_.item_separator;
            new_line(depth + 1);
            if (object) {
                append_quoted(out, tree_.key_of(order[i]), layout_.ascii);
                out += layout_.key_separator;
            }
            value(order[i], depth + 1);
        }
        if (!order.empty()) new_line(depth);
        out += object ? '}' : ']';
    }
    void new_line(int depth) {
        if (layout_.indent < 0) return;
        out += '\n';
        out.append(static_cast<std::size_t>(layout_.indent) * static_cast<std::size_t>(depth), ' ');
    }

    const Tree& tree_;
    const Layout& layout_;
};

std::string print_reader(const Reader& value, const Layout& layout) {
    const std::uint32_t node = Tree::node_of(value);
    return node == kNoNode ? "null" : print(Tree::of(value), node, layout);
}

}  // namespace

std::string print(const Tree& tree, std::uint32_t node, const Layout& layout) {
    Printer printer(tree, layout);
    printer.value(node, 0);
    return std::move(printer.out);
}

std::string python_dumps(Reader value, bool sort_keys) {
    return print_reader(value, {.item_separator = ", ", .key_separator = ": ", .ascii = true, .sort_keys = sort_keys});
}

std::string pretty(Reader value, int indent) {
    return print_reader(value, {.item_separator = ",", .key_separator = ": ", .indent = indent});
}

}  // namespace towline::json
