#include "credentials/settings_watch.h"

#include <utility>

#include "crypto/crypto.h"
#include "log/log.h"

namespace towline::credentials {

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
    return {stamp_of(settings_.env_file), stamp_of(settings_.secret_file)};
}

void SettingsWatch::learn_secrets() {
    for (std::string& secret : settings_.gateways.secrets) {
        if (!redactor_->add(secret)) log::warn("a secret is too short to be masked in logs");
        crypto::wipe(secret);
    }
    settings_.gateways.secrets.clear();
}

void SettingsWatch::keep_what_needs_a_restart(ExecutorSettings& fresh) const {
    const bool other = fresh.url != settings_.url || fresh.ca_file != settings_.ca_file ||
                       fresh.name != settings_.name || fresh.slots != settings_.slots ||
                       fresh.spool_dir != settings_.spool_dir;
    if (other)
        log::warn(
            "a changed setting takes effect only after a restart (url, CA file, name, slots or spool "
            "folder)");
    fresh.url = settings_.url;
    fresh.token_url = settings_.token_url;
    fresh.ca_file = settings_.ca_file;
    fresh.name = settings_.name;
    fresh.slots = settings_.slots;
    fresh.spool_dir = settings_.spool_dir;
}

}  // namespace towline::credentials
