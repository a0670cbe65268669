// The objects of templates: loops, macros seen from outside, namespaces, cyclers, joiners.

#include <algorithm>

#include "base/strings.h"
#include "jinja/scope.h"

namespace towline::jinja {
namespace {

using Found = Result<std::optional<Value>>;

class Namespace : public Object {
 public:
    explicit Namespace(std::map<std::string, Value, std::less<>> names) : names_(std::move(names)) {}
    std::string type_name() const override { return "jinja2.utils.Namespace"; }
    Found attribute(Rendering&, std::string_view name) override {
        const auto found = names_.find(name);
        return found == names_.end() ? std::nullopt : std::optional(found->second);
    }
    bool set_attribute(const std::string& name, Value value) override {
        names_[name] = std::move(value);
        return true;
    }

 private:
    std::map<std::string, Value, std::less<>> names_;
};

class Cycler : public Object {
 public:
    explicit Cycler(std::vector<Value> items) : items_(std::move(items)) {}
    std::string type_name() const override { return "jinja2.utils.Cycler"; }
    Found attribute(Rendering& rendering, std::string_view name) override {
        if (name == "current") return items_[at_];
        if (name == "next")
            return rendering.heap().function("next", [this](Rendering&, const Arguments&) -> Result<Value> {
                const Value out = items_[at_];
                at_ = (at_ + 1) % items_.size();
                return out;
            });
        if (name == "reset")
            return rendering.heap().function("reset", [this](Rendering&, const Arguments&) -> Result<Value> {
                at_ = 0;
                return Value();
            });
        return std::nullopt;
    }

