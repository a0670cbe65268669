#pragma once
// Masks secrets in text that leaves the process. Every place where a known form of a secret stands is covered, forms
// that overlap as one; each covered stretch becomes "***". The result does not depend on how a text is cut into pieces,
// so a secret across the border of two chunks is masked like any other.

#include <bitset>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.h"

namespace towline::credentials {

/// The texts to be masked, ready for searching. Immutable; overwritten when the last user lets go of it.
struct MaskPatterns {
    MaskPatterns() = default;
    ~MaskPatterns();
    MaskPatterns(const MaskPatterns&) = delete;
    MaskPatterns& operator=(const MaskPatterns&) = delete;

    std::vector<std::string> sorted;
    std::bitset<65'536> first_two;  ///< which two bytes any of them starts with
    std::size_t bytes_longest = 0;
};

/// Knows the secrets. One that was replaced stays masked, because old values turn up in late errors, until newer ones
/// need its place: secrets that change every hour must not use up the room of those in force. Any thread.
class Redactor {
 public:
    static constexpr std::size_t kSecretBytesMin = 4;  ///< Shorter ones would mask half of every line.
    static constexpr std::size_t kPatternsMax = 10'000;

    Redactor();
    /// False if the secret is too short to be masked, or has too many spellings. Adding one again makes it the newest.
    bool add(std::string_view secret);
    std::string mask(std::string_view text) const;
    std::size_t pattern_count() const { return patterns()->sorted.size(); }
    // Shared: a search goes on with the patterns it began with while another thread adds some.
    std::shared_ptr<const MaskPatterns> patterns() const { return state_.lock()->patterns; }

 private:
    struct State {
        std::vector<std::vector<std::string>> secrets;  ///< the spellings of each, the oldest first
        std::shared_ptr<const MaskPatterns> patterns;   // Shared as above.
    };
    Guarded<State> state_;
};

/// The same for a text that comes in pieces: what `feed` gives, one after the other, and then `finish` is what `mask`
/// makes of the whole. Holds back only bytes that may be the beginning of a secret, so at most as many as the longest
/// form has. One thread.
class RedactingStream {
 public:
    explicit RedactingStream(std::shared_ptr<const Redactor> redactor) : redactor_(std::move(redactor)) {}
    std::string feed(std::string_view piece);
    std::string finish();

 private:
    std::string pass(bool last);

    std::shared_ptr<const Redactor> redactor_;  // Shared with the process's log.
    std::string held_;
    std::size_t covered_ = 0;  ///< bytes at held_'s start that belong to a stretch whose mask was given out
};

/// Lets every log line of the process pass `redactor`. Shared: the log may outlive every other owner.
void install_in_log(std::shared_ptr<const Redactor> redactor);

}  // namespace towline::credentials
