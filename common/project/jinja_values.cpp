#include "project/jinja_values.h"

#include <algorithm>

#include "base/strings.h"
#include "sql/scopes.h"
#include "time/civil.h"

namespace towline::project {
namespace {

using jinja::Arguments;
using jinja::Rendering;
using jinja::Value;

/// Python's date and datetime: text, fields, strftime, isoformat.
class Moment : public jinja::Object {
 public:
    enum class Kind { aware, naive, date };
    Moment(Kind kind, std::int64_t us) : kind_(kind), us_(us) {}

    std::string type_name() const override { return kind_ == Kind::date ? "datetime.date" : "datetime.datetime"; }
    std::optional<std::string> text() const override {
        if (kind_ == Kind::date) return date();
        return kind_ == Kind::aware ? time::format_timestamp_tz_us(us_) : time::format_timestamp_us(us_);
    }
    std::optional<std::string> repr() const override { return std::nullopt; }
    std::optional<double> order() const override { return static_cast<double>(us_); }

    Result<std::optional<Value>> attribute(Rendering& rendering, std::string_view name) override {
        const time::Civil civil = time::civil_from_us(us_);
        const std::pair<std::string_view, int> fields[] = {
            {"year", civil.year},     {"month", civil.month},   {"day", civil.day},           {"hour", civil.hour},
            {"minute", civil.minute}, {"second", civil.second}, {"microsecond", civil.micros}};
        for (const auto& [field, value] : fields)
            if (field == name && (kind_ != Kind::date || field.size() <= 5) && (kind_ != Kind::date || field != "hour"))
                return Value::integer(value);
        using Method = Result<Value> (Moment::*)(Rendering&, const Arguments&) const;
        const std::pair<std::string_view, Method> methods[] = {
            {"strftime", &Moment::strftime},   {"isoformat", &Moment::isoformat}, {"date", &Moment::only_date},
            {"timestamp", &Moment::timestamp}, {"weekday", &Moment::weekday},     {"isoweekday", &Moment::isoweekday}};
        for (const auto& [word, method] : methods)
            if (word == name)
                return rendering.heap().function(
                    std::string(name),
                    [this, call = method](Rendering& r, const Arguments& a) { return (this->*call)(r, a); });
        return fail(ErrorCode::unsupported,
                    "The attribute '" + std::string(name) + "' of '" + type_name() + "' is not supported.");
    }

 private:
    std::string date() const { return text_of_date(us_); }
    static std::string text_of_date(std::int64_t us) { return time::format_timestamp_us(us).substr(0, 10); }
    std::int64_t floor_ms() const { return us_ / 1000 - (us_ % 1000 < 0 ? 1 : 0); }

    Result<Value> strftime(Rendering&, const Arguments& arguments) const {
        const std::string* format = arguments.positional.size() == 1 ? arguments.positional[0].as_text() : nullptr;
        if (!format) return fail(ErrorCode::invalid, "strftime() takes a format.");
        TRY(std::string out, time::strftime(*format, us_));
        return Value::text(std::move(out));
    }
    Result<Value> isoformat(Rendering&, const Arguments& arguments) const {
        std::string separator = "T";
        for (const Value& given : arguments.positional) separator = given.as_text() ? *given.as_text() : separator;
        for (const auto& [name, given] : arguments.named)
            if (name == "sep" && given.as_text()) separator = *given.as_text();
        std::string out = *text();
        if (out.size() > 10) out.replace(10, 1, separator);
        return Value::text(std::move(out));
    }
    Result<Value> only_date(Rendering& rendering, const Arguments&) const {
        return rendering.heap().object(std::make_unique<Moment>(Kind::date, us_));
    }
    Result<Value> timestamp(Rendering&, const Arguments&) const {
        return Value::floating(static_cast<double>(us_) / 1e6);
    }
    Result<Value> weekday(Rendering&, const Arguments&) const {
        return Value::integer((time::weekday(floor_ms()) + 6) % 7);
    }
    Result<Value> isoweekday(Rendering&, const Arguments&) const {
        return Value::integer((time::weekday(floor_ms()) + 6) % 7 + 1);
    }

