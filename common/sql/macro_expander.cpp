// Expansion of macros on tokens.
//
// A text is copied token by token with its gaps; only macro forms are replaced, so the author's layout stays.
// Arguments of a call are expanded before the call (innermost first), except lambdas, whose bodies wait until
// they are applied. Every call and substitution counts against one budget and nesting is bounded, so any
// input ends.
#include "sql/macro_expander.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/strings.h"
#include "sql/limits.h"
#include "sql/macro_lists.h"
#include "sql/staged_files.h"

namespace towline::sql {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kKeywordMacros = {{{"with", "WITH"},
                                                                                          {"join", "JOIN"},
                                                                                          {"where", "WHERE"},
                                                                                          {"group_by", "GROUP BY"},
                                                                                          {"having", "HAVING"},
                                                                                          {"order_by", "ORDER BY"},
                                                                                          {"limit", "LIMIT"}}};

std::string_view keyword_of(std::string_view lower_name) {
    for (const auto& [name, keyword] : kKeywordMacros) {
        if (name == lower_name) return keyword;
    }
    return {};
}

constexpr std::array<std::string_view, 11> kJoinWords = {"NATURAL", "LEFT", "RIGHT", "FULL", "INNER", "CROSS",
                                                         "OUTER",   "SEMI", "ANTI",  "ASOF", "GLOBAL"};

bool is_join_word(const TokenList& tokens, std::size_t at) {
    return std::any_of(kJoinWords.begin(), kJoinWords.end(), [&](std::string_view w) { return tokens.is_word(at, w); });
}

/// MySQL and what grew from it: `@@GLOBAL.time_zone` is no macro there.
bool has_session_parameters(Dialect dialect) {
    constexpr std::array<Dialect, 4> kKin{Dialect::mysql, Dialect::doris, Dialect::starrocks, Dialect::singlestore};
    return std::find(kKin.begin(), kKin.end(), dialect) != kKin.end();
}

}  // namespace

/// The expansion of one text: a cursor over its tokens and the output.
class TextExpansion {
 public:
    TextExpansion(Expander& expander, std::string_view text, Origin origin)
        : expander_(expander), tokens_(text, expander.dialect(), origin), origin_(origin) {}

    Result<std::string> run() {
        TRY_STATUS(tokens_.check());
        starts_.resize(tokens_.size() + 1, 0);
        while (at_ < tokens_.size()) {
            if (out_.size() > kExpandedBytesMax)
                return fail(ErrorCode::too_large, "Macros expand to more than 16 MiB.");
            TRY_STATUS(one());
            if (pending_ && at_ >= pending_->place.end) put_list();
        }
        out_ += tokens_.gap(tokens_.size()).of(tokens_.text());
        return std::move(out_);
    }

    /// The call at token `at` (its `@`), which must be one. Leaves the token after it in `next`.
    Result<Expansion> call_at(std::size_t at, std::size_t& next) {
        const std::size_t open = at + 2;
        const std::size_t close = tokens_.closing(open);
        if (close >= tokens_.size()) {
            return fail(tokens_.error(tokens_[open].span.begin, ErrorCode::invalid, "This '(' is never closed."));
        }
        next = close + 1;
        MacroCall call;
        call.name = lower(tokens_.text_of(at + 1));
        TRY_STATUS(arguments(open, close, call));
        Result<Expansion> result = expander_.call(std::move(call));
        if (!result && result.error().detail.empty()) {
            Error placed =
                tokens_.error(tokens_[at].span.begin, result.error().code, result.error().message, result.error().hint);
            return fail(std::move(placed));
        }
        return result;
    }

    /// `INSERT INTO @this_model (id)` is no call: brackets may follow the variable.
    bool is_call(std::size_t at) const {
        return tokens_.kind(at) == TokenKind::at && tokens_.kind(at + 1) == TokenKind::word &&
               tokens_.adjacent(at + 1) && tokens_.is_symbol(at + 2, "(") &&
               !is_table_variable(tokens_.text_of(at + 1));
    }
    const TokenList& tokens() const { return tokens_; }

