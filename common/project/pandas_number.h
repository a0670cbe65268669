#pragma once
// Numbers of seeds as pandas 2.3 reads and prints them: a seed's hash is made of its text, and pandas trades the last
// digits for speed. Sources: precise_xstrtod of its tokenizer, the double writer of its JSON encoder.

#include <string>
#include <string_view>

namespace towline::project {

/// The value of a decimal number, read from at most 17 significant digits with one rounding a digit. Requires: an
/// optional sign, digits with an optional point, an optional exponent.
double pandas_real(std::string_view text);

/// Ten decimals without trailing zeros; below 1e-15 and from 1e16 on ten significant digits with an exponent; null for
/// what is not finite.
std::string pandas_json(double value);

}  // namespace towline::project
