#include "project/output_names.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/strings.h"
#include "inference/infer.h"
#include "sql/lexer.h"
#include "sql/query_walker.h"

namespace towline::project {
namespace {

/// A part of the text and what stands there instead.
struct Edit {
    std::size_t begin;
    std::size_t end;
    std::string text;
};

class Namer {
 public:
    Namer(const std::string& text, const model::Node& node, sql::Dialect dialect)
        : text_(text), node_(node), dialect_(dialect), tokens_(sql::lex(text, dialect)) {}

    std::string run() {
        if (!tokens_.check()) return text_;
        const std::size_t outermost = sql::outermost_select(tokens_);
        for (std::size_t at = 0; at < tokens_.size(); ++at)
            if (tokens_.is_word(at, "SELECT")) name_list(at, at == outermost);
        std::sort(edits_.begin(), edits_.end(), [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
        std::string out = text_;
        for (auto edit = edits_.rbegin(); edit != edits_.rend(); ++edit)
            out.replace(edit->begin, edit->end - edit->begin, edit->text);
        return out;
    }

 private:
    void name_list(std::size_t select, bool outermost) {
        bool star = false;
        std::size_t index = 0;
        for (const sql::Projection& item : sql::select_list(tokens_, select)) {
            star = star || item.star;
            if (!item.star) name_one(item, outermost, star ? std::nullopt : std::optional(index));
            ++index;
        }
    }

    void name_one(const sql::Projection& item, bool outermost, std::optional<std::size_t> index) {
        if (has_name_first(item.expression.of(text_))) return;
        const bool column = !item.aliased && is_column(item);
        if (item.aliased || column) {
            if (!outermost || dialect_ != sql::Dialect::duckdb || !item.name) return;
            const std::string folded = sql::normalize_identifier(item.name->text, item.name->quoted, dialect_);
            if (folded != item.name->text) put(item, folded);
            return;
        }
        const std::string_view written = item.expression.of(text_);
        if (keeps_engine_name(written)) return;
        std::string name = inference::unaliased_name(written, dialect_);
        const bool named = !name.empty();
        if (!named && index) name = "_col_" + std::to_string(*index);
        if (!name.empty() && ((outermost && named) || qualified())) put(item, name);
    }

    void put(const sql::Projection& item, const std::string& name) {
        edits_.push_back({item.expression.end, item.span.end, " AS " + sql::quote_identifier(name, dialect_)});
    }

    /// `a`, `t.a`: the engine gives the name that SQLMesh does.
    bool is_column(const sql::Projection& item) const {
        const sql::TokenList tokens = sql::lex(item.expression.of(text_), dialect_);
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            const bool name =
                tokens.kind(i) == sql::TokenKind::word || tokens.kind(i) == sql::TokenKind::quoted_identifier;
            if (i % 2 == 0 ? !name : !tokens.is_symbol(i, ".")) return false;
        }
        return true;
    }

    /// DuckDB's `name: value`.
    bool has_name_first(std::string_view written) const {
        return dialect_ == sql::Dialect::duckdb && sql::lex(written, dialect_).is_symbol(1, ":");
    }

    /// Expressions that stand for several columns.
    bool keeps_engine_name(std::string_view written) const {
        const sql::TokenList tokens = sql::lex(written, dialect_);
        for (std::size_t i = 0; i + 1 < tokens.size(); ++i)
            if (tokens.is_symbol(i + 1, "(") && (tokens.is_word(i, "COLUMNS") || tokens.is_word(i, "UNPACK")))
                return true;
        return tokens.size() > 0 && (tokens.is_word(0, "UNNEST") || tokens.is_word(0, "EXPLODE"));
    }

    bool qualified() {
        if (!qualified_) {
            const inference::Context context{dialect_, node_.default_catalog.value_or(""), &node_.mapping_schema,
                                             node_.fqn, node_.optimize_query.value_or(true)};
            qualified_ = inference::is_qualified(text_, context);
        }
        return *qualified_;
    }

    const std::string& text_;
    const model::Node& node_;
    sql::Dialect dialect_;
    sql::TokenList tokens_;
    std::vector<Edit> edits_;
    std::optional<bool> qualified_;
};

}  // namespace

std::string with_output_names(const std::string& text, const model::Node& node) {
    const auto dialect = sql::dialect_from(node.dialect);
    return dialect ? Namer(text, node, *dialect).run() : text;
}

}  // namespace towline::project
