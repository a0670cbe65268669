#include "jinja/value.h"

#include <cmath>

#include "jinja/limits.h"
#include "jinja/text.h"

namespace towline::jinja {
namespace {

constexpr int kDeepMax = 60;  ///< nesting of values that are compared or spelled as keys

/// A key as text, so that equal keys have equal texts. Nothing if it is not hashable.
std::optional<std::string> spelled_key(const Value& key, int depth = 0) {
    if (key.is_none()) return "n";
    if (const auto number = key.as_integer()) return "i" + std::to_string(*number);
    if (const double* number = key.as_floating()) {
        if (std::floor(*number) == *number && std::fabs(*number) < 9e15)
            return "i" + std::to_string(static_cast<std::int64_t>(*number));
        return "f" + float_repr(*number);
    }
    if (const std::string* text = key.as_text()) return "s" + *text;
    if (key.is_undefined()) return "u";
    if (key.is_sequence(SequenceKind::tuple) && depth < kDeepMax) {
        std::string out = "t";
        for (const Value& item : key.as_sequence()->items) {
            const auto part = spelled_key(item, depth + 1);
            if (!part) return std::nullopt;
            out += std::to_string(part->size()) + ":" + *part;
        }
        return out;
    }
    return std::nullopt;
}

bool equal_sequences(Heap& heap, const Sequence& a, const Sequence& b, int depth);
bool equal_dicts(Heap& heap, const Dict& a, const Dict& b, int depth);

bool equal_at(Heap& heap, const Value& a, const Value& b, int depth) {
    heap.work(1);
    if (depth > kDeepMax || !heap.status()) return true;
    const auto x = a.as_number();
    const auto y = b.as_number();
    if (x && y) {
        const auto i = a.as_integer();
        const auto j = b.as_integer();
        return i && j ? *i == *j : *x == *y;
    }
    if (a.is_none() || b.is_none()) return a.is_none() && b.is_none();
    if (a.is_undefined() || b.is_undefined()) return a.is_undefined() && b.is_undefined();
    if (const std::string* text = a.as_text()) return b.as_text() && *text == *b.as_text();
    if (a.as_sequence() && b.as_sequence()) return equal_sequences(heap, *a.as_sequence(), *b.as_sequence(), depth + 1);
    if (a.as_dict() && b.as_dict()) return equal_dicts(heap, *a.as_dict(), *b.as_dict(), depth + 1);
    if (a.as_object() && b.as_object() && a.type_name() == b.type_name() && a.as_object()->order())
        return a.as_object()->order() == b.as_object()->order();
    return a.is_same(b);
}

bool equal_sequences(Heap& heap, const Sequence& a, const Sequence& b, int depth) {
    if (&a == &b) return true;
    if (a.kind != b.kind || a.kind == SequenceKind::generator || a.items.size() != b.items.size()) return false;
    for (std::size_t i = 0; i < a.items.size(); ++i)
        if (!equal_at(heap, a.items[i], b.items[i], depth)) return false;
    return true;
}

bool equal_dicts(Heap& heap, const Dict& a, const Dict& b, int depth) {
    if (&a == &b) return true;
    if (a.entries.size() != b.entries.size()) return false;
    for (const auto& [key, value] : a.entries) {
        const Value* other = b.find(key);
        if (!other || !equal_at(heap, value, *other, depth)) return false;
    }
    return true;
}

Result<int> compare_at(Heap& heap, const Value& a, const Value& b, int depth) {
    heap.work(1);
    TRY_STATUS(heap.status());
    for (const Value* side : {&a, &b})
        if (const Undefined* undefined = side->as_undefined()) return fail(ErrorCode::invalid, undefined->message);
    const auto x = a.as_number();
    const auto y = b.as_number();
    if (x && y) {
        const auto i = a.as_integer();
        const auto j = b.as_integer();
        if (i && j) return *i < *j ? -1 : *i > *j ? 1 : 0;
        return *x < *y ? -1 : *x > *y ? 1 : 0;
    }
    if (a.as_text() && b.as_text()) return a.as_text()->compare(*b.as_text());
    const Sequence* left = a.as_sequence();
    const Sequence* right = b.as_sequence();
    if (left && right && left->kind == right->kind && left->kind <= SequenceKind::tuple && depth < kDeepMax) {
        for (std::size_t i = 0; i < left->items.size() && i < right->items.size(); ++i) {
            if (equal_at(heap, left->items[i], right->items[i], depth + 1)) continue;
            return compare_at(heap, left->items[i], right->items[i], depth + 1);
        }
        return left->items.size() < right->items.size() ? -1 : left->items.size() > right->items.size() ? 1 : 0;
    }
    if (a.as_object() && b.as_object() && a.type_name() == b.type_name()) {
        const auto i = a.as_object()->order();
        const auto j = b.as_object()->order();
        if (i && j) return *i < *j ? -1 : *i > *j ? 1 : 0;
    }
    return fail(ErrorCode::invalid,
                "'<' not supported between instances of '" + a.type_name() + "' and '" + b.type_name() + "'");
}

/// A function of the host.
class HostFunction : public Object {
 public:
    HostFunction(std::string name, Function function) : name_(std::move(name)), function_(std::move(function)) {}
    std::string type_name() const override { return "function"; }
    bool is_callable() const override { return true; }
    Result<Value> call(Rendering& rendering, Arguments arguments) override { return function_(rendering, arguments); }

