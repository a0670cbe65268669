#include "credentials/settings_watch.h"

#include <utility>

#include "crypto/crypto.h"
#include "log/log.h"

namespace towline::credentials {
namespace {

constexpr int kReadsMax = 5;

}  // namespace

tl::expected<SettingsWatch, SettingFaults> SettingsWatch::open(SettingInputs inputs,
                                                               std::shared_ptr<Redactor> redactor) {
    SettingsWatch watch(std::move(inputs), std::move(redactor));
    auto settings = resolve_settings(watch.inputs_);
    if (!settings) return tl::unexpected(std::move(settings.error()));
    watch.settings_ = std::move(*settings);
    watch.learn_secrets();
    // Which files there are is known only now. Reading them a second time makes stamp and content belong
    // together.
    watch.refresh();
    return watch;
}

SettingsWatch::Change SettingsWatch::refresh() {
    const Stamps now = look();
    if (now == stamps_) return Change::none;
    stamps_ = now;  // Taken before reading, so that a write during the reading shows at the next look.
    auto fresh = resolve_settings(inputs_);
    // A file that is just being written is read again: half of it may be valid and mean something else.
    for (int tries = 0; tries < kReadsMax && look() != stamps_; ++tries) {
        stamps_ = look();
        fresh = resolve_settings(inputs_);
    }
    if (!fresh) {
        const bool news = faults_ != fresh.error();
        faults_ = std::move(fresh.error());
        return news ? Change::refused : Change::none;
    }
    faults_.clear();
    keep_what_needs_a_restart(*fresh);
    settings_ = std::move(*fresh);
    learn_secrets();
    return Change::adopted;
}

SettingsWatch::Stamps SettingsWatch::look() const {
    Stamps stamps{stamp_of(settings_.env_file), {}};
    for (const std::string& file : settings_.watched) stamps.watched.push_back(stamp_of(file));
    return stamps;
}

void SettingsWatch::learn_secrets() {
    for (std::string& secret : settings_.gateways.secrets) {
        if (!redactor_->add(secret)) log::warn("a secret is too short or too long to be masked in logs");
        crypto::wipe(secret);
    }
    settings_.gateways.secrets.clear();
}

void SettingsWatch::keep_what_needs_a_restart(ExecutorSettings& fresh) const {
    bool other = false;
    const auto keep = [&](auto... members) {
        ((other = other || fresh.*members != settings_.*members, fresh.*members = settings_.*members), ...);
    };
    using S = ExecutorSettings;
    keep(&S::url, &S::name, &S::slots, &S::spool_dir, &S::health_listen, &S::egress_journal_bytes);
    if (other)
        log::warn(
            "a changed setting takes effect only after a restart (url, name, slots, spool folder, journal or health "
            "port)");
    fresh.token_url = settings_.token_url;  // It follows the url.
}

}  // namespace towline::credentials
