#pragma once
// Jinja2's template language without Python: a Template is parsed once, a Rendering evaluates it with the host's
// values. Nothing here touches files, clocks or the environment; what Python would do beyond this is refused by name.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jinja/value.h"

namespace towline::jinja {

struct Parsed;

/// A parsed template. Immutable; may be rendered from several threads at once, each with its own Rendering.
class Template {
 public:
    /// Fails with "(line 3, column 5)" and an excerpt; code `unsupported` names what is understood and refused.
    static Result<Template> parse(std::string source);
    Template(Template&&) noexcept;
    Template& operator=(Template&&) noexcept;
    ~Template();

    const Parsed& parsed() const { return *parsed_; }

 private:
    explicit Template(std::unique_ptr<Parsed> parsed);
    std::unique_ptr<Parsed> parsed_;
};

/// A call or attribute access that a template makes: `a.b(…)` gives {"a", "b"}.
struct CallName {
    std::vector<std::string> path;
};
/// What a template refers to, by the rules of SQLMesh's `extract_macro_references_and_variables`.
struct References {
    std::vector<CallName> calls;         ///< calls and attribute accesses on names that the template does not assign
    std::vector<std::string> variables;  ///< lower-case literal arguments of the functions named as variable readers
};
/// `readers` are functions whose first literal argument names a variable: {"var", "blueprint_var"}.
References references_of(const Template& source, const std::vector<std::string>& readers);

struct Scope;
struct Expr;
struct Stmt;
class Macro;

/// One evaluation: the host's values, and everything that is made on the way. For one thread.
class Rendering {
 public:
    Rendering();
    Rendering(const Rendering&) = delete;
    Rendering& operator=(const Rendering&) = delete;
    ~Rendering();

    Heap& heap() { return heap_; }
    /// A name that every template sees.
    void set(const std::string& name, Value value) { globals_[name] = std::move(value); }
    /// A macro of that name that is defined in `library`, which sees the names of `set` and must outlive the rendering.
    void set_macro(const std::string& name, const Template& library);
    /// The template's output. Fails with the place in the template; a failure inside a library macro names it.
    Result<std::string> render(const Template& source);

    // What filters, methods and objects use.
    Result<Value> call(const Value& callee, Arguments arguments);
    /// `a.name`: an attribute, then an item. Undefined if there is neither.
    Result<Value> attribute(const Value& of, std::string_view name);
    /// `a[key]`: an item, then an attribute. Undefined if there is neither.
    Result<Value> item(const Value& of, const Value& key);
    /// A filter or test by name with its arguments.
    Result<Value> filter(std::string_view name, const Value& input, const Arguments& arguments);
    Result<bool> test(std::string_view name, const Value& input, const Arguments& arguments);

    // What loops and macros use; see evaluate.cpp.
    Result<std::string> call_macro(const Macro& macro, Arguments arguments);
    Result<Value> call_library(const std::string& name, const Template& library, Arguments arguments);
    Result<std::string> run_recursive(const Stmt& loop, Scope& outer, const Value& items, int depth);

 private:
    enum class Flow { next, leave, again };
    friend class Evaluation;

    Result<Value> evaluate(const Expr& expr, Scope& scope);
    Result<Value> evaluate_kind(const Expr& expr, Scope& scope);
    Result<Value> evaluate_name(const Expr& expr, Scope& scope) const;
    Result<Value> evaluate_collection(const Expr& expr, Scope& scope);
    Result<Value> evaluate_item(const Expr& expr, Scope& scope);
    Result<Value> evaluate_arithmetic(const Expr& expr, Scope& scope);
    Result<Value> evaluate_comparison(const Expr& expr, Scope& scope);
    Result<Value> evaluate_logic(const Expr& expr, Scope& scope);
    Result<Value> evaluate_call(const Expr& expr, Scope& scope);
    Result<Value> evaluate_filter(const Expr& expr, Scope& scope, const Value* operand);
    Result<Arguments> evaluate_arguments(const Expr& expr, Scope& scope);

    Result<Flow> run(const std::vector<Stmt>& body, Scope& scope, std::string& out);
    Result<Flow> run_statement(const Stmt& statement, Scope& scope, std::string& out);
    Result<Flow> run_loop(const Stmt& loop, Scope& outer, const Value& items, int depth, std::string& out);
    Result<std::vector<Value>> loop_items(const Stmt& loop, Scope& outer, const Value& items);
    Status run_set(const Stmt& set, Scope& scope);
    Status run_call_block(const Stmt& block, Scope& scope, std::string& out);
    Status run_with(const Stmt& with, Scope& scope, std::string& out);
    Status append(std::string& out, const Value& value);
    Status assign(const Expr& target, Value value, Scope& scope);
    Value define_macro(const Stmt& statement, Scope& scope, std::string name);
    Status bind_macro(const Macro& macro, Arguments arguments, Scope& scope);
    Result<std::string> run_to_text(const std::vector<Stmt>& body, Scope& outer);
    /// Keeps a scope that a macro may still look into.
    void release(std::unique_ptr<Scope> scope);
    template <class T>
    Result<T> placed(Result<T> result, std::size_t offset);

    Heap heap_;
    std::map<std::string, Value, std::less<>> globals_;
    std::vector<std::unique_ptr<Scope>> kept_;
    const Parsed* source_ = nullptr;        ///< whose offsets are meant
    std::optional<std::size_t> failed_at_;  ///< where the innermost failure is
    int depth_ = 0;
    int calls_ = 0;
};

}  // namespace towline::jinja
