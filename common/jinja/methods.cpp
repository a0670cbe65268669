// Methods of lists, tuples and dicts.

#include "jinja/methods.h"

#include <algorithm>
#include <cmath>

#include "jinja/limits.h"

namespace towline::jinja {
namespace {

using Out = Result<Value>;

std::vector<Value>& items_of(const Value& self) { return self.as_sequence()->items; }
Dict& dict_of(const Value& self) { return *self.as_dict(); }

/// The index that a Python index means, from the end if negative.
std::int64_t wrapped(std::int64_t index, std::size_t size) {
    return index < 0 ? index + static_cast<std::int64_t>(size) : index;
}

Out grown(Rendering& rendering, const Value& self) {
    rendering.heap().charge(sizeof(Value));
    if (items_of(self).size() > static_cast<std::size_t>(kItemsMax))
        return fail(ErrorCode::too_large, "The list has too many items.");
    return Value();
}

Out append(Rendering& rendering, const Value& self, const Slots& slots) {
    items_of(self).push_back(slots[0]);
    return grown(rendering, self);
}
Out extend(Rendering& rendering, const Value& self, const Slots& slots) {
    TRY(const auto more, iterate(rendering.heap(), slots[0]));
    items_of(self).insert(items_of(self).end(), more.begin(), more.end());
    return grown(rendering, self);
}
Out insert(Rendering& rendering, const Value& self, const Slots& slots) {
    TRY(const std::int64_t index, slots.integer(0, 0));
    auto& items = items_of(self);
    const auto size = static_cast<std::int64_t>(items.size());
    const std::int64_t at = std::clamp<std::int64_t>(index < -size ? 0 : wrapped(index, items.size()), 0, size);
    rendering.heap().work(items.size() / 16);
    items.insert(items.begin() + static_cast<std::ptrdiff_t>(at), slots[1]);
    return grown(rendering, self);
}
Out pop_item(Rendering& rendering, const Value& self, const Slots& slots) {
    auto& items = items_of(self);
    TRY(const std::int64_t index, slots.integer(0, -1));
    if (items.empty()) return fail(ErrorCode::invalid, "pop from empty list");
    const std::int64_t at = wrapped(std::max<std::int64_t>(index, INT32_MIN), items.size());
    if (at < 0 || at >= static_cast<std::int64_t>(items.size()))
        return fail(ErrorCode::invalid, "pop index out of range");
    rendering.heap().work(items.size() / 16);
    Value out = std::move(items[static_cast<std::size_t>(at)]);
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(at));
    return out;
}
std::vector<Value>::iterator place_of(Rendering& rendering, const Value& self, const Value& wanted) {
    auto& items = items_of(self);
    return std::find_if(items.begin(), items.end(), [&](const Value& v) { return equal(rendering.heap(), v, wanted); });
}
Out remove(Rendering& rendering, const Value& self, const Slots& slots) {
    const auto at = place_of(rendering, self, slots[0]);
    if (at == items_of(self).end()) return fail(ErrorCode::invalid, "list.remove(x): x not in list");
    items_of(self).erase(at);
    return Value();
}
Out index_of(Rendering& rendering, const Value& self, const Slots& slots) {
    const auto at = place_of(rendering, self, slots[0]);
    if (at == items_of(self).end()) return fail(ErrorCode::invalid, "the value is not in the " + self.type_name());
    return Value::integer(at - items_of(self).begin());
}
Out count(Rendering& rendering, const Value& self, const Slots& slots) {
    std::int64_t out = 0;
    for (const Value& item : items_of(self)) out += equal(rendering.heap(), item, slots[0]) ? 1 : 0;
    return Value::integer(out);
}
Out reverse(Rendering& rendering, const Value& self, const Slots&) {
    rendering.heap().work(items_of(self).size());
    std::reverse(items_of(self).begin(), items_of(self).end());
    return Value();
}
Out sort(Rendering& rendering, const Value& self, const Slots& slots) {
    if (slots.maybe(1)) return fail(ErrorCode::unsupported, "list.sort with a key is not supported.");
    TRY(items_of(self), sorted(rendering.heap(), items_of(self), items_of(self), slots.flag(0, false)));
    return Value();
}
Out clear_list(Rendering&, const Value& self, const Slots&) {
    items_of(self).clear();
    return Value();
}
Out copy_list(Rendering& rendering, const Value& self, const Slots&) { return rendering.heap().list(items_of(self)); }

template <SequenceKind kKind>
Out view(Rendering& rendering, const Value& self, const Slots&) {
    std::vector<Value> out;
    for (const auto& [key, value] : dict_of(self).entries) {
        if (kKind == SequenceKind::keys) out.push_back(key);
        if (kKind == SequenceKind::values) out.push_back(value);
        if (kKind == SequenceKind::items) out.push_back(rendering.heap().tuple({key, value}));
    }
    rendering.heap().work(out.size());
    return rendering.heap().sequence(kKind, std::move(out));
}
Out get(Rendering&, const Value& self, const Slots& slots) {
    const Value* found = dict_of(self).find(slots[0]);
    if (found) return *found;
    return slots.given(1) ? slots[1] : Value();
}
Out pop_key(Rendering& rendering, const Value& self, const Slots& slots) {
    const Value* found = dict_of(self).find(slots[0]);
    if (found) {
        Value out = *found;
        rendering.heap().work(dict_of(self).entries.size());
        dict_of(self).erase(slots[0]);
        return out;
    }
    if (slots.given(1)) return slots[1];
    TRY(std::string key, to_repr(slots[0]));
    return fail(ErrorCode::not_found, std::move(key));
}
Out set_default(Rendering& rendering, const Value& self, const Slots& slots) {
    if (const Value* found = dict_of(self).find(slots[0])) return *found;
    rendering.heap().charge(2 * sizeof(Value));
    const Value value = slots.given(1) ? slots[1] : Value();
    TRY_STATUS(dict_of(self).set(slots[0], value));
    return value;
}
Out update(Rendering& rendering, const Value& self, const Slots& slots) {
    const Arguments& all = slots.all();
    if (all.positional.size() > 1) return fail(ErrorCode::invalid, "update expected at most 1 argument");
    std::vector<std::pair<Value, Value>> pairs;
    for (const Value& other : all.positional) {
        if (other.as_dict()) {
            pairs = other.as_dict()->entries;
            continue;
        }
        TRY(const auto items, iterate(rendering.heap(), other));
        for (const Value& item : items) {
            TRY(auto pair, iterate(rendering.heap(), item));
            if (pair.size() != 2)
                return fail(ErrorCode::invalid, "dictionary update sequence element has length " +
                                                    std::to_string(pair.size()) + "; 2 is required");
            pairs.emplace_back(std::move(pair[0]), std::move(pair[1]));
        }
    }
    for (const auto& [name, value] : all.named) pairs.emplace_back(Value::text(name), value);
    rendering.heap().charge(pairs.size() * 2 * sizeof(Value));
    for (auto& [key, value] : pairs) TRY_STATUS(dict_of(self).set(key, std::move(value)));
    return Value();
}
Out clear_dict(Rendering&, const Value& self, const Slots&) {
    dict_of(self).clear();
    return Value();
}
Out copy_dict(Rendering& rendering, const Value& self, const Slots&) {
    Dict& out = rendering.heap().dict();
    out = dict_of(self);
    rendering.heap().charge(out.entries.size() * 2 * sizeof(Value));
    return Value(out);
}
Out pop_last(Rendering& rendering, const Value& self, const Slots&) {
    if (dict_of(self).entries.empty()) return fail(ErrorCode::not_found, "'popitem(): dictionary is empty'");
    const auto [key, value] = dict_of(self).entries.back();
    dict_of(self).erase(key);
    return rendering.heap().tuple({key, value});
}
Out is_whole(Rendering&, const Value& self, const Slots&) {
    const double number = self.as_number().value_or(0);
    return Value::boolean(std::floor(number) == number);
}

constexpr Native kListRows[] = {
    {"append", append, {"object"}, 1},
    {"clear", clear_list},
    {"copy", copy_list},
    {"count", count, {"value"}, 1},
    {"extend", extend, {"iterable"}, 1},
    {"index", index_of, {"value"}, 1},
    {"insert", insert, {"index", "object"}, 2},
    {"pop", pop_item, {"index"}},
    {"remove", remove, {"value"}, 1},
    {"reverse", reverse},
    {"sort", sort, {"reverse", "key"}},
};
constexpr Native kTupleRows[] = {{"count", count, {"value"}, 1}, {"index", index_of, {"value"}, 1}};
constexpr Native kDictRows[] = {
    {"clear", clear_dict},
    {"copy", copy_dict},
    {"get", get, {"key", "default"}, 1},
    {"items", view<SequenceKind::items>},
    {"keys", view<SequenceKind::keys>},
    {"pop", pop_key, {"key", "default"}, 1},
    {"popitem", pop_last},
    {"setdefault", set_default, {"key", "default"}, 1},
    {"update", update, {}, 0, true},
    {"values", view<SequenceKind::values>},
};
constexpr Native kFloatRows[] = {{"is_integer", is_whole}};

/// Attributes that Python's values have beyond the tables.
constexpr std::string_view kTextRefused[] = {"encode",      "expandtabs", "format_map", "isascii",  "isidentifier",
                                             "isprintable", "istitle",    "maketrans",  "translate"};
constexpr std::string_view kNumberRefused[] = {
    "as_integer_ratio", "bit_count", "bit_length", "conjugate", "denominator", "from_bytes",
    "fromhex",          "hex",       "imag",       "numerator", "real",        "to_bytes"};
constexpr std::string_view kSequenceRefused[] = {"isdisjoint", "mapping", "start", "stop",
                                                 "step",       "send",    "throw", "close"};
constexpr std::string_view kDictRefused[] = {"fromkeys"};

template <class Names>
bool has(const Names& names, std::string_view name) {
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

}  // namespace

std::span<const Native> list_methods() { return kListRows; }
std::span<const Native> tuple_methods() { return kTupleRows; }
std::span<const Native> dict_methods() { return kDictRows; }

const Native* find_method(const Value& self, std::string_view name) {
    if (self.as_text()) return find_native(text_methods(), name);
    if (self.as_dict()) return find_native(dict_methods(), name);
    if (self.is_sequence(SequenceKind::list)) return find_native(list_methods(), name);
    if (self.is_sequence(SequenceKind::tuple)) return find_native(tuple_methods(), name);
    if (self.as_floating()) return find_native(kFloatRows, name);
    return nullptr;
}

bool is_python_attribute(const Value& self, std::string_view name) {
    if (name.starts_with("__") && name.ends_with("__") && name.size() > 4) return true;
    if (self.as_text()) return has(kTextRefused, name);
    if (self.as_number()) return has(kNumberRefused, name);
    if (self.as_dict()) return has(kDictRefused, name);
    if (const Sequence* sequence = self.as_sequence())
        return sequence->kind > SequenceKind::tuple && has(kSequenceRefused, name);
    return false;
}

}  // namespace towline::jinja
