// PIVOT and UNPIVOT.
#include "base/strings.h"
#include "inference/parser.h"
#include "inference/types.h"

namespace towline::inference {
namespace {

constexpr std::size_t kEntriesMax = 1000;

/// The name sqlglot gives a value that a column is made of.
std::string value_text(const Node& value) {
    switch (value.kind) {
        case NodeKind::string:
        case NodeKind::number:
            return value.text;
        case NodeKind::null:
            return "NULL";
        case NodeKind::column:
            return value.parts.back().text;
        case NodeKind::cast:
        case NodeKind::unary:
        case NodeKind::paren:
            return value.children.empty() ? std::string() : value_text(value.children.front());
        default:
            return {};
    }
}

/// The text of a result without an alias, such as sum(a); nothing if it is not that simple.
std::optional<std::string> result_text(const Node& call) {
    static constexpr std::string_view kKnown = " SUM COUNT AVG MIN MAX ";
    if (call.kind != NodeKind::call || kKnown.find(" " + call.text + " ") == std::string_view::npos) return {};
    std::string out = lower(call.text) + "(";
    for (const Node& argument : call.children) {
        if (&argument != &call.children.front()) out += ", ";
        if (argument.kind == NodeKind::star && argument.parts.empty()) {
            out += "*";
        } else if (argument.kind == NodeKind::number) {
            out += argument.text;
        } else if (argument.kind == NodeKind::column) {
            for (const sql::NamePart& part : argument.parts)
                out += (&part == &argument.parts.front() ? "" : ".") + part.text;
        } else {
            return {};
        }
    }
    return out + ")";
}

/// Snowflake's columns are named by the text of the values.
std::string written(const PivotValue& value, std::string text, bool is_string) {
    if (is_string) text = "'" + text + "'";
    return value.named ? text + " AS " + value.text : text;
}

}  // namespace

/// One or more of them; as in sqlglot only the first counts.
void Parser::pivots(Source& out, std::size_t end) {
    const bool first = !out.pivoted;
    out.pivoted = true;
    const bool unpivot = is_word("UNPIVOT");
    ++at_;
    if (any_word(at_, {"INCLUDE", "EXCLUDE"}) && tokens_.is_word(at_ + 1, "NULLS")) at_ += 2;
    if (!is_symbol("(")) return;
    const std::size_t close = tokens_.closing(at_);
    if (close >= end) {
        at_ = end;
        return;
    }
    ++at_;
    auto made = pivot(close, unpivot);
    at_ = close + 1;
    const bool alias = !any_word(at_, {"PIVOT", "UNPIVOT"}) && alias_here(end);
    if (alias) {
        take_word("AS");
        if (!is_identifier(at_)) return;
        const std::string name = identifier(at_++);
        if (made) made->alias = name;
        if (is_symbol("(")) {
            if (made) made->columns = name_list(at_);
            at_ = after(at_);
        }
    }
    if (first) out.pivot = std::move(made);
}

std::unique_ptr<Pivot> Parser::pivot(std::size_t close, bool unpivot) {
    auto out = std::make_unique<Pivot>();
    out->unpivot = unpivot;
    if (!pivot_results(*out, close) || !take_word("FOR")) return nullptr;
    while (at_ < close && !any_word(at_, {"GROUP", "DEFAULT"}))
        if (!pivot_field(*out, close)) return nullptr;
    if (is_word("DEFAULT")) at_ = after(at_ + 3);  // DEFAULT ON NULL (…)
    if (is_word("GROUP") && tokens_.is_word(at_ + 1, "BY")) {
        at_ += 2;
        out->group = list(close);
    }
    return at_ == close && !out->fields.empty() ? std::move(out) : nullptr;
}

bool Parser::pivot_results(Pivot& out, std::size_t close) {
    std::vector<std::string> aliases;
    std::vector<std::string> texts;
    bool all_texts = true;
    do {
        Node result = out.unpivot ? postfix(close) : expression(close);
        std::string alias;
        if (take_word("AS") || (is_identifier(at_) && !is_word("FOR"))) {
            if (!is_identifier(at_)) return false;
            alias = part(at_++).text;
        }
        const auto text = alias.empty() ? result_text(result) : alias;
        all_texts = all_texts && text;
        texts.push_back(text.value_or(std::string()));
        if (!alias.empty()) aliases.push_back(std::move(alias));
        out.results.push_back(std::move(result));
        if (out.results.size() > kEntriesMax) return false;
    } while (take_symbol(","));
    const bool spark = dialect_ == sql::Dialect::spark || dialect_ == sql::Dialect::databricks;
    if (out.unpivot || (spark && texts.size() == 1)) return true;
    const bool by_text = (spark || dialect_ == sql::Dialect::duckdb) && texts.size() > 1;
    out.endings = std::move(by_text ? texts : aliases);
    return !by_text || all_texts;
}

bool Parser::pivot_field(Pivot& out, std::size_t close) {
    PivotField field;
    field.name = postfix(close);
    if (!take_word("IN") || !is_symbol("(")) return false;
    const std::size_t last = tokens_.closing(at_);
    ++at_;
    if (last > close || is_word("ANY") || starts_query(at_)) return false;
    do {
        PivotValue made;
        made.value = expression(last);
        const bool is_string = made.value.kind == NodeKind::string;
        std::string text = value_text(made.value);
        if (take_word("AS") || (at_ < last && !is_symbol(","))) {
            const Node alias = postfix(last);
            made.named = true;
            made.text = value_text(alias);
            if (alias.kind == NodeKind::string) made.alias = type_named("VARCHAR");
            if (alias.kind == NodeKind::number) made.alias = type_named("INT");
        }
        if (dialect_ == sql::Dialect::snowflake)
            made.text = written(made, std::move(text), is_string);
        else if (!made.named)
            made.text = std::move(text);
        field.values.push_back(std::move(made));
        if (field.values.size() > kEntriesMax) return false;
    } while (take_symbol(","));
    if (at_ != last) return false;
    at_ = last + 1;
    out.fields.push_back(std::move(field));
    return true;
}

}  // namespace towline::inference