 private:
    void emit_gap(std::size_t at) { out_ += tokens_.gap(at).of(tokens_.text()); }

    /// Copies one token with its gap.
    void copy() {
        starts_[at_] = out_.size();
        emit_gap(at_);
        out_ += tokens_.text_of(at_++);
    }

    void replace_until(std::size_t next, std::string_view with) {
        starts_[at_] = out_.size();
        emit_gap(at_);
        out_ += with;
        for (std::size_t i = at_ + 1; i < next && i < starts_.size(); ++i) starts_[i] = out_.size();
        at_ = next;
    }

    Status one() {
        if (const std::size_t end = staged_path_end(tokens_, at_); end > at_) {
            while (at_ < end) copy();
            return {};
        }
        if (is_session_parameter(at_)) {
            for (int i = 0; i < 3; ++i) copy();
            return {};
        }
        if (is_call(at_)) return call();
        const bool glued = at_ + 1 < tokens_.size() && tokens_.adjacent(at_ + 1);
        const TokenKind next = glued ? tokens_.kind(at_ + 1) : TokenKind::error;
        if (tokens_.kind(at_) == TokenKind::at && (next == TokenKind::string || next == TokenKind::quoted_identifier)) {
            TRY_STATUS(expander_.step());
            const std::string value = next == TokenKind::string
                                          ? string_value(tokens_.text_of(at_ + 1), expander_.dialect())
                                          : identifier_text(tokens_.text_of(at_ + 1), expander_.dialect());
            replace_until(at_ + 2, quote_string(expander_.fill(value), expander_.dialect()));
            return {};
        }
        const std::size_t end = identifier_end();
        if (end > at_) return identifier(end);
        if (bare_parameter()) return {};
        copy();
        return {};
    }

    bool is_session_parameter(std::size_t at) const {
        return has_session_parameters(expander_.dialect()) && tokens_.kind(at) == TokenKind::at &&
               tokens_.kind(at + 1) == TokenKind::at && tokens_.adjacent(at + 1) &&
               tokens_.kind(at + 2) == TokenKind::word && tokens_.adjacent(at + 2);
    }

    /// End of the identifier with macro pieces that starts here; at_ if there is none.
    std::size_t identifier_end() const {
        std::size_t i = at_;
        bool macro = false;
        while (i < tokens_.size() && (i == at_ || tokens_.adjacent(i))) {
            const std::string_view text = tokens_.text_of(i);
            if (tokens_.kind(i) == TokenKind::word || (tokens_.kind(i) == TokenKind::number && i > at_)) {
                macro = macro || text.find('@') != std::string_view::npos;
                ++i;
            } else if (tokens_.kind(i) == TokenKind::at && i + 1 < tokens_.size() && tokens_.adjacent(i + 1) &&
                       (tokens_.kind(i + 1) == TokenKind::word || tokens_.is_symbol(i + 1, "{"))) {
                if (i > at_ && is_call(i)) break;
                macro = true;
                ++i;
            } else if (tokens_.is_symbol(i, "{") && i > at_ && tokens_.text_of(i - 1).ends_with('@') &&
                       tokens_.closing(i) < tokens_.size()) {
                macro = true;
                i = tokens_.closing(i) + 1;
            } else if (tokens_.kind(i) == TokenKind::quoted_identifier && i == at_) {
                return text.find('@') != std::string_view::npos ? i + 1 : at_;
            } else {
                break;
            }
        }
        return macro ? i : at_;
    }

