// The tests of `is`.

#include <cmath>

#include "jinja/filters.h"
#include "jinja/scope.h"
#include "jinja/text.h"

namespace towline::jinja {
namespace {

using Out = Result<Value>;

Out yes(bool value) { return Value::boolean(value); }

Out remainder_is(Rendering& rendering, const Value& self, const Value& divisor, std::int64_t wanted) {
    TRY(const Value rest, arithmetic(rendering.heap(), "%", self, divisor));
    return yes(equal(rendering.heap(), rest, Value::integer(wanted)));
}

template <int kLess, int kEqual, int kGreater>
Out ordered(Rendering& rendering, const Value& self, const Slots& slots) {
    TRY(const int order, compare(rendering.heap(), self, slots[0]));
    return yes((order < 0 && kLess != 0) || (order == 0 && kEqual != 0) || (order > 0 && kGreater != 0));
}

template <bool kUpper>
Out letters_are(Rendering&, const Value& self, const Slots&) {
    TRY(const std::string text, to_text(self));
    const std::string same = kUpper ? upper_text(text) : lower_text(text);
    return yes(text == same && upper_text(text) != lower_text(text));
}

template <bool kEqual>
Out equals(Rendering& rendering, const Value& self, const Slots& slots) {
    return yes(equal(rendering.heap(), self, slots[0]) == kEqual);
}

bool is_mapping_or_sequence(const Value& value) {
    return value.as_text() || value.as_dict() || value.is_undefined() ||
           (value.as_sequence() && value.as_sequence()->kind <= SequenceKind::range);
}

using Check = bool (*)(const Value&);
template <Check kCheck>
Out checked(Rendering&, const Value& self, const Slots&) {
    return yes(kCheck(self));
}

bool is_boolean(const Value& v) { return v.as_boolean() != nullptr; }
bool is_true_itself(const Value& v) { return v.as_boolean() && *v.as_boolean(); }
bool is_false_itself(const Value& v) { return v.as_boolean() && !*v.as_boolean(); }
bool is_integer(const Value& v) { return v.as_integer() && !v.as_boolean(); }
bool is_float(const Value& v) { return v.as_floating() != nullptr; }
bool is_number(const Value& v) { return v.as_number().has_value(); }
bool is_text(const Value& v) { return v.as_text() != nullptr; }
bool is_mapping(const Value& v) { return v.as_dict() != nullptr; }
bool is_iterable(const Value& v) { return v.as_text() || v.as_dict() || v.as_sequence() || v.is_undefined(); }
bool is_callable(const Value& v) { return v.is_undefined() || (v.as_object() && v.as_object()->is_callable()); }
bool is_defined(const Value& v) { return !v.is_undefined(); }
bool is_undefined(const Value& v) { return v.is_undefined(); }
bool is_none(const Value& v) { return v.is_none(); }
bool is_escaped(const Value&) { return false; }

Out odd(Rendering& r, const Value& self, const Slots&) { return remainder_is(r, self, Value::integer(2), 1); }
Out even(Rendering& r, const Value& self, const Slots&) { return remainder_is(r, self, Value::integer(2), 0); }
Out divisible(Rendering& r, const Value& self, const Slots& slots) { return remainder_is(r, self, slots[0], 0); }
Out inside(Rendering& rendering, const Value& self, const Slots& slots) {
    TRY(const bool found, contains(rendering.heap(), slots[0], self));
    return yes(found);
}
Out same(Rendering&, const Value& self, const Slots& slots) { return yes(self.is_same(slots[0])); }
Out names_filter(Rendering&, const Value& self, const Slots&) {
    return yes(self.as_text() && find_filter(*self.as_text()) != nullptr);
}
Out names_test(Rendering&, const Value& self, const Slots&) {
    return yes(self.as_text() && find_test(*self.as_text()) != nullptr);
}

constexpr Native kRows[] = {
    {"!=", equals<false>, {"other"}, 1},
    {"<", ordered<1, 0, 0>, {"other"}, 1},
    {"<=", ordered<1, 1, 0>, {"other"}, 1},
    {"==", equals<true>, {"other"}, 1},
    {">", ordered<0, 0, 1>, {"other"}, 1},
    {">=", ordered<0, 1, 1>, {"other"}, 1},
    {"boolean", checked<is_boolean>},
    {"callable", checked<is_callable>},
    {"defined", checked<is_defined>},
    {"divisibleby", divisible, {"num"}, 1},
    {"eq", equals<true>, {"other"}, 1},
    {"equalto", equals<true>, {"other"}, 1},
    {"escaped", checked<is_escaped>},
    {"even", even},
    {"false", checked<is_false_itself>},
    {"filter", names_filter},
    {"float", checked<is_float>},
    {"ge", ordered<0, 1, 1>, {"other"}, 1},
    {"greaterthan", ordered<0, 0, 1>, {"other"}, 1},
    {"gt", ordered<0, 0, 1>, {"other"}, 1},
    {"in", inside, {"seq"}, 1},
    {"integer", checked<is_integer>},
    {"iterable", checked<is_iterable>},
    {"le", ordered<1, 1, 0>, {"other"}, 1},
    {"lessthan", ordered<1, 0, 0>, {"other"}, 1},
    {"lower", letters_are<false>},
    {"lt", ordered<1, 0, 0>, {"other"}, 1},
    {"mapping", checked<is_mapping>},
    {"ne", equals<false>, {"other"}, 1},
    {"none", checked<is_none>},
    {"number", checked<is_number>},
    {"odd", odd},
    {"sameas", same, {"other"}, 1},
    {"sequence", checked<is_mapping_or_sequence>},
    {"string", checked<is_text>},
    {"test", names_test},
    {"true", checked<is_true_itself>},
    {"undefined", checked<is_undefined>},
    {"upper", letters_are<true>},
};

}  // namespace

const Native* find_test(std::string_view name) { return find_native(kRows, name); }

Error refused_test(std::string_view name) {
    return Error{ErrorCode::invalid, "No test named '" + std::string(name) + "'.", {}, {}};
}

}  // namespace towline::jinja
