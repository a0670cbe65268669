#include "credentials/redactor.h"

#include <algorithm>
#include <utility>

#include "credentials/secret_forms.h"
#include "crypto/crypto.h"
#include "log/log.h"

namespace towline::credentials {
namespace {

constexpr std::string_view kMask = "***";

std::size_t two_bytes(std::string_view text) {
    return static_cast<std::size_t>(static_cast<unsigned char>(text[0])) << 8U | static_cast<unsigned char>(text[1]);
}

/// What may stand at one place of a text.
struct Match {
    std::size_t longest = 0;  ///< bytes of the longest pattern that stands there; 0 = none
    bool open = false;        ///< the text ends inside a pattern: more of it decides
};

Match match_at(const MaskPatterns& patterns, std::string_view rest) {
    Match match;
    if (rest.size() < 2) {
        // One byte: any pattern that starts with it.
        const auto found = std::lower_bound(patterns.sorted.begin(), patterns.sorted.end(), rest);
        match.open = found != patterns.sorted.end() && std::string_view(*found).starts_with(rest);
        return match;
    }
    if (!patterns.first_two[two_bytes(rest)]) return match;
    const auto head = rest.substr(0, 2);
    for (auto one = std::lower_bound(patterns.sorted.begin(), patterns.sorted.end(), head);
         one != patterns.sorted.end() && std::string_view(*one).starts_with(head); ++one) {
        if (rest.starts_with(*one)) {
            match.longest = std::max(match.longest, one->size());
        } else if (std::string_view(*one).starts_with(rest)) {
            match.open = true;
        }
    }
    return match;
}

// Each form has at least kSecretBytesMin (so two) bytes.
std::shared_ptr<const MaskPatterns> patterns_of(const std::vector<std::vector<std::string>>& secrets) {
    auto out = std::make_shared<MaskPatterns>();
    for (const std::vector<std::string>& forms : secrets) {
        for (const std::string& form : forms) {
            out->first_two[two_bytes(form)] = true;
            out->bytes_longest = std::max(out->bytes_longest, form.size());
            out->sorted.push_back(form);
        }
    }
    std::sort(out->sorted.begin(), out->sorted.end());
    out->sorted.erase(std::unique(out->sorted.begin(), out->sorted.end()), out->sorted.end());
    return out;
}

void wipe(std::vector<std::string>& texts) {
    for (std::string& text : texts) crypto::wipe(text);
}

}  // namespace

MaskPatterns::~MaskPatterns() { wipe(sorted); }

Redactor::Redactor() { state_.lock()->patterns = std::make_shared<const MaskPatterns>(); }

bool Redactor::add(std::string_view secret) {
    if (secret.size() < kSecretBytesMin) return false;
    std::vector<std::string> forms = forms_of(secret, kSecretBytesMin);
    if (forms.size() > kPatternsMax) return false;
    auto state = state_.lock();
    auto& secrets = state->secrets;
    if (const auto known = std::find(secrets.begin(), secrets.end(), forms); known != secrets.end()) {
        std::rotate(known, known + 1, secrets.end());
        wipe(forms);
        return true;
    }
    std::size_t count = forms.size();
    secrets.push_back(std::move(forms));
    auto keep = secrets.end() - 1;
    while (keep != secrets.begin() && count + (keep - 1)->size() <= kPatternsMax) count += (--keep)->size();
    std::for_each(secrets.begin(), keep, wipe);
    secrets.erase(secrets.begin(), keep);
    state->patterns = patterns_of(secrets);
    return true;
}

std::string Redactor::mask(std::string_view text) const {
    const auto patterns = this->patterns();
    std::string out;
    out.reserve(text.size());
    std::size_t covered_until = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::size_t size = match_at(*patterns, text.substr(at)).longest;
        if (size > 0 && at >= covered_until) out += kMask;
        if (size > 0) covered_until = std::max(covered_until, at + size);
        if (at >= covered_until) out += text[at];
    }
    return out;
}

std::string RedactingStream::feed(std::string_view piece) {
    held_ += piece;
    return pass(false);
}

std::string RedactingStream::finish() {
    std::string out = pass(true);
    covered_ = 0;
    return out;
}

std::string RedactingStream::pass(bool last) {
    const auto patterns = redactor_->patterns();
    std::string out;
    std::size_t covered_until = covered_;
    std::size_t at = 0;
    for (; at < held_.size(); ++at) {
        const Match match = match_at(*patterns, std::string_view(held_).substr(at));
        if (match.open && !last) break;
        if (match.longest > 0 && at >= covered_until) out += kMask;
        if (match.longest > 0) covered_until = std::max(covered_until, at + match.longest);
        if (at >= covered_until) out += held_[at];
    }
    held_.erase(0, at);
    covered_ = covered_until > at ? covered_until - at : 0;
    return out;
}

void install_in_log(std::shared_ptr<const Redactor> redactor) {
    log::set_redactor([redactor = std::move(redactor)](std::string_view text) { return redactor->mask(text); });
}

}  // namespace towline::credentials
