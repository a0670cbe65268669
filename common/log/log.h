#pragma once
// The process's log: one line an event, a short fixed message and named fields. All functions are thread
// safe.

#include <fmt/core.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/result.h"

namespace towline::log {

enum class Level { debug, info, warn, error, off };

/// "debug", "info", "warn" (or "warning"), "error", "off"; nullopt for other words.
std::optional<Level> level_from(std::string_view word);
std::string_view to_string(Level level);

struct Settings {
    Level level = Level::info;
    /// One JSON object a line instead of text.
    bool json = false;
    /// Empty means stderr. Otherwise lines are appended to this file.
    std::string file = {};
};

/// Sets the log up; may be called again to change settings. Before the first call: level info, text, stderr.
/// Fails with `io` when the file cannot be opened; the former settings then stay.
Status init(const Settings& settings);

/// Every message and every field value passes this function before it is written: the place where secrets are
/// masked. It runs on the logging thread, possibly on several at once; it must not log. An empty function
/// removes the hook.
void set_redactor(std::function<std::string(std::string_view)> redactor);

/// One named value. The views need to live only during the call.
class Field {
 public:
    Field(std::string_view name, std::string_view value) : name_(name), value_(value) {}
    Field(std::string_view name, const std::string& value) : name_(name), value_(value) {}
    Field(std::string_view name, const char* value) : name_(name), value_(value) {}
    Field(std::string_view name, bool value) : name_(name), value_(value ? "true" : "false"), bare_(true) {}
    /// Any number; NaN and infinities are words and so not bare.
    template <class Number>
        requires std::is_arithmetic_v<Number>
    Field(std::string_view name, Number value)
        : name_(name), owned_(fmt::format("{}", value)), bare_(value - value == Number{}) {}

    std::string_view name() const { return name_; }
    std::string_view value() const { return owned_.empty() ? value_ : std::string_view(owned_); }
    /// True for numbers and booleans, which JSON prints without quotes.
    bool bare() const { return bare_; }

 private:
    std::string_view name_;
    std::string_view value_;
    std::string owned_;
    bool bare_ = false;
};
using Fields = std::initializer_list<Field>;

/// True if a line of that level would be written; saves building costly fields.
bool enabled(Level level);
void write(Level level, std::string_view message, Fields fields = {});

/// `log::info("claimed", {{"task", id}, {"epoch", epoch}});`
inline void debug(std::string_view message, Fields fields = {}) { write(Level::debug, message, fields); }
inline void info(std::string_view message, Fields fields = {}) { write(Level::info, message, fields); }
inline void warn(std::string_view message, Fields fields = {}) { write(Level::warn, message, fields); }
inline void error(std::string_view message, Fields fields = {}) { write(Level::error, message, fields); }
/// A failure value: its code, message, detail and hint become fields.
void failure(Level level, std::string_view message, const Error& error);
/// Writes what is buffered; call before the process ends.
void flush();

/// What `write` would print after the time stamp and level; for tests.
std::string format_text(std::string_view message, Fields fields);

}  // namespace towline::log
