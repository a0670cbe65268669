#include "project/list_comments.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace towline::project {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// As sqlglot prints a comment: a space on both sides.
std::string printed(std::string_view text) {
    std::string out(text);
    if (!out.empty() && !is_space(out.front())) out.insert(out.begin(), ' ');
    if (!out.empty() && !is_space(out.back())) out += ' ';
    return " /*" + out + "*/";
}

class Scanner {
 public:
    Scanner(std::string_view raw, std::size_t items) : raw_(raw), out_(items) {}

    std::vector<std::string> scan() {
        const std::vector<std::string> none(out_.size());
        while (at_ < raw_.size()) {
            const char c = raw_[at_];
            if (is_space(c))
                same_line_ = same_line_ && c != '\n', ++at_;
            else if (raw_.substr(at_, 2) == "--" || raw_.substr(at_, 2) == "/*")
                comment();
            else
                word(c);
        }
        return depth_ == 0 && item_ + 1 == out_.size() ? out_ : none;
    }

 private:
    void comment() {
        const bool line = raw_[at_] == '-';
        std::size_t end = raw_.find(line ? "\n" : "*/", at_);
        if (end == std::string_view::npos) end = raw_.size();
        const std::string text = printed(raw_.substr(at_ + 2, end - at_ - 2));
        at_ = line ? end : std::min(end + 2, raw_.size());
        if (!same_line_)
            pending_ += text;
        else if (!opened_)
            add(text);
    }
    void add(const std::string& text) {
        if (item_before_ < out_.size()) out_[item_before_] += text;
    }
    void word(char c) {
        if (c == ',' && depth_ == 1) {
            item_before_ = item_++;
        } else {
            if (c == '(' || c == '[') ++depth_;
            item_before_ = item_;
        }
        if (c != '(' && c != '[') add(std::exchange(pending_, {}));
        opened_ = c == '(' || c == '[';
        if (opened_) pending_.clear();
        if (c == ')' || c == ']') --depth_;
        same_line_ = true;
        if (c == '\'' || c == '"' || c == '`') {
            const std::size_t end = raw_.find(c, at_ + 1);
            at_ = end == std::string_view::npos ? raw_.size() : end + 1;
        } else if (std::string_view("()[],").find(c) != std::string_view::npos) {
            ++at_;
        } else {
            while (at_ < raw_.size() && !is_space(raw_[at_]) &&
                   std::string_view("()[],'\"`").find(raw_[at_]) == std::string_view::npos &&
                   raw_.substr(at_, 2) != "--" && raw_.substr(at_, 2) != "/*")
                ++at_;
        }
    }

    std::string_view raw_;
    std::vector<std::string> out_;
    std::size_t at_ = 0;
    std::size_t item_ = 0;
    std::size_t item_before_ = 0;  ///< of the last word
    int depth_ = 0;
    bool opened_ = false;     ///< the last word is an opening bracket
    bool same_line_ = false;  ///< as the last word
    std::string pending_;
};

}  // namespace

std::vector<std::string> list_comments(std::string_view raw, std::size_t items) {
    raw = trim(raw);
    const bool list = raw.size() > 1 && (raw.front() == '(' || raw.front() == '[');
    const bool comments = raw.find("--") != std::string_view::npos || raw.find("/*") != std::string_view::npos;
    if (!list || !comments || items == 0) return std::vector<std::string>(items);
    return Scanner(raw, items).scan();
}

}  // namespace towline::project
