#pragma once

namespace towline::model {

/// True for a letter or number beyond ASCII: what Python's \w takes there.
bool is_word_letter(char32_t point);

}  // namespace towline::model
