#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "credentials/settings.h"
#include "policy/policy.h"
#include "project/project.h"

namespace towline::loop {

/// What the loop needs to know of the rest of the process before each call.
struct Circumstances {
    bool degraded = false;
    std::string reason;  ///< why, one sentence
    std::vector<project::Gateway> gateways;
    bool exclusive = false;  ///< an engine has its database for itself while it is open
    std::chrono::seconds drain{25};
    credentials::LogUpload log_upload = credentials::LogUpload::scrubbed;
    const policy::Policy* policy = nullptr;  ///< valid until the next look; null allows everything
    std::string egress_head = {};            ///< where the egress journal ends
    std::string_view settings = {};          ///< adopted | refused, if they changed since the last look
    bool credentials_changed = false;        ///< since the last look: a refused client may be accepted now
};

/// The seam to settings and engines; tests have their own.
class Surroundings {
 public:
    virtual ~Surroundings() = default;
    /// Called on the loop's thread before each call; takes over changed files.
    virtual Circumstances look() = 0;
};

}  // namespace towline::loop
