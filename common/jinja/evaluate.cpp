// Expressions.

#include "jinja/native.h"
#include "jinja/parser.h"
#include "jinja/scope.h"

namespace towline::jinja {
namespace {

/// A method of a value, bound to it.
class BoundMethod : public Object {
 public:
    BoundMethod(Value self, const Native& row) : self_(std::move(self)), row_(row) {}
    std::string type_name() const override { return "builtin_function_or_method"; }
    bool is_callable() const override { return true; }
    Result<Value> call(Rendering& rendering, Arguments arguments) override {
        return call_native(rendering, row_, self_, arguments);
    }

 private:
    Value self_;
    const Native& row_;
};

/// Jinja's words for a value in a message.
std::string described(const Value& value) { return value.is_none() ? "None" : value.type_name() + " object"; }

Value no_attribute(const Value& of, std::string_view name) {
    return Value::undefined("'" + described(of) + "' has no attribute '" + std::string(name) + "'");
}

std::optional<Value> element(Heap& heap, const Value& of, const Value& key) {
    if (const Dict* dict = of.as_dict()) {
        const Value* found = dict->find(key);
        return found ? std::optional(*found) : std::nullopt;
    }
    const auto index = key.as_integer();
    const bool indexed = of.as_text() || (of.as_sequence() && of.as_sequence()->kind <= SequenceKind::range);
    if (!index || !indexed) return std::nullopt;
    const std::int64_t length = length_of(of).value_or(0);
    const std::int64_t at = *index < 0 ? *index + length : *index;
    if (at < 0 || at >= length) return std::nullopt;
    if (!of.as_text()) return of.as_sequence()->items[static_cast<std::size_t>(at)];
    auto one = slice(heap, of, at, at + 1, std::nullopt);
    return one ? std::optional(*one) : std::nullopt;
}

}  // namespace

template <class T>
Result<T> Rendering::placed(Result<T> result, std::size_t offset) {
    if (!result && !failed_at_) failed_at_ = offset;
    return result;
}

Result<Value> Rendering::attribute(const Value& of, std::string_view name) {
    if (const Undefined* undefined = of.as_undefined()) return fail(ErrorCode::invalid, undefined->message);
    if (Object* object = of.as_object()) {
        TRY(auto found, object->attribute(*this, name));
        return found ? std::move(*found) : no_attribute(of, name);
    }
    if (const Sequence* sequence = of.as_sequence();
        sequence && sequence->shown == "group" && sequence->items.size() == 2) {
        if (name == "grouper") return sequence->items[0];
        if (name == "list") return sequence->items[1];
    }
    if (const Native* method = find_method(of, name)) return heap_.object(std::make_unique<BoundMethod>(of, *method));
    if (is_python_attribute(of, name))
        return fail(ErrorCode::unsupported,
                    "The attribute '" + std::string(name) + "' of '" + of.type_name() + "' is not supported.");
    if (const Dict* dict = of.as_dict())
        if (const Value* found = dict->find(name)) return *found;
    return no_attribute(of, name);
}

Result<Value> Rendering::item(const Value& of, const Value& key) {
    if (const Undefined* undefined = of.as_undefined()) return fail(ErrorCode::invalid, undefined->message);
    if (auto found = element(heap_, of, key)) return std::move(*found);
    if (const std::string* name = key.as_text()) return attribute(of, *name);
    TRY(const std::string shown, to_repr(key));
    return Value::undefined(described(of) + " has no element " + shown);
}

Result<Value> Rendering::evaluate(const Expr& expr, Scope& scope) {
    const Nesting nesting(depth_);
    heap_.work(1);
    if (depth_ > kEvaluationDepthMax)
        return placed<Value>(fail(ErrorCode::too_large, "The template is nested too deep."), expr.offset);
    if (Status status = heap_.status(); !status) return placed<Value>(fail(status.error()), expr.offset);
    Result<Value> out = evaluate_kind(expr, scope);
    if (!out) return placed(std::move(out), expr.offset);
    if (const std::string* text = out->as_text()) heap_.charge(text->size());
    return out;
}

Result<Value> Rendering::evaluate_kind(const Expr& expr, Scope& scope) {
    switch (expr.kind) {
        case ExprKind::absent:
            return Value();
        case ExprKind::constant:
            return expr.constant;
        case ExprKind::name:
            return evaluate_name(expr, scope);
        case ExprKind::list:
        case ExprKind::tuple:
        case ExprKind::dict:
        case ExprKind::concatenation:
            return evaluate_collection(expr, scope);
        case ExprKind::attribute: {
            TRY(const Value of, evaluate(expr.children[0], scope));
            return attribute(of, expr.text);
        }
        case ExprKind::item:
            return evaluate_item(expr, scope);
        case ExprKind::call:
            return evaluate_call(expr, scope);
        case ExprKind::filter:
            return evaluate_filter(expr, scope, nullptr);
        case ExprKind::test: {
            TRY(const Value of, evaluate(expr.children[0], scope));
            TRY(const Arguments arguments, evaluate_arguments(expr, scope));
            TRY(const bool holds, test(expr.text, of, arguments));
            return Value::boolean(holds);
        }
        case ExprKind::minus:
        case ExprKind::plus:
        case ExprKind::arithmetic:
            return evaluate_arithmetic(expr, scope);
        case ExprKind::comparison:
            return evaluate_comparison(expr, scope);
        case ExprKind::negation:
        case ExprKind::conjunction:
        case ExprKind::disjunction:
        case ExprKind::condition:
            return evaluate_logic(expr, scope);
        case ExprKind::slice:
        case ExprKind::namespace_target:
            break;
    }
    return fail(ErrorCode::unsupported, "This expression is not supported here.");
}

Result<Value> Rendering::evaluate_name(const Expr& expr, Scope& scope) const {
    if (const Value* found = scope.find(expr.text)) return *found;
    if (const auto found = globals_.find(expr.text); found != globals_.end()) return found->second;
    return Value::undefined("'" + expr.text + "' is undefined");
}

Result<Value> Rendering::evaluate_collection(const Expr& expr, Scope& scope) {
    std::vector<Value> items;
    items.reserve(expr.children.size());
    for (const Expr& child : expr.children) {
        TRY(Value item, evaluate(child, scope));
        items.push_back(std::move(item));
    }
    if (expr.kind == ExprKind::list) return heap_.list(std::move(items));
    if (expr.kind == ExprKind::tuple) return heap_.tuple(std::move(items));
    if (expr.kind == ExprKind::concatenation) {
        TRY(std::string text, joined(items, ""));
        return Value::text(std::move(text));
    }
    Dict& dict = heap_.dict();
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) TRY_STATUS(dict.set(items[i], items[i + 1]));
    return Value(dict);
}

