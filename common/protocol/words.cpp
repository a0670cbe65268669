// The enumerations of the wire and their words. A word once sent is never given another meaning.
#include <fmt/core.h>

#include <array>
#include <utility>

#include "protocol/executor.h"

namespace towline::protocol {
namespace {

template <class E, std::size_t N>
using Words = std::array<std::pair<E, std::string_view>, N>;

template <class E, std::size_t N>
std::string_view word_of(const Words<E, N>& words, E value) {
    for (const auto& [each, word] : words)
        if (each == value) return word;
    return "unknown";
}

template <class E, std::size_t N>
Result<E> value_of(const Words<E, N>& words, std::string_view word, std::string_view what) {
    for (const auto& [each, text] : words)
        if (text == word) return each;
    return fail(ErrorCode::invalid, fmt::format("unknown {} '{}'", what, word.substr(0, 40)));
}

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
