#include "commands/render_options.h"

#include <fmt/core.h>

#include "base/strings.h"
#include "time/civil.h"
#include "time/clock.h"
#include "time/timelike.h"

namespace towline::commands {
namespace {

constexpr int kWidthMax = 1000;

struct Width {
    const char* key;     ///< under `format` in the configuration
    const char* option;  ///< of the command
    int query::Layout::* field;
};
constexpr Width kWidths[] = {{"pad", "pad", &query::Layout::pad},
                             {"indent", "indent", &query::Layout::indent},
                             {"max_text_width", "max-text-width", &query::Layout::max_text_width}};

int number_of(const project::Yaml* value, int otherwise) {
    const auto number = value == nullptr ? std::nullopt : parse_int(value->text);
    return number && *number >= 0 && *number <= kWidthMax ? static_cast<int>(*number) : otherwise;
}

}  // namespace

Result<project::RenderContext> render_context(const Arguments& arguments) {
    project::RenderContext out;
    const std::int64_t now = time::floor_to_minute(time::SystemClock().now_ms());
    out.execution_ms = now;
    if (const auto text = arguments.value("execution-time")) {
        TRY(out.execution_ms, time::parse_timelike(*text, now));
    }
    if (const auto text = arguments.value("start")) {
        TRY(out.interval.start, time::parse_timelike(*text, out.execution_ms));
    }
    if (const auto text = arguments.value("end")) {
        TRY(out.interval.end, time::exclusive_end(*text, out.execution_ms));
    }
    return out;
}

Result<query::Layout> render_layout(const LocalProject& local, const model::Node& node, const Arguments& arguments) {
    query::Layout out;
    std::string functions;
    if (const project::Yaml* format = local.root_of(node).tree.find("format"); format != nullptr && format->is_map()) {
        const auto is_set = [&](const char* key) {
            const project::Yaml* value = format->find(key);
            return value != nullptr && iequals(value->text, "true");
        };
        for (const Width& width : kWidths) out.*width.field = number_of(format->find(width.key), out.*width.field);
        out.leading_comma = is_set("leading_comma");
        out.normalize = is_set("normalize");
        if (const project::Yaml* value = format->find("normalize_functions")) functions = value->text;
    }
    for (const Width& width : kWidths) {
        TRY(const auto given, arguments.number(width.option));
        if (!given) continue;
        if (*given > kWidthMax)
            return fail(ErrorCode::invalid, fmt::format("'--{}' is at most {}", width.option, kWidthMax));
        out.*width.field = static_cast<int>(*given);
    }
    out.leading_comma = out.leading_comma || arguments.flag("leading-comma");
    out.normalize = out.normalize || arguments.flag("normalize");
    if (const auto given = arguments.value("normalize-functions")) functions = *given;
    out.functions = functions == "lower"   ? query::FunctionCase::lower
                    : functions == "upper" ? query::FunctionCase::upper
                                           : query::FunctionCase::as_written;
    return out;
}

Result<std::set<std::string>> expanded_models(const LocalProject& local, const std::vector<std::string>& given) {
    std::set<std::string> out;
    for (const std::string& name : given) {
        if (iequals(name, "true")) {
            for (const auto& [fqn, node] : local.project.nodes) out.insert(fqn);
            continue;
        }
        TRY(const model::Node* node, find_model(local, name));
        out.insert(node->fqn);
    }
    return out;
}

}  // namespace towline::commands
