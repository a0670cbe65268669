#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace towline::output {

enum class Format { table, json };

/// Where text goes. Results to stdout, progress and warnings to stderr; colours only on a terminal without
/// NO_COLOR. One thread.
class Console {
 public:
    struct Options {
        Format format = Format::table;
        bool no_color = false;
        int verbosity = 0;
    };
    explicit Console(Options options);

    bool json() const { return options_.format == Format::json; }
    bool verbose() const { return options_.verbosity > 0; }
    /// A person sits at both ends: questions may be asked.
    bool interactive() const { return stdin_tty_ && stdout_tty_ && !json(); }

    /// A line of the result; in JSON mode it goes to stderr, so that stdout holds one document.
    void line(std::string_view text);
    /// A line that is no result.
    void note(std::string_view text);
    void warning(std::string_view text);
    void error(const Error& error);
    /// A JSON document on stdout, indented.
    void document(std::string_view json_text);
    /// Replaces the progress line on a terminal; nothing elsewhere. Any other output removes it first.
    void progress(std::string_view text);
    /// Asks on the terminal; false for everything but y and yes, and when input ends.
    bool confirm(std::string_view question);
    /// Asks on the terminal for a line of text, without blanks around it; nothing when input ends.
    std::optional<std::string> ask(std::string_view question);

    std::string bold(std::string_view text) const { return styled(text, "1"); }
    std::string red(std::string_view text) const { return styled(text, "31"); }
    std::string green(std::string_view text) const { return styled(text, "32"); }
    std::string dim(std::string_view text) const { return styled(text, "2"); }
    /// "✔ succeeded": shape, word and colour of a state of a work, task, stage, executor or environment.
    std::string state(std::string_view word) const;

 private:
    std::string styled(std::string_view text, std::string_view code) const;
    void clear_progress();
    Options options_;
    bool stdin_tty_ = false;
    bool stdout_tty_ = false;
    bool stderr_tty_ = false;
    bool color_ = false;
    bool progress_shown_ = false;
};

/// The mark alone: "✔".
std::string_view mark_of(std::string_view state);

/// `{"schema":"towline.NAME/v1", …members}`.
std::string with_schema(std::string_view name, const json::Reader& object);
/// `{"schema":"towline.NAME/v1","items":[…]}`.
std::string list_document(std::string_view name, const std::vector<std::string>& items);

}  // namespace towline::output
