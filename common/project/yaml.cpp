#include "project/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include "base/strings.h"
#include "project/limits.h"
#include "time/civil.h"

namespace towline::project {
namespace {

bool all_of(std::string_view text, std::string_view set) {
    return !text.empty() && text.find_first_not_of(set) == std::string_view::npos;
}

constexpr std::string_view kDigits = "0123456789";

std::optional<std::string> integer_text(std::string_view text) {
    std::string sign;
    if (text.starts_with('-')) sign = "-";
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    int base = 10;
    if (text.starts_with("0o")) base = 8;
    if (text.starts_with("0x")) base = 16;
    if (base != 10) text.remove_prefix(2);
    std::string digits = replace_all(text, "_", "");
    if (!all_of(digits, base == 8 ? "01234567" : base == 16 ? "0123456789abcdefABCDEF" : kDigits)) return std::nullopt;
    if (text.starts_with('_')) return std::nullopt;
    if (base != 10) {
        if (digits.size() > 15) return std::nullopt;
        digits = std::to_string(std::stoull(digits, nullptr, base));
    }
    const std::size_t first = digits.find_first_not_of('0');
    digits = first == std::string::npos ? "0" : digits.substr(first);
    return digits == "0" ? digits : sign + digits;
}

bool is_real(std::string_view text) {
    const std::string word = lower(text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text);
    if (word == ".inf" || text == ".nan" || text == ".NaN" || text == ".NAN") return true;
    if (word.find_first_not_of("0123456789.e+-_") != std::string::npos) return false;
    if (word.find_first_of(kDigits) == std::string::npos || word.find_first_of(".e") == std::string::npos) return false;
    return std::count(word.begin(), word.end(), '.') <= 1 && word.front() != 'e' && word.back() != 'e' &&
           parse_double(replace_all(word, "_", "")).has_value();
}

bool is_date(std::string_view text) {
    return text.size() == 10 && text[4] == '-' && text[7] == '-' && time::parse_date(text).has_value();
}

bool is_date_time(std::string_view text) {
    return text.size() >= 19 && is_date(text.substr(0, 10)) &&
           (text[10] == 'T' || text[10] == 't' || text[10] == ' ') && time::parse_timestamp(text).has_value();
}

void resolve_plain(Yaml& value) {
    const std::string& text = value.text;
    if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
        value.type = Yaml::Type::null;
    } else if (text == "true" || text == "True" || text == "TRUE" || text == "false" || text == "False" ||
               text == "FALSE") {
        value.type = Yaml::Type::boolean;
        value.text = lower(text);
    } else if (auto digits = integer_text(text)) {
        value.type = Yaml::Type::integer;
        value.text = *digits;
    } else if (is_real(text)) {
        value.type = Yaml::Type::real;
    } else if (is_date(text)) {
        value.type = Yaml::Type::date;
    } else if (is_date_time(text)) {
        value.type = Yaml::Type::date;
        value.text[10] = ' ';
        if (text.ends_with('Z') || text.ends_with('z')) value.text.replace(value.text.size() - 1, 1, "+00:00");
    } else {
        value.type = Yaml::Type::string;
    }
}

/// What to do where a line is indented with a tab.
std::string hint_of_tabs(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); at = std::min(text.find('\n', at), text.size() - 1) + 1) {
        const std::size_t end = text.find_first_not_of(" \t", at);
        if (text.substr(at, std::min(end, text.size()) - at).find('\t') != std::string_view::npos)
            return "YAML is indented with blanks: line " +
                   std::to_string(1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n')) +
                   " begins with a tab.";
    }
    return {};
}

