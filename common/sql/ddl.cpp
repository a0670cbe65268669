// MODEL, AUDIT and METRIC blocks. The grammar of a value depends on its key, as in SQLMesh: a table of
// special keys, and one field for everything else.
#include "sql/ddl.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace towline::sql {
namespace {

enum class Grammar { field, expression, table, columns, kind, type, clause };

struct KeyGrammar {
    std::string_view key;
    Grammar grammar;
};
constexpr std::array<KeyGrammar, 6> kBlockKeys = {{{"name", Grammar::table},
                                                   {"columns", Grammar::columns},
                                                   {"kind", Grammar::kind},
                                                   {"partitioned_by", Grammar::expression},
                                                   {"clustered_by", Grammar::expression},
                                                   {"expression", Grammar::expression}}};
constexpr std::array<KeyGrammar, 3> kKindKeys = {
    {{"time_data_type", Grammar::type}, {"when_matched", Grammar::clause}, {"merge_filter", Grammar::expression}}};
/// Only these kinds take a property list.
constexpr std::array<std::string_view, 9> kKindsWithList = {"INCREMENTAL_BY_TIME_RANGE",
                                                            "INCREMENTAL_BY_UNIQUE_KEY",
                                                            "INCREMENTAL_BY_PARTITION",
                                                            "INCREMENTAL_UNMANAGED",
                                                            "SEED",
                                                            "VIEW",
                                                            "SCD_TYPE_2",
                                                            "SCD_TYPE_2_BY_TIME",
                                                            "SCD_TYPE_2_BY_COLUMN"};

/// First words of the constraints of columns, of all dialects together.
constexpr std::array<std::string_view, 53> kConstraintWords = {
    "AFTER",      "ALIAS",     "AS",           "ASSUME",       "AUTOINCREMENT", "AUTO_INCREMENT",
    "BUCKET",     "CHARACTER", "CASESPECIFIC", "CHECK",        "CLUSTERED",     "CODEC",
    "COLLATE",    "COMMENT",   "COMPRESS",     "CONSTRAINT",   "DEFAULT",       "ENCODE",
    "EPHEMERAL",  "EXCLUDE",   "FIRST",        "FOREIGN",      "FORMAT",        "FULLTEXT",
    "GENERATED",  "IDENTITY",  "INDEX",        "INLINE",       "INVISIBLE",     "KEY",
    "LIKE",       "MASKING",   "MATERIALIZED", "NONCLUSTERED", "NOT",           "NULL",
    "ON",         "OPTIONS",   "PATH",         "PERIOD",       "PRIMARY",       "PROJECTION",
    "REFERENCES", "SPATIAL",   "TAG",          "TITLE",        "TRUNCATE",      "TTL",
    "UNIQUE",     "UPPERCASE", "WATERMARK",    "WITH",         "ZEROFILL"};

template <std::size_t N>
Grammar grammar_of(const std::array<KeyGrammar, N>& table, std::string_view key) {
    for (const KeyGrammar& row : table) {
        if (row.key == key) return row.grammar;
    }
    return Grammar::field;
}

bool takes_list(std::string_view kind) {
    if (iequals(kind, "CUSTOM")) return true;
    return std::any_of(kKindsWithList.begin(), kKindsWithList.end(),
                       [&](std::string_view k) { return iequals(k, kind); });
}

/// The kind that the word begins or that begins with it; else all of them.
std::string kind_hint(std::string_view kind) {
    std::string all = "Kinds are FULL, EMBEDDED";
    for (const std::string_view known : kKindsWithList) {
        if (known.starts_with(kind) || kind.starts_with(known)) return "Did you mean " + std::string(known) + "?";
        all += ", " + std::string(known);
    }
    return all + ".";
}

class BlockParser {
 public:
    explicit BlockParser(const TokenList& tokens) : tokens_(tokens) {}

