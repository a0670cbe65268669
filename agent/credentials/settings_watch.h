#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "credentials/redactor.h"
#include "credentials/settings.h"

namespace towline::credentials {

/// Settings that follow their files. One thread: the loop asks before each call to the scheduler.
class SettingsWatch {
 public:
    /// Reads everything once and makes `redactor` know every secret. Shared with the log.
    static tl::expected<SettingsWatch, SettingFaults> open(SettingInputs inputs, std::shared_ptr<Redactor> redactor);

    const ExecutorSettings& current() const { return settings_; }
    /// What the files hold now was refused; the old values are in force.
    bool degraded() const { return !faults_.empty(); }
    const SettingFaults& faults() const { return faults_; }

    enum class Change { none, adopted, refused };
    /// Reads again if a file changed since the last look. `refused` is told once per state of the files.
    Change refresh();

 private:
    struct Stamps {
        FileStamp env_file;
        std::vector<FileStamp> watched;
        bool operator==(const Stamps&) const = default;
    };
    SettingsWatch(SettingInputs inputs, std::shared_ptr<Redactor> redactor)
        : inputs_(std::move(inputs)), redactor_(std::move(redactor)) {}
    Stamps look() const;
    void learn_secrets();
    void keep_what_needs_a_restart(ExecutorSettings& fresh) const;

    SettingInputs inputs_;
    std::shared_ptr<Redactor> redactor_;  // Shared with the log, which masks until the process ends.
    ExecutorSettings settings_;
    Stamps stamps_;
    SettingFaults faults_;
};

}  // namespace towline::credentials
