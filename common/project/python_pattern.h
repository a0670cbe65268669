#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace towline::project {

/// A regular expression as Python's `re` reads it, matched by backtracking with a bound on its steps. Groups, classes,
/// lazy and possessive repetition, look-around, back references and the flags i, m and s are known.
class PythonPattern {
 public:
    /// Fails with `invalid` on a broken pattern and with `unsupported` on what is not known.
    static Result<PythonPattern> compile(std::string_view pattern);
    /// True if the pattern matches at the beginning of the text, like re.match. Fails if that takes too long.
    Result<bool> matches_at_start(std::string_view text) const;

    /// A part of the pattern. Only this file's code needs it.
    struct Node {
        enum class Kind {
            sequence,
            either,
            set,
            start,
            end,
            end_before_newline,
            boundary,
            group,
            back,
            repeat,
            look,
            atomic
        };
        Kind kind = Kind::sequence;
        std::vector<int> parts;                             ///< indexes of nodes
        std::vector<std::pair<char32_t, char32_t>> ranges;  ///< set
        std::string classes;                                ///< set: letters of \d \w \s \D \W \S
        bool negated = false;                               ///< set, boundary, look
        bool ignore_case = false;
        bool lazy = false, possessive = false;
        bool behind = false;       ///< look
        bool multiline = false;    ///< start, end
        int least = 0, most = -1;  ///< repeat; -1 = no bound
        int number = 0;            ///< group, back; 0 = not captured
    };

 private:
    std::vector<Node> nodes_;
    int root_ = 0;
    int groups_ = 0;
};

}  // namespace towline::project
