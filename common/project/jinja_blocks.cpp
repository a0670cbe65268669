#include "project/jinja_blocks.h"

#include <array>
#include <deque>

#include "base/strings.h"
#include "jinja/template.h"
#include "project/jinja_values.h"
#include "project/render_scope.h"
#include "sql/statements.h"

namespace towline::project {
namespace {

constexpr std::array<std::string_view, 2> kBegins{"JINJA_QUERY_BEGIN", "JINJA_STATEMENT_BEGIN"};
constexpr std::string_view kEnd = "JINJA_END";

/// The template inside of a block and the byte it starts at.
struct Body {
    std::string_view text;
    std::size_t offset = 0;
};
Body body_of(std::string_view statement) {
    std::string_view inside = trim(statement);
    while (inside.ends_with(';')) inside = trim(inside.substr(0, inside.size() - 1));
    if (inside.size() >= kEnd.size() && iequals(inside.substr(inside.size() - kEnd.size()), kEnd))
        inside.remove_suffix(kEnd.size());
    inside.remove_prefix(std::min(inside.find(';') + 1, inside.size()));
    inside = trim(inside);
    return {inside, inside.empty() ? 0 : static_cast<std::size_t>(inside.data() - statement.data())};
}

/// "(line 2, column 3)" at the end of a message, moved from a part of the text that begins at `offset` to the text.
Error moved(Error error, std::string_view text, std::size_t offset) {
    const std::size_t open = error.message.rfind(" (line ");
    const std::size_t comma = open == std::string::npos ? open : error.message.find(", column ", open);
    if (comma == std::string::npos || !error.message.ends_with(')')) return error;
    const auto line = parse_int(std::string_view(error.message).substr(open + 7, comma - open - 7));
    const auto column = parse_int(std::string_view(error.message).substr(comma + 9, error.message.size() - comma - 10));
    if (!line || !column) return error;
    const LineColumn start = line_column(text, offset);
    error.message.resize(open);
    error.message += " (line " + std::to_string(*line + start.line - 1) + ", column " +
                     std::to_string(*line == 1 ? *column + start.column - 1 : *column) + ")";
    return error;
}

Error explained(Error error, std::string_view statement, std::size_t offset) {
    if (error.hint.empty() && error.message.find("' is undefined") != std::string::npos)
        error.hint = "Jinja macros belong into macros/*.sql; macros in Python are not supported.";
    return moved(error.in("Could not render the Jinja block"), statement, offset);
}

Result<std::string> rendered(const Body& body, const model::Node& node, const RenderContext& context, bool with_range,
                             const JinjaArguments& arguments) {
    TRY(const jinja::Template source, jinja::Template::parse(std::string(body.text)));
    std::deque<jinja::Template> macros;
    jinja::Rendering rendering;
    set_predefined(rendering, node, context, with_range);
    for (const auto& [name, text] : arguments) rendering.set(name, jinja::Value::text(text));
    for (const auto& [name, definition] : node.jinja_macros) {
        auto macro = jinja::Template::parse(definition);
        if (!macro) return fail(Error(macro.error()).in("Jinja macro '" + name + "'"));
        rendering.set_macro(name, macros.emplace_back(std::move(*macro)));
    }
    return rendering.render(source);
}

}  // namespace

bool is_jinja_block(std::string_view statement) {
    statement = trim(statement);
    for (const std::string_view word : kBegins)
        if (starts_with_ignoring_case(statement, word) && trim(statement.substr(word.size())).starts_with(';'))
            return true;
    return false;
}

Error after_jinja(Error error, std::string_view stored) {
    if (!is_jinja_block(stored)) return error;
    if (const std::size_t place = error.message.rfind(" (line ");
        place != std::string::npos && error.message.ends_with(')'))
        error.message.resize(place);
    return error.in("Could not parse the rendered jinja");
}

std::string printed_jinja_block(std::string_view statement) {
    const std::string_view text = trim(statement);
    std::string out;
    for (const std::string_view word : kBegins)
        if (starts_with_ignoring_case(text, word)) out = word;
    return out + ";\n" + std::string(body_of(statement).text) + "\nJINJA_END;";
}

Result<std::vector<std::string>> render_jinja_block(std::string_view statement, const model::Node& node,
                                                    const RenderContext& context, bool with_range,
                                                    const JinjaArguments& arguments) {
    const Body body = body_of(statement);
    const auto text = rendered(body, node, context, with_range, arguments);
    if (!text) return fail(explained(text.error(), statement, body.offset));
    TRY(const auto dialect, sql::dialect_from(node.dialect));
    const auto parts = sql::split_statements(*text, dialect);
    if (!parts) return fail(Error(parts.error()).in("Could not parse the rendered jinja"));
    std::vector<std::string> out;
    for (const sql::Statement& part : *parts)
        if (part.kind != sql::StatementKind::semicolon && !trim(part.body).empty()) out.push_back(part.body);
    return out;
}

Result<std::string> query_text(const std::string& stored, const model::Node& node, const RenderContext& context,
                               bool with_range, const JinjaArguments& arguments) {
    if (!is_jinja_block(stored)) return bare_statement(stored);
    TRY(auto statements, render_jinja_block(stored, node, context, with_range, arguments));
    if (statements.size() > 1) return fail(ErrorCode::invalid, "Too many statements in query.");
    return statements.empty() ? std::string() : std::move(statements[0]);
}

Result<std::vector<std::string>> statement_texts(const std::string& stored, const model::Node& node,
                                                 const RenderContext& context) {
    if (is_jinja_block(stored)) return render_jinja_block(stored, node, context, true);
    return std::vector<std::string>{bare_statement(stored)};
}

}  // namespace towline::project