    Status identifier(std::size_t end) {
        TRY_STATUS(expander_.step());
        if (tokens_.kind(at_) == TokenKind::at && end == at_ + 2 && tokens_.kind(at_ + 1) == TokenKind::word &&
            tokens_.text_of(at_ + 1).find('@') == std::string_view::npos) {
            return variable();
        }
        const Span span{tokens_[at_].span.begin, tokens_[end - 1].span.end};
        const bool quoted = tokens_.kind(at_) == TokenKind::quoted_identifier;
        const std::string before = quoted ? identifier_text(span.of(tokens_.text()), expander_.dialect())
                                          : std::string(span.of(tokens_.text()));
        const std::string after = expander_.fill_name(before);
        if (after == before) {
            // Nothing known in it: an address-like word, or an undefined variable in braces, which stays in the name.
            const std::size_t braces = quoted ? std::string::npos : before.find("@{");
            if (braces == std::string::npos) {
                replace_until(end, span.of(tokens_.text()));
                return {};
            }
            if (expander_.scope().names_stay_texts) return undefined(before.substr(braces + 2), at_);
            replace_until(
                end, quote_identifier(normalize_identifier(before, false, expander_.dialect()), expander_.dialect()));
            return {};
        }
        replace_until(end, is_bare(after, quoted) ? after : quote_identifier(after, expander_.dialect()));
        return {};
    }

    /// In a lambda SQLMesh makes such names anew, without quotes, and reads what it printed: `c_@x` may become two.
    bool is_bare(std::string_view name, bool quoted) const {
        if (!expander_.in_lambda_) return !quoted && is_plain_identifier(name);
        return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0;
    }

    Status undefined(std::string_view name, std::size_t token) const {
        const std::string bare(name.substr(0, name.find_first_of("}@")));
        return fail(tokens_.error(tokens_[token].span.begin, ErrorCode::invalid,
                                  "Macro variable '" + bare + "' is undefined."));
    }

    Status variable() {
        const std::string_view name = tokens_.text_of(at_ + 1);
        const MacroValue* value = expander_.find(name);
        if (value == nullptr) {
            // The name of a Snowflake stage.
            if (expander_.dialect() == Dialect::snowflake && at_ > 0 &&
                (tokens_.is_word(at_ - 1, "FROM") || tokens_.is_word(at_ - 1, "JOIN") ||
                 tokens_.is_word(at_ - 1, "INTO"))) {
                copy();
                return {};
            }
            return undefined(name, at_);
        }
        const bool as_name = !expander_.scope().names_stay_texts && in_name_position(at_, at_ + 2);
        if (as_name && value->kind == MacroValue::Kind::string) {
            replace_until(at_ + 2, quote_identifier(value->text, expander_.dialect()));
        } else {
            replace_until(at_ + 2, macro_value_sql(*value, expander_.dialect()));
        }
        return {};
    }

    /// Where text can only be a name: part of a dotted name, an alias, a table.
    bool in_name_position(std::size_t first, std::size_t end) const {
        if (tokens_.is_symbol(end, ".")) return true;
        if (first == 0) return false;
        return tokens_.is_symbol(first - 1, ".") || tokens_.is_word(first - 1, "AS") ||
               tokens_.is_word(first - 1, "FROM") || tokens_.is_word(first - 1, "JOIN");
    }

    /// A parameter of the lambda whose body this is, written without `@`.
    bool bare_parameter() {
        const TokenKind kind = tokens_.kind(at_);
        if (!expander_.in_lambda_ || (kind != TokenKind::word && kind != TokenKind::quoted_identifier)) return false;
        if (tokens_.is_symbol(at_ + 1, "(") || tokens_.is_symbol(at_ + 1, ":=")) return false;
        const std::string name = lower(identifier_text(tokens_.text_of(at_), expander_.dialect()));
        for (auto bindings = expander_.bindings_.rbegin(); bindings != expander_.bindings_.rend(); ++bindings) {
            const auto found = bindings->find(name);
            if (found == bindings->end()) continue;
            const bool as_name = found->second.kind == MacroValue::Kind::string && in_name_position(at_, at_ + 1);
            replace_until(at_ + 1, as_name ? quote_identifier(found->second.text, expander_.dialect())
                                           : macro_value_sql(found->second, expander_.dialect()));
            return true;
        }
        return false;
    }

    Status call() {
        const std::string name = lower(tokens_.text_of(at_ + 1));
        if (const std::string_view keyword = keyword_of(name); !keyword.empty()) return clause(name, keyword);
        const std::size_t macro = at_;
        std::size_t next = at_;
        TRY(Expansion made, call_at(at_, next));
        if (made.is_list) {
            if (!surroundings_) surroundings_.emplace(tokens_, !expander_.in_lambda_);
            if (const auto place = surroundings_->list_place(macro)) {
                await(*place, std::move(made.texts));
                at_ = next;
                return {};
            }
        }
        put(made.texts, made.texts.size() > 1 && tokens_.is_word(next, "AS") ? next + 2 : next);
        return {};
    }

