#pragma once
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.h"

namespace towline::credentials {

/// Masks secrets in text: as they are, in base64 (also inside a longer text), and URL-encoded. Once known, a
/// secret stays masked for the life of the process, because old values turn up in late errors. Any thread.
class Redactor {
 public:
    static constexpr std::size_t kSecretBytesMin = 4;  ///< Shorter ones would mask half of every line.
    static constexpr std::size_t kPatternsMax = 10'000;

    /// False if the secret is too short to be masked. Adding one twice is the same as once.
    bool add(std::string_view secret);
    std::string mask(std::string_view text) const;
    std::size_t pattern_count() const { return patterns_.lock()->size(); }

 private:
    /// Longest first, so that a secret that contains another one is masked whole.
    struct LongestFirst {
        using is_transparent = void;
        bool operator()(std::string_view a, std::string_view b) const {
            return a.size() != b.size() ? a.size() > b.size() : a < b;
        }
    };
    Guarded<std::set<std::string, LongestFirst>> patterns_;
};

/// Lets every log line of the process pass `redactor`. Shared: the log may outlive every other owner.
void install_in_log(std::shared_ptr<const Redactor> redactor);

}  // namespace towline::credentials