    Result<Block> block() {
        Block out;
        if (tokens_.is_word(0, "MODEL"))
            out.kind = BlockKind::model;
        else if (tokens_.is_word(0, "AUDIT"))
            out.kind = BlockKind::audit;
        else if (tokens_.is_word(0, "METRIC"))
            out.kind = BlockKind::metric;
        else
            return error(0, "Expected MODEL, AUDIT or METRIC.");
        std::vector<std::string> comments;
        for (const Comment& comment : tokens_.comments(0)) comments.emplace_back(trim(comment.text));
        out.description = join(comments, "\n");
        if (!tokens_.is_symbol(1, "(")) return error(1, "Expected '(' after " + std::string(tokens_.text_of(0)) + ".");
        const std::size_t close = tokens_.closing(1);
        if (close >= tokens_.size()) return error(1, "This '(' is never closed.");
        at_ = 2;
        TRY(out.properties, list(close, out.kind != BlockKind::audit, false));
        at_ = close + 1;
        if (tokens_.is_symbol(at_, ";")) ++at_;
        if (at_ < tokens_.size()) return error(at_, "Unexpected text after the block.");
        return out;
    }

    Result<Property> kind_property() {
        Property property;
        property.name = "kind";
        TRY_STATUS(kind(property));
        property.raw = raw(0);
        if (at_ < tokens_.size()) return error(at_, "Unexpected text after the kind.");
        return property;
    }

    Result<std::vector<ColumnType>> column_list() {
        TRY(Expr parsed, columns());
        std::vector<ColumnType> out;
        for (const Expr& item : parsed.children) out.push_back({item.text, item.children[0], item.quoted});
        return out;
    }

 private:
    tl::unexpected<Error> error(std::size_t token, std::string message, std::string hint = {}) const {
        return fail(tokens_.error(tokens_.offset_of(token), ErrorCode::invalid, std::move(message), std::move(hint)));
    }
    std::string found(std::size_t token) const {
        return token < tokens_.size() ? "'" + std::string(tokens_.text_of(token)) + "'" : "the end of the text";
    }
    std::string raw(std::size_t first) const {
        if (at_ <= first) return {};
        return std::string(Span{tokens_[first].span.begin, tokens_[at_ - 1].span.end}.of(tokens_.text()));
    }

    /// `prop, prop [,]` up to the token `close`.
    Result<std::vector<Property>> list(std::size_t close, bool special_keys, bool of_kind) {
        std::vector<Property> out;
        while (at_ < close) {
            TRY(Property property, one(close, special_keys, of_kind));
            std::erase_if(out, [&](const Property& p) { return p.name == property.name && !p.name.starts_with('@'); });
            out.push_back(std::move(property));
            if (at_ < close && !tokens_.is_symbol(at_, ",")) {
                return error(at_,
                             "Expected ',' after the value of '" + out.back().name + "', found " + found(at_) + ".",
                             "Properties are separated by commas; text with blanks needs quotes.");
            }
            if (at_ < close) ++at_;
        }
        return out;
    }

    Result<Property> one(std::size_t close, bool special_keys, bool of_kind) {
        Property property;
        property.offset = tokens_.offset_of(at_);
        property.value_offset = property.offset;
        const std::size_t first = at_;
        if (tokens_.kind(at_) == TokenKind::at) {
            TRY(property.value, parse_field_at(tokens_, at_));
            property.name = "@" + lower(property.value.text);
            property.raw = raw(first);
            return property;
        }
        if (tokens_.kind(at_) != TokenKind::word && tokens_.kind(at_) != TokenKind::quoted_identifier) {
            return error(at_, "Expected a property name, found " + found(at_) + ".");
        }
        property.name = lower(identifier_text(tokens_.text_of(at_), tokens_.dialect()));
        ++at_;
        // `enabled: true` is read as `enabled true`: a word behind a colon is a placeholder of that name.
        if (at_ + 1 < close && tokens_.is_symbol(at_, ":") && tokens_.kind(at_ + 1) == TokenKind::word) ++at_;
        if (at_ >= close || tokens_.is_symbol(at_, ",")) {
            return error(first, "Property '" + property.name + "' has no value.");
        }
        // SQLMesh parses this key as the clause of CREATE TABLE, which may have a sign.
        if (property.name == "partitioned_by" && tokens_.is_symbol(at_, "=")) ++at_;
        property.value_offset = tokens_.offset_of(at_);
        const std::size_t value_first = at_;
        const Grammar grammar = of_kind                                   ? grammar_of(kKindKeys, property.name)
                                : special_keys || property.name == "name" ? grammar_of(kBlockKeys, property.name)
                                                                          : Grammar::field;
        TRY_STATUS(value(property, grammar, close));
        property.raw = raw(value_first);
        const bool reference = property.name == "grain" || property.name == "grains" || property.name == "references";
        if (reference && property.value.is(ExprKind::column) && at_ < tokens_.size())  // its comment too
            property.raw =
                tokens_.text().substr(property.value_offset, tokens_[at_].span.begin - property.value_offset);
        return property;
    }