    /// A list takes the place of all of `place` once that is read: what is left of it may have faults, and of several
    /// lists that have the same place the last one stays, as in SQLMesh.
    void await(TokenRange place, std::vector<std::string> texts) {
        if (!pending_) {
            pending_ = PendingList{place, place.first < at_ ? starts_[place.first] : out_.size(), std::move(texts)};
        } else if (pending_->place == place) {
            pending_->texts = std::move(texts);
        }
    }

    void put_list() {
        out_.resize(pending_->start);
        at_ = pending_->place.first;
        put(pending_->texts, pending_->place.end);
        pending_.reset();
    }

    /// Texts in place of the tokens up to `next`. None: these leave their list, with one comma.
    void put(const std::vector<std::string>& texts, std::size_t next) {
        if (!texts.empty()) {
            replace_until(next, join(texts, ", "));
            return;
        }
        if (at_ > 0 && tokens_.is_symbol(at_ - 1, ",") && out_.ends_with(',')) {
            out_.resize(starts_[at_ - 1]);
        } else if (tokens_.is_symbol(next, ",")) {
            ++next;
        }
        starts_[at_] = out_.size();
        for (std::size_t i = at_; i < next && i < starts_.size(); ++i) starts_[i] = out_.size();
        at_ = next;
    }

    /// @WHERE(condition) … : the keyword stays with its clause, or both go.
    Status clause(const std::string& name, std::string_view keyword) {
        TRY_STATUS(expander_.step());
        const std::size_t close = tokens_.closing(at_ + 2);
        if (close >= tokens_.size()) {
            return fail(tokens_.error(tokens_[at_ + 2].span.begin, ErrorCode::invalid, "This '(' is never closed."));
        }
        MacroCall call;
        TRY_STATUS(arguments(at_ + 2, close, call));
        if (call.arguments.size() != 1) {
            return fail(tokens_.error(tokens_[at_].span.begin, ErrorCode::invalid,
                                      "@" + upper(name) + " takes one condition."));
        }
        TRY(const bool keep, expander_.condition(call.arguments[0]));
        if (keep) {
            replace_until(close + 1, keyword);
            return {};
        }
        std::size_t first = at_;
        if (name == "join") {
            while (first > 0 && is_join_word(tokens_, first - 1)) --first;
            out_.resize(first < at_ ? starts_[first] : out_.size());
        }
        const std::size_t end = clause_end(close + 1, name);
        for (std::size_t i = at_; i < end && i < starts_.size(); ++i) starts_[i] = out_.size();
        at_ = end;
        return {};
    }

    std::size_t clause_end(std::size_t at, std::string_view name) const {
        static constexpr std::array<std::string_view, 12> kEnders = {"WHERE",  "GROUP",     "HAVING", "ORDER",
                                                                     "LIMIT",  "QUALIFY",   "WINDOW", "UNION",
                                                                     "EXCEPT", "INTERSECT", "OFFSET", "FETCH"};
        while (at < tokens_.size()) {
            if (tokens_.is_symbol(at, ")") || tokens_.is_symbol(at, ";")) return at;
            if (name == "with") {
                if (tokens_.is_word(at, "SELECT")) return at;
            } else {
                const bool macro = is_call(at) && is_keyword_macro(lower(tokens_.text_of(at + 1)));
                const bool ender = std::any_of(kEnders.begin(), kEnders.end(),
                                               [&](std::string_view w) { return tokens_.is_word(at, w); });
                if (macro || ender) return at;
                if (name == "join" && (tokens_.is_word(at, "JOIN") || tokens_.is_symbol(at, ",") || starts_join(at)))
                    return at;
            }
            at = tokens_.closing(at) < tokens_.size() ? tokens_.closing(at) + 1 : at + 1;
        }
        return at;
    }

