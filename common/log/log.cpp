// The only source that includes spdlog. It is used for sinks and time stamps; the line itself is built here,
// so that redaction happens before anything is handed over.

#include "log/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "base/assert.h"
#include "json/writer.h"

namespace towline::log {
namespace {

constexpr std::size_t kValueBytesMax = 16 * 1024;  // A longer field is cut; a log line is not a document.

using Redactor = std::function<std::string(std::string_view)>;

struct State {
    std::shared_mutex mutex;
    // spdlog's own ownership type; only this struct holds it.
    std::shared_ptr<spdlog::logger> logger;
    bool json = false;
    Redactor redactor;
    std::atomic<Level> level{Level::info};
};

std::shared_ptr<spdlog::logger> make_logger(spdlog::sink_ptr sink, bool json) {
    auto logger = std::make_shared<spdlog::logger>("towline", std::move(sink));
    logger->set_level(spdlog::level::trace);
    logger->flush_on(spdlog::level::info);
    logger->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        json ? "{\"time\":\"%Y-%m-%dT%H:%M:%S.%eZ\",\"level\":\"%l\",%v}" : "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v",
        spdlog::pattern_time_type::utc));
    return logger;
}

// Never destroyed: threads may still log while static objects go away.
State& state() {
    static State* const instance = [] {
        auto owned = std::make_unique<State>();
        owned->logger = make_logger(std::make_shared<spdlog::sinks::stderr_sink_mt>(), false);
        return owned.release();
    }();
    return *instance;
}

spdlog::level::level_enum spdlog_level(Level level) {
    switch (level) {
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warn:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
        case Level::off:
            return spdlog::level::off;
    }
    return spdlog::level::info;
}

std::string cut(std::string_view value) {
    if (value.size() <= kValueBytesMax) return std::string(value);
    return fmt::format("{}… ({} bytes)", value.substr(0, kValueBytesMax), value.size());
}

// Redaction comes before cutting, or a secret cut in two would not be recognised.
std::string clean(const Redactor& redactor, std::string_view value) {
    return cut(redactor ? redactor(value) : std::string(value));
}

bool is_plain(std::string_view value) {
    if (value.empty()) return false;
    for (const char c : value) {
        if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7F) return false;
    }
    return true;
}

// Control characters would let a value forge further lines.
std::string one_line(std::string_view message) {
    std::string out;
    for (const char c : message) {
        if (static_cast<unsigned char>(c) >= ' ' && c != 0x7F) {
            out += c;
        } else {
            out += c == '\n' ? std::string("\\n") : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        }
    }
    return out;
}

std::string text_line(const Redactor& redactor, std::string_view message, Fields fields) {
    std::string line = one_line(clean(redactor, message));
    for (const Field& field : fields) {
        const std::string value = clean(redactor, field.value());
        line += fmt::format(" {}={}", field.name(), is_plain(value) ? value : json::quote(value));
    }
    return line;
}

// The inner part of the object; the pattern adds braces, time and level.
std::string json_line(const Redactor& redactor, std::string_view message, Fields fields) {
    std::string line = "\"message\":" + json::quote(clean(redactor, message));
    for (const Field& field : fields) {
        const std::string value = clean(redactor, field.value());
        const bool bare = field.bare() && value == field.value();
        line += fmt::format(",{}:{}", json::quote(field.name()), bare ? value : json::quote(value));
    }
    return line;
}

}  // namespace

std::optional<Level> level_from(std::string_view word) {
    for (const Level level : {Level::debug, Level::info, Level::warn, Level::error, Level::off}) {
        if (word == to_string(level)) return level;
    }
    if (word == "warning") return Level::warn;
    return std::nullopt;
}

std::string_view to_string(Level level) {
    switch (level) {
        case Level::debug:
            return "debug";
        case Level::info:
            return "info";
        case Level::warn:
            return "warn";
        case Level::error:
            return "error";
        case Level::off:
            return "off";
    }
    return "info";
}

Status init(const Settings& settings) {
    spdlog::sink_ptr sink;
    try {
        if (settings.file.empty()) {
            sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
        } else {
            sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(settings.file);
        }
    } catch (const spdlog::spdlog_ex& failure) {
        return fail(ErrorCode::io, fmt::format("cannot open the log file {}: {}", settings.file, failure.what()));
    }
    State& shared = state();
    const std::unique_lock lock(shared.mutex);
    shared.logger->flush();
    shared.logger = make_logger(std::move(sink), settings.json);
    shared.json = settings.json;
    shared.level.store(settings.level);
    return {};
}

void set_redactor(std::function<std::string(std::string_view)> redactor) {
    State& shared = state();
    const std::unique_lock lock(shared.mutex);
    shared.redactor = std::move(redactor);
}

bool enabled(Level level) { return level != Level::off && level >= state().level.load(std::memory_order_relaxed); }

void write(Level level, std::string_view message, Fields fields) {
    if (!enabled(level)) return;
    State& shared = state();
    const std::shared_lock lock(shared.mutex);
    const std::string line =
        shared.json ? json_line(shared.redactor, message, fields) : text_line(shared.redactor, message, fields);
    shared.logger->log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
}

void failure(Level level, std::string_view message, const Error& error) {
    write(level, message,
          {{"code", to_string(error.code)}, {"error", error.message}, {"detail", error.detail}, {"hint", error.hint}});
}

void flush() {
    State& shared = state();
    const std::shared_lock lock(shared.mutex);
    shared.logger->flush();
}

std::string format_text(std::string_view message, Fields fields) {
    State& shared = state();
    const std::shared_lock lock(shared.mutex);
    return text_line(shared.redactor, message, fields);
}

}  // namespace towline::log
