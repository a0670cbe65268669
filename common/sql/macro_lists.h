#pragma once
// Internal to the module: where the list that a macro gives is put.

#include <cstddef>
#include <optional>
#include <vector>

#include "sql/lexer.h"

namespace towline::sql {

/// Tokens from `first` to before `end`.
struct TokenRange {
    std::size_t first = 0;
    std::size_t end = 0;
    bool operator==(const TokenRange&) const = default;
};

/// What stands around a macro in a text whose macros are not expanded yet.
///
/// SQLMesh puts a list where it finds one: `Expression.replace` with a list takes the place of the nearest node around
/// the macro that itself stands in a list. So `COALESCE(@EACH([a, b], x -> x), 0) AS c` becomes `a, b`, since the first
/// argument of COALESCE has its place for itself, and `GREATEST(0, @EACH([a, b], x -> x))` becomes `GREATEST(0, a, b)`.
class MacroSurroundings {
 public:
    /// Reads the text once. `tokens` must outlive this. `alone_is_item`: a text that is one expression is itself an
    /// item of a list, as the arguments of a macro are.
    MacroSurroundings(const TokenList& tokens, bool alone_is_item);

    /// What a list that the macro at this token gives takes the place of; nothing if nothing around it stands in a
    /// list, as the condition of WHERE. Linear in the depth of brackets.
    std::optional<TokenRange> list_place(std::size_t macro) const;

 private:
    enum class Step { stays, climbs, nowhere };
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

    /// A projection, a key, an argument: what commas and words of clauses part.
    struct Item {
        TokenRange range;
        std::size_t open = kNone;  ///< The bracket it is in.
        std::size_t lead = kNone;  ///< The word of its clause, or `open`.
        std::size_t position = 0;  ///< Items between it and its lead.
    };
    /// Where the reading stands in one pair of brackets.
    struct Level {
        std::size_t open = kNone;
        std::size_t item = 0;  ///< In items_: the one being read.
        bool is_call = false;
        std::vector<bool> cases;  ///< The CASEs being read: is this a branch, behind WHEN or THEN?
        std::size_t branches = 0;
    };

    Level opened(std::size_t open);
    void closed(const Level& level, std::size_t close) { items_[level.item].range.end = close; }
    void read(Level& level, std::size_t at);
    bool read_separator(Level& level, std::size_t at);
    void read_case(Level& level, std::size_t at) const;
    void next_item(Level& level, std::size_t end, Item next);
    Step step(const Item& item) const;
    Step step_out_of(const Item& item) const;
    bool is_alone(const Item& item) const;

    const TokenList& tokens_;
    bool alone_is_item_;
    std::vector<Item> items_;
    std::vector<std::size_t> item_of_;  ///< Of a token: in items_.
    std::vector<bool> in_branch_;       ///< Of a token: behind WHEN or THEN of its item.
};

}  // namespace towline::sql
