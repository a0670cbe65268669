#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace towline::project {

/// Comments of a bracketed list as sqlglot attaches them: for each of `items` entries the text that follows it, such as
/// " /* the key */". A comment belongs to the word before it on its line, that of a comma to the entry before the
/// comma, any other to the word after it; one on an opening bracket is lost. All empty for what is no such list.
std::vector<std::string> list_comments(std::string_view raw, std::size_t items);

}  // namespace towline::project
