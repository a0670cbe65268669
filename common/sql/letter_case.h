#pragma once
// Upper and lower case of whole texts as Python has them, beyond ASCII: SQLMesh folds names with str.lower() and
// str.upper(), so "Übersicht" and "größe" must fold alike here. Locales have no say.

#include <span>
#include <string>
#include <string_view>

namespace towline::sql {

/// Every `step`-th letter from `first` to `last` has its other case `distance` further.
struct CaseRun {
    char32_t first;
    char32_t last;
    int step;
    int distance;
};
/// A letter whose other case is several letters, as UTF-8.
struct CaseText {
    char32_t letter;
    std::string_view text;
};
struct LetterCase {
    std::span<const CaseRun> runs;
    std::span<const CaseText> texts;
};
extern const LetterCase kLowerCase;
extern const LetterCase kUpperCase;

/// Bytes that are no UTF-8 stay as they are.
std::string lower_letters(std::string_view text);
std::string upper_letters(std::string_view text);

}  // namespace towline::sql