Result<Value> Rendering::evaluate_item(const Expr& expr, Scope& scope) {
    TRY(const Value of, evaluate(expr.children[0], scope));
    const Expr& key = expr.children[1];
    if (key.kind != ExprKind::slice) {
        TRY(const Value value, evaluate(key, scope));
        return item(of, value);
    }
    std::optional<std::int64_t> parts[3];
    for (std::size_t i = 0; i < 3; ++i) {
        TRY(const Value part, evaluate(key.children[i], scope));
        parts[i] = part.as_integer();
        if (!parts[i] && !part.is_none())
            return fail(ErrorCode::invalid, "slice indices must be integers or None or have an __index__ method");
    }
    if (const Undefined* undefined = of.as_undefined()) return fail(ErrorCode::invalid, undefined->message);
    if (!of.as_text() && !(of.as_sequence() && of.as_sequence()->kind <= SequenceKind::range))
        return fail(ErrorCode::invalid, "'" + of.type_name() + "' object is not subscriptable");
    return slice(heap_, of, parts[0], parts[1], parts[2]);
}

Result<Value> Rendering::evaluate_arithmetic(const Expr& expr, Scope& scope) {
    TRY(const Value left, evaluate(expr.children[0], scope));
    if (expr.kind == ExprKind::arithmetic) {
        TRY(const Value right, evaluate(expr.children[1], scope));
        return arithmetic(heap_, expr.text, left, right);
    }
    const bool minus = expr.kind == ExprKind::minus;
    if (const Undefined* undefined = left.as_undefined()) return fail(ErrorCode::invalid, undefined->message);
    if (const double* number = left.as_floating()) return Value::floating(minus ? -*number : *number);
    const auto number = left.as_integer();
    if (!number)
        return fail(ErrorCode::invalid,
                    std::string("bad operand type for unary ") + (minus ? "-" : "+") + ": '" + left.type_name() + "'");
    if (*number == INT64_MIN) return fail(ErrorCode::unsupported, "Integers beyond 64 bits are not supported.");
    return Value::integer(minus ? -*number : *number);
}

