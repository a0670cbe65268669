#pragma once
// Filters, tests and methods are rows of tables: name, parameters, function. Private to common/jinja.

#include <array>
#include <span>

#include "jinja/template.h"

namespace towline::jinja {

/// The arguments of a call by parameter, in the order of the row; nothing where none was given.
class Slots {
 public:
    Slots(const Arguments& all, std::vector<std::optional<Value>> named) : all_(all), named_(std::move(named)) {}
    const Arguments& all() const { return all_; }
    bool given(std::size_t i) const { return i < named_.size() && named_[i].has_value(); }
    /// Requires: given(i).
    const Value& operator[](std::size_t i) const { return *named_[i]; }
    /// The argument unless it is left out or None.
    const Value* maybe(std::size_t i) const { return given(i) && !named_[i]->is_none() ? &*named_[i] : nullptr; }
    bool flag(std::size_t i, bool otherwise) const { return given(i) ? is_true(*named_[i]) : otherwise; }
    Result<std::int64_t> integer(std::size_t i, std::int64_t otherwise) const;
    /// Fails unless it is a text.
    Result<std::string> text(std::size_t i, std::string_view otherwise) const;

 private:
    const Arguments& all_;
    std::vector<std::optional<Value>> named_;
};

using NativeFunction = Result<Value> (*)(Rendering& rendering, const Value& self, const Slots& slots);

struct Native {
    std::string_view name;
    NativeFunction function = nullptr;
    std::array<std::string_view, 4> parameters{};
    std::size_t required = 0;
    bool variadic = false;  ///< takes any arguments; parameters are not bound
};

/// Binds the arguments and calls. Fails on unknown, repeated and missing ones.
Result<Value> call_native(Rendering& rendering, const Native& row, const Value& self, const Arguments& arguments);
const Native* find_native(std::span<const Native> rows, std::string_view name);

/// The methods of texts, lists, tuples and dicts.
const Native* find_method(const Value& self, std::string_view name);
/// True for attributes that values have in Python and not here: refused, never taken for undefined.
bool is_python_attribute(const Value& self, std::string_view name);

/// `text % arguments`, as Python's.
Result<std::string> percent_format(const std::string& format, const Value& arguments);
/// `text.format(…)`, as Python's.
Result<std::string> brace_format(Rendering& rendering, const std::string& format, const Arguments& arguments);
/// The texts of all values with a separator between them. Fails above the size limit.
Result<std::string> joined(const std::vector<Value>& items, std::string_view separator);
/// Python's round(): half to even.
double rounded(double value, std::int64_t digits);
/// Fails with `too_large` if a text of that many bytes must not be made.
Status check_size(std::size_t bytes);
/// Every `from` becomes `to`, at most `limit` times if it is not negative.
Result<std::string> replaced(const std::string& text, const std::string& from, const std::string& to,
                             std::int64_t limit);
/// Sorted by a key, stable. Fails where two keys have no order.
Result<std::vector<Value>> sorted(Heap& heap, std::vector<Value> items, const std::vector<Value>& keys, bool reverse);

}  // namespace towline::jinja
