#pragma once
#include <cstddef>

namespace towline::spool {

inline constexpr std::size_t kRecordBytesMax = 1 << 20;
inline constexpr std::size_t kFileBytesMax = 32 << 20;      ///< of the spool; results beyond are refused
inline constexpr std::size_t kReservedBytes = 8 << 20;      ///< kept free for results of running tasks
inline constexpr std::size_t kCompactAboveBytes = 4 << 20;  ///< rewritten when larger and mostly acknowledged
inline constexpr std::size_t kErrorMessageBytesMax = 32 << 10;

}  // namespace towline::spool
