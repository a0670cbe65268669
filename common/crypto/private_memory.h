#pragma once
#include "base/result.h"

namespace towline::crypto {

/// Keeps this process's memory from others: no core file of a crash, also where the system pipes core dumps to a
/// program (for which a limit of 0 does not count), and no reading of its memory or environment by other processes of
/// the same user. For programs that hold secrets; called once, early. Fails if the system refuses.
Status keep_memory_private();

}  // namespace towline::crypto
