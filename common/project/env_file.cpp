#include "project/env_file.h"

#include <algorithm>
#include <optional>

#include "base/strings.h"

namespace towline::project {
namespace {

constexpr std::size_t kEnvBytesMax = 1 << 20;

struct Binding {
    std::string name;
    std::optional<std::string> value;
};

class Reader {
   public:
    explicit Reader(std::string_view text) : text_(text) {}

    std::vector<Binding> read() {
        std::vector<Binding> out;
        for (skip(" \t\r\n\f\v"); at_ < text_.size(); skip(" \t\r\n\f\v"))
            if (auto binding = line())
                out.push_back(std::move(*binding));
            else
                rest_of_line();
        return out;
    }

   private:
    bool ended() const { return at_ >= text_.size() || text_[at_] == '\n' || text_[at_] == '\r'; }
    void skip(std::string_view set) {
        while (at_ < text_.size() && set.find(text_[at_]) != std::string_view::npos) ++at_;
    }
    std::string_view rest_of_line() {
        const std::size_t from = at_;
        while (!ended()) ++at_;
        return text_.substr(from, at_ - from);
    }
    /// Nothing where the line is no binding.
    std::optional<Binding> line() {
        constexpr std::string_view kExport = "export";
        if (text_.substr(at_).starts_with(kExport) && at_ + kExport.size() < text_.size() &&
            (text_[at_ + kExport.size()] == ' ' || text_[at_ + kExport.size()] == '\t')) {
            at_ += kExport.size();
            skip(" \t");
        }
        if (at_ < text_.size() && text_[at_] == '#') return rest_of_line(), Binding{};
        Binding out;
        if (!name(out.name)) return std::nullopt;
        skip(" \t");
        if (at_ < text_.size() && text_[at_] == '=') {
            ++at_;
            skip(" \t");
            out.value = value();
            if (!out.value) return std::nullopt;
        }
        skip(" \t");
        if (at_ < text_.size() && text_[at_] == '#') rest_of_line();
        if (!ended()) return std::nullopt;
        return out;
    }
    bool name(std::string& out) {
        const bool quoted = at_ < text_.size() && text_[at_] == '\'';
        const std::size_t from = quoted ? at_ + 1 : at_;
        const std::size_t end = std::min(text_.find_first_of(quoted ? "'" : "=# \t\r\n\f\v", from), text_.size());
        out = text_.substr(from, end - from);
        at_ = quoted ? end + 1 : end;
        return !out.empty() && at_ <= text_.size();
    }
    std::optional<std::string> value() {
        if (ended()) return std::string();
        if (text_[at_] == '\'' || text_[at_] == '"') return quoted(text_[at_++]);
        std::string_view whole = rest_of_line();
        for (std::size_t i = 1; i < whole.size(); ++i)
            if (whole[i] == '#' && (whole[i - 1] == ' ' || whole[i - 1] == '\t')) whole = whole.substr(0, i);
        return std::string(trim(whole));
    }
    std::optional<std::string> quoted(char quote) {
        std::string out;
        for (; at_ < text_.size() && text_[at_] != quote; ++at_) {
            if (text_[at_] != '\\' || at_ + 1 == text_.size()) {
                out += text_[at_];
                continue;
            }
            const char next = text_[++at_];
            constexpr std::string_view kLetters = "abfnrtv", kMeant = "\a\b\f\n\r\t\v";
            const std::size_t letter = quote == '"' ? kLetters.find(next) : std::string_view::npos;
            if (letter != std::string_view::npos)
                out += kMeant[letter];
            else if (next == '\\' || next == '\'' || (next == '"' && quote == '"'))
                out += next;
            else
                (out += '\\') += next;
        }
        if (at_ >= text_.size()) return std::nullopt;
        ++at_;
        return out;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

/// `${NAME}` and `${NAME:-default}` with what is known so far.
std::string interpolated(const std::string& text, const Variables& known) {
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t open = text.find("${", at);
        const std::size_t close = open == std::string::npos ? open : text.find('}', open);
        if (close == std::string::npos) break;
        std::string name = text.substr(open + 2, close - open - 2);
        std::string fallback;
        const std::size_t colon = name.find(':');
        const bool other = colon != std::string::npos && name.compare(colon, 2, ":-") != 0;
        out += text.substr(at, open - at);
        at = close + 1;
        if (other) {
            out += text.substr(open, close + 1 - open);
            continue;
        }
        if (colon != std::string::npos) {
            fallback = name.substr(colon + 2);
            name.resize(colon);
        }
        const auto found = known.find(name);
        out += found == known.end() ? fallback : found->second;
    }
    return at < text.size() ? out + text.substr(at) : out;
}

}  // namespace

Variables with_env_text(std::string_view text, Variables environment) {
    for (const Binding& binding : Reader(text).read())
        if (!binding.name.empty() && binding.value)
            environment[binding.name] = interpolated(*binding.value, environment);
    return environment;
}

Variables with_env_files(const FileSystem& files, const std::vector<std::string>& roots, Variables environment) {
    std::vector<std::string> paths;
    if (const auto named = environment.find("SQLMESH_DOTENV_PATH");
        named != environment.end() && files.exists(named->second))
        paths.push_back(named->second);
    else
        for (const std::string& root : roots) paths.push_back(joined_path(root, ".env"));
    for (const std::string& path : paths) {
        if (!files.exists(path)) continue;
        const auto text = files.read(path);
        if (text && text->size() <= kEnvBytesMax) environment = with_env_text(*text, std::move(environment));
    }
    return environment;
}

}  // namespace towline::project