 private:
    std::string name_;
    Function function_;
};

}  // namespace

Value Value::undefined(std::string message) {
    Value out;
    out.data_ = Undefined{std::move(message)};
    return out;
}
Value Value::boolean(bool value) {
    Value out;
    out.data_ = value;
    return out;
}
Value Value::integer(std::int64_t value) {
    Value out;
    out.data_ = value;
    return out;
}
Value Value::floating(double value) {
    Value out;
    out.data_ = value;
    return out;
}
Value Value::text(std::string value) {
    Value out;
    out.data_ = std::move(value);
    return out;
}

std::optional<std::int64_t> Value::as_integer() const {
    if (const auto* number = std::get_if<std::int64_t>(&data_)) return *number;
    if (const auto* flag = std::get_if<bool>(&data_)) return *flag ? 1 : 0;
    return std::nullopt;
}
std::optional<double> Value::as_number() const {
    if (const auto* number = std::get_if<double>(&data_)) return *number;
    if (const auto whole = as_integer()) return static_cast<double>(*whole);
    return std::nullopt;
}
Sequence* Value::as_sequence() const {
    auto* const* found = std::get_if<Sequence*>(&data_);
    return found ? *found : nullptr;
}
Dict* Value::as_dict() const {
    auto* const* found = std::get_if<Dict*>(&data_);
    return found ? *found : nullptr;
}
Object* Value::as_object() const {
    auto* const* found = std::get_if<Object*>(&data_);
    return found ? *found : nullptr;
}
bool Value::is_sequence(SequenceKind kind) const { return as_sequence() && as_sequence()->kind == kind; }

std::string Value::type_name() const {
    if (is_undefined()) return "Undefined";
    if (is_none()) return "NoneType";
    if (as_boolean()) return "bool";
    if (as_integer()) return "int";
    if (as_floating()) return "float";
    if (as_text()) return "str";
    if (as_dict()) return "dict";
    if (const Object* object = as_object()) return object->type_name();
    constexpr std::string_view kNames[] = {"list",        "tuple",      "range",    "dict_keys",
                                           "dict_values", "dict_items", "generator"};
    return std::string(kNames[static_cast<std::size_t>(as_sequence()->kind)]);
}

bool Value::is_same(const Value& other) const {
    if (data_.index() != other.data_.index()) return false;
    if (as_sequence()) return as_sequence() == other.as_sequence();
    if (as_dict()) return as_dict() == other.as_dict();
    if (as_object()) return as_object() == other.as_object();
    if (as_text()) return *as_text() == *other.as_text();
    return as_number() == other.as_number();
}

const Value* Dict::find(const Value& key) const {
    const auto spelled = spelled_key(key);
    const auto place = spelled ? places_.find(*spelled) : places_.end();
    return place == places_.end() ? nullptr : &entries[place->second].second;
}
const Value* Dict::find(std::string_view key) const {
    const auto place = places_.find("s" + std::string(key));
    return place == places_.end() ? nullptr : &entries[place->second].second;
}
Status Dict::set(const Value& key, Value value) {
    auto spelled = spelled_key(key);
    if (!spelled) return fail(ErrorCode::invalid, "unhashable type: '" + key.type_name() + "'");
    const auto [place, added] = places_.try_emplace(std::move(*spelled), entries.size());
    if (added)
        entries.emplace_back(key, std::move(value));
    else
        entries[place->second].second = std::move(value);
    return {};
}
bool Dict::erase(const Value& key) {
    const auto spelled = spelled_key(key);
    const auto place = spelled ? places_.find(*spelled) : places_.end();
    if (place == places_.end()) return false;
    const std::size_t index = place->second;
    places_.erase(place);
    entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(index));
    for (auto& [name, at] : places_)
        if (at > index) --at;
    return true;
}
void Dict::clear() {
    entries.clear();
    places_.clear();
}