 private:
    std::vector<Value> items_;
    std::size_t at_ = 0;
};

Result<Value> make_range(Rendering& rendering, const Arguments& arguments) {
    std::int64_t numbers[3] = {0, 0, 1};
    const std::size_t count = arguments.positional.size();
    if (count < 1 || count > 3 || !arguments.named.empty())
        return fail(ErrorCode::invalid, "range expected 1 to 3 arguments, got " + std::to_string(count));
    for (std::size_t i = 0; i < count; ++i) {
        if (const Undefined* undefined = arguments.positional[i].as_undefined())
            return fail(ErrorCode::invalid, undefined->message);
        const auto number = arguments.positional[i].as_integer();
        if (!number)
            return fail(ErrorCode::invalid,
                        "'" + arguments.positional[i].type_name() + "' object cannot be interpreted as an integer");
        numbers[count == 1 ? 1 : i] = *number;
    }
    const auto [begin, end, step] = numbers;
    if (step == 0) return fail(ErrorCode::invalid, "range() arg 3 must not be zero");
    std::vector<Value> items;
    for (std::int64_t at = begin; step > 0 ? at < end : at > end;) {
        if (static_cast<std::int64_t>(items.size()) >= kItemsMax)
            return fail(ErrorCode::too_large, "The range has more than " + std::to_string(kItemsMax) + " items.");
        items.push_back(Value::integer(at));
        if (__builtin_add_overflow(at, step, &at)) break;
    }
    rendering.heap().work(items.size());
    const std::string tail = step == 1 ? ")" : ", " + std::to_string(step) + ")";
    return rendering.heap().sequence(SequenceKind::range, std::move(items),
                                     "range(" + std::to_string(begin) + ", " + std::to_string(end) + tail);
}

Result<Value> make_dict(Rendering& rendering, const Arguments& arguments) {
    Dict& out = rendering.heap().dict();
    if (arguments.positional.size() > 1) return fail(ErrorCode::invalid, "dict expected at most 1 argument");
    for (const Value& source : arguments.positional) {
        if (const Dict* other = source.as_dict()) {
            for (const auto& [key, value] : other->entries) TRY_STATUS(out.set(key, value));
            continue;
        }
        TRY(const auto pairs, iterate(rendering.heap(), source));
        for (const Value& pair : pairs) {
            TRY(const auto parts, iterate(rendering.heap(), pair));
            if (parts.size() != 2)
                return fail(ErrorCode::invalid, "dictionary update sequence element has length " +
                                                    std::to_string(parts.size()) + "; 2 is required");
            TRY_STATUS(out.set(parts[0], parts[1]));
        }
    }
    for (const auto& [name, value] : arguments.named) TRY_STATUS(out.set(Value::text(name), value));
    return Value(out);
}

Result<Value> make_namespace(Rendering& rendering, const Arguments& arguments) {
    TRY(const Value dict, make_dict(rendering, arguments));
    std::map<std::string, Value, std::less<>> names;
    for (const auto& [key, value] : dict.as_dict()->entries)
        if (key.as_text()) names[*key.as_text()] = value;
    return rendering.heap().object(std::make_unique<Namespace>(std::move(names)));
}

Result<Value> make_cycler(Rendering& rendering, const Arguments& arguments) {
    if (arguments.positional.empty()) return fail(ErrorCode::invalid, "at least one item has to be provided");
    return rendering.heap().object(std::make_unique<Cycler>(arguments.positional));
}

Result<Value> make_joiner(Rendering& rendering, const Arguments& arguments) {
    Value separator = Value::text(", ");
    if (!arguments.positional.empty()) separator = arguments.positional[0];
    for (const auto& [name, value] : arguments.named)
        if (name == "sep") separator = value;
    bool used = false;
    return rendering.heap().function("joiner",
                                     [separator, used](Rendering&, const Arguments&) mutable -> Result<Value> {
                                         return std::exchange(used, true) ? separator : Value::text("");
                                     });
}

}  // namespace

void add_builtin_functions(Heap& heap, std::map<std::string, Value, std::less<>>& globals) {
    struct Row {
        const char* name;
        Result<Value> (*function)(Rendering&, const Arguments&);
    };
    constexpr Row kRows[] = {{"range", make_range},
                             {"dict", make_dict},
                             {"namespace", make_namespace},
                             {"cycler", make_cycler},
                             {"joiner", make_joiner}};
    for (const Row& row : kRows) globals[row.name] = heap.function(row.name, row.function);
}

Found Macro::attribute(Rendering& rendering, std::string_view name) {
    if (name == "name") return Value::text(name_);
    if (name == "catch_kwargs") return Value::boolean(statement_.uses_kwargs);
    if (name == "catch_varargs") return Value::boolean(statement_.uses_varargs);
    if (name == "caller") return Value::boolean(statement_.uses_caller);
    if (name != "arguments") return std::nullopt;
    std::vector<Value> names;
    for (const std::string& parameter : statement_.parameters) names.push_back(Value::text(parameter));
    return rendering.heap().tuple(std::move(names));
}

Result<Value> Loop::cycle(const Arguments& arguments) const {
    if (arguments.positional.empty()) return fail(ErrorCode::invalid, "no items for cycling given");
    return arguments.positional[index_ % arguments.positional.size()];
}

Result<Value> Loop::changed(Rendering& rendering, const Arguments& arguments) {
    const auto& now = arguments.positional;
    bool same = last_ && last_->size() == now.size();
    for (std::size_t i = 0; same && i < now.size(); ++i) same = equal(rendering.heap(), (*last_)[i], now[i]);
    last_ = now;
    return Value::boolean(!same);
}

Found Loop::attribute(Rendering& rendering, std::string_view name) {
    const auto number = [](std::size_t value) { return Value::integer(static_cast<std::int64_t>(value)); };
    const std::size_t size = items_.size();
    if (name == "index") return number(index_ + 1);
    if (name == "index0") return number(index_);
    if (name == "revindex") return number(size - index_);
    if (name == "revindex0") return number(size - index_ - 1);
    if (name == "first") return Value::boolean(index_ == 0);
    if (name == "last") return Value::boolean(index_ + 1 == size);
    if (name == "length") return number(size);
    if (name == "depth") return Value::integer(depth_);
    if (name == "depth0") return Value::integer(depth_ - 1);
    if (name == "previtem") return index_ > 0 ? items_[index_ - 1] : Value::undefined("there is no previous item");
    if (name == "nextitem") return index_ + 1 < size ? items_[index_ + 1] : Value::undefined("there is no next item");
    if (name == "cycle")
        return rendering.heap().function("cycle", [this](Rendering&, const Arguments& a) { return cycle(a); });
    if (name == "changed")
        return rendering.heap().function("changed", [this](Rendering& r, const Arguments& a) { return changed(r, a); });
    return std::nullopt;
}

}  // namespace towline::jinja
