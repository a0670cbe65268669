#pragma once
// Values of a template: Python's, as far as templates see them. Sequences, dicts and objects have an identity, as
// in Python, so a Value points to them; their owner is the Heap of one rendering and they live as long as it does.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace towline::jinja {

class Value;
class Rendering;
class Object;

/// A name or attribute that does not exist. It prints as nothing; other uses fail with the message.
struct Undefined {
    std::string message;
};
struct None {};

enum class SequenceKind { list, tuple, range, keys, values, items, generator };
struct Sequence;
struct Dict;

/// One value. Cheap to copy but for texts. Must not outlive the heap it was made with.
class Value {
 public:
    Value() : data_(None{}) {}
    static Value undefined(std::string message);
    static Value boolean(bool value);
    static Value integer(std::int64_t value);
    static Value floating(double value);
    static Value text(std::string value);
    explicit Value(Sequence& sequence) : data_(&sequence) {}
    explicit Value(Dict& dict) : data_(&dict) {}
    explicit Value(Object& object) : data_(&object) {}

    bool is_undefined() const { return std::holds_alternative<Undefined>(data_); }
    bool is_none() const { return std::holds_alternative<None>(data_); }
    const Undefined* as_undefined() const { return std::get_if<Undefined>(&data_); }
    const bool* as_boolean() const { return std::get_if<bool>(&data_); }
    const double* as_floating() const { return std::get_if<double>(&data_); }
    const std::string* as_text() const { return std::get_if<std::string>(&data_); }
    /// An integer; booleans are 0 and 1, as in Python.
    std::optional<std::int64_t> as_integer() const;
    /// An integer, boolean or float as a float.
    std::optional<double> as_number() const;
    Sequence* as_sequence() const;
    Dict* as_dict() const;
    Object* as_object() const;
    /// Lists and tuples, by their Python type.
    bool is_sequence(SequenceKind kind) const;
    /// Python's name of the type: "str", "list".
    std::string type_name() const;
    /// True for the very same sequence, dict or object, or equal plain values.
    bool is_same(const Value& other) const;

 private:
    std::variant<Undefined, None, bool, std::int64_t, double, std::string, Sequence*, Dict*, Object*> data_;
};

struct Sequence {
    SequenceKind kind = SequenceKind::list;
    std::vector<Value> items;
    std::string shown;         ///< what str() gives, for ranges
    std::size_t consumed = 0;  ///< generators give each item once
};

/// Keys in order of insertion; 1, 1.0 and True are one key, as in Python.
struct Dict {
    std::vector<std::pair<Value, Value>> entries;

    /// Null if the key is missing or cannot be one.
    const Value* find(const Value& key) const;
    const Value* find(std::string_view key) const;
    /// Fails on a key that is not hashable (a list, a dict).
    Status set(const Value& key, Value value);
    bool erase(const Value& key);
    void clear();

 private:
    std::map<std::string, std::size_t, std::less<>> places_;  ///< spelled key → index in entries
};

struct Arguments {
    std::vector<Value> positional;
    std::vector<std::pair<std::string, Value>> named;
};

/// Something with attributes that may be called: functions, macros, loops, dates of the host.
class Object {
 public:
    Object() = default;
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;
    virtual ~Object() = default;
    /// Python's name of its type, for messages.
    virtual std::string type_name() const = 0;
    /// str() and repr(); nothing if the object cannot be printed the same way twice.
    virtual std::optional<std::string> text() const { return std::nullopt; }
    virtual std::optional<std::string> repr() const { return text(); }
    virtual std::optional<std::int64_t> length() const { return std::nullopt; }
    virtual bool is_callable() const { return false; }
    virtual Result<Value> call(Rendering& rendering, Arguments arguments);
    /// Nothing if there is no such attribute.
    virtual Result<std::optional<Value>> attribute(Rendering& rendering, std::string_view name);
    /// False if attributes cannot be set.
    virtual bool set_attribute(const std::string& name, Value value);
    /// A place in an order; objects of one type that have one can be compared.
    virtual std::optional<double> order() const { return std::nullopt; }
};

using Function = std::function<Result<Value>(Rendering&, const Arguments&)>;

/// Owns what values point to, and counts what a rendering uses.
class Heap {
 public:
    Value list(std::vector<Value> items) { return sequence(SequenceKind::list, std::move(items)); }
    Value tuple(std::vector<Value> items) { return sequence(SequenceKind::tuple, std::move(items)); }
    Value generator(std::vector<Value> items) { return sequence(SequenceKind::generator, std::move(items)); }
    Value sequence(SequenceKind kind, std::vector<Value> items, std::string shown = {});
    Dict& dict();
    Value object(std::unique_ptr<Object> object);
    Value function(std::string name, Function function);

    /// Counts bytes made; work counts items looked at. `status` fails once a limit is passed.
    void charge(std::size_t bytes) { bytes_ += bytes; }
    void work(std::size_t steps) { steps_ += steps; }
    Status status() const;

 private:
    std::deque<Sequence> sequences_;
    std::deque<Dict> dicts_;
    std::vector<std::unique_ptr<Object>> objects_;
    std::size_t bytes_ = 0;
    std::size_t steps_ = 0;
};

bool is_true(const Value& value);
/// Python's `==`. Counts its work on the heap; deep values that are equal so far count as equal.
bool equal(Heap& heap, const Value& a, const Value& b);
/// Python's `<`: negative, zero or positive. Fails on types that have no order.
Result<int> compare(Heap& heap, const Value& a, const Value& b);
/// Python's str() and repr(). Fail on what has no stable text (functions), and beyond the size limit.
Result<std::string> to_text(const Value& value);
Result<std::string> to_repr(const Value& value);
/// The repr of a text: quotes chosen and escapes spelled as Python does.
std::string python_repr(std::string_view text);
/// "1.0", "1e+16", "nan": Python's repr of a float.
std::string float_repr(double value);
/// json.dumps with sorted keys, and <, >, &, ' spelled \u00XX. `indent` < 0: one line.
Result<std::string> to_json(const Value& value, int indent);
/// What a loop goes through: items, keys of a dict, characters. Generators give what is left, once.
Result<std::vector<Value>> iterate(Heap& heap, const Value& value);
/// len(). Fails on values without one.
Result<std::int64_t> length_of(const Value& value);

}  // namespace towline::jinja
