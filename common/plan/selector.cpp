#include "plan/selector.h"

#include <algorithm>

#include "base/strings.h"
#include "base/wildcards.h"
#include "plan/naming.h"

namespace towline::plan {
namespace {
using model::Node;
using Names = std::set<std::string>;

constexpr int kDepthMax = 64;
constexpr std::size_t kTextMax = 100'000;

/// A name without wildcard: the node's own spelling, or its last two or all parts in any case.
bool names(const Node& node, std::string_view pattern) {
    if (node.name == pattern || node.fqn == pattern) return true;
    const auto parts = fqn_parts(node.fqn);
    const auto wanted = fqn_parts(pattern);
    if (wanted.size() > parts.size() || wanted.size() + 1 < parts.size()) return false;
    return std::equal(wanted.rbegin(), wanted.rend(), parts.rbegin(),
                      [](const std::string& a, const std::string& b) { return iequals(a, b); });
}

bool is_word(char c) {
    return !(c == '&' || c == '|' || c == '^' || c == '+' || c == '(' || c == ')' || c == ' ' || c == '\t' ||
             c == '\n');
}

class Parser {
 public:
    Parser(const std::map<std::string, Node>& nodes, const std::map<std::string, Node>& graph, std::string_view text)
        : graph_(graph), text_(text) {
        for (const auto& [fqn, node] : nodes)
            if (model::is_model(node)) nodes_.emplace(fqn, &node);
        for (const auto& [fqn, node] : graph)
            if (model::is_model(node))
                for (const std::string& parent : node.depends_on) children_[parent].push_back(fqn);
    }

    Result<Names> run() {
        TRY(Names out, alternatives(0));
        const Names chosen = out;
        if (take('+')) add_reachable(chosen, out, false);
        if (peek() != '\0') return unexpected();
        return out;
    }

 private:
    char peek() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
        return at_ < text_.size() ? text_[at_] : '\0';
    }
    bool take(char c) {
        if (peek() != c) return false;
        ++at_;
        return true;
    }
    tl::unexpected<Error> unexpected() {
        return fail(ErrorCode::invalid, "cannot read the model selection '" + std::string(text_) + "' at position " +
                                            std::to_string(at_ + 1));
    }

    Result<Names> alternatives(int depth) {
        TRY(Names out, both(depth));
        while (take('|')) {
            TRY(const Names more, both(depth));
            out.insert(more.begin(), more.end());
        }
        return out;
    }

    Result<Names> both(int depth) {
        TRY(Names out, unary(depth));
        while (take('&')) {
            TRY(const Names other, unary(depth));
            std::erase_if(out, [&](const std::string& name) { return !other.contains(name); });
        }
        return out;
    }

    Result<Names> unary(int depth) {
        if (depth > kDepthMax) return fail(ErrorCode::too_large, "the model selection is nested too deeply");
        if (take('^')) {
            TRY(const Names other, unary(depth + 1));
            Names out;
            for (const auto& [fqn, node] : nodes_)
                if (!other.contains(std::string(fqn))) out.emplace(fqn);
            return out;
        }
        const bool up = take('+');
        bool down = false;
        bool group = peek() == '(';
        TRY(Names out, term(depth, down, group));
        if (!(group && closes_group())) down = take('+') || down;
        const Names chosen = out;
        if (up) add_reachable(chosen, out, true);
        if (down) add_reachable(chosen, out, false);
        return out;
    }

    /// SQLMesh reads a `+` behind a bracket as one of all that the bracket around it holds: `+(a)+` is `(+(a))+`.
    bool closes_group() {
        if (peek() != '+') return false;
        const std::size_t plus = at_++;
        const char next = peek();
        at_ = plus;
        return next == ')' || next == '\0';
    }
    /// A name, or a bracket with the `+` at its end. `group`: a `+` behind it may belong to the bracket around it.
    Result<Names> term(int depth, bool& down, bool& group) {
        if (take('(')) {
            TRY(Names out, alternatives(depth + 1));
            down = take('+');
            if (!take(')')) return unexpected();
            return out;
        }
        peek();
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_word(text_[at_])) ++at_;
        const std::string_view word = text_.substr(begin, at_ - begin);
        if (word.empty()) return unexpected();
        group = word == "*" || word.ends_with(":*");
        return matching(word);
    }

    Result<Names> matching(std::string_view word) {
        Names out;
        const std::size_t colon = std::min(word.find(':'), word.size());
        const std::string kind = lower(word.substr(0, colon)) + (colon < word.size() ? ":" : "");
        if (kind == "git:")
            return fail(ErrorCode::unsupported, "the selector 'git:' is not supported", "select models by name or tag");
        if (kind == "tag:") {
            const std::string pattern = lower(word.substr(4));
            for (const auto& [fqn, node] : nodes_)
                for (const std::string& tag : node->tags)
                    if (fits(lower(tag), pattern, {})) out.emplace(fqn);
            return out;
        }
        if (kind == "resource_type:") {
            const std::string type = lower(word.substr(14));
            if (type != "model" && type != "audit")
                return fail(ErrorCode::invalid, "Unsupported resource type: " + type, "use model or audit");
            if (type == "model")
                for (const auto& [fqn, node] : nodes_) out.emplace(fqn);
            return out;
        }
        const bool wild = word.find('*') != std::string_view::npos;
        for (const auto& [fqn, node] : nodes_)
            if (wild ? fits(node->name, word, {}) : names(*node, word)) out.emplace(fqn);
        return out;
    }

    void add_reachable(const Names& from, Names& out, bool up) const {
        std::vector<std::string> open(from.begin(), from.end());
        Names seen = from;
        while (!open.empty()) {
            const std::string at = std::move(open.back());
            open.pop_back();
            for (const std::string& next : neighbours(at, up))
                if (nodes_.contains(next) && seen.insert(next).second) open.push_back(next);
        }
        out.insert(seen.begin(), seen.end());
    }

    const std::vector<std::string>& neighbours(const std::string& fqn, bool up) const {
        static const std::vector<std::string> kNone;
        if (up) {
            const auto found = graph_.find(fqn);
            return found == graph_.end() ? kNone : found->second.depends_on;
        }
        const auto found = children_.find(fqn);
        return found == children_.end() ? kNone : found->second;
    }

    std::map<std::string_view, const Node*> nodes_;  // models alone: no selection names an audit
    const std::map<std::string, Node>& graph_;
    std::string_view text_;
    std::size_t at_ = 0;
    std::map<std::string, std::vector<std::string>> children_;
};

}  // namespace

Result<Names> select_models(const std::map<std::string, Node>& nodes, const std::vector<std::string>& selections) {
    return select_models(nodes, nodes, selections);
}

Result<Names> select_models(const std::map<std::string, Node>& nodes, const std::map<std::string, Node>& graph,
                            const std::vector<std::string>& selections) {
    Names out;
    for (const std::string& selection : selections) {
        if (selection.size() > kTextMax) return fail(ErrorCode::too_large, "the model selection is too long");
        TRY(const Names more, Parser(nodes, graph, selection).run());
        out.insert(more.begin(), more.end());
    }
    return out;
}

}  // namespace towline::plan
