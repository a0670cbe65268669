#include "project/python_pattern.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>

#include "base/strings.h"

// A parser that builds nodes, and a matcher that tries them with what comes next as a function: simple, and bounded by
// steps, since texts are names of schemas and environments.

namespace towline::project {
namespace {

using Node = PythonPattern::Node;
using Kind = Node::Kind;

constexpr std::size_t kPatternBytesMax = 1000;
constexpr std::size_t kTextBytesMax = 10'000;
constexpr int kDepthMax = 100;
constexpr std::int64_t kRepeatsMax = 4'294'967'294;  // Python's
constexpr int kStepsMax = 200'000;
constexpr int kCallsDeepMax = 5'000;

std::u32string code_points(std::string_view text) {
    std::u32string out;
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i++]);
        int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
        char32_t point = more == 3 ? lead & 0x07u : more == 2 ? lead & 0x0fu : more == 1 ? lead & 0x1fu : lead;
        for (; more > 0 && i < text.size(); --more)
            point = (point << 6) | (static_cast<unsigned char>(text[i++]) & 0x3fu);
        out += point;
    }
    return out;
}

bool between(char32_t c, char32_t from, char32_t to) { return c >= from && c <= to; }
bool is_digit(char32_t c) { return between(c, '0', '9'); }
char32_t folded(char32_t c) { return between(c, 'A', 'Z') ? c + 32 : c; }
/// Beyond ASCII everything counts as a letter.
bool is_word(char32_t c) { return is_digit(c) || between(folded(c), 'a', 'z') || c == '_' || c >= 0x80; }
bool is_space(char32_t c) { return c == ' ' || between(c, '\t', '\r') || between(c, 0x1c, 0x1f); }

bool in_class(char letter, char32_t c) {
    switch (letter) {
        case 'd':
            return is_digit(c);
        case 'D':
            return !is_digit(c);
        case 'w':
            return is_word(c);
        case 'W':
            return !is_word(c);
        case 's':
            return is_space(c);
        default:
            return !is_space(c);
    }
}

struct Flags {
    bool ignore_case = false, multiline = false, dot_all = false;
};

class Parser {
 public:
    Parser(std::u32string pattern, std::vector<Node>& nodes) : pattern_(std::move(pattern)), nodes_(nodes) {}

    Result<int> parse() {
        const int root = either(0);
        if (!failure_ && at_ < pattern_.size()) broken("unbalanced parenthesis");
        if (failure_) return tl::unexpected<Error>(*failure_);
        return root;
    }
    int groups() const { return groups_; }

 private:
    void broken(std::string why) {
        if (!failure_) failure_ = Error{ErrorCode::invalid, std::move(why), {}, {}};
    }
    void unknown(std::string what) {
        if (!failure_) failure_ = Error{ErrorCode::unsupported, std::move(what) + " is not supported", {}, {}};
    }
    bool more() const { return !failure_ && at_ < pattern_.size(); }
    char32_t peek(std::size_t ahead = 0) const { return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : 0; }
    bool take(char32_t c) {
        if (!more() || peek() != c) return false;
        ++at_;
        return true;
    }
    int put(Node node) {
        nodes_.push_back(std::move(node));
        return static_cast<int>(nodes_.size()) - 1;
    }
    int leaf(Kind kind, bool negated = false) {
        Node node;
        node.kind = kind;
        node.negated = negated;
        node.multiline = flags_.multiline && !negated;
        return put(std::move(node));
    }
    int set_of(char32_t c) {
        Node node;
        node.kind = Kind::set;
        node.ranges = {{c, c}};
        node.ignore_case = flags_.ignore_case;
        return put(std::move(node));
    }

