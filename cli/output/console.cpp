#include "output/console.h"

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "base/strings.h"
#include "output/words.h"

namespace towline::output {
namespace {

struct StateLook {
    std::string_view word;
    std::string_view mark;
    std::string_view color;
};
constexpr std::array kLooks{
    StateLook{"succeeded", "✔", "32"}, StateLook{"passed", "✔", "32"},     StateLook{"finalized", "✔", "32"},
    StateLook{"active", "✔", "32"},    StateLook{"ok", "✔", "32"},         StateLook{"failed", "✕", "31"},
    StateLook{"lost", "✕", "31"},      StateLook{"fenced", "✕", "31"},     StateLook{"revoked", "✕", "31"},
    StateLook{"error", "✕", "31"},     StateLook{"running", "●", "34"},    StateLook{"leased", "●", "34"},
    StateLook{"queued", "○", ""},      StateLook{"ready", "○", ""},        StateLook{"blocked", "○", ""},
    StateLook{"waiting", "○", ""},     StateLook{"unfinished", "○", "33"}, StateLook{"paused", "⏸", "33"},
    StateLook{"draining", "⏸", "33"},  StateLook{"expired", "⊘", "33"},    StateLook{"skipped", "↷", "33"},
    StateLook{"cancelled", "⊘", "33"},
};

const StateLook* look_of(std::string_view word) {
    for (const StateLook& look : kLooks)
        if (look.word == word) return &look;
    return nullptr;
}

void put(std::FILE* file, std::string_view text) {
    // What goes into a file or a pipe is the result, byte by byte; what a person reads must not steer the terminal.
    const bool read_by_a_person = file == stderr || isatty(fileno(file)) == 1;
    const std::string shown = read_by_a_person ? harmless(text) : std::string(text);
    std::fwrite(shown.data(), 1, shown.size(), file);
    std::fputc('\n', file);
    std::fflush(file);
}

}  // namespace

std::string_view mark_of(std::string_view state) {
    const StateLook* look = look_of(state);
    return look == nullptr ? std::string_view("?") : look->mark;
}

Console::Console(Options options) : options_(options) {
    stdin_tty_ = isatty(STDIN_FILENO) == 1;
    stdout_tty_ = isatty(STDOUT_FILENO) == 1;
    stderr_tty_ = isatty(STDERR_FILENO) == 1;
    const char* no_color = std::getenv("NO_COLOR");
    color_ = stdout_tty_ && !options_.no_color && (no_color == nullptr || *no_color == '\0');
}

std::string Console::styled(std::string_view text, std::string_view code) const {
    return color_ && !code.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

std::string Console::state(std::string_view word) const {
    const StateLook* look = look_of(word);
    return look == nullptr ? std::string(word) : styled(fmt::format("{} {}", look->mark, word), look->color);
}

void Console::clear_progress() {
    if (progress_shown_) std::fputs("\r\x1b[K", stderr);
    progress_shown_ = false;
}

void Console::line(std::string_view text) {
    clear_progress();
    put(json() ? stderr : stdout, text);
}

void Console::note(std::string_view text) {
    clear_progress();
    put(stderr, text);
}

void Console::warning(std::string_view text) {
    if (options_.verbosity >= 0) note(fmt::format("[WARNING] {}", text));
}

void Console::error(const Error& error) {
    note(fmt::format("{} {}", stderr_tty_ ? red("Error:") : "Error:", error.message));
    if (!error.detail.empty()) note(error.detail);
    if (!error.hint.empty()) note("  hint: " + error.hint);
}

void Console::document(std::string_view json_text) {
    clear_progress();
    const Result<json::Document> document = json::Document::parse(json_text);
    put(stdout, document ? json::pretty(document->root(), 2) : std::string(json_text));
}

void Console::progress(std::string_view text) {
    if (!stderr_tty_) return;
    std::fputs("\r\x1b[K", stderr);
    const std::string shown = harmless(text);
    std::fwrite(shown.data(), 1, shown.size(), stderr);
    std::fflush(stderr);
    progress_shown_ = true;
}

bool Console::confirm(std::string_view question) {
    const std::string word = lower(ask(std::string(question) + " [y/n]").value_or(""));
    return word == "y" || word == "yes";
}

std::optional<std::string> Console::ask(std::string_view question) {
    clear_progress();
    const std::string shown = harmless(question);
    std::fwrite(shown.data(), 1, shown.size(), stdout);
    std::fputs(": ", stdout);
    std::fflush(stdout);
    std::array<char, 256> answer{};
    if (std::fgets(answer.data(), answer.size(), stdin) == nullptr) return std::nullopt;
    return std::string(trim(answer.data()));
}

std::string with_schema(std::string_view name, const json::Reader& object) {
    json::Object out;
    out.str("schema", fmt::format("towline.{}/v1", name));
    if (object.is_object())
        for (const auto& [key, value] : object.members()) out.raw(key, value.dump());
    return out.dump();
}

std::string list_document(std::string_view name, const std::vector<std::string>& items) {
    json::Array array;
    for (const std::string& item : items) array.raw(item);
    return json::Object().str("schema", fmt::format("towline.{}/v1", name)).list("items", array).dump();
}

}  // namespace towline::output