    Status value(Property& property, Grammar grammar, std::size_t close) {
        const bool macro = tokens_.kind(at_) == TokenKind::at;
        switch (grammar) {
            case Grammar::table:
                return table(property, close);
            case Grammar::kind:
                return kind(property);
            case Grammar::columns: {
                if (macro) break;
                TRY(property.value, columns());
                return {};
            }
            case Grammar::type: {
                if (macro) break;
                TRY(property.value, parse_type_at(tokens_, at_));
                return {};
            }
            case Grammar::expression: {
                TRY(property.value, parse_expression_at(tokens_, at_));
                return {};
            }
            case Grammar::clause: {
                const std::size_t first = at_;
                skip_to_comma(close);
                while (at_ < close && goes_on_after_comma()) {
                    ++at_;
                    skip_to_comma(close);
                }
                property.value.kind = ExprKind::raw;
                property.value.text = raw(first);
                return {};
            }
            case Grammar::field:
                break;
        }
        TRY(property.value, parse_field_at(tokens_, at_));
        return {};
    }

    /// Clauses of a merge without brackets around them: `, WHEN …` and `, target.a = …`, which no property looks like.
    bool goes_on_after_comma() const {
        return tokens_.is_word(at_ + 1, "WHEN") || tokens_.is_symbol(at_ + 2, ".") || tokens_.is_symbol(at_ + 2, "=");
    }

    /// Moves to the next comma outside brackets, or to `close`.
    void skip_to_comma(std::size_t close) {
        while (at_ < close && !tokens_.is_symbol(at_, ",")) {
            at_ = tokens_.closing(at_) < close ? tokens_.closing(at_) + 1 : at_ + 1;
        }
    }

    Status table(Property& property, std::size_t close) {
        if (tokens_.kind(at_) == TokenKind::string && !tokens_.is_symbol(at_ + 1, ".")) {
            return error(at_, "The name must be a table name, not a string.", "Write it without single quotes.");
        }
        const std::size_t first = at_;
        TRY_STATUS(no_numbers(close));
        Result<Expr> parsed = parse_field_at(tokens_, at_);
        if (parsed && (at_ == close || tokens_.is_symbol(at_, ","))) {
            property.value = std::move(*parsed);
            return no_string(first);
        }
        // Dashes in BigQuery project names and the like: what stands there is the name.
        at_ = first;
        skip_to_comma(close);
        property.value = Expr{};
        property.value.kind = ExprKind::raw;
        property.value.text = raw(first);
        bool macro = tokens_.kind(first) == TokenKind::at;  // its arguments may have blanks between them
        for (std::size_t i = first + 1; i < at_; ++i) {
            macro = macro || tokens_.kind(i) == TokenKind::at;
            if (!tokens_.adjacent(i) && !macro) return error(i, "Expected ',' after the name, found " + found(i) + ".");
        }
        return no_string(first);
    }

    /// The last part of a name is never a string, nor the first in Snowflake.
    Status no_string(std::size_t first) const {
        const auto refused = [&](std::size_t i) -> Status {
            if (tokens_.kind(i) != TokenKind::string) return {};
            return error(i, "The name must be a table name, not a string.",
                         "Write it without single quotes; a variable that holds text as @{variable}.");
        };
        if (tokens_.dialect() == Dialect::snowflake) TRY_STATUS(refused(first));
        return refused(at_ - 1);
    }

    /// A part of a name that begins with a digit needs quotes, but in BigQuery (and where the word is read as one
    /// token).
    Status no_numbers(std::size_t close) const {
        if (tokens_.dialect() == Dialect::bigquery) return {};
        for (std::size_t i = at_; i < close && !tokens_.is_symbol(i, ",") && tokens_.kind(i) != TokenKind::at; ++i)
            if (tokens_.kind(i) == TokenKind::number)
                return error(i, "Expected table name, found the number " + found(i) + ".",
                             "Put a name that begins with a digit in double quotes.");
        return {};
    }