Result<Value> Object::call(Rendering&, Arguments) {
    return fail(ErrorCode::invalid, "'" + type_name() + "' object is not callable");
}
Result<std::optional<Value>> Object::attribute(Rendering&, std::string_view) { return std::nullopt; }
bool Object::set_attribute(const std::string&, Value) { return false; }

Value Heap::sequence(SequenceKind kind, std::vector<Value> items, std::string shown) {
    charge(64 + items.size() * sizeof(Value));
    return Value(sequences_.emplace_back(Sequence{kind, std::move(items), std::move(shown), 0}));
}
Dict& Heap::dict() {
    charge(128);
    return dicts_.emplace_back();
}
Value Heap::object(std::unique_ptr<Object> object) {
    charge(128);
    return Value(*objects_.emplace_back(std::move(object)));
}
Value Heap::function(std::string name, Function function) {
    return object(std::make_unique<HostFunction>(std::move(name), std::move(function)));
}
Status Heap::status() const {
    if (bytes_ > kBudgetBytesMax) return fail(ErrorCode::too_large, "The template makes too many values.");
    if (steps_ > kStepsMax) return fail(ErrorCode::too_large, "The template runs too long.");
    return {};
}

bool is_true(const Value& value) {
    if (value.is_undefined() || value.is_none()) return false;
    if (const auto number = value.as_number()) return *number != 0;
    if (const std::string* text = value.as_text()) return !text->empty();
    if (const Sequence* sequence = value.as_sequence())
        return sequence->kind == SequenceKind::generator || !sequence->items.empty();
    if (const Dict* dict = value.as_dict()) return !dict->entries.empty();
    const auto length = value.as_object()->length();
    return !length || *length != 0;
}

bool equal(Heap& heap, const Value& a, const Value& b) { return equal_at(heap, a, b, 0); }
Result<int> compare(Heap& heap, const Value& a, const Value& b) { return compare_at(heap, a, b, 0); }

Result<std::vector<Value>> iterate(Heap& heap, const Value& value) {
    if (value.is_undefined()) return std::vector<Value>{};
    std::vector<Value> out;
    if (Sequence* sequence = value.as_sequence()) {
        out.assign(sequence->items.begin() + static_cast<std::ptrdiff_t>(sequence->consumed), sequence->items.end());
        if (sequence->kind == SequenceKind::generator) sequence->consumed = sequence->items.size();
    } else if (const Dict* dict = value.as_dict()) {
        for (const auto& entry : dict->entries) out.push_back(entry.first);
    } else if (const std::string* text = value.as_text()) {
        for (std::string& character : characters_of(*text)) out.push_back(Value::text(std::move(character)));
    } else {
        return fail(ErrorCode::invalid, "'" + value.type_name() + "' object is not iterable");
    }
    heap.charge(out.size() * sizeof(Value));
    heap.work(out.size());
    TRY_STATUS(heap.status());
    return out;
}

Result<std::int64_t> length_of(const Value& value) {
    if (value.is_undefined()) return 0;
    if (const std::string* text = value.as_text()) return static_cast<std::int64_t>(character_count(*text));
    if (const Dict* dict = value.as_dict()) return static_cast<std::int64_t>(dict->entries.size());
    const Sequence* sequence = value.as_sequence();
    if (sequence && sequence->kind != SequenceKind::generator) return static_cast<std::int64_t>(sequence->items.size());
    if (const Object* object = value.as_object())
        if (const auto length = object->length()) return *length;
    return fail(ErrorCode::invalid, "object of type '" + value.type_name() + "' has no len()");
}

}  // namespace towline::jinja
