#include "sql/macro_lists.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "sql/function_text.h"

namespace towline::sql {
namespace {

/// Words that begin a clause and so an item; the second says whether the clause holds a list.
struct ClauseWord {
    std::string_view word;
    bool is_list;
};
constexpr std::array<ClauseWord, 19> kClauseWords = {{{"SELECT", true},
                                                      {"BY", true},
                                                      {"GROUP_BY", true},
                                                      {"ORDER_BY", true},
                                                      {"VALUES", true},
                                                      {"RETURNING", true},
                                                      {"FROM", false},
                                                      {"JOIN", false},
                                                      {"ON", false},
                                                      {"USING", false},
                                                      {"WHERE", false},
                                                      {"HAVING", false},
                                                      {"QUALIFY", false},
                                                      {"LIMIT", false},
                                                      {"OFFSET", false},
                                                      {"FETCH", false},
                                                      {"SET", false},
                                                      {"WITH", false},
                                                      {"WINDOW", false}}};
/// Words that end an item of a query besides those.
constexpr std::array<std::string_view, 17> kEnders = {"GROUP",   "ORDER",     "UNION", "EXCEPT", "INTERSECT",  "INTO",
                                                      "CLUSTER", "SORT",      "LEFT",  "RIGHT",  "DISTRIBUTE", "FULL",
                                                      "INNER",   "PARTITION", "CROSS", "ROWS",   "RANGE"};
/// Words before a bracket that are no name of a function.
constexpr std::array<std::string_view, 24> kNoFunctions = {
    "AND",    "OR", "NOT",     "SELECT", "DISTINCT", "ALL",  "BY",    "WHEN",    "THEN", "ELSE",     "CASE", "WHERE",
    "HAVING", "ON", "QUALIFY", "LIMIT",  "OFFSET",   "LIKE", "ILIKE", "BETWEEN", "IS",   "INTERVAL", "AS",   "FROM"};
/// Words before a bracket that holds a list.
constexpr std::array<std::string_view, 4> kListWords = {"IN", "VALUES", "USING", "ON"};

const ClauseWord* clause_word(const TokenList& tokens, std::size_t at) {
    const auto found = std::find_if(kClauseWords.begin(), kClauseWords.end(),
                                    [&](const ClauseWord& c) { return tokens.is_word(at, c.word); });
    return found == kClauseWords.end() ? nullptr : &*found;
}

template <std::size_t N>
bool is_one_of(const TokenList& tokens, std::size_t at, const std::array<std::string_view, N>& words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view w) { return tokens.is_word(at, w); });
}

bool is_name(const TokenList& tokens, std::size_t at) {
    return tokens.kind(at) == TokenKind::word || tokens.kind(at) == TokenKind::quoted_identifier;
}

/// A name before a bracket that makes it the brackets of a call.
bool is_function_name(const TokenList& tokens, std::size_t at) {
    return is_name(tokens, at) && !is_one_of(tokens, at, kNoFunctions) && !is_one_of(tokens, at, kListWords);
}

bool starts_query(const TokenList& tokens, std::size_t at) {
    return tokens.is_word(at, "SELECT") || tokens.is_word(at, "WITH");
}

/// A word that stands where only a name can: `t.rows`, `a AS range`.
bool is_used_as_name(const TokenList& tokens, std::size_t at) {
    return at > 0 && (tokens.is_symbol(at - 1, ".") || tokens.is_word(at - 1, "AS"));
}

}  // namespace

MacroSurroundings::MacroSurroundings(const TokenList& tokens, bool alone_is_item)
    : tokens_(tokens), alone_is_item_(alone_is_item), item_of_(tokens.size(), 0), in_branch_(tokens.size(), false) {
    std::vector<Level> levels{opened(kNone)};
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
        if (const std::size_t open = levels.back().open; open != kNone && tokens_.closing(open) == i) {
            closed(levels.back(), i);
            levels.pop_back();
        }
        read(levels.back(), i);
        if (tokens_.closing(i) < tokens_.size()) levels.push_back(opened(i));
    }
    for (const Level& level : levels) closed(level, tokens_.size());
}

std::optional<TokenRange> MacroSurroundings::list_place(std::size_t macro) const {
    std::size_t at = macro;
    while (true) {
        const Item& item = items_[item_of_[at]];
        if (in_branch_[at] || at < item.range.first) return std::nullopt;
        switch (step(item)) {
            case Step::stays:
                return item.range;
            case Step::nowhere:
                return std::nullopt;
            case Step::climbs:
                at = item.open;
        }
    }
}

MacroSurroundings::Level MacroSurroundings::opened(std::size_t open) {
    Level level;
    level.open = open;
    level.item = items_.size();
    const std::size_t first = open == kNone ? 0 : open + 1;
    level.is_call = open != kNone && open > 0 && tokens_.is_symbol(open, "(") && is_function_name(tokens_, open - 1) &&
                    !starts_query(tokens_, first);
    items_.push_back({{first, first}, open, open, 0});
    return level;
}

void MacroSurroundings::read(Level& level, std::size_t at) {
    if (!read_separator(level, at)) read_case(level, at);
    item_of_[at] = level.item;
    in_branch_[at] = level.branches > 0;
}

