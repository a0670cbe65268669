#pragma once
#include <chrono>
#include <string>

#include "base/result.h"
#include "program/settings.h"

namespace towline::program {

enum class Probe {
    live,   ///< /healthz: the process answers
    ready,  ///< /readyz: and its store does
};

inline constexpr std::chrono::seconds kProbePatience{3};

/// Asks the scheduler that these settings start, on this machine, over its own address; needs no shell and no curl in
/// an image. Returns a sentence if it is well, else unavailable. With TLS the certificate is not checked: the probe
/// sends nothing worth hiding and asks nobody but its own host. Blocks for `patience` at most per step.
Result<std::string> probe(const Settings& settings, Probe what, std::chrono::seconds patience = kProbePatience);

}  // namespace towline::program