Result<Value> Rendering::evaluate_comparison(const Expr& expr, Scope& scope) {
    TRY(Value left, evaluate(expr.children[0], scope));
    for (std::size_t i = 0; i < expr.words.size(); ++i) {
        TRY(Value right, evaluate(expr.children[i + 1], scope));
        const std::string& word = expr.words[i];
        bool holds = false;
        if (word == "in" || word == "not in") {
            TRY(holds, contains(heap_, right, left));
            holds = holds == (word == "in");
        } else if (word == "==" || word == "!=") {
            holds = equal(heap_, left, right) == (word == "==");
        } else {
            TRY(const int order, compare(heap_, left, right));
            const bool equals = order == 0 && word.size() == 2;
            holds = equals || (word[0] == '<' ? order < 0 : order > 0);
        }
        if (!holds) return Value::boolean(false);
        left = std::move(right);
    }
    return Value::boolean(true);
}

Result<Value> Rendering::evaluate_logic(const Expr& expr, Scope& scope) {
    if (expr.kind == ExprKind::condition) {
        TRY(const Value test, evaluate(expr.children[1], scope));
        if (is_true(test)) return evaluate(expr.children[0], scope);
        if (expr.children[2].kind != ExprKind::absent) return evaluate(expr.children[2], scope);
        return Value::undefined("the inline if-expression evaluated to false and no else section was defined.");
    }
    if (expr.kind == ExprKind::negation) {
        TRY(const Value operand, evaluate(expr.children[0], scope));
        return Value::boolean(!is_true(operand));
    }
    Value out;
    for (const Expr& child : expr.children) {
        TRY(out, evaluate(child, scope));
        if (is_true(out) == (expr.kind == ExprKind::disjunction)) break;
    }
    return out;
}

Result<Arguments> Rendering::evaluate_arguments(const Expr& expr, Scope& scope) {
    Arguments out;
    for (const Expr& argument : expr.positional) {
        TRY(Value value, evaluate(argument, scope));
        out.positional.push_back(std::move(value));
    }
    for (const auto& [name, argument] : expr.named) {
        TRY(Value value, evaluate(argument, scope));
        out.named.emplace_back(name, std::move(value));
    }
    for (const Expr& spread : expr.spread) {
        TRY(const Value items, evaluate(spread, scope));
        TRY(auto values, iterate(heap_, items));
        for (Value& value : values) out.positional.push_back(std::move(value));
    }
    for (const Expr& spread : expr.spread_named) {
        TRY(const Value items, evaluate(spread, scope));
        const Dict* dict = items.as_dict();
        if (!dict) return fail(ErrorCode::invalid, "argument after ** must be a mapping, not " + items.type_name());
        for (const auto& [key, value] : dict->entries) {
            if (!key.as_text()) return fail(ErrorCode::invalid, "keywords must be strings");
            out.named.emplace_back(*key.as_text(), value);
        }
    }
    return out;
}

Result<Value> Rendering::evaluate_call(const Expr& expr, Scope& scope) {
    TRY(const Value callee, evaluate(expr.children[0], scope));
    TRY(Arguments arguments, evaluate_arguments(expr, scope));
    return call(callee, std::move(arguments));
}

Result<Value> Rendering::evaluate_filter(const Expr& expr, Scope& scope, const Value* operand) {
    const Expr& inner = expr.children[0];
    Value input;
    if (inner.kind != ExprKind::absent) {
        if (operand && inner.kind == ExprKind::filter) {
            TRY(input, evaluate_filter(inner, scope, operand));
        } else {
            TRY(input, evaluate(inner, scope));
        }
    } else if (operand) {
        input = *operand;
    }
    TRY(const Arguments arguments, evaluate_arguments(expr, scope));
    return placed(filter(expr.text, input, arguments), expr.offset);
}

}  // namespace towline::jinja
