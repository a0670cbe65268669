#include "runner/scrub.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/strings.h"

namespace towline::runner {
namespace {

constexpr std::size_t kMessageBytesMax = 500;
constexpr std::string_view kGone = "…";

// Words after which a double-quoted text is a name of the schema, never a value.
constexpr std::array<std::string_view, 24> kNameWords{
    "relation", "column",    "table", "view",     "schema",    "function",  "type",      "constraint",
    "index",    "role",      "user",  "database", "catalog",   "sequence",  "operator",  "parameter",
    "language", "with name", "named", "on table", "extension", "collation", "bindings:", "procedure"};

// From here on an engine repeats the statement or the row.
constexpr std::array<std::string_view, 4> kCutFrom{"\nLINE ", "\nQUERY:", "\nCONTEXT:", "\n\nLINE "};

bool word_char(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

bool names_follow(std::string_view before) {
    before = trim(before);
    return std::any_of(kNameWords.begin(), kNameWords.end(), [&](std::string_view word) {
        if (before.size() < word.size() || !iequals(before.substr(before.size() - word.size()), word)) return false;
        return before.size() == word.size() || !word_char(before[before.size() - word.size() - 1]);
    });
}

std::size_t end_of_quoted(std::string_view text, std::size_t start) {
    const char quote = text[start];
    std::size_t i = start + 1;
    while (i < text.size()) {
        if (text[i] != quote) {
            ++i;
        } else if (i + 1 < text.size() && text[i + 1] == quote) {
            i += 2;
        } else {
            return i + 1;
        }
    }
    return text.size();
}

// Behind the last bracket of the text: a value may hold brackets of its own, closed or not.
std::size_t end_of_brackets(std::string_view text, std::size_t start) {
    const std::size_t last = text.rfind(')');
    return last == std::string_view::npos || last < start ? text.size() : last + 1;
}

// Behind the last quote of the kind: engines do not double the quotes inside a value ("it's" stands as 'it's'), so any
// earlier one may be the value's own.
std::size_t end_of_value(std::string_view text, std::size_t start) {
    const std::size_t last = text.rfind(text[start]);
    return last == start ? text.size() : last + 1;
}

class Scrubber {
 public:
    explicit Scrubber(std::string_view text) : text_(text) {}

    std::string run() {
        while (at_ < text_.size()) step();
        return std::move(out_);
    }

 private:
    void step() {
        const char c = text_[at_];
        const char before = at_ > 0 ? text_[at_ - 1] : ' ';
        if (c == '\'' && word_char(before) && at_ + 1 < text_.size() && word_char(text_[at_ + 1])) {
            out_ += text_[at_++];  // an apostrophe: can't
        } else if (c == '\'') {
            replace(end_of_value(text_, at_), "'…'");
            named_ = false;
        } else if (c == '"') {
            quoted_name(before);
        } else if (c == '(' && values_follow()) {
            replace(end_of_brackets(text_, at_), "(…)");
        } else if (is_number(before)) {
            std::size_t end = at_ + 1;
            while (end < text_.size() && (word_char(text_[end]) || text_[end] == '.' || text_[end] == ':')) ++end;
            replace(end, kGone);
        } else {
            if (c != ',' && c != ' ' && c != '.') named_ = false;
            out_ += c;
            ++at_;
        }
    }

    // `Candidate bindings: "a", "b"` and `"schema"."table"`: the next name is what the first one was.
    void quoted_name(char before) {
        const std::size_t end = end_of_quoted(text_, at_);
        if (named_ || before == '.' || names_follow(text_.substr(0, at_))) {
            out_ += text_.substr(at_, end - at_);
            at_ = end;
            named_ = true;
        } else {
            replace(end_of_value(text_, at_), "\"…\"");
        }
    }

    // `Key (id)=(5)` and `Failing row contains (1, a)`; `Key (id)` itself holds names.
    bool values_follow() const {
        const std::string_view before = trim(text_.substr(0, at_));
        return before.ends_with('=') || before.ends_with("contains") || before.ends_with("row");
    }

    // A number that is no part of a name; `varying(10)` keeps its length.
    bool is_number(char before) const {
        if (std::isdigit(static_cast<unsigned char>(text_[at_])) == 0 || word_char(before)) return false;
        return !(before == '(' && at_ > 1 && word_char(text_[at_ - 2]));
    }

    void replace(std::size_t end, std::string_view with) {
        out_ += with;
        at_ = end;
    }

    std::string_view text_;
    std::string out_;
    std::size_t at_ = 0;
    bool named_ = false;
};

}  // namespace

std::string shown_message(const Error& error) {
    // A function raised by the author's code may put anything into its message.
    if (error.detail.starts_with("P0001:")) return "a function of the database raised an exception";
    return error.code == ErrorCode::audit_failed ? error.message : scrub(error.message);
}

std::string scrub(std::string_view message) {
    for (const std::string_view mark : kCutFrom) message = message.substr(0, message.find(mark));
    std::string out = Scrubber(message).run();
    std::replace(out.begin(), out.end(), '\n', ' ');
    out = std::string(trim(out));
    if (out.size() > kMessageBytesMax) {
        out.resize(kMessageBytesMax);
        while (!is_utf8(out)) out.pop_back();
        out += kGone;
    }
    return out;
}

}  // namespace towline::runner