    int either(int depth) {
        if (depth > kDepthMax) return unknown("A pattern that deep"), 0;
        Node node;
        node.kind = Kind::either;
        const Flags before = flags_;
        do node.parts.push_back(sequence(depth));
        while (take('|'));
        if (depth > 0) flags_ = before;
        return node.parts.size() == 1 ? node.parts[0] : put(std::move(node));
    }
    int sequence(int depth) {
        Node node;
        while (more() && peek() != '|' && peek() != ')') {
            const int part = repeated(depth);
            if (part >= 0) node.parts.push_back(part);
        }
        return put(std::move(node));
    }
    int repeated(int depth) {
        const int first = atom(depth);
        if (failure_ || first < 0) return first;
        Node node;
        node.kind = Kind::repeat;
        if (!quantifier(node)) return first;
        node.parts = {first};
        node.lazy = take('?');
        node.possessive = !node.lazy && take('+');
        const char32_t next = peek();
        if (next == '*' || next == '+' || next == '?') broken("multiple repeat");
        return put(std::move(node));
    }
    /// A number of repetitions; what no text can hold is all the same.
    int times(const std::string& digits, int otherwise) {
        if (digits.empty()) return otherwise;
        const auto number = parse_int(digits);
        if (!number || *number > kRepeatsMax) return broken("the repetition number is too large"), otherwise;
        return static_cast<int>(std::min<std::int64_t>(*number, kTextBytesMax + 1));
    }
    bool quantifier(Node& node) {
        if (take('*')) return true;
        if (take('+')) return node.least = 1, true;
        if (take('?')) return node.most = 1, true;
        if (peek() != '{') return false;
        std::size_t end = at_ + 1;
        while (end < pattern_.size() && (is_digit(pattern_[end]) || pattern_[end] == ',')) ++end;
        std::string inside;
        for (std::size_t i = at_ + 1; i < end && i < pattern_.size(); ++i) inside += static_cast<char>(pattern_[i]);
        const auto commas = std::count(inside.begin(), inside.end(), ',');
        if (end >= pattern_.size() || pattern_[end] != '}' || inside.empty() || commas > 1) return false;
        const std::size_t comma = inside.find(',');
        const std::string most = comma == std::string::npos ? inside : inside.substr(comma + 1);
        node.least = times(inside.substr(0, comma), 0);
        node.most = times(most, -1);
        if (node.most >= 0 && node.most < node.least) broken("min repeat greater than max repeat");
        at_ = end + 1;
        return true;
    }

    int atom(int depth) {
        const char32_t c = pattern_[at_++];
        switch (c) {
            case '(':
                return group(depth);
            case '[':
                return char_set();
            case '^':
                return leaf(Kind::start);
            case '$':
                return leaf(Kind::end_before_newline);
            case '.': {
                Node node;
                node.kind = Kind::set;
                node.negated = true;
                if (!flags_.dot_all) node.ranges = {{'\n', '\n'}};
                return put(std::move(node));
            }
            case '\\':
                return escape();
            case '*':
            case '+':
            case '?':
                return broken("nothing to repeat"), -1;
            default:
                return set_of(c);
        }
    }
    int group(int depth) {
        Node node;
        node.kind = Kind::group;
        const Flags before = flags_;
        if (take('?') && !special_group(node)) return -1;
        if (node.kind == Kind::group && node.number == 0 && !not_captured_) node.number = ++groups_;
        not_captured_ = false;
        if (node.kind != Kind::back) {
            node.parts = {either(depth + 1)};
            if (!take(')')) broken("missing ), unterminated subpattern");
        }
        flags_ = before;
        return put(std::move(node));
    }
    std::string name_until(char32_t end) {
        std::string name;
        while (more() && peek() != end) name += static_cast<char>(pattern_[at_++]);
        if (!take(end) || name.empty()) broken("missing group name");
        return name;
    }
    /// What follows `(?`. False if that was all of the group.
    bool special_group(Node& node) {
        if (take('#')) return name_until(')'), false;
        if (take(':')) return not_captured_ = true;
        if (take('>')) return node.kind = Kind::atomic, true;
        if (take('P')) {
            if (take('=')) {
                node.kind = Kind::back;
                node.number = names_[name_until(')')];
                return node.number > 0 || (broken("unknown group name"), false);
            }
            if (!take('<')) return unknown("(?P…"), false;
            node.number = ++groups_;
            names_[name_until('>')] = node.number;
            return true;
        }
        node.behind = peek() == '<';
        if (node.behind) ++at_;
        if (peek() == '=' || peek() == '!') {
            node.negated = pattern_[at_++] == '!';
            node.kind = Kind::look;
            return true;
        }
        if (node.behind) return broken("unknown extension ?<"), false;
        return flag_group();
    }
    /// Flags of the whole pattern, or of a group.
    bool flag_group() {
        bool on = true;
        while (more() && peek() != ')' && peek() != ':') {
            const char32_t c = pattern_[at_++];
            if (c == '-' && on)
                on = false;
            else if (c == 'i')
                flags_.ignore_case = on;
            else if (c == 'm')
                flags_.multiline = on;
            else if (c == 's')
                flags_.dot_all = on;
            else if (c != 'u' && c != 'a')
                return c == 'x' || c == 'L' ? unknown("A flag of the pattern") : broken("unknown extension"), false;
        }
        if (take(':')) return not_captured_ = true;
        if (!take(')')) return broken("missing -, : or )"), false;
        if (!pattern_.starts_with(U"(?") || at_ > global_end())
            return broken("global flags not at the start of the expression"), false;
        return false;
    }
    /// Where the flags of the whole pattern end.
    std::size_t global_end() const { return pattern_.find(U')') + 1; }

