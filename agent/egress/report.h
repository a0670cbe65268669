#pragma once
#include <filesystem>
#include <string>

#include "egress/chain.h"

namespace towline::egress {

/// What the journal holds, for people: the calls, and of each call the fields that left, how often and how large. The
/// verdict on the chain stands at the end, with the head that can be noted elsewhere.
struct Report {
    Verdict verdict;
    std::string text;
};
Report report(const std::filesystem::path& folder, const std::string& anchor);

}  // namespace towline::egress
