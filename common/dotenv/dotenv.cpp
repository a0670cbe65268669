#include "dotenv/dotenv.h"

#include <fmt/core.h>

#include <optional>
#include <utility>

#include "base/strings.h"

namespace towline::dotenv {
namespace {

bool is_line_end(char c) { return c == '\n' || c == '\r'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f' || c == '\v'; }

/// A cursor over the file. Every read_… either moves past what it read, or stops where it could not go on and leaves a
/// fault.
class Parser {
 public:
    Parser(std::string_view text, const Variables& environment, Faults faults)
        : text_(text), environment_(environment), faults_(faults) {}

    Result<Variables> parse() {
        if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;  // The mark that some editors put in front of UTF-8.
        while (true) {
            skip_space_and_comments();
            if (at_ >= text_.size()) break;
            statement_ = at_;
            const Status read = read_binding();
            if (!read && (faults_ == Faults::refuse || read.error().code == ErrorCode::too_large))
                return fail(read.error());
            if (!read) skip_to_line_end();
            if (values_.size() > kEntriesMax) return fault("the file has too many entries", ErrorCode::too_large);
        }
        Variables out;
        for (auto& [name, value] : values_)
            if (value) out.emplace(name, *std::move(value));
        return out;
    }

 private:
    tl::unexpected<Error> fault(std::string_view what, ErrorCode code = ErrorCode::invalid) const {
        // What is passed over is told to nobody, and counting lines for each of them would cost the square of the file.
        if (faults_ == Faults::pass_over && code != ErrorCode::too_large) return fail(code, std::string(what));
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
        constexpr std::string_view kExport = "export";
        const std::size_t behind = at_ + kExport.size();
        if (text_.substr(at_).starts_with(kExport) && behind < text_.size() && is_blank(text_[behind])) {
            at_ = behind;
            skip_blanks();
        }
        if (peek() == '#') return end_of_binding();
        TRY(std::string name, read_name());
        skip_blanks();
        std::optional<std::string> value;
        if (peek() == '=') {
            const std::size_t behind_sign = ++at_;
            skip_blanks();
            // "A= # c" has a comment, "A=#c" a value.
            if (at_ > behind_sign && peek() == '#') {
                value.emplace();
            } else {
                TRY(value, read_value());
            }
        }
        TRY_STATUS(end_of_binding());
        if (value) {
            TRY(value, expand(*value));
        }
        if (name.find('\0') != std::string::npos || (value && value->find('\0') != std::string::npos))
            return fault("the line holds a NUL byte");
        values_[std::move(name)] = std::move(value);
        return {};
    }

    Status end_of_binding() {
        const char last = at_ > 0 ? text_[at_ - 1] : '\n';
        skip_blanks();
        if (peek() == '#') skip_to_line_end();
        if (is_line_end(peek())) return {};
        return fault(last == '\'' || last == '"' ? "there is text after the closing quote"
                                                 : "a name is followed by something else than '='");
    }

    Result<std::string> read_name() {
        if (peek() == '\'') {
            const std::size_t end = text_.find('\'', at_ + 1);
            if (end == std::string_view::npos || end == at_ + 1) return fault("a quoted name does not end");
            std::string name(text_.substr(at_ + 1, end - at_ - 1));
            at_ = end + 1;
            return name;
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
        for (std::size_t i = 1; i < value.size(); ++i) {
            if (value[i] == '#' && is_blank(value[i - 1])) {
                value = value.substr(0, i);
                break;
            }
        }
        return std::string(trim(value));
    }

    Result<std::string> read_quoted(char quote) {
        std::string value;
        for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
            const char c = text_[i];
            if (c == quote) {
                at_ = i + 1;
                return value;
            }
            if (c != '\\' || i + 1 >= text_.size()) {
                value += c;
                continue;
            }
            // A backslash keeps the next character from ending the value, known escape or not.
            const char next = text_[++i];
            const std::string_view known = quote == '"' ? R"(\'"abfnrtv)" : R"(\')";
            constexpr std::string_view kMeaning = "\\'\"\a\b\f\n\r\t\v";
            const std::size_t index = known.find(next);
            if (index != std::string_view::npos) {
                value += kMeaning[index];
            } else {
                value += c;
                value += next;
            }
        }
        return fault(fmt::format("a value in {} quotes does not end", quote == '"' ? "double" : "single"));
    }

    /// The length of the variable that `value` begins with, 0 if it begins with none: ${NAME} or ${NAME:-default}.
    static std::size_t variable_length(std::string_view value) {
        if (!value.starts_with("${")) return 0;
        const std::size_t end = value.find_first_of(":}");
        if (end == std::string_view::npos) return 0;
        if (value[end] == '}') return end + 1;
        if (!value.substr(end).starts_with(":-")) return 0;
        const std::size_t close = value.find('}', end);
        return close == std::string_view::npos ? 0 : close + 1;
    }

    Result<std::string> expand(std::string_view value) const {
        std::string out;
        for (std::size_t i = 0; i < value.size();) {
            const std::size_t length = variable_length(value.substr(i));
            if (length == 0) {
                out += value[i++];
            } else {
                out += variable(value.substr(i + 2, length - 3));
                i += length;
            }
            // Variables made of variables grow exponentially.
            if (out.size() > kValueBytesMax) return fault("the value is too long", ErrorCode::too_large);
        }
        return out;
    }

    std::string variable(std::string_view inside) const {
        const std::size_t colon = inside.find(':');
        const std::string name(inside.substr(0, colon));
        if (const auto own = values_.find(name); own != values_.end()) return own->second.value_or("");
        if (const auto outer = environment_.find(name); outer != environment_.end()) return outer->second;
        return colon == std::string_view::npos ? std::string() : std::string(inside.substr(colon + 2));
    }

    std::string_view text_;
    const Variables& environment_;
    const Faults faults_;
    std::size_t at_ = 0;
    std::size_t statement_ = 0;
    std::map<std::string, std::optional<std::string>> values_;  ///< none: named without a value
};

}  // namespace

Result<Variables> parse(std::string_view text, const Variables& environment, Faults faults) {
    if (text.size() > kFileBytesMax)
        return fail(ErrorCode::too_large, fmt::format("the file is too long: more than {} MiB", kFileBytesMax >> 20U));
    return Parser(text, environment, faults).parse();
}

}  // namespace towline::dotenv
