// Filters that look at a sequence as a whole.

#include <algorithm>

#include "base/strings.h"
#include "jinja/attributes.h"
#include "jinja/filters.h"
#include "jinja/limits.h"
#include "jinja/scope.h"
#include "jinja/text.h"

namespace towline::jinja {
namespace {

using Out = Result<Value>;

Out default_value(Rendering&, const Value& self, const Slots& slots) {
    if (!self.is_undefined() && (is_true(self) || !slots.flag(1, false))) return self;
    return slots.given(0) ? slots[0] : Value::text("");
}

Out length(Rendering&, const Value& self, const Slots&) {
    TRY(const std::int64_t count, length_of(self));
    return Value::integer(count);
}

Out as_list(Rendering& rendering, const Value& self, const Slots&) {
    TRY(auto items, iterate(rendering.heap(), self));
    return rendering.heap().list(std::move(items));
}

Out first(Rendering& rendering, const Value& self, const Slots&) {
    if (Sequence* sequence = self.as_sequence()) {
        if (sequence->consumed >= sequence->items.size()) return Value::undefined("No first item, sequence was empty.");
        const bool once = sequence->kind == SequenceKind::generator;
        return sequence->items[once ? sequence->consumed++ : 0];
    }
    TRY(auto items, iterate(rendering.heap(), self));
    return items.empty() ? Value::undefined("No first item, sequence was empty.") : std::move(items.front());
}

Out last(Rendering& rendering, const Value& self, const Slots&) {
    if (self.is_sequence(SequenceKind::generator))
        return fail(ErrorCode::invalid, "'generator' object is not reversible");
    TRY(auto items, iterate(rendering.heap(), self));
    return items.empty() ? Value::undefined("No last item, sequence was empty.") : std::move(items.back());
}

Out join(Rendering& rendering, const Value& self, const Slots& slots) {
    TRY(auto items, iterate(rendering.heap(), self));
    TRY(const std::string separator, slots.given(0) ? to_text(slots[0]) : Result<std::string>(""));
    if (const Value* attribute = slots.maybe(1)) {
        for (Value& item : items) {
            TRY(item, attribute_of(rendering, item, *attribute, nullptr));
        }
    }
    TRY(std::string out, joined(items, separator));
    return Value::text(std::move(out));
}

Out reverse(Rendering& rendering, const Value& self, const Slots&) {
    TRY(auto items, iterate(rendering.heap(), self));
    std::reverse(items.begin(), items.end());
    if (!self.as_text()) return rendering.heap().generator(std::move(items));
    TRY(std::string out, joined(items, ""));
    return Value::text(std::move(out));
}

/// Sorts by several attributes: one after the other, the first being the most important.
Out sort(Rendering& rendering, const Value& self, const Slots& slots) {
    TRY(auto items, iterate(rendering.heap(), self));
    std::vector<Value> keys;
    const Value* attribute = slots.maybe(2);
    for (const Value& item : items) {
        std::vector<Value> parts;
        if (!attribute || !attribute->as_text()) {
            TRY(Value key, attribute ? attribute_of(rendering, item, *attribute, nullptr) : Out(item));
            parts.push_back(std::move(key));
        } else {
            for (const std::string& name : split(*attribute->as_text(), ",")) {
                TRY(Value key, attribute_of(rendering, item, Value::text(name), nullptr));
                parts.push_back(std::move(key));
            }
        }
        for (Value& part : parts) part = folded(part, slots.flag(1, false));
        keys.push_back(parts.size() == 1 ? std::move(parts[0]) : rendering.heap().list(std::move(parts)));
    }
    TRY(auto out, sorted(rendering.heap(), std::move(items), keys, slots.flag(0, false)));
    return rendering.heap().list(std::move(out));
}

Out dict_sort(Rendering& rendering, const Value& self, const Slots& slots) {
    const Dict* dict = self.as_dict();
    if (!dict) return fail(ErrorCode::invalid, "'" + self.type_name() + "' object has no attribute 'items'");
    TRY(const std::string by, slots.text(1, "key"));
    if (by != "key" && by != "value")
        return fail(ErrorCode::invalid, "You can only sort by either \"key\" or \"value\"");
    std::vector<Value> keys, items;
    for (const auto& [key, value] : dict->entries) {
        keys.push_back(folded(by == "key" ? key : value, slots.flag(0, false)));
        items.push_back(rendering.heap().tuple({key, value}));
    }
    TRY(auto out, sorted(rendering.heap(), std::move(items), keys, slots.flag(2, false)));
    return rendering.heap().list(std::move(out));
}

Out unique(Rendering& rendering, const Value& self, const Slots& slots) {
    TRY(auto items, iterate(rendering.heap(), self));
    Dict& seen = rendering.heap().dict();
    std::vector<Value> out;
    for (Value& item : items) {
        TRY(const Value key, slots.maybe(1) ? attribute_of(rendering, item, slots[1], nullptr) : Out(item));
        const Value same = folded(key, slots.flag(0, false));
        if (seen.find(same)) continue;
        TRY_STATUS(seen.set(same, Value()));
        out.push_back(std::move(item));
    }
    return rendering.heap().generator(std::move(out));
}

Out extreme(Rendering& rendering, const Value& self, const Slots& slots, int sign) {
    TRY(auto items, iterate(rendering.heap(), self));
    if (items.empty()) return Value::undefined("No aggregated item, sequence was empty.");
    std::optional<Value> best;
    std::size_t place = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
        TRY(const Value raw, slots.maybe(1) ? attribute_of(rendering, items[i], slots[1], nullptr) : Out(items[i]));
        Value key = folded(raw, slots.flag(0, false));
        if (best) {
            TRY(const int order,
                sign > 0 ? compare(rendering.heap(), *best, key) : compare(rendering.heap(), key, *best));
            if (order >= 0) continue;
        }
        best = std::move(key);
        place = i;
    }
    return items[place];
}
Out smallest(Rendering& r, const Value& self, const Slots& slots) { return extreme(r, self, slots, -1); }
Out largest(Rendering& r, const Value& self, const Slots& slots) { return extreme(r, self, slots, 1); }

Out sum(Rendering& rendering, const Value& self, const Slots& slots) {
    TRY(const auto items, iterate(rendering.heap(), self));
    Value out = slots.given(1) ? slots[1] : Value::integer(0);
    if (out.as_text()) return fail(ErrorCode::invalid, "sum() can't sum strings [use ''.join(seq) instead]");
    for (const Value& item : items) {
        TRY(const Value part, slots.maybe(0) ? attribute_of(rendering, item, slots[0], nullptr) : Out(item));
        TRY(out, arithmetic(rendering.heap(), "+", out, part));
    }
    return out;
}

Out batch(Rendering& rendering, const Value& self, const Slots& slots) {
    TRY(const auto items, iterate(rendering.heap(), self));
    TRY(const std::int64_t size, slots.integer(0, 1));
    if (size > kItemsMax) return fail(ErrorCode::too_large, "The batch is too large.");
    std::vector<Value> out, part;
    for (const Value& item : items) {
        if (static_cast<std::int64_t>(part.size()) == size)
            out.push_back(rendering.heap().list(std::exchange(part, {})));
        part.push_back(item);
    }
    if (!part.empty()) {
        if (const Value* fill = slots.maybe(1))
            while (static_cast<std::int64_t>(part.size()) < size) part.push_back(*fill);
        out.push_back(rendering.heap().list(std::move(part)));
    }
    return rendering.heap().generator(std::move(out));
}

Out slices(Rendering& rendering, const Value& self, const Slots& slots) {
    TRY(const auto items, iterate(rendering.heap(), self));
    TRY(const std::int64_t count, slots.integer(0, 1));
    if (count <= 0) return fail(ErrorCode::invalid, "integer division or modulo by zero");
    if (count > kItemsMax) return fail(ErrorCode::too_large, "There are too many slices.");
    const auto slices = static_cast<std::size_t>(count);
    const std::size_t each = items.size() / slices, more = items.size() % slices;
    std::vector<Value> out;
    std::size_t at = 0;
    for (std::size_t i = 0; i < slices; ++i) {
        std::vector<Value> part;
        for (std::size_t n = each + (i < more ? 1 : 0); n > 0; --n) part.push_back(items[at++]);
        if (slots.maybe(1) && i >= more && more > 0) part.push_back(slots[1]);
        out.push_back(rendering.heap().list(std::move(part)));
    }
    return rendering.heap().generator(std::move(out));
}

Out items_of(Rendering& rendering, const Value& self, const Slots&) {
    std::vector<Value> out;
    if (!self.is_undefined()) {
        const Dict* dict = self.as_dict();
        if (!dict) return fail(ErrorCode::invalid, "Can only get item pairs from a mapping.");
        for (const auto& [key, value] : dict->entries) out.push_back(rendering.heap().tuple({key, value}));
    }
    return rendering.heap().generator(std::move(out));
}

constexpr Native kRows[] = {
    {"batch", batch, {"linecount", "fill_with"}, 1},
    {"count", length},
    {"d", default_value, {"default_value", "boolean"}},
    {"default", default_value, {"default_value", "boolean"}},
    {"dictsort", dict_sort, {"case_sensitive", "by", "reverse"}},
    {"first", first},
    {"items", items_of},
    {"join", join, {"d", "attribute"}},
    {"last", last},
    {"length", length},
    {"list", as_list},
    {"max", largest, {"case_sensitive", "attribute"}},
    {"min", smallest, {"case_sensitive", "attribute"}},
    {"reverse", reverse},
    {"slice", slices, {"slices", "fill_with"}, 1},
    {"sort", sort, {"reverse", "case_sensitive", "attribute"}},
    {"sum", sum, {"attribute", "start"}},
    {"unique", unique, {"case_sensitive", "attribute"}},
};

}  // namespace

Result<Value> attribute_of(Rendering& rendering, const Value& of, const Value& path, const Value* otherwise) {
    if (!path.as_text()) return rendering.item(of, path);
    Value value = of;
    for (const std::string& part : split(*path.as_text(), ".")) {
        const auto index = part.find_first_not_of("0123456789") == std::string::npos ? parse_int(part) : std::nullopt;
        TRY(value, rendering.item(value, index ? Value::integer(*index) : Value::text(part)));
        if (otherwise && value.is_undefined()) value = *otherwise;
    }
    return value;
}

Value folded(const Value& value, bool case_sensitive) {
    const std::string* text = value.as_text();
    return text && !case_sensitive ? Value::text(lower_text(*text)) : value;
}

std::span<const Native> sequence_filters() { return kRows; }

}  // namespace towline::jinja