    bool starts_join(std::size_t at) const {
        if (!is_join_word(tokens_, at)) return false;
        while (is_join_word(tokens_, at)) ++at;
        return tokens_.is_word(at, "JOIN") || is_call(at);
    }

    /// Expands the arguments between the brackets.
    Status arguments(std::size_t open, std::size_t close, MacroCall& out) {
        std::size_t first = open + 1;
        for (std::size_t i = open + 1; i <= close;) {
            if (i == first && i < close && starts_statement(tokens_, i)) i = close;
            if (i == close || tokens_.is_symbol(i, ",")) {
                if (i > first) TRY_STATUS(argument(first, i, out));
                first = i + 1;
                ++i;
            } else {
                i = tokens_.closing(i) < close ? tokens_.closing(i) + 1 : i + 1;
            }
        }
        return {};
    }

    Status argument(std::size_t first, std::size_t end, MacroCall& out) {
        std::string keyword;
        if (tokens_.kind(first) == TokenKind::word && tokens_.is_symbol(first + 1, ":=")) {
            keyword = lower(tokens_.text_of(first));
            first += 2;
            if (first >= end) return {};
        }
        const Span span{tokens_[first].span.begin, tokens_[end - 1].span.end};
        const std::string_view text = span.of(tokens_.text());
        if (parse_lambda(text, expander_.dialect())) {
            out.arguments.emplace_back(text);
            return {};
        }
        const Origin origin = origin_.file.empty() ? Origin{} : Origin{origin_.file, origin_.offset + span.begin};
        const bool outer = expander_.in_lambda_;
        expander_.in_lambda_ = outer && out.name.empty();
        Result<std::string> expanded = expander_.text(text, origin);
        expander_.in_lambda_ = outer;
        TRY(std::string value, std::move(expanded));
        if (!keyword.empty()) {
            out.keywords.emplace_back(std::move(keyword), std::string(trim(value)));
            return {};
        }
        // A list that a nested macro gave becomes several arguments; nothing becomes none.
        if (value == text) {
            out.arguments.emplace_back(std::move(value));
        } else {
            for (std::string& part : split_arguments(value, expander_.dialect()))
                out.arguments.push_back(std::move(part));
        }
        return {};
    }

    /// A list whose place is not read to its end.
    struct PendingList {
        TokenRange place;
        std::size_t start;  ///< Output size before it.
        std::vector<std::string> texts;
    };

    Expander& expander_;
    TokenList tokens_;
    Origin origin_;
    std::optional<MacroSurroundings> surroundings_;  ///< Made for the first list.
    std::optional<PendingList> pending_;
    std::string out_;
    std::vector<std::size_t> starts_;  ///< Output size before each token's gap, to take tokens back.
    std::size_t at_ = 0;
};

bool is_keyword_macro(std::string_view lower_name) { return !keyword_of(lower_name).empty(); }

Result<std::string> Expander::text(std::string_view input, Origin origin) {
    if (input.find('@') == std::string_view::npos && !in_lambda_) return std::string(input);
    if (depth_ >= kNestingDepthMax / 4) return fail(ErrorCode::too_large, "Macros are nested more than 50 deep.");
    TRY_STATUS(reads(input.size()));
    ++depth_;
    Result<std::string> out = TextExpansion(*this, input, origin).run();
    --depth_;
    return out;
}

Result<Expansion> Expander::statement(std::string_view input, Origin origin) {
    TextExpansion expansion(*this, input, origin);
    const TokenList& tokens = expansion.tokens();
    std::size_t end = tokens.size();
    while (end > 0 && tokens.is_symbol(end - 1, ";")) --end;
    const bool single =
        expansion.is_call(0) && tokens.closing(2) + 1 == end && !is_keyword_macro(lower(tokens.text_of(1)));
    if (single) {
        TRY_STATUS(tokens.check());
        std::size_t next = 0;
        return expansion.call_at(0, next);
    }
    TRY(std::string out, text(input, origin));
    if (trim(out).empty()) return Expansion{};
    return Expansion(std::move(out));
}

}  // namespace towline::sql