    Kind kind_;
    std::int64_t us_;
};

void set_times(Rendering& rendering, const std::string& prefix, std::int64_t us) {
    const std::string timestamp = time::format_timestamp_us(us);
    const std::int64_t ms = us / 1000 - (us % 1000 < 0 ? 1 : 0);
    const auto moment = [&](Moment::Kind kind) { return rendering.heap().object(std::make_unique<Moment>(kind, us)); };
    rendering.set(prefix + "_dt", moment(Moment::Kind::aware));
    rendering.set(prefix + "_dtntz", moment(Moment::Kind::naive));
    rendering.set(prefix + "_date", moment(Moment::Kind::date));
    rendering.set(prefix + "_ds", Value::text(timestamp.substr(0, 10)));
    rendering.set(prefix + "_ts", Value::text(timestamp));
    rendering.set(prefix + "_tstz", Value::text(time::format_timestamp_tz_us(us)));
    rendering.set(prefix + "_epoch", Value::floating(static_cast<double>(ms) / 1000.0));
    rendering.set(prefix + "_millis", Value::integer(ms));
    rendering.set(prefix + "_hour", Value::integer(time::civil_from_us(us).hour));
}

Value text_list(jinja::Heap& heap, const std::vector<std::string>& texts) {
    std::vector<Value> items;
    for (const std::string& text : texts) items.push_back(Value::text(text));
    return heap.list(std::move(items));
}

const model::Value* find(const model::Variables& variables, std::string_view name) {
    const std::string wanted = lower(name);
    const auto found =
        std::find_if(variables.begin(), variables.end(), [&](const auto& v) { return lower(v.first) == wanted; });
    return found == variables.end() ? nullptr : &found->second;
}

/// resolve_table('db.model'): the physical table of a model, or the name itself, quoted.
Value table_resolver(jinja::Heap& heap, const model::Node& node, const RenderContext& context) {
    return heap.function("resolve_table", [&node, &context](Rendering&, const Arguments& arguments) -> Result<Value> {
        const std::string* name = arguments.positional.size() == 1 ? arguments.positional[0].as_text() : nullptr;
        if (!name) return fail(ErrorCode::invalid, "resolve_table() takes the name of a table.");
        TRY(const auto dialect, sql::dialect_from(node.dialect));
        TRY(std::string fqn, sql::fqn(*name, dialect, node.default_catalog.value_or("")));
        if (context.table_of)
            if (auto table = context.table_of(fqn)) return Value::text(std::move(*table));
        return Value::text(std::move(fqn));
    });
}

}  // namespace

Value jinja_value(jinja::Heap& heap, const model::Value& value) {
    switch (value.type) {
        case model::Value::Type::null:
            return {};
        case model::Value::Type::boolean:
            return Value::boolean(value.boolean);
        case model::Value::Type::integer:
            if (const auto number = parse_int(value.text)) return Value::integer(*number);
            return Value::text(value.text);
        case model::Value::Type::real:
            if (const auto number = parse_double(value.text)) return Value::floating(*number);
            return Value::text(value.text);
        case model::Value::Type::string:
        case model::Value::Type::sql:
            return Value::text(value.text);
        case model::Value::Type::list: {
            std::vector<Value> items;
            for (const model::Value& item : value.items) items.push_back(jinja_value(heap, item));
            return heap.list(std::move(items));
        }
        case model::Value::Type::map:
            break;
    }
    jinja::Dict& dict = heap.dict();
    for (const auto& [key, item] : value.members) (void)dict.set(Value::text(key), jinja_value(heap, item));
    return Value(dict);
}

Value variable_reader(jinja::Heap& heap, const model::Variables& variables, std::optional<sql::Dialect> quoted) {
    return heap.function("var",
                         [&variables, quoted](Rendering& rendering, const Arguments& arguments) -> Result<Value> {
                             const auto& given = arguments.positional;
                             Value fallback;
                             if (given.size() > 1) fallback = given[1];
                             const std::string* name = given.empty() ? nullptr : given[0].as_text();
                             for (const auto& [key, value] : arguments.named) {
                                 if (key == "default") fallback = value;
                                 if (key == "var_name") name = value.as_text();
                             }
                             if (!name) return fail(ErrorCode::invalid, "The name of a variable must be a text.");
                             const model::Value* found = find(variables, *name);
                             if (found && quoted && found->type == model::Value::Type::string)
                                 return Value::text(sql::quote_string(found->text, *quoted));
                             return found ? jinja_value(rendering.heap(), *found) : fallback;
                         });
}

void set_predefined(Rendering& rendering, const model::Node& node, const RenderContext& context, bool with_range) {
    jinja::Heap& heap = rendering.heap();
    if (with_range) {
        set_times(rendering, "start", context.interval.start * 1000);
        set_times(rendering, "end", context.interval.end * 1000 - 1);
    }
    set_times(rendering, "execution", context.execution_ms * 1000);
    set_times(rendering, "latest", context.execution_ms * 1000);
    rendering.set("runtime_stage", Value::text(std::string(to_string(context.stage))));
    rendering.set("default_catalog", node.default_catalog ? Value::text(*node.default_catalog) : Value());
    rendering.set("this_model", Value::text(context.this_model.empty() ? node.fqn : context.this_model));
    if (context.stage != RuntimeStage::loading)
        rendering.set("model_kind_name", Value::text(std::string(model::to_string(node.kind.name))));
    if (context.snapshot_table_exists)
        rendering.set("snapshot_table_exists", Value::boolean(*context.snapshot_table_exists));
    if (context.environment) {
        rendering.set("this_env", Value::text(context.environment->name));
        rendering.set("schemas", text_list(heap, context.environment->schemas));
        rendering.set("views", text_list(heap, context.environment->views));
    }
    rendering.set("var", variable_reader(heap, node.variables));
    const auto dialect = sql::dialect_from(node.dialect).value_or(sql::Dialect::none);
    rendering.set("blueprint_var", variable_reader(heap, node.blueprint_variables, dialect));
    const model::Variables* variables = &node.variables;
    rendering.set("gateway", heap.function("gateway", [variables](Rendering& r, const Arguments&) -> Result<Value> {
        const model::Value* found = find(*variables, "gateway");
        return found ? jinja_value(r.heap(), *found) : Value();
    }));
    rendering.set("resolve_table", table_resolver(heap, node, context));
    rendering.set("render", heap.function("render", [](Rendering&, const Arguments&) -> Result<Value> {
        return fail(ErrorCode::unsupported, "The Jinja function 'render' is not supported.");
    }));
}

}  // namespace towline::project
