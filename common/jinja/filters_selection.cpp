// Filters that apply other filters and tests to items, and the table of all filters.

#include <algorithm>

#include "jinja/attributes.h"
#include "jinja/filters.h"

namespace towline::jinja {
namespace {

using Out = Result<Value>;

/// The name in the first argument; the rest are the arguments of what it names.
struct Applied {
    std::string name;
    Arguments rest;
};
Result<Applied> applied(const Arguments& all, std::size_t skip) {
    Applied out;
    if (all.positional.size() <= skip) return out;
    const std::string* name = all.positional[skip].as_text();
    if (!name) return fail(ErrorCode::invalid, "The name of a filter or test must be a text.");
    out.name = *name;
    out.rest.positional.assign(all.positional.begin() + static_cast<std::ptrdiff_t>(skip) + 1, all.positional.end());
    out.rest.named = all.named;
    return out;
}

/// Jinja looks at the items only of what is true.
Result<std::vector<Value>> items_of(Rendering& rendering, const Value& self) {
    if (!is_true(self)) return std::vector<Value>{};
    return iterate(rendering.heap(), self);
}

Out map(Rendering& rendering, const Value& self, const Slots& slots) {
    TRY(auto items, items_of(rendering, self));
    const Arguments& all = slots.all();
    if (!all.positional.empty()) {
        TRY(const Applied filter, applied(all, 0));
        for (Value& item : items) {
            TRY(item, rendering.filter(filter.name, item, filter.rest));
        }
        return rendering.heap().generator(std::move(items));
    }
    const Value *attribute = nullptr, *otherwise = nullptr;
    for (const auto& [name, value] : all.named) {
        if (name == "attribute")
            attribute = &value;
        else if (name == "default")
            otherwise = &value;
        else
            return fail(ErrorCode::invalid, "Unexpected keyword argument '" + name + "'");
    }
    if (!attribute) return fail(ErrorCode::invalid, "map requires a filter argument");
    for (Value& item : items) {
        TRY(item, attribute_of(rendering, item, *attribute, otherwise));
    }
    return rendering.heap().generator(std::move(items));
}

/// select and its relatives: `keep` is the outcome that stays, `by_attribute` looks at an attribute of the item.
template <bool kKeep, bool kByAttribute>
Out chosen(Rendering& rendering, const Value& self, const Slots& slots) {
    TRY(auto items, items_of(rendering, self));
    const Arguments& all = slots.all();
    if (kByAttribute && all.positional.empty()) return fail(ErrorCode::invalid, "Missing parameter for attribute name");
    TRY(const Applied test, applied(all, kByAttribute ? 1 : 0));
    std::vector<Value> out;
    for (Value& item : items) {
        TRY(const Value seen, kByAttribute ? attribute_of(rendering, item, all.positional[0], nullptr) : Out(item));
        TRY(const bool holds,
            test.name.empty() ? Result<bool>(is_true(seen)) : rendering.test(test.name, seen, test.rest));
        if (holds == kKeep) out.push_back(std::move(item));
    }
    return rendering.heap().generator(std::move(out));
}

Out group_by(Rendering& rendering, const Value& self, const Slots& slots) {
    Heap& heap = rendering.heap();
    TRY(auto items, iterate(heap, self));
    const bool case_sensitive = slots.flag(2, false);
    std::vector<Value> keys;
    for (const Value& item : items) {
        TRY(const Value key, attribute_of(rendering, item, slots[0], slots.maybe(1)));
        keys.push_back(folded(key, case_sensitive));
    }
    TRY(auto ordered, sorted(heap, std::move(items), keys, false));
    TRY(const auto ordered_keys, sorted(heap, keys, keys, false));
    std::vector<Value> out;
    for (std::size_t begin = 0, end = 0; begin < ordered.size(); begin = end) {
        std::vector<Value> members;
        for (end = begin; end < ordered.size() && equal(heap, ordered_keys[begin], ordered_keys[end]); ++end)
            members.push_back(ordered[end]);
        if (end == begin) members.push_back(ordered[end++]);  // a value that does not equal itself
        TRY(const Value grouper, attribute_of(rendering, members[0], slots[0], slots.maybe(1)));
        out.push_back(heap.sequence(SequenceKind::tuple, {grouper, heap.list(std::move(members))}, "group"));
    }
    return heap.list(std::move(out));
}

Out attr(Rendering& rendering, const Value& self, const Slots& slots) {
    TRY(const std::string name, slots.text(0, ""));
    if (self.as_dict()) {
        // attr() never looks at items.
        if (const Native* method = find_method(self, name); !method)
            return Value::undefined("'dict object' has no attribute '" + name + "'");
    }
    return rendering.attribute(self, name);
}

constexpr Native kRows[] = {
    {"attr", attr, {"name"}, 1},
    {"groupby", group_by, {"attribute", "default", "case_sensitive"}, 1},
    {"map", map, {}, 0, true},
    {"reject", chosen<false, false>, {}, 0, true},
    {"rejectattr", chosen<false, true>, {}, 0, true},
    {"select", chosen<true, false>, {}, 0, true},
    {"selectattr", chosen<true, true>, {}, 0, true},
};

/// Jinja's filters that make no SQL.
constexpr std::string_view kRefused[] = {"filesizeformat", "pprint",   "random", "striptags",
                                         "urlize",         "wordwrap", "xmlattr"};

}  // namespace

std::span<const Native> selection_filters() { return kRows; }

const Native* find_filter(std::string_view name) {
    for (const auto rows : {text_filters(), number_filters(), sequence_filters(), selection_filters()})
        if (const Native* row = find_native(rows, name)) return row;
    return nullptr;
}

Error refused_filter(std::string_view name) {
    if (std::find(std::begin(kRefused), std::end(kRefused), name) != std::end(kRefused))
        return Error{ErrorCode::unsupported, "The Jinja filter '" + std::string(name) + "' is not supported.", {}, {}};
    return Error{ErrorCode::invalid, "No filter named '" + std::string(name) + "'.", {}, {}};
}

}  // namespace towline::jinja
