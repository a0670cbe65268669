#include "credentials/dotenv.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/strings.h"

namespace towline::credentials {
namespace {

bool is_line_end(char c) { return c == '\n' || c == '\r'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f' || c == '\v'; }

/// A cursor over the file. Every read_… either moves past what it read or leaves a fault.
class Parser {
 public:
    Parser(std::string_view text, const Variables& environment) : text_(text), environment_(environment) {}

    Result<Variables> parse() {
        if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;  // The mark that some editors put in front of UTF-8.
        while (true) {
            skip_space_and_comments();
            if (at_ >= text_.size()) return std::move(values_);
            statement_ = at_;
            TRY_STATUS(read_binding());
            if (values_.size() > kDotenvEntriesMax)
                return fault("the file has too many entries", ErrorCode::too_large);
        }
    }

 private:
    tl::unexpected<Error> fault(std::string_view what, ErrorCode code = ErrorCode::invalid) const {
        return fail(code, fmt::format("line {}: {}", line_column(text_, statement_).line, what));
    }

    char peek() const { return at_ < text_.size() ? text_[at_] : '\n'; }
    void skip_blanks() {
        while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    }
    void skip_to_line_end() {
        while (at_ < text_.size() && !is_line_end(text_[at_])) ++at_;
    }
    void skip_space_and_comments() {
        while (at_ < text_.size()) {
            if (is_blank(text_[at_]) || is_line_end(text_[at_])) {
                ++at_;
            } else if (text_[at_] == '#') {
                skip_to_line_end();
            } else {
                return;
            }
        }
    }

    Status read_binding() {
        if (text_.substr(at_).starts_with("export") && at_ + 6 < text_.size() && is_blank(text_[at_ + 6])) {
            at_ += 6;
            skip_blanks();
        }
        TRY(std::string key, read_key());
        skip_blanks();
        if (peek() != '=') {
            if (peek() == '#') skip_to_line_end();
            if (!is_line_end(peek())) return fault("a name is followed by something else than '='");
            return {};  // A name alone sets nothing.
        }
        ++at_;
        skip_blanks();
        TRY(std::string value, read_value());
        skip_blanks();
        if (peek() == '#') skip_to_line_end();
        if (!is_line_end(peek())) return fault("there is text after the closing quote");
        TRY(std::string expanded, expand(value));
        if (key.find('\0') != std::string::npos || expanded.find('\0') != std::string::npos)
            return fault("the line holds a NUL byte");
        values_[std::move(key)] = std::move(expanded);
        return {};
    }

    Result<std::string> read_key() {
        if (peek() == '\'') {
            const std::size_t end = text_.find('\'', at_ + 1);
            if (end == std::string_view::npos || end == at_ + 1) return fault("a quoted name does not end");
            std::string key(text_.substr(at_ + 1, end - at_ - 1));
            at_ = end + 1;
            return key;
        }
        const std::size_t from = at_;
        while (at_ < text_.size() && text_[at_] != '=' && text_[at_] != '#' && !is_blank(text_[at_]) &&
               !is_line_end(text_[at_]))
            ++at_;
        if (at_ == from) return fault("the name before '=' is missing");
        return std::string(text_.substr(from, at_ - from));
    }

    Result<std::string> read_value() {
        const char first = peek();
        if (first == '\'' || first == '"') return read_quoted(first);
        const std::size_t from = at_;
        skip_to_line_end();
        std::string_view value = text_.substr(from, at_ - from);
        // '#' starts a comment only after white space, so that passwords may hold it.
        for (std::size_t i = 0; i < value.size(); ++i) {
            if (value[i] == '#' && (i == 0 || is_blank(value[i - 1]))) {
                value = value.substr(0, i);
                break;
            }
        }
        return std::string(trim(value));
    }

    Result<std::string> read_quoted(char quote) {
        std::string value;
        for (++at_; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == quote) {
                ++at_;
                return value;
            }
            if (c != '\\' || at_ + 1 >= text_.size()) {
                value += c;
                continue;
            }
            const std::string_view known = quote == '"' ? R"(\'"abfnrtv)" : R"(\')";
            const std::size_t index = known.find(text_[at_ + 1]);
            if (index == std::string_view::npos) {
                value += c;
                continue;
            }
            constexpr std::string_view kMeaning = "\\'\"\a\b\f\n\r\t\v";
            value += kMeaning[index];
            ++at_;
        }
        return fault(fmt::format("a value in {} quotes does not end", quote == '"' ? "double" : "single"));
    }

    Result<std::string> expand(std::string_view value) const {
        std::string out;
        for (std::size_t i = 0; i < value.size();) {
            const std::size_t end =
                value.substr(i).starts_with("${") ? value.find('}', i) : std::string_view::npos;
            if (end == std::string_view::npos) {
                out += value[i++];
            } else {
                out += variable(value.substr(i + 2, end - i - 2));
                i = end + 1;
            }
            // Variables made of variables grow exponentially.
            if (out.size() > kVariableBytesMax) return fault("the value is too long", ErrorCode::too_large);
        }
        return out;
    }

    std::string variable(std::string_view inside) const {
        const std::size_t colon = inside.find(":-");
        const std::string name(inside.substr(0, colon));
        if (const auto own = values_.find(name); own != values_.end()) return own->second;
        if (const auto outer = environment_.find(name); outer != environment_.end()) return outer->second;
        return colon == std::string_view::npos ? std::string() : std::string(inside.substr(colon + 2));
    }

    std::string_view text_;
    const Variables& environment_;
    std::size_t at_ = 0;
    std::size_t statement_ = 0;
    Variables values_;
};

}  // namespace

Result<Variables> parse_dotenv(std::string_view text, const Variables& environment) {
    if (text.size() > kDotenvBytesMax) return fail(ErrorCode::too_large, "the file is longer than 1 MiB");
    return Parser(text, environment).parse();
}

}  // namespace towline::credentials