/// Builds the tree from the parser's events: the only way to see repeated keys and to bound what aliases
/// cost.
class Builder : public YAML::EventHandler {
 public:
    explicit Builder(std::string_view file) : file_(file) {}

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { put(made(mark, Yaml::Type::null), anchor); }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) return reject(mark, "This alias has no anchor.");
        if (!status_) return;
        aliased_ += weight(found->second);
        if (aliased_ > kYamlAliasedMax) return reject(mark, "Aliases make the file too large.");
        put(found->second, 0);
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& text) override {
        Yaml value = made(mark, Yaml::Type::string);
        value.text = text;
        plain_merge_ = tag == "?" && text == "<<";  // quoted it is a word like others
        if (tag == "?")
            resolve_plain(value);
        else if (tag != "!" && tag != "tag:yaml.org,2002:str" && !tag.empty())
            return reject(mark, "The YAML tag " + tag + " is not known.");
        put(std::move(value), anchor);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(made(mark, Yaml::Type::list), anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(made(mark, Yaml::Type::map), anchor);
    }
    void OnMapEnd() override { close(); }

    Status status() const { return status_; }
    Yaml take() { return std::move(root_); }

 private:
    struct Level {
        Yaml value;
        YAML::anchor_t anchor = 0;
        std::optional<std::string> key;
        std::set<std::string> keys;
        bool text_key = true;
        bool merge = false;  ///< the key is <<
        bool has_merge = false;
        std::vector<Yaml> merged;
    };

    Yaml made(const YAML::Mark& mark, Yaml::Type type) {
        ++nodes_;
        Yaml out;
        out.type = type;
        out.file = file_;
        out.line = mark.line + 1;
        out.column = mark.column + 1;
        if (nodes_ > kYamlNodesMax || levels_.size() > kYamlDepthMax)
            reject(mark, "The file is too large or too deep.");
        return out;
    }
    static std::size_t weight(const Yaml& value) {
        std::size_t out = 1;
        for (const Yaml& item : value.items) out += weight(item);
        for (const auto& [key, member] : value.members) out += weight(member);
        return out;
    }
    void reject(const YAML::Mark& mark, std::string message) {
        reject(mark.line + 1, mark.column + 1, std::move(message));
    }
    void reject(int line, int column, std::string message) {
        if (status_)
            status_ = fail(ErrorCode::invalid,
                           message + " (line " + std::to_string(line) + ", column " + std::to_string(column) + ")");
    }
    void open(Yaml value, YAML::anchor_t anchor) {
        if (status_ || levels_.size() < 2 * kYamlDepthMax)
            levels_.push_back({std::move(value), anchor, {}, {}, true, false, false, {}});
    }
    void close() {
        if (levels_.empty()) return;
        Level level = std::move(levels_.back());
        levels_.pop_back();
        lay_over(level);
        put(std::move(level.value), level.anchor);
    }
    void put(Yaml value, YAML::anchor_t anchor) {
        if (!status_) return;
        if (anchor != 0) {
            // Anchors inside anchors: each keeps a copy of all that is below it.
            anchored_ += weight(value);
            if (anchored_ > kYamlAnchoredMax)
                return reject(value.line, value.column, "Anchors make the file too large.");
            anchors_[anchor] = value;
        }
        if (levels_.empty()) {
            root_ = std::move(value);
            return;
        }
        Level& level = levels_.back();
        if (level.value.is_list()) {
            level.value.items.push_back(std::move(value));
        } else if (!level.key) {
            if (!value.is_scalar()) return reject(value.line, value.column, "A key must be a plain word.");
            level.merge = std::exchange(plain_merge_, false);
            if (level.merge && std::exchange(level.has_merge, true))
                return reject(value.line, value.column, "The merge key << is here twice.");
            if (!level.merge && !level.keys.insert(value.text).second)
                return reject(value.line, value.column, "The key '" + value.text + "' is here twice.");
            level.text_key = value.is_string();
            level.key = value.text;
        } else if (level.merge) {
            level.key.reset();
            if (!merge(level, value))
                reject(value.line, value.column, "What is merged with << must be a map or a list of maps.");
        } else {
            value.text_key = level.text_key;
            level.value.members.emplace_back(std::move(*level.key), std::move(value));
            level.key.reset();
        }
    }
    static bool merge(Level& level, Yaml& value) {
        std::vector<Yaml> maps;
        if (value.is_list())
            maps.assign(std::make_move_iterator(value.items.rbegin()), std::make_move_iterator(value.items.rend()));
        else
            maps.push_back(std::move(value));
        const bool all = std::all_of(maps.begin(), maps.end(), [](const Yaml& map) { return map.is_map(); });
        level.merged.insert(level.merged.begin(), maps.begin(), maps.end());
        return all;
    }
    /// Merged keys come first, and the map's own win.
    static void lay_over(Level& level) {
        if (level.merged.empty()) return;
        Yaml own = std::move(level.value);
        level.value = made_like(own);
        level.merged.push_back(std::move(own));
        std::map<std::string, std::size_t> places;
        for (Yaml& map : level.merged)
            for (auto& [key, member] : map.members) {
                const auto [place, added] = places.emplace(key, level.value.members.size());
                if (added)
                    level.value.members.emplace_back(key, std::move(member));
                else
                    level.value.members[place->second].value = std::move(member);
            }
    }
    static Yaml made_like(const Yaml& map) {
        Yaml out = Yaml::of_map();
        out.file = map.file;
        out.line = map.line;
        out.column = map.column;
        return out;
    }

    std::string file_;
    Yaml root_;
    std::vector<Level> levels_;
    std::map<YAML::anchor_t, Yaml> anchors_;
    std::size_t nodes_ = 0;
    std::size_t aliased_ = 0;
    std::size_t anchored_ = 0;
    bool plain_merge_ = false;  ///< the last scalar was a plain <<
    Status status_;
};

}  // namespace

