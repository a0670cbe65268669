// Statements.

#include "jinja/native.h"
#include "jinja/parser.h"
#include "jinja/scope.h"

namespace towline::jinja {

Result<Value> Macro::call(Rendering& rendering, Arguments arguments) {
    TRY(std::string text, rendering.call_macro(*this, std::move(arguments)));
    return Value::text(std::move(text));
}

Result<Value> Loop::call(Rendering& rendering, Arguments arguments) {
    if (!statement_)
        return fail(ErrorCode::invalid, "The loop must have the 'recursive' marker to be called recursively.");
    if (arguments.positional.size() != 1 || !arguments.named.empty())
        return fail(ErrorCode::invalid, "loop() takes the items to go through.");
    TRY(std::string text, rendering.run_recursive(*statement_, *outer_, arguments.positional[0], depth_ + 1));
    return Value::text(std::move(text));
}

Result<Rendering::Flow> Rendering::run(const std::vector<Stmt>& body, Scope& scope, std::string& out) {
    for (const Stmt& statement : body) {
        heap_.work(1);
        auto flow = run_statement(statement, scope, out);
        if (!flow && !failed_at_) failed_at_ = statement.offset;
        if (!flow || *flow != Flow::next) return flow;
    }
    return Flow::next;
}

Result<Rendering::Flow> Rendering::run_statement(const Stmt& statement, Scope& scope, std::string& out) {
    const Nesting nesting(depth_);
    TRY_STATUS(heap_.status());
    if (depth_ > kEvaluationDepthMax) return fail(ErrorCode::too_large, "The template is nested too deep.");
    switch (statement.kind) {
        case StmtKind::output:
            out += statement.text;
            heap_.charge(statement.text.size());
            for (const Expr& expr : statement.exprs) {
                TRY(const Value value, evaluate(expr, scope));
                TRY_STATUS(append(out, value));
            }
            TRY_STATUS(check_size(out.size()));
            break;
        case StmtKind::for_loop: {
            TRY(const Value items, evaluate(statement.exprs[1], scope));
            return run_loop(statement, scope, items, 1, out);
        }
        case StmtKind::if_chain:
            for (std::size_t i = 0; i < statement.exprs.size(); ++i) {
                TRY(const Value condition, evaluate(statement.exprs[i], scope));
                if (is_true(condition)) return run(statement.branches[i], scope, out);
            }
            return run(statement.otherwise, scope, out);
        case StmtKind::set:
        case StmtKind::set_block:
            TRY_STATUS(run_set(statement, scope));
            break;
        case StmtKind::macro:
            scope.names[statement.text] = define_macro(statement, scope, statement.text);
            break;
        case StmtKind::call_block:
            TRY_STATUS(run_call_block(statement, scope, out));
            break;
        case StmtKind::filter_block: {
            TRY(std::string text, run_to_text(statement.body, scope));
            const Value operand = Value::text(std::move(text));
            TRY(const Value value, evaluate_filter(statement.exprs[0], scope, &operand));
            TRY_STATUS(append(out, value));
            break;
        }
        case StmtKind::with:
            TRY_STATUS(run_with(statement, scope, out));
            break;
        case StmtKind::expression:
            TRY_STATUS(evaluate(statement.exprs[0], scope));
            break;
        case StmtKind::break_loop:
            return Flow::leave;
        case StmtKind::continue_loop:
            return Flow::again;
        case StmtKind::loading:
            return fail(ErrorCode::unsupported, "The Jinja statement '" + statement.text + "' is not supported.");
    }
    return Flow::next;
}

Status Rendering::append(std::string& out, const Value& value) {
    TRY(const std::string text, to_text(value));
    heap_.charge(text.size());
    out += text;
    return check_size(out.size());
}

Result<std::string> Rendering::run_to_text(const std::vector<Stmt>& body, Scope& outer) {
    auto scope = std::make_unique<Scope>(&outer);
    std::string out;
    auto flow = run(body, *scope, out);
    release(std::move(scope));
    if (!flow) return fail(flow.error());
    if (*flow != Flow::next) return fail(ErrorCode::unsupported, "'break' and 'continue' are not supported here.");
    return out;
}

Result<std::vector<Value>> Rendering::loop_items(const Stmt& loop, Scope& outer, const Value& items) {
    TRY(auto all, iterate(heap_, items));
    if (loop.exprs[2].kind == ExprKind::absent) return all;
    std::vector<Value> out;
    for (Value& item : all) {
        Scope scope(&outer);
        TRY_STATUS(assign(loop.exprs[0], item, scope));
        TRY(const Value keep, evaluate(loop.exprs[2], scope));
        if (is_true(keep)) out.push_back(std::move(item));
    }
    return out;
}

Result<Rendering::Flow> Rendering::run_loop(const Stmt& statement, Scope& outer, const Value& items, int depth,
                                            std::string& out) {
    TRY(auto kept, loop_items(statement, outer, items));
    if (kept.empty()) {
        Scope scope(&outer);
        return run(statement.otherwise, scope, out);
    }
    auto owned = std::make_unique<Loop>(std::move(kept), depth);
    Loop& loop = *owned;
    const Value handle = heap_.object(std::move(owned));
    if (statement.recursive) loop.allow_recursion(statement, outer);
    for (std::size_t i = 0; i < loop.size(); ++i) {
        auto scope = std::make_unique<Scope>(&outer);
        scope->names["loop"] = handle;
        Status assigned = assign(statement.exprs[0], loop.start(i), *scope);
        auto flow = assigned ? run(statement.body, *scope, out) : Result<Flow>(fail(assigned.error()));
        release(std::move(scope));
        if (!flow) return flow;
        if (*flow == Flow::leave) break;
    }
    return Flow::next;
}

Result<std::string> Rendering::run_recursive(const Stmt& loop, Scope& outer, const Value& items, int depth) {
    const Nesting nesting(calls_);
    if (calls_ > kCallDepthMax) return fail(ErrorCode::too_large, "The loop calls itself too deep.");
    std::string out;
    TRY_STATUS(run_loop(loop, outer, items, depth, out));
    return out;
}

Status Rendering::run_set(const Stmt& statement, Scope& scope) {
    if (statement.kind == StmtKind::set) {
        TRY(Value value, evaluate(statement.exprs[1], scope));
        return assign(statement.exprs[0], std::move(value), scope);
    }
    TRY(std::string text, run_to_text(statement.body, scope));
    Value value = Value::text(std::move(text));
    if (statement.exprs[1].kind != ExprKind::absent) {
        const Value operand = value;
        TRY(value, evaluate_filter(statement.exprs[1], scope, &operand));
    }
    return assign(statement.exprs[0], std::move(value), scope);
}

Status Rendering::assign(const Expr& target, Value value, Scope& scope) {
    if (target.kind == ExprKind::name) {
        scope.names[target.text] = std::move(value);
        return {};
    }
    if (target.kind == ExprKind::namespace_target) {
        const Value* found = scope.find(target.words[0]);
        Object* object = found ? found->as_object() : nullptr;
        if (!object || !object->set_attribute(target.text, std::move(value)))
            return fail(ErrorCode::invalid, "cannot assign attribute on non-namespace object");
        return {};
    }
    if (const Undefined* undefined = value.as_undefined()) return fail(ErrorCode::invalid, undefined->message);
    TRY(auto items, iterate(heap_, value));
    if (items.size() != target.children.size())
        return fail(ErrorCode::invalid,
                    items.size() > target.children.size()
                        ? "too many values to unpack (expected " + std::to_string(target.children.size()) + ")"
                        : "not enough values to unpack (expected " + std::to_string(target.children.size()) + ", got " +
                              std::to_string(items.size()) + ")");
    for (std::size_t i = 0; i < items.size(); ++i) TRY_STATUS(assign(target.children[i], std::move(items[i]), scope));
    return {};
}

Value Rendering::define_macro(const Stmt& statement, Scope& scope, std::string name) {
    for (Scope* at = &scope; at; at = at->parent) at->captured = true;
    return heap_.object(std::make_unique<Macro>(std::move(name), statement, scope, *source_));
}

Status Rendering::run_call_block(const Stmt& block, Scope& scope, std::string& out) {
    const Expr& call_expr = block.exprs[0];
    TRY(const Value callee, evaluate(call_expr.children[0], scope));
    TRY(Arguments arguments, evaluate_arguments(call_expr, scope));
    arguments.named.emplace_back("caller", define_macro(block, scope, "caller"));
    auto value = call(callee, std::move(arguments));
    if (!value) {
        if (!failed_at_) failed_at_ = call_expr.offset;
        return fail(value.error());
    }
    return append(out, *value);
}

Status Rendering::run_with(const Stmt& with, Scope& outer, std::string& out) {
    auto scope = std::make_unique<Scope>(&outer);
    Status status;
    for (std::size_t i = 0; status && i + 1 < with.exprs.size(); i += 2) {
        auto value = evaluate(with.exprs[i + 1], outer);
        status = value ? assign(with.exprs[i], std::move(*value), *scope) : Status(fail(value.error()));
    }
    if (status) {
        auto flow = run(with.body, *scope, out);
        if (!flow) status = fail(flow.error());
        if (flow && *flow != Flow::next)
            status = fail(ErrorCode::unsupported, "'break' and 'continue' are not supported inside of 'with'.");
    }
    release(std::move(scope));
    return status;
}

Result<std::string> Rendering::call_macro(const Macro& macro, Arguments arguments) {
    const Nesting nesting(calls_);
    if (calls_ > kCallDepthMax) return fail(ErrorCode::too_large, "Macros call each other too deep.");
    const Parsed* outer = std::exchange(source_, &macro.source());
    auto scope = std::make_unique<Scope>(&macro.scope());
    std::string out;
    Status status = bind_macro(macro, std::move(arguments), *scope);
    if (status) {
        auto flow = run(macro.statement().body, *scope, out);
        if (!flow) status = fail(flow.error());
    }
    release(std::move(scope));
    source_ = outer;
    if (!status) return fail(status.error());
    return out;
}

Status Rendering::bind_macro(const Macro& macro, Arguments arguments, Scope& scope) {
    const Stmt& statement = macro.statement();
    const std::string quoted = "macro '" + macro.name() + "'";
    const auto take = [&](std::string_view name) -> std::optional<Value> {
        const auto found = std::find_if(arguments.named.begin(), arguments.named.end(),
                                        [&](const auto& argument) { return argument.first == name; });
        if (found == arguments.named.end()) return std::nullopt;
        Value value = std::move(found->second);
        arguments.named.erase(found);
        return value;
    };
    const std::size_t count = statement.parameters.size();
    const std::size_t first_default = count - statement.defaults.size();
    for (std::size_t i = 0; i < count; ++i) {
        const std::string& name = statement.parameters[i];
        std::optional<Value> value;
        if (i < arguments.positional.size())
            value = arguments.positional[i];
        else
            value = take(name);
        if (!value && i >= first_default) {
            TRY(value, evaluate(statement.defaults[i - first_default], scope));
        }
        scope.names[name] = value ? std::move(*value) : Value::undefined("parameter '" + name + "' was not provided");
    }
    if (statement.uses_caller && !scope.names.contains("caller"))
        scope.names["caller"] = take("caller").value_or(Value::undefined("No caller defined"));
    if (statement.uses_kwargs && !scope.names.contains("kwargs")) {
        Dict& rest = heap_.dict();
        for (const auto& [name, value] : arguments.named) TRY_STATUS(rest.set(Value::text(name), value));
        scope.names["kwargs"] = Value(rest);
    } else if (!arguments.named.empty()) {
        return fail(ErrorCode::invalid, quoted + " takes no keyword argument '" + arguments.named[0].first + "'");
    }
    if (statement.uses_varargs && !scope.names.contains("varargs")) {
        std::vector<Value> rest;
        for (std::size_t i = count; i < arguments.positional.size(); ++i) rest.push_back(arguments.positional[i]);
        scope.names["varargs"] = heap_.tuple(std::move(rest));
    } else if (arguments.positional.size() > count) {
        return fail(ErrorCode::invalid, quoted + " takes not more than " + std::to_string(count) + " argument(s)");
    }
    return {};
}

}  // namespace towline::jinja
