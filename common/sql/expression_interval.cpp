// INTERVAL '1' DAY in all its forms.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/expression_parser.h"

namespace towline::sql {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// One letter or two stand for a unit, longer words stay as they are written.
std::string unabbreviated(std::string_view word) {
    struct Row {
        std::string_view letters;
        std::string_view unit;
    };
    static constexpr std::array<Row, 10> kRows = {{{"D", "DAY"},
                                                   {"H", "HOUR"},
                                                   {"M", "MINUTE"},
                                                   {"MS", "MILLISECOND"},
                                                   {"NS", "NANOSECOND"},
                                                   {"Q", "QUARTER"},
                                                   {"S", "SECOND"},
                                                   {"US", "MICROSECOND"},
                                                   {"W", "WEEK"},
                                                   {"Y", "YEAR"}}};
    const std::string folded = upper(word);
    for (const Row& row : kRows)
        if (folded == row.letters) return std::string(row.unit);
    return folded;
}

struct Part {
    std::string number;
    std::string unit;
};

/// The numbers with a word behind them: '1 day 2 hours' has two.
std::vector<Part> parts_of(std::string_view text) {
    std::vector<Part> out;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at + (text[at] == '-' ? 1 : 0);
        const std::size_t digits = end;
        while (end < text.size() && is_digit(text[end])) ++end;
        if (end == digits) {
            ++at;
            continue;
        }
        if (end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1]))
            for (++end; end < text.size() && is_digit(text[end]); ++end) continue;
        std::size_t word = end;
        while (word < text.size() && (text[word] == ' ' || text[word] == '\t' || text[word] == '\n')) ++word;
        std::size_t stop = word;
        while (stop < text.size() && is_letter(text[stop])) ++stop;
        if (stop > word)
            out.push_back({std::string(text.substr(at, end - at)), std::string(text.substr(word, stop - word))});
        at = std::max(stop, end);
    }
    return out;
}

}  // namespace

/// True if the next word is a unit of time.
bool ExpressionParser::interval_unit() const {
    static constexpr std::array<std::string_view, 15> kUnits = {
        "DAY",         "HOUR",        "MINUTE",     "SECOND", "WEEK",    "MONTH",      "YEAR",     "QUARTER",
        "MILLISECOND", "MICROSECOND", "NANOSECOND", "DECADE", "CENTURY", "MILLENNIUM", "MILLENNIA"};
    static constexpr std::array<std::string_view, 20> kShort = {"D",    "H",    "M",    "S",   "MS",  "US",  "NS",
                                                                "Q",    "W",    "Y",    "MON", "MIN", "SEC", "HR",
                                                                "MONS", "MINS", "SECS", "HRS", "YR",  "YRS"};
    if (tokens_.kind(at_) != TokenKind::word) return false;
    const std::string folded = upper(tokens_.text_of(at_));
    if (grammar(tokens_.dialect()) == Dialect::mysql && folded.find('_') != std::string::npos) return true;
    const std::string_view singular =
        folded.ends_with('S') ? std::string_view(folded).substr(0, folded.size() - 1) : std::string_view(folded);
    return std::find(kUnits.begin(), kUnits.end(), folded) != kUnits.end() ||
           std::find(kUnits.begin(), kUnits.end(), singular) != kUnits.end() ||
           std::find(kShort.begin(), kShort.end(), folded) != kShort.end();
}

/// Nothing if the word INTERVAL is a name here.
Result<std::optional<Expr>> ExpressionParser::interval() {
    if (no_intervals_.contains(at_)) return std::nullopt;
    const int depth = depth_;
    const std::size_t begin = at_++;
    const TokenKind next = tokens_.kind(at_);
    const bool literal = next == TokenKind::string || next == TokenKind::number;
    const bool opens = symbol("(") || symbol("-") || next == TokenKind::word || next == TokenKind::quoted_identifier;
    Result<Expr> value = literal || opens ? (next == TokenKind::string ? primary() : term()) : unexpected("a value");
    depth_ = depth;
    const bool name = value && value->is(ExprKind::column) && value->children.size() == 1 && !interval_unit();
    if (!value || name || (!literal && !symbol("(") && !interval_unit() && !value->is(ExprKind::paren))) {
        at_ = begin;
        no_intervals_.insert(begin);
        return std::nullopt;
    }
    Expr made;
    made.kind = ExprKind::interval;
    const std::vector<Part> parts = value->is(ExprKind::string) ? parts_of(value->text) : std::vector<Part>();
    if (parts.size() == 1) {
        value->text = parts[0].number;
        made.text = unabbreviated(parts[0].unit);
    } else if (parts.empty() && interval_unit()) {
        made.text = unabbreviated(tokens_.text_of(at_++));
        if (word("TO") && tokens_.kind(at_ + 1) == TokenKind::word) {
            made.text += " TO " + upper(tokens_.text_of(at_ + 1));
            at_ += 2;
        }
    }
    const bool negative = value->is(ExprKind::unary) && value->text == "-" && value->children[0].is(ExprKind::number);
    if (negative) value = string_literal("-" + value->children[0].text);
    if (value->is(ExprKind::number)) value = string_literal(value->text);
    // The reference adds what follows as one more interval.
    const std::size_t after = at_ + (symbol("+") ? 1 : 0);
    if (tokens_.kind(after) == TokenKind::string || tokens_.kind(after) == TokenKind::number)
        return unexpected("an operator and a column");
    made.children.push_back(std::move(*value));
    return with_span(std::move(made), begin);
}

}  // namespace towline::sql
