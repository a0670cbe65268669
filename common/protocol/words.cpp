// The enumerations of the wire and their words. A word once sent is never given another meaning.
#include "base/words.h"
#include "protocol/executor.h"

namespace towline::protocol {
namespace {

constexpr Words<ExecutorKind, 2> kExecutorKinds{{{ExecutorKind::run, "run"}, {ExecutorKind::apply, "apply"}}};
constexpr Words<Outcome, 4> kOutcomes{{{Outcome::succeeded, "succeeded"},
                                       {Outcome::failed, "failed"},
                                       {Outcome::cancelled, "cancelled"},
                                       {Outcome::refused, "refused"}}};
constexpr Words<Ack, 3> kAcks{
    {{Ack::accepted, "accepted"}, {Ack::superseded, "superseded"}, {Ack::unknown, "unknown"}}};

}  // namespace

std::string_view to_string(ExecutorKind kind) { return word_of(kExecutorKinds, kind); }
Result<ExecutorKind> executor_kind_from(std::string_view word) {
    return value_of(kExecutorKinds, word, "executor kind");
}
std::string_view to_string(Outcome outcome) { return word_of(kOutcomes, outcome); }
Result<Outcome> outcome_from(std::string_view word) { return value_of(kOutcomes, word, "outcome"); }
std::string_view to_string(Ack ack) { return word_of(kAcks, ack); }
Result<Ack> ack_from(std::string_view word) { return value_of(kAcks, word, "acknowledgement"); }

}  // namespace towline::protocol