const Yaml* Yaml::find(std::string_view key) const {
    for (const auto& [name, value] : members)
        if (name == key) return &value;
    return nullptr;
}

Yaml* Yaml::find(std::string_view key) {
    for (auto& [name, value] : members)
        if (name == key) return &value;
    return nullptr;
}

Yaml& Yaml::at(std::string_view key) {
    if (Yaml* found = find(key)) return *found;
    members.emplace_back(std::string(key), Yaml{});
    return members.back().value;
}

std::string_view type_name(Yaml::Type type) {
    switch (type) {
        case Yaml::Type::null:
            return "nothing";
        case Yaml::Type::boolean:
            return "a boolean";
        case Yaml::Type::integer:
            return "an integer";
        case Yaml::Type::real:
            return "a number";
        case Yaml::Type::date:
            return "a date";
        case Yaml::Type::string:
            return "text";
        case Yaml::Type::list:
            return "a list";
        case Yaml::Type::map:
            return "a map";
    }
    return "a value";
}

Result<Yaml> parse_yaml(std::string_view text, std::string_view file) {
    try {
        std::istringstream in{std::string(text)};
        YAML::Parser parser(in);
        Builder builder(file);
        if (!parser.HandleNextDocument(builder)) return Yaml{};
        TRY_STATUS(builder.status());
        Builder second(file);
        if (parser.HandleNextDocument(second))
            return fail(ErrorCode::invalid, "The file holds more than one document.");
        return builder.take();
    } catch (const YAML::Exception& error) {
        return fail(ErrorCode::invalid,
                    "The YAML is broken: " + error.msg + " (line " + std::to_string(error.mark.line + 1) + ", column " +
                        std::to_string(error.mark.column + 1) + ")",
                    hint_of_tabs(text));
    }
}

void merge_yaml(Yaml& base, const Yaml& over) {
    if (!base.is_map() || !over.is_map()) {
        base = over;
        return;
    }
    for (const auto& [key, value] : over.members) {
        if (Yaml* known = base.find(key))
            merge_yaml(*known, value);
        else
            base.members.emplace_back(key, value);
    }
}

std::optional<bool> yaml_boolean(const Yaml& value) {
    if (!value.is_scalar() || value.type == Yaml::Type::date) return std::nullopt;
    if (value.type == Yaml::Type::real) {
        const auto number = parse_double(value.text);
        return number == 1.0 ? std::optional(true) : number == 0.0 ? std::optional(false) : std::nullopt;
    }
    const std::string word = lower(value.text);
    for (std::string_view yes : {"true", "t", "yes", "y", "on", "1"})
        if (word == yes) return true;
    for (std::string_view no : {"false", "f", "no", "n", "off", "0"})
        if (word == no) return false;
    return std::nullopt;
}

std::optional<std::int64_t> yaml_integer(const Yaml& value) {
    if (value.type == Yaml::Type::boolean) return value.text == "true" ? 1 : 0;
    if (value.type == Yaml::Type::real) {
        const auto number = parse_double(replace_all(value.text, "_", ""));
        if (!number || std::abs(*number) > 1e15 || *number != std::floor(*number)) return std::nullopt;
        return static_cast<std::int64_t>(*number);
    }
    if (value.type != Yaml::Type::integer && value.type != Yaml::Type::string) return std::nullopt;
    std::string text = replace_all(trim(value.text), "_", "");
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    if (text.starts_with('+')) text.erase(0, 1);
    return parse_int(text);
}

Result<model::Value> yaml_variable(const Yaml& value) {
    using Type = model::Value::Type;
    model::Value out;
    out.text = value.text;
    switch (value.type) {
        case Yaml::Type::null:
            out.text.clear();
            return out;
        case Yaml::Type::boolean:
            return model::Value::of_boolean(value.text == "true");
        case Yaml::Type::integer:
            out.type = Type::integer;
            return out;
        case Yaml::Type::real:
            out.type = Type::real;
            return out;
        case Yaml::Type::string:
            out.type = Type::string;
            return out;
        case Yaml::Type::date:
            return fail(ErrorCode::invalid, "A variable cannot be a date; put it in quotes.");
        case Yaml::Type::list:
            out.type = Type::list;
            for (const Yaml& item : value.items) {
                TRY(auto converted, yaml_variable(item));
                out.items.push_back(std::move(converted));
            }
            return out;
        case Yaml::Type::map:
            out.type = Type::map;
            for (const auto& [key, member] : value.members) {
                TRY(auto converted, yaml_variable(member));
                out.members.emplace_back(key, std::move(converted));
            }
            return out;
    }
    return out;
}

}  // namespace towline::project
