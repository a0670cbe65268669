#pragma once
// Names while a template runs, and the objects that hold code. Private to common/jinja.

#include <algorithm>

#include "jinja/limits.h"
#include "jinja/syntax.h"
#include "jinja/template.h"

namespace towline::jinja {

struct Parsed {
    std::string source;
    std::vector<Stmt> body;
};

/// Names of one block. `captured` scopes may be looked into by a macro after the block has ended.
struct Scope {
    explicit Scope(Scope* outer) : parent(outer) {}
    std::map<std::string, Value, std::less<>> names;
    Scope* parent = nullptr;
    bool captured = false;

    const Value* find(std::string_view name) const {
        for (const Scope* scope = this; scope; scope = scope->parent)
            if (const auto found = scope->names.find(name); found != scope->names.end()) return &found->second;
        return nullptr;
    }
};

/// A macro or the body of a call block.
class Macro : public Object {
 public:
    Macro(std::string name, const Stmt& statement, Scope& scope, const Parsed& source)
        : name_(std::move(name)), statement_(statement), scope_(scope), source_(source) {}
    std::string type_name() const override { return "jinja2.runtime.Macro"; }
    bool is_callable() const override { return true; }
    Result<Value> call(Rendering& rendering, Arguments arguments) override;
    Result<std::optional<Value>> attribute(Rendering& rendering, std::string_view name) override;

    const std::string& name() const { return name_; }
    const Stmt& statement() const { return statement_; }
    Scope& scope() const { return scope_; }
    const Parsed& source() const { return source_; }

 private:
    std::string name_;
    const Stmt& statement_;
    Scope& scope_;
    const Parsed& source_;
};

/// `loop` inside of a for statement.
class Loop : public Object {
 public:
    Loop(std::vector<Value> items, int depth) : items_(std::move(items)), depth_(depth) {}
    std::string type_name() const override { return "jinja2.runtime.LoopContext"; }
    std::optional<std::int64_t> length() const override { return static_cast<std::int64_t>(items_.size()); }
    bool is_callable() const override { return true; }
    Result<Value> call(Rendering& rendering, Arguments arguments) override;
    Result<std::optional<Value>> attribute(Rendering& rendering, std::string_view name) override;

    void allow_recursion(const Stmt& statement, Scope& outer) {
        statement_ = &statement;
        outer_ = &outer;
    }
    std::size_t size() const { return items_.size(); }
    const Value& start(std::size_t index) { return items_[index_ = index]; }

 private:
    Result<Value> cycle(const Arguments& arguments) const;
    Result<Value> changed(Rendering& rendering, const Arguments& arguments);

    std::vector<Value> items_;
    std::size_t index_ = 0;
    int depth_ = 1;
    const Stmt* statement_ = nullptr;
    Scope* outer_ = nullptr;
    std::optional<std::vector<Value>> last_;
};

/// range, dict, namespace, cycler, joiner.
void add_builtin_functions(Heap& heap, std::map<std::string, Value, std::less<>>& globals);

/// Python's binary operators on two values: + - * / // % **.
Result<Value> arithmetic(Heap& heap, std::string_view op, const Value& a, const Value& b);
/// `item in container`.
Result<bool> contains(Heap& heap, const Value& container, const Value& item);
/// `a[begin:end:step]`; nothing where a part was left out.
Result<Value> slice(Heap& heap, const Value& of, std::optional<std::int64_t> begin, std::optional<std::int64_t> end,
                    std::optional<std::int64_t> step);

}  // namespace towline::jinja
