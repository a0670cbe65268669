// DATE_TRUNC that is compared with a date: the reference compares what is truncated with the ends of the unit, and so
// do the rows that SQLMesh gets. It reads `<>` as what is never true, and leaves the time of day of a moment as it is.
#include <algorithm>

#include "base/strings.h"
#include "query/constants.h"
#include "query/simplifier.h"

namespace towline::query {
namespace {

/// From the first to before the last, in milliseconds of midnights; what is compared tells the time of day.
struct Range {
    std::int64_t first = 0;
    std::int64_t last = 0;
};

/// The unit of a date: its first day, and the first day of the next one.
std::optional<Range> unit_of(std::int64_t midnight_ms, const std::string& unit) {
    const auto first = floored(midnight_ms, unit);
    if (!first) return std::nullopt;
    const Expr one = make(ExprKind::interval, unit, {make(ExprKind::string, "1")});
    bool timed = false;
    const auto next = moved({*first, 0, {}}, one, 1, timed);
    return next ? std::optional(Range{*first, next->midnight_ms}) : std::nullopt;
}

/// A call that truncates: what, and to which unit.
class Truncation {
 public:
    static std::optional<Truncation> of(const Expr& call) {
        const bool named = call.is(ExprKind::function) && iequals(call.text, "DATE_TRUNC");
        if (!named || call.children.size() < 2 || !call.children[0].is(ExprKind::string)) return std::nullopt;
        return Truncation(call.children[1], upper(call.children[0].text));
    }

    std::optional<Expr> compared(const std::string& op, const Expr& literal) const {
        const auto date = dated(literal);
        const auto unit = date ? unit_of(date->moment.midnight_ms, unit_) : std::nullopt;
        if (!unit) return std::nullopt;
        const bool begins = unit->first == date->moment.midnight_ms;
        const auto side = [&](const char* word, std::int64_t midnight) { return this->side(word, literal, midnight); };
        if (op == "<") return side("<", begins ? unit->first : unit->last);
        if (op == ">") return side(">=", unit->last);
        if (op == "<=") return side("<", unit->last);
        if (op == ">=") return side(">=", begins ? unit->first : unit->last);
        if (!begins || (op != "=" && op != "<>")) return std::nullopt;
        if (op == "=") return within(*unit, literal);
        return operation("AND", side("<", unit->first), side(">=", unit->last));
    }

    std::optional<Expr> among(const std::vector<Expr>& literals) const {
        std::vector<Range> ranges;
        for (const Expr& each : literals) {
            const auto date = dated(each);
            const auto unit = date ? unit_of(date->moment.midnight_ms, unit_) : std::nullopt;
            if (!unit) return std::nullopt;
            if (unit->first == date->moment.midnight_ms) ranges.push_back(*unit);
        }
        if (ranges.empty()) return std::nullopt;
        merge(ranges);
        std::optional<Expr> out;
        for (const Range& range : ranges) {
            Expr each = within(range, literals.front());
            if (ranges.size() > 1) each = make(ExprKind::paren, {}, {std::move(each)});
            out = out ? operation("OR", std::move(*out), std::move(each)) : std::move(each);
        }
        return out;
    }

 private:
    Truncation(const Expr& value, std::string unit) : value_(value), unit_(std::move(unit)) {}

    static void merge(std::vector<Range>& ranges) {
        std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.first < b.first; });
        std::vector<Range> out;
        for (const Range& range : ranges) {
            if (!out.empty() && range.first <= out.back().last)
                out.back().last = std::max(out.back().last, range.last);
            else
                out.push_back(range);
        }
        ranges = std::move(out);
    }

    Expr within(const Range& range, const Expr& like) const {
        return operation("AND", side(">=", like, range.first), side("<", like, range.last));
    }

    /// The value beside a literal of that day, with type and time of day of another.
    Expr side(const char* op, const Expr& like, std::int64_t midnight) const {
        const Dated date = *dated(like);
        Moment moment = date.moment;
        moment.midnight_ms = midnight;
        Expr literal = like;
        literal.children[0] = make(ExprKind::string, written(moment, date.date));
        Expr value = value_.is(ExprKind::binary) ? make(ExprKind::paren, {}, {value_}) : value_;
        return operation(op, std::move(value), std::move(literal));
    }

    Expr value_;
    std::string unit_;
};

}  // namespace

void Simplifier::truncated_comparison(Expr& node) const {
    if (dialect_ != sql::Dialect::duckdb && dialect_ != sql::Dialect::postgres) return;
    if (!is_comparison(node) && !node.is(ExprKind::in)) return;
    const auto truncation = Truncation::of(node.children.front());
    if (!truncation) return;
    for (std::size_t i = 1; i < node.children.size(); ++i)  // as many ranges, each with two ends
        if (!copies_.take(node.children.front())) return;
    std::optional<Expr> out;
    if (node.is(ExprKind::in))
        out = truncation->among({node.children.begin() + 1, node.children.end()});
    else
        out = truncation->compared(node.text, node.children[1]);
    if (!out) return;
    out->comments = node.comments;
    node = std::move(*out);
}

}  // namespace towline::query
