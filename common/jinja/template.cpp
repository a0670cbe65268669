#include "jinja/template.h"

#include "base/strings.h"
#include "jinja/filters.h"
#include "jinja/parser.h"
#include "jinja/scope.h"

namespace towline::jinja {

Template::Template(std::unique_ptr<Parsed> parsed) : parsed_(std::move(parsed)) {}
Template::Template(Template&&) noexcept = default;
Template& Template::operator=(Template&&) noexcept = default;
Template::~Template() = default;

Result<Template> Template::parse(std::string source) {
    auto parsed = std::make_unique<Parsed>();
    parsed->source = std::move(source);
    TRY(parsed->body, parse_template(parsed->source));
    return Template(std::move(parsed));
}

Rendering::Rendering() { add_builtin_functions(heap_, globals_); }
Rendering::~Rendering() = default;

void Rendering::set_macro(const std::string& name, const Template& library) {
    const Template* source = &library;
    set(name, heap_.function(name, [name, source](Rendering& rendering, const Arguments& arguments) {
        return rendering.call_library(name, *source, arguments);
    }));
}

Result<std::string> Rendering::render(const Template& source) {
    const Parsed* outer = std::exchange(source_, &source.parsed());
    auto scope = std::make_unique<Scope>(nullptr);
    std::string out;
    auto flow = run(source.parsed().body, *scope, out);
    release(std::move(scope));
    source_ = outer;
    if (flow) return out;
    const std::size_t at = failed_at_.value_or(0);
    failed_at_.reset();
    Error error = flow.error();
    return fail(error_at(source.parsed().source, at, error.code, error.message, error.hint));
}

Result<Value> Rendering::call_library(const std::string& name, const Template& library, Arguments arguments) {
    const Nesting nesting(calls_);
    if (calls_ > kCallDepthMax) return fail(ErrorCode::too_large, "Macros call each other too deep.");
    const Parsed& parsed = library.parsed();
    const Parsed* outer = std::exchange(source_, &parsed);
    auto scope = std::make_unique<Scope>(nullptr);
    std::string unused;
    Result<Value> result = fail(ErrorCode::not_found, "'" + name + "' is undefined");
    auto flow = run(parsed.body, *scope, unused);
    if (!flow) {
        result = fail(flow.error());
    } else if (const Value* macro = scope->find(name)) {
        result = call(*macro, std::move(arguments));
    }
    release(std::move(scope));
    source_ = outer;
    if (!result && failed_at_) {
        const int line = line_column(parsed.source, *failed_at_).line;
        failed_at_.reset();
        return fail(Error(result.error()).in("Jinja macro '" + name + "', line " + std::to_string(line)));
    }
    return result;
}

void Rendering::release(std::unique_ptr<Scope> scope) {
    if (scope->captured) kept_.push_back(std::move(scope));
}

Result<Value> Rendering::call(const Value& callee, Arguments arguments) {
    if (const Undefined* undefined = callee.as_undefined()) return fail(ErrorCode::invalid, undefined->message);
    Object* object = callee.as_object();
    if (!object || !object->is_callable())
        return fail(ErrorCode::invalid, "'" + callee.type_name() + "' object is not callable");
    return object->call(*this, std::move(arguments));
}

Result<Value> Rendering::filter(std::string_view name, const Value& input, const Arguments& arguments) {
    const Native* row = find_filter(name);
    if (!row) return fail(refused_filter(name));
    return call_native(*this, *row, input, arguments);
}

Result<bool> Rendering::test(std::string_view name, const Value& input, const Arguments& arguments) {
    const Native* row = find_test(name);
    if (!row) return fail(refused_test(name));
    TRY(Value out, call_native(*this, *row, input, arguments));
    return is_true(out);
}

}  // namespace towline::jinja