    Status kind(Property& property) {
        if (tokens_.kind(at_) == TokenKind::at) {
            TRY(property.value, parse_field_at(tokens_, at_));
            return {};
        }
        if (tokens_.kind(at_) != TokenKind::word) return error(at_, "Expected a model kind, found " + found(at_) + ".");
        property.value = column_of(std::string(tokens_.text_of(at_)));
        property.value.span = tokens_[at_].span;
        const std::size_t name_at = at_++;
        if (!tokens_.is_symbol(at_, "(")) return {};
        if (!takes_list(tokens_.text_of(name_at))) {
            const std::string kind = upper(tokens_.text_of(name_at));
            if (kind == "FULL" || kind == "EMBEDDED" || kind == "EXTERNAL")
                return error(at_, "Model kind " + kind + " takes no properties.");
            return error(name_at, "Unknown model kind '" + kind + "'.", kind_hint(kind));
        }
        const std::size_t close = tokens_.closing(at_);
        if (close >= tokens_.size()) return error(at_, "This '(' is never closed.");
        ++at_;
        property.has_list = true;
        TRY(property.properties, list(close, false, true));
        at_ = close + 1;
        return {};
    }

    Result<Expr> columns() {
        const std::size_t close = tokens_.closing(at_);
        if (!tokens_.is_symbol(at_, "(") || close >= tokens_.size()) {
            return error(at_, "Expected '(column TYPE, …)', found " + found(at_) + ".");
        }
        ++at_;
        Expr out;
        out.kind = ExprKind::tuple;
        while (at_ < close) {
            TRY(Expr column, column_name());
            if (at_ >= close || tokens_.is_symbol(at_, ",")) {
                return error(at_ - 1, "Column '" + column.text + "' has no type.");
            }
            TRY(Expr type, parse_type_at(tokens_, at_));
            if (at_ < close && !tokens_.is_symbol(at_, ",") && !starts_constraint(at_))
                return error(at_,
                             "Expected ',' after the type of column '" + column.text + "', found " + found(at_) + ".",
                             "Descriptions of columns stand in `column_descriptions`, or in comments of the query.");
            column.children.push_back(std::move(type));
            out.children.push_back(std::move(column));
            skip_to_comma(close);
            if (at_ < close) ++at_;
        }
        at_ = close + 1;
        return out;
    }

    /// A name, or a macro variable that one is to be made of: the block is read again then.
    Result<Expr> column_name() {
        const bool variable = tokens_.kind(at_) == TokenKind::at && tokens_.adjacent(at_ + 1) &&
                              (tokens_.kind(at_ + 1) == TokenKind::word || tokens_.is_symbol(at_ + 1, "{"));
        if (!variable && tokens_.kind(at_) != TokenKind::word && tokens_.kind(at_) != TokenKind::quoted_identifier)
            return error(at_, "Expected a column name, found " + found(at_) + ".");
        Expr column;
        column.kind = ExprKind::alias;
        column.span = tokens_[at_].span;
        column.quoted = tokens_.kind(at_) == TokenKind::quoted_identifier;
        if (variable) {
            const std::size_t end = tokens_.closing(at_ + 1) < tokens_.size() ? tokens_.closing(at_ + 1) : at_ + 1;
            column.span.end = tokens_[end].span.end;
            column.text = column.span.of(tokens_.text());
            at_ = end + 1;
        } else {
            column.text = identifier_text(tokens_.text_of(at_++), tokens_.dialect());
        }
        return column;
    }

    /// What may follow the type of a column; it says nothing about the model.
    bool starts_constraint(std::size_t at) const {
        return tokens_.kind(at) == TokenKind::word &&
               std::any_of(kConstraintWords.begin(), kConstraintWords.end(),
                           [&](std::string_view word) { return tokens_.is_word(at, word); });
    }

    const TokenList& tokens_;
    std::size_t at_ = 0;
};

}  // namespace

const Property* Block::find(std::string_view name) const {
    for (const Property& property : properties) {
        if (property.name == name) return &property;
    }
    return nullptr;
}

Result<Block> parse_block(std::string_view text, Dialect dialect, Origin origin) {
    const TokenList tokens = lex(text, dialect, origin);
    TRY_STATUS(tokens.check());
    return BlockParser(tokens).block();
}

Result<Property> parse_kind(std::string_view text, Dialect dialect) {
    const TokenList tokens = lex(text, dialect);
    TRY_STATUS(tokens.check());
    return BlockParser(tokens).kind_property();
}

Result<std::vector<ColumnType>> parse_columns(std::string_view text, Dialect dialect) {
    const TokenList tokens = lex(text, dialect);
    TRY_STATUS(tokens.check());
    return BlockParser(tokens).column_list();
}

}  // namespace towline::sql