    std::optional<char32_t> escaped(char32_t c) {
        static const std::map<char32_t, char32_t> kLetters{{'n', '\n'}, {'t', '\t'}, {'r', '\r'}, {'f', '\f'},
                                                           {'v', '\v'}, {'a', '\a'}, {'0', 0}};
        if (const auto found = kLetters.find(c); found != kLetters.end()) return found->second;
        const int digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
        if (digits == 0) return (between(folded(c), 'a', 'z') || is_digit(c)) ? std::nullopt : std::optional(c);
        char32_t point = 0;
        for (int i = 0; i < digits; ++i) {
            const char32_t d = more() ? folded(pattern_[at_++]) : U' ';
            if (!is_digit(d) && !between(d, 'a', 'f')) return std::nullopt;
            point = point * 16 + (is_digit(d) ? d - '0' : d - 'a' + 10);
        }
        return point;
    }
    int escape() {
        if (!more()) return broken("bad escape (end of pattern)"), -1;
        const char32_t c = pattern_[at_++];
        if (c == 'A') return leaf(Kind::start, true);
        if (c == 'Z') return leaf(Kind::end);
        if (c == 'b' || c == 'B') return leaf(Kind::boundary, c == 'B');
        if (is_class(c)) {
            Node node;
            node.kind = Kind::set;
            node.classes = static_cast<char>(c);
            return put(std::move(node));
        }
        if (between(c, '1', '9')) {
            Node node;
            node.kind = Kind::back;
            node.number = static_cast<int>(c - '0');
            if (node.number > groups_) broken("invalid group reference");
            return put(std::move(node));
        }
        const auto point = escaped(c);
        if (!point) return broken("bad escape"), -1;
        return set_of(*point);
    }
    static bool is_class(char32_t c) {
        return c < 0x80 && std::string_view("dDwWsS").find(static_cast<char>(c)) != std::string_view::npos;
    }

    int char_set() {
        Node node;
        node.kind = Kind::set;
        node.ignore_case = flags_.ignore_case;
        node.negated = take('^');
        for (bool first = true; more() && (first || peek() != ']'); first = false) {
            const auto from = set_member(node);
            if (!from) continue;
            if (peek() != '-' || peek(1) == ']' || peek(1) == 0) {
                node.ranges.emplace_back(*from, *from);
                continue;
            }
            ++at_;
            const auto to = set_member(node);
            if (!to || *to < *from) return broken("bad character range"), -1;
            node.ranges.emplace_back(*from, *to);
        }
        if (!take(']')) broken("unterminated character set");
        return put(std::move(node));
    }
    /// One character of a set; a class such as \d goes into the node.
    std::optional<char32_t> set_member(Node& node) {
        const char32_t c = pattern_[at_++];
        if (c != '\\') return c;
        if (!more()) return broken("bad escape (end of pattern)"), std::nullopt;
        const char32_t letter = pattern_[at_++];
        if (letter == 'b') return '\b';
        if (is_class(letter)) return node.classes += static_cast<char>(letter), std::nullopt;
        const auto point = escaped(letter);
        if (!point) broken("bad escape");
        return point;
    }

    std::u32string pattern_;
    std::vector<Node>& nodes_;
    std::size_t at_ = 0;
    Flags flags_;
    int groups_ = 0;
    bool not_captured_ = false;
    std::map<std::string, int> names_;
    std::optional<Error> failure_;
};

class Matcher {
 public:
    using Next = std::function<bool(std::size_t)>;
    Matcher(const std::vector<Node>& nodes, std::u32string text, int groups)
        : nodes_(nodes), text_(std::move(text)), captures_(static_cast<std::size_t>(groups) + 1) {}

    bool match(int id, std::size_t at, const Next& next) {
        if (++steps_ > kStepsMax || depth_ > kCallsDeepMax) return exhausted_ = true, false;
        ++depth_;
        const bool out = one(nodes_[static_cast<std::size_t>(id)], at, next);
        --depth_;
        return out;
    }
    bool exhausted() const { return exhausted_; }

