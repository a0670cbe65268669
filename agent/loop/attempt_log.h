#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/guarded.h"
#include "credentials/redactor.h"
#include "credentials/settings.h"
#include "runner/runner.h"

namespace towline::loop {

/// The log of one attempt on its way to the scheduler. The runner writes, the uploader takes. Bytes are
/// numbered from the attempt's start; those not yet taken are bounded, and what is dropped is said in a line.
/// Any thread.
class AttemptLog final : public runner::TaskLog {
 public:
    AttemptLog(std::string attempt_id, credentials::LogUpload mode,
               std::shared_ptr<const credentials::Redactor> redactor);

    /// Lines of the runner: masked, and left out, scrubbed or whole as the mode says. Our own log gets them whole.
    void line(std::string_view level, std::string_view text) override;
    void both(std::string_view level, const runner::LogTexts& texts) override;
    /// A line of the executor itself (start, end, counts): sent in every mode but off.
    void note(std::string_view text);
    /// Nothing more will be written.
    void finish();

    struct Chunk {
        std::int64_t offset = 0;
        std::string bytes;
    };
    const std::string& attempt_id() const { return attempt_id_; }
    /// The next bytes to send; empty if there are none.
    Chunk next(std::size_t bytes_max) const;
    /// The scheduler has everything before `offset`. False if it wants bytes that are gone.
    bool sent_until(std::int64_t offset);
    bool finished() const { return state_.lock()->finished; }
    bool empty() const { return state_.lock()->waiting.empty(); }

 private:
    void append(std::string_view level, std::string_view text);

    struct State {
        credentials::RedactingStream masking;
        std::string waiting;       ///< not acknowledged yet
        std::int64_t base = 0;     ///< offset of waiting's first byte
        std::int64_t dropped = 0;  ///< lines since the last one that fitted
        bool finished = false;
    };
    const std::string attempt_id_;
    const credentials::LogUpload mode_;
    std::shared_ptr<const credentials::Redactor> redactor_;  // Shared with the process's log.
    mutable Guarded<State> state_;
};

}  // namespace towline::loop
