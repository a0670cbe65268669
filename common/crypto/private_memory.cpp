#include "crypto/private_memory.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>

namespace towline::crypto {

Status keep_memory_private() {
    const rlimit none{0, 0};
    if (::setrlimit(RLIMIT_CORE, &none) != 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return fail(ErrorCode::io, std::string("core dumps cannot be switched off: ") + std::strerror(errno));
    return {};
}

}  // namespace towline::crypto