 private:
    bool one(const Node& node, std::size_t at, const Next& next) {
        switch (node.kind) {
            case Kind::sequence:
                return sequence(node, 0, at, next);
            case Kind::either:
                return std::any_of(node.parts.begin(), node.parts.end(),
                                   [&](int part) { return match(part, at, next); });
            case Kind::set:
                return at < text_.size() && holds(node, text_[at]) && next(at + 1);
            case Kind::start:
                return (at == 0 || (node.multiline && text_[at - 1] == '\n')) && next(at);
            case Kind::end:
                return at == text_.size() && next(at);
            case Kind::end_before_newline:
                return (at == text_.size() || (text_[at] == '\n' && (node.multiline || at + 1 == text_.size()))) &&
                       next(at);
            case Kind::boundary: {
                const bool before = at > 0 && is_word(text_[at - 1]), after = at < text_.size() && is_word(text_[at]);
                return (before != after) != node.negated && next(at);
            }
            case Kind::group:
                return group(node, at, next);
            case Kind::back:
                return back(node, at, next);
            case Kind::repeat:
                return node.possessive ? possessive(node, at, next) : repeat(node, 0, at, next);
            case Kind::look:
                return look(node, at) != node.negated && next(at);
            case Kind::atomic: {
                std::size_t end = 0;
                return match(node.parts[0], at, [&](std::size_t to) { return end = to, true; }) && next(end);
            }
        }
        return false;
    }
    static bool holds(const Node& node, char32_t c) {
        const auto inside = [&](char32_t x) {
            return std::any_of(node.ranges.begin(), node.ranges.end(),
                               [&](const auto& range) { return between(x, range.first, range.second); });
        };
        bool found = inside(c) || std::any_of(node.classes.begin(), node.classes.end(),
                                              [&](char letter) { return in_class(letter, c); });
        if (!found && node.ignore_case) found = inside(folded(c)) || (between(c, 'a', 'z') && inside(c - 32));
        return found != node.negated;
    }
    bool sequence(const Node& node, std::size_t index, std::size_t at, const Next& next) {
        if (index == node.parts.size()) return next(at);
        return match(node.parts[index], at, [&, index](std::size_t to) { return sequence(node, index + 1, to, next); });
    }
    bool group(const Node& node, std::size_t at, const Next& next) {
        return match(node.parts[0], at, [&, at](std::size_t to) {
            auto& capture = captures_[static_cast<std::size_t>(node.number)];
            const auto before = capture;
            if (node.number > 0) capture = std::pair(at, to);
            if (next(to)) return true;
            capture = before;
            return false;
        });
    }
    bool back(const Node& node, std::size_t at, const Next& next) {
        const auto& capture = captures_[static_cast<std::size_t>(node.number)];
        if (!capture) return false;
        const std::size_t length = capture->second - capture->first;
        return text_.compare(at, length, text_, capture->first, length) == 0 && at + length <= text_.size() &&
               next(at + length);
    }
    bool repeat(const Node& node, int count, std::size_t at, const Next& next) {
        const auto again = [&] {
            return (node.most < 0 || count < node.most) && match(node.parts[0], at, [&](std::size_t to) {
                       return (to != at || count < node.least) && repeat(node, count + 1, to, next);
                   });
        };
        if (count < node.least) return again();
        return node.lazy ? next(at) || again() : again() || next(at);
    }
    bool possessive(const Node& node, std::size_t at, const Next& next) {
        Node greedy = node;
        greedy.possessive = false;
        std::size_t end = 0;
        return repeat(greedy, 0, at, [&](std::size_t to) { return end = to, true; }) && next(end);
    }
    bool look(const Node& node, std::size_t at) {
        if (!node.behind) return match(node.parts[0], at, [](std::size_t) { return true; });
        for (std::size_t from = at + 1; from-- > 0;)
            if (match(node.parts[0], from, [at](std::size_t to) { return to == at; })) return true;
        return false;
    }

    const std::vector<Node>& nodes_;
    std::u32string text_;
    std::vector<std::optional<std::pair<std::size_t, std::size_t>>> captures_;
    int steps_ = 0;
    int depth_ = 0;
    bool exhausted_ = false;
};

}  // namespace

Result<PythonPattern> PythonPattern::compile(std::string_view pattern) {
    if (pattern.size() > kPatternBytesMax) return fail(ErrorCode::too_large, "The pattern is too long.");
    PythonPattern out;
    Parser parser(code_points(pattern), out.nodes_);
    auto root = parser.parse();
    if (!root) return fail(Error(root.error()).in("'" + std::string(pattern) + "' is not a valid regular expression"));
    out.root_ = *root;
    out.groups_ = parser.groups();
    return out;
}

Result<bool> PythonPattern::matches_at_start(std::string_view text) const {
    if (text.size() > kTextBytesMax) return fail(ErrorCode::too_large, "The text is too long for a pattern.");
    Matcher matcher(nodes_, code_points(text), groups_);
    const bool found = matcher.match(root_, 0, [](std::size_t) { return true; });
    if (matcher.exhausted()) return fail(ErrorCode::too_large, "The pattern takes too long to match.");
    return found;
}

}  // namespace towline::project
