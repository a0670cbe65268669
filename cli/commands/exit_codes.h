#pragma once
#include <string>

#include "base/result.h"

namespace towline::commands {

// What the program says to the shell; `towline help exit-codes` prints the table.
inline constexpr int kOk = 0;
inline constexpr int kWorkFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kNotAllowed = 3;
inline constexpr int kNotFound = 4;
inline constexpr int kUnreachable = 5;
inline constexpr int kConflict = 6;
inline constexpr int kWaitTimeout = 7;
inline constexpr int kCancelled = 8;
inline constexpr int kChangesPresent = 9;
inline constexpr int kDetached = 130;

int exit_code_of(ErrorCode code);
/// One line per code.
std::string exit_codes_text();

}  // namespace towline::commands
