#include "project/config_template.h"

#include "jinja/template.h"
#include "project/jinja_values.h"

namespace towline::project {
namespace {

using jinja::Arguments;
using jinja::Rendering;
using jinja::Value;
using Environment = std::map<std::string, std::string>;

/// Python's os.getenv.
Result<Value> environment_variable(const Environment& environment, const Arguments& arguments) {
    const Value* name = arguments.positional.empty() ? nullptr : &arguments.positional[0];
    Value fallback;
    if (arguments.positional.size() > 1) fallback = arguments.positional[1];
    for (const auto& [key, value] : arguments.named) {
        if (key == "default")
            fallback = value;
        else if (key == "key")
            name = &value;
        else
            return fail(ErrorCode::invalid, "env_var() got an unexpected keyword argument '" + key + "'");
    }
    if (!name || arguments.positional.size() > 2)
        return fail(ErrorCode::invalid, "env_var() takes the name of a variable and a default.");
    if (!name->as_text()) return fail(ErrorCode::invalid, "str expected, not " + name->type_name());
    const auto found = environment.find(*name->as_text());
    return found == environment.end() ? fallback : Value::text(found->second);
}

/// Python's getpass.getuser, as far as the environment tells.
Result<Value> user_name(const Environment& environment) {
    for (const char* name : {"LOGNAME", "USER", "LNAME", "USERNAME"})
        if (const auto found = environment.find(name); found != environment.end() && !found->second.empty())
            return Value::text(found->second);
    return Value();
}

}  // namespace

Result<std::string> render_yaml_template(std::string_view text, const Environment& environment,
                                         const model::Variables& variables) {
    TRY(const jinja::Template source, jinja::Template::parse(std::string(text)));
    Rendering rendering;
    jinja::Heap& heap = rendering.heap();
    rendering.set("env_var", heap.function("env_var", [&](Rendering&, const Arguments& arguments) {
        return environment_variable(environment, arguments);
    }));
    rendering.set("user", heap.function("user", [&](Rendering&, const Arguments&) { return user_name(environment); }));
    rendering.set("var", variable_reader(heap, variables));
    return rendering.render(source);
}

Result<std::string> render_config_template(std::string_view text, const Environment& environment) {
    return render_yaml_template(text, environment, {});
}

}  // namespace towline::project
