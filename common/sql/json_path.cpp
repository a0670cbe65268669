#include "sql/json_path.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace towline::sql {
namespace {

constexpr std::string_view kRoot = "JSONPATH :expressions,JSONPATHROOT";

std::string key(std::string_view name) { return ",JSONPATHKEY :this," + std::string(name); }
std::string element(std::string_view index) { return ",JSONPATHSUBSCRIPT :this," + std::string(index); }

bool is_whole_number(std::string_view text) {
    if (text.starts_with("-")) text.remove_prefix(1);
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos && text.size() < 18;
}

/// 007 is 7, as Python's int() makes of it.
std::string as_number(std::string_view text, int first = 0) {
    return std::to_string(parse_int(text).value_or(0) - first);
}

class PathReader {
 public:
    PathReader(std::string_view text, Dialect dialect) : text_(text), dialect_(dialect) {}

    std::optional<std::string> read() {
        std::string out(kRoot);
        if (take('$') && dialect_ == Dialect::snowflake) return std::nullopt;
        bool start = at_ == 0;
        while (at_ < text_.size()) {
            std::optional<std::string> next;
            if (take('['))
                next = bracket();
            else if (take('.') || start)
                next = name();
            if (!next) return std::nullopt;
            out += *next;
            start = false;
        }
        return out;
    }

 private:
    bool take(char c) {
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    std::optional<std::string_view> quoted() {
        const char quote = text_[at_];
        const std::size_t end = text_.find(quote, at_ + 1);
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view inner = text_.substr(at_ + 1, end - at_ - 1);
        const bool doubled = end + 1 < text_.size() && text_[end + 1] == quote;
        if (doubled || inner.empty() || inner.find('\\') != std::string_view::npos) return std::nullopt;
        at_ = end + 1;
        return inner;
    }

    std::optional<std::string> name() {
        if (take('*')) return key("JSONPATHWILDCARD");
        // Double quotes name a key in every dialect but those that quote names otherwise.
        const bool backtick = dialect_ == Dialect::bigquery || grammar(dialect_) == Dialect::mysql ||
                              dialect_ == Dialect::databricks || dialect_ == Dialect::spark ||
                              dialect_ == Dialect::hive;
        if (at_ < text_.size() && text_[at_] == '"') {
            const auto inner = backtick ? std::nullopt : quoted();
            return inner ? std::optional(key(*inner)) : std::nullopt;
        }
        const std::size_t begin = at_;
        while (at_ < text_.size() && text_[at_] != '.' && text_[at_] != '[') ++at_;
        const std::string_view word = text_.substr(begin, at_ - begin);
        return is_plain_identifier(word) ? std::optional(key(word)) : std::nullopt;
    }

    std::optional<std::string> bracket() {
        std::optional<std::string> out;
        if (take('*')) {
            out = element("JSONPATHWILDCARD");
        } else if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"')) {
            const auto inner = quoted();
            if (inner) out = key(*inner);
        } else {
            const std::size_t begin = at_;
            while (at_ < text_.size() && text_[at_] != ']') ++at_;
            const std::string_view index = text_.substr(begin, at_ - begin);
            if (is_whole_number(index)) out = element(as_number(index));
        }
        return take(']') ? out : std::nullopt;
    }

    std::string_view text_;
    Dialect dialect_;
    std::size_t at_ = 0;
};

}  // namespace

std::optional<std::string> json_path(std::string_view text, Dialect dialect) {
    return PathReader(text, dialect).read();
}

std::optional<std::string> json_path_of(const std::vector<Expr>& steps, std::size_t from, bool arrow, int first) {
    std::string out(kRoot);
    for (std::size_t i = from; i < steps.size(); ++i) {
        const Expr& step = steps[i];
        if (!step.is(ExprKind::string) && !step.is(ExprKind::number)) return std::nullopt;
        const bool index = is_whole_number(step.text) && (!arrow || step.is(ExprKind::number));
        out += index ? element(as_number(step.text, first)) : key(step.text);
    }
    return out;
}

bool is_json_pointer(std::string_view text) {
    return text.starts_with("/") || text.find("[#") != std::string_view::npos;
}

bool is_json_operator(std::string_view op) {
    static constexpr std::array<std::string_view, 4> kOperators = {"->", "->>", "#>", "#>>"};
    return std::find(kOperators.begin(), kOperators.end(), op) != kOperators.end();
}

}  // namespace towline::sql