void MacroSurroundings::next_item(Level& level, std::size_t end, Item next) {
    items_[level.item].range.end = end;
    next.open = level.open;
    level.item = items_.size();
    level.cases.clear();
    level.branches = 0;
    items_.push_back(next);
}

/// What ends one item and begins the next.
bool MacroSurroundings::read_separator(Level& level, std::size_t at) {
    const Item item = items_[level.item];
    const auto is = [&](std::string_view word) { return tokens_.is_word(at, word); };
    const auto behind_brackets = [&](std::size_t open) {
        return tokens_.closing(open) < tokens_.size() ? tokens_.closing(open) + 1 : open + 1;
    };
    const auto next = [&](std::size_t end, std::size_t first, std::size_t lead, std::size_t position = 0) {
        next_item(level, end, {{first, first}, level.open, lead, position});
        return true;
    };
    if (tokens_.is_symbol(at, ",")) return next(at, at + 1, item.lead, item.position + 1);
    if (tokens_.is_symbol(at, ";")) return next(at, at + 1, level.open);
    if (tokens_.kind(at) != TokenKind::word || is_used_as_name(tokens_, at)) return false;
    const bool of_select = item.lead != kNone && item.lead != level.open && tokens_.is_word(item.lead, "SELECT");
    if (is("DISTINCT") || is("ALL")) {
        if (of_select && at == item.range.first) return next(at, at + 1, item.lead);
        return level.is_call && at == level.open + 1 && next(at, at + 1, at);
    }
    if (of_select && at == item.range.first) {
        if (is("ON") && tokens_.is_word(at - 1, "DISTINCT")) return next(at, behind_brackets(at + 1), item.lead);
        if (is("TOP")) return next(at, behind_brackets(at + 1), item.lead);
    }
    if (clause_word(tokens_, at) != nullptr) {
        // EXTRACT(YEAR FROM a), SUBSTRING(a FROM 1), TRIM(a FROM b)
        if (level.is_call && is("FROM")) return false;
        const bool macro = at > 0 && tokens_.kind(at - 1) == TokenKind::at && tokens_.adjacent(at);
        return next(macro ? at - 1 : at, macro ? behind_brackets(at + 1) : at + 1, at);
    }
    return is_one_of(tokens_, at, kEnders) && !tokens_.is_symbol(at + 1, "(") && next(at, at + 1, at);
}

void MacroSurroundings::read_case(Level& level, std::size_t at) const {
    const auto set = [&](bool branch) {
        if (level.cases.empty()) return;
        level.branches += branch ? 1 : 0;
        level.branches -= level.cases.back() ? 1 : 0;
        level.cases.back() = branch;
    };
    if (tokens_.is_word(at, "CASE")) {
        level.cases.push_back(false);
    } else if (tokens_.is_word(at, "WHEN") || tokens_.is_word(at, "THEN")) {
        set(true);
    } else if (tokens_.is_word(at, "ELSE")) {
        set(false);
    } else if (tokens_.is_word(at, "END") && !level.cases.empty()) {
        set(false);
        level.cases.pop_back();
    }
}

MacroSurroundings::Step MacroSurroundings::step(const Item& item) const {
    if (item.lead == item.open) return step_out_of(item);
    if (tokens_.is_word(item.lead, "DISTINCT") || tokens_.is_word(item.lead, "ALL")) return Step::stays;
    const ClauseWord* clause = clause_word(tokens_, item.lead);
    if (clause != nullptr && clause->is_list) return Step::stays;
    const bool is_filter = item.open != kNone && item.open > 0 && tokens_.is_word(item.open - 1, "FILTER");
    return is_filter ? Step::climbs : Step::nowhere;
}

/// An item that its brackets lead, or nothing.
MacroSurroundings::Step MacroSurroundings::step_out_of(const Item& item) const {
    if (item.open == kNone) return alone_is_item_ ? Step::stays : Step::nowhere;
    if (!tokens_.is_symbol(item.open, "(")) return Step::stays;
    const std::size_t name = item.open == 0 ? kNone : item.open - 1;
    if (name != kNone && is_one_of(tokens_, name, kListWords)) return Step::stays;
    if (name == kNone || !is_function_name(tokens_, name)) return is_alone(item) ? Step::climbs : Step::stays;
    // Quotes make it nobody's function that is known.
    if (tokens_.kind(name) == TokenKind::quoted_identifier) return Step::stays;
    const std::string_view function = tokens_.text_of(name);
    const auto first = list_argument(function, tokens_.dialect());
    if (first && item.position >= *first) return Step::stays;
    return is_known_function(function, tokens_.dialect()) ? Step::climbs : Step::stays;
}

/// Brackets around one expression, and no row of VALUES: that is a tuple even if it holds one value.
bool MacroSurroundings::is_alone(const Item& item) const {
    const std::size_t lead = items_[item_of_[item.open]].lead;
    const bool row = lead != kNone && tokens_.is_word(lead, "VALUES");
    return !row && item.range.first == item.open + 1 && item.range.end == tokens_.closing(item.open);
}

}  // namespace towline::sql
