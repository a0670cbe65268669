#pragma once
// Cutting a JSON document that is too large to hold: a file of any size is read with one piece of it in memory.

#include <cstddef>
#include <functional>
#include <istream>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"

namespace towline::json {

/// A part of the document, whose root is an object.
struct Piece {
    std::string_view member;  ///< of the root, as it is written, without quotes
    std::string key;          ///< of an entry of a member that is an object; else empty
    std::string_view text;    ///< a value; empty where a member that is cut begins
};

/// Reads `in` to its end and gives every member of its root as text; those in `cut` entry by entry, after a first piece
/// without text. Only strings and brackets are looked at: the caller parses the pieces, which finds what else is wrong.
/// Fails with `invalid` (offset in the message, no content), `too_large` for a piece of more than `bytes_max`, or as
/// `on_piece` does.
Status each_piece(std::istream& in, const std::set<std::string, std::less<>>& cut, std::size_t bytes_max,
                  const std::function<Status(const Piece&)>& on_piece);

}  // namespace towline::json
