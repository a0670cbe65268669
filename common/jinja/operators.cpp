// Arithmetic, membership and slices, with Python's rules for every pair of types.

#include <cmath>

#include "jinja/native.h"
#include "jinja/scope.h"
#include "jinja/text.h"

namespace towline::jinja {
namespace {

tl::unexpected<Error> too_big() { return fail(ErrorCode::unsupported, "Integers beyond 64 bits are not supported."); }
tl::unexpected<Error> by_zero(const char* message) { return fail(ErrorCode::invalid, message); }

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
    const std::int64_t quotient = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

Result<Value> integer_power(std::int64_t base, std::int64_t exponent) {
    if (exponent < 0) {
        if (base == 0) return by_zero("0.0 cannot be raised to a negative power");
        return Value::floating(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
    }
    std::int64_t out = 1;
    if (base == 0 || base == 1) return Value::integer(exponent == 0 ? 1 : base);
    if (base == -1) return Value::integer(exponent % 2 == 0 ? 1 : -1);
    for (std::int64_t i = 0; i < exponent; ++i)
        if (__builtin_mul_overflow(out, base, &out)) return too_big();
    return Value::integer(out);
}

Result<Value> integer_arithmetic(std::string_view op, std::int64_t a, std::int64_t b) {
    std::int64_t out = 0;
    if (op == "+") return __builtin_add_overflow(a, b, &out) ? Result<Value>(too_big()) : Value::integer(out);
    if (op == "-") return __builtin_sub_overflow(a, b, &out) ? Result<Value>(too_big()) : Value::integer(out);
    if (op == "*") return __builtin_mul_overflow(a, b, &out) ? Result<Value>(too_big()) : Value::integer(out);
    if (op == "**") return integer_power(a, b);
    if (op == "/") {
        if (b == 0) return by_zero("division by zero");
        return Value::floating(static_cast<double>(a) / static_cast<double>(b));
    }
    if (b == 0) return by_zero(op == "//" ? "integer division or modulo by zero" : "integer modulo by zero");
    if (b == -1) return op == "%" ? Result<Value>(Value::integer(0)) : integer_arithmetic("-", 0, a);
    const std::int64_t quotient = floor_divide(a, b);
    return Value::integer(op == "//" ? quotient : a - quotient * b);
}

Result<Value> float_arithmetic(std::string_view op, double a, double b) {
    if (op == "+") return Value::floating(a + b);
    if (op == "-") return Value::floating(a - b);
    if (op == "*") return Value::floating(a * b);
    if (op == "**") {
        if (a < 0 && std::floor(b) != b) return fail(ErrorCode::unsupported, "Complex numbers are not supported.");
        return Value::floating(std::pow(a, b));
    }
    if (b == 0) return by_zero(op == "/" ? "float division by zero" : "float floor division by zero");
    if (op == "/") return Value::floating(a / b);
    double rest = std::fmod(a, b);
    if (rest != 0 && (rest < 0) != (b < 0)) rest += b;
    return Value::floating(op == "%" ? rest : std::floor((a - rest) / b + 0.5));
}

Result<Value> repeated(Heap& heap, const Value& of, std::int64_t count) {
    if (count < 0) count = 0;
    const auto times = static_cast<std::size_t>(std::min(count, kItemsMax * 100));
    if (const std::string* text = of.as_text()) {
        TRY_STATUS(check_size(text->empty() ? 0 : text->size() * times));
        std::string out;
        for (std::size_t i = 0; i < times && !text->empty(); ++i) out += *text;
        return Value::text(std::move(out));
    }
    const Sequence& sequence = *of.as_sequence();
    if (sequence.items.size() * times > static_cast<std::size_t>(kItemsMax))
        return fail(ErrorCode::too_large, "The list has too many items.");
    std::vector<Value> out;
    for (std::size_t i = 0; i < times && !sequence.items.empty(); ++i)
        out.insert(out.end(), sequence.items.begin(), sequence.items.end());
    return heap.sequence(sequence.kind, std::move(out));
}

bool is_repeatable(const Value& value) {
    return value.as_text() || value.is_sequence(SequenceKind::list) || value.is_sequence(SequenceKind::tuple);
}

}  // namespace

Result<Value> arithmetic(Heap& heap, std::string_view op, const Value& a, const Value& b) {
    for (const Value* side : {&a, &b})
        if (const Undefined* undefined = side->as_undefined()) {
            if (op == "%" && side == &b && a.as_text()) break;
            return fail(ErrorCode::invalid, undefined->message);
        }
    if (a.as_integer() && b.as_integer()) return integer_arithmetic(op, *a.as_integer(), *b.as_integer());
    if (a.as_number() && b.as_number()) return float_arithmetic(op, *a.as_number(), *b.as_number());
    if (op == "+" && a.as_text() && b.as_text()) {
        TRY_STATUS(check_size(a.as_text()->size() + b.as_text()->size()));
        return Value::text(*a.as_text() + *b.as_text());
    }
    const Sequence* left = a.as_sequence();
    const Sequence* right = b.as_sequence();
    if (op == "+" && left && right && left->kind == right->kind && left->kind <= SequenceKind::tuple) {
        std::vector<Value> items = left->items;
        items.insert(items.end(), right->items.begin(), right->items.end());
        if (items.size() > static_cast<std::size_t>(kItemsMax))
            return fail(ErrorCode::too_large, "The list has too many items.");
        return heap.sequence(left->kind, std::move(items));
    }
    if (op == "*" && is_repeatable(a) && b.as_integer()) return repeated(heap, a, *b.as_integer());
    if (op == "*" && is_repeatable(b) && a.as_integer()) return repeated(heap, b, *a.as_integer());
    if (op == "%" && a.as_text()) {
        TRY(std::string text, percent_format(*a.as_text(), b));
        return Value::text(std::move(text));
    }
    if (a.as_object() || b.as_object())
        return fail(ErrorCode::unsupported, "'" + std::string(op) + "' between '" + a.type_name() + "' and '" +
                                                b.type_name() + "' is not supported.");
    return fail(ErrorCode::invalid, "unsupported operand type(s) for " + std::string(op) + ": '" + a.type_name() +
                                        "' and '" + b.type_name() + "'");
}

Result<bool> contains(Heap& heap, const Value& container, const Value& item) {
    if (const std::string* text = container.as_text()) {
        if (item.is_undefined()) return fail(ErrorCode::invalid, item.as_undefined()->message);
        if (!item.as_text())
            return fail(ErrorCode::invalid, "'in <string>' requires string as left operand, not " + item.type_name());
        return text->find(*item.as_text()) != std::string::npos;
    }
    if (const Dict* dict = container.as_dict()) return dict->find(item) != nullptr;
    if (const Sequence* sequence = container.as_sequence(); sequence && sequence->kind != SequenceKind::generator) {
        for (const Value& candidate : sequence->items)
            if (equal(heap, candidate, item)) return true;
        return false;
    }
    if (!container.is_undefined() && !container.as_sequence())
        return fail(ErrorCode::invalid, "argument of type '" + container.type_name() + "' is not iterable");
    TRY(const auto items, iterate(heap, container));
    for (const Value& candidate : items)
        if (equal(heap, candidate, item)) return true;
    return false;
}

Result<Value> slice(Heap& heap, const Value& of, std::optional<std::int64_t> begin, std::optional<std::int64_t> end,
                    std::optional<std::int64_t> by) {
    const std::int64_t step = by.value_or(1);
    if (step == 0) return fail(ErrorCode::invalid, "slice step cannot be zero");
    TRY(const std::int64_t length, length_of(of));
    const auto bounded = [&](std::optional<std::int64_t> at, std::int64_t otherwise) {
        if (!at) return otherwise;
        const std::int64_t low = step > 0 ? 0 : -1;
        const std::int64_t high = step > 0 ? length : length - 1;
        if (*at < 0) return *at < -length ? low : std::max(low, *at + length);
        return std::min(*at, high);
    };
    const std::int64_t first = bounded(begin, step > 0 ? 0 : length - 1);
    const std::int64_t last = bounded(end, step > 0 ? length : -1);
    if (const std::string* text = of.as_text(); text && step == 1)
        return Value::text(std::string(
            first < last ? character_slice(*text, static_cast<std::size_t>(first), static_cast<std::size_t>(last))
                         : std::string_view()));
    std::vector<Value> all;
    if (of.as_text()) {
        TRY(all, iterate(heap, of));
    }
    const std::vector<Value>& items = of.as_text() ? all : of.as_sequence()->items;
    std::vector<Value> out;
    for (std::int64_t at = first; step > 0 ? at < last : at > last;) {
        out.push_back(items[static_cast<std::size_t>(at)]);
        if (__builtin_add_overflow(at, step, &at)) break;
    }
    if (of.as_text()) {
        TRY(std::string text, joined(out, ""));
        return Value::text(std::move(text));
    }
    const SequenceKind kind = of.as_sequence()->kind == SequenceKind::tuple ? SequenceKind::tuple : SequenceKind::list;
    return heap.sequence(kind, std::move(out));
}

}  // namespace towline::jinja
