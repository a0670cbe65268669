#include "adoption/python_literal.h"

#include <fmt/core.h>

#include "base/strings.h"

namespace towline::adoption {
namespace {

using model::Value;

constexpr int kDepthMax = 48;

void append_utf8(std::string& out, std::uint32_t code) {
    const auto byte = [&](std::uint32_t value) { out += static_cast<char>(value); };
    if (code < 0x80) return byte(code);
    if (code < 0x800) {
        byte(0xC0 | (code >> 6));
    } else {
        if (code < 0x10000) {
            byte(0xE0 | (code >> 12));
        } else {
            byte(0xF0 | (code >> 18));
            byte(0x80 | ((code >> 12) & 0x3F));
        }
        byte(0x80 | ((code >> 6) & 0x3F));
    }
    byte(0x80 | (code & 0x3F));
}

class Parser {
 public:
    explicit Parser(std::string_view text) : text_(text) {}

    Result<Value> whole() {
        TRY(Value value, one(0));
        blanks();
        if (at_ != text_.size()) return wrong();
        return value;
    }

 private:
    tl::unexpected<Error> wrong() const {
        return fail(ErrorCode::invalid, fmt::format("no Python literal at byte {}", at_));
    }
    void blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    }
    bool take(std::string_view word) {
        blanks();
        if (!text_.substr(at_).starts_with(word)) return false;
        at_ += word.size();
        return true;
    }
    char peek() {
        blanks();
        return at_ < text_.size() ? text_[at_] : '\0';
    }

    Result<Value> one(int depth) {
        if (depth > kDepthMax) return fail(ErrorCode::too_large, "a Python literal is nested too deeply");
        const char c = peek();
        if (c == '\'' || c == '"') {
            TRY(std::string text, string());
            return Value::of_string(std::move(text));
        }
        if (take("None")) return Value{};
        if (take("True")) return Value::of_boolean(true);
        if (take("False")) return Value::of_boolean(false);
        if (take("set()")) return list_of({});
        if (take("SqlValue(sql=")) {
            TRY(std::string text, string());
            if (!take(")")) return wrong();
            return Value::of_sql(std::move(text));
        }
        if (take("[")) return items(']', depth);
        if (take("(")) return items(')', depth);
        if (take("{")) return braces(depth);
        return number();
    }

    static Value list_of(std::vector<Value> items) {
        Value list;
        list.type = Value::Type::list;
        list.items = std::move(items);
        return list;
    }

    Result<Value> items(char close, int depth, std::vector<Value> first = {}) {
        std::vector<Value> out = std::move(first);
        while (peek() != close) {
            if (!out.empty() && !take(",")) return wrong();
            if (peek() == close) break;  // (1,)
            TRY(Value item, one(depth + 1));
            out.push_back(std::move(item));
        }
        ++at_;
        return list_of(std::move(out));
    }

    Result<Value> braces(int depth) {
        Value map;
        map.type = Value::Type::map;
        while (peek() != '}') {
            if (!map.members.empty() && !take(",")) return wrong();
            if (peek() == '}') break;
            TRY(Value key, one(depth + 1));
            if (!take(":")) {
                if (!map.members.empty()) return wrong();
                return items('}', depth, {std::move(key)});  // a set
            }
            TRY(Value value, one(depth + 1));
            map.members.emplace_back(std::move(key.text), std::move(value));
        }
        ++at_;
        return map;
    }

    Result<Value> number() {
        const std::size_t begin = at_;
        constexpr std::string_view kCharacters = "+-.0123456789eE_naif";
        while (at_ < text_.size() && kCharacters.find(text_[at_]) != std::string_view::npos) ++at_;
        const std::string text(text_.substr(begin, at_ - begin));
        const bool digits = text.find_first_not_of("0123456789", text.starts_with('-') ? 1 : 0) == std::string::npos;
        if (digits && text.size() > (text.starts_with('-') ? 1U : 0U)) return Value::of_integer(text);
        if (!parse_double(text)) {
            at_ = begin;
            return wrong();
        }
        return Value{Value::Type::real, false, text, {}, {}};
    }

    Result<std::string> string() {
        const char quote = peek();
        if (quote != '\'' && quote != '"') return wrong();
        ++at_;
        std::string out;
        while (at_ < text_.size() && text_[at_] != quote) {
            if (text_[at_] != '\\') {
                out += text_[at_++];
                continue;
            }
            TRY_STATUS(escape(out));
        }
        if (at_ == text_.size()) return wrong();
        ++at_;
        return out;
    }

    Status escape(std::string& out) {
        if (at_ + 1 >= text_.size()) return wrong();
        const char c = text_[at_ + 1];
        at_ += 2;
        constexpr std::string_view kFrom = "ntr\\'\"abfv0";
        constexpr std::string_view kTo("\n\t\r\\'\"\a\b\f\v\0", 11);
        if (const std::size_t found = kFrom.find(c); found != std::string_view::npos) {
            out += kTo[found];
            return {};
        }
        const std::size_t length = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
        if (length == 0 || at_ + length > text_.size()) return wrong();
        std::uint32_t code = 0;
        for (std::size_t i = 0; i < length; ++i) {
            const std::size_t digit = std::string_view("0123456789abcdef").find(text_[at_ + i]);
            if (digit == std::string_view::npos) return wrong();
            code = code * 16 + static_cast<std::uint32_t>(digit);
        }
        at_ += length;
        append_utf8(out, code);
        return {};
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

Result<Value> python_literal(std::string_view text) { return Parser(text).whole(); }

}  // namespace towline::adoption
