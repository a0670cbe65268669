#include "runner/csv.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/strings.h"
#include "runner/limits.h"

namespace towline::runner {
namespace {

constexpr std::array<std::string_view, 18> kMissing{"",     "#N/A", "#N/A N/A", "#NA",     "-1.#IND", "-1.#QNAN",
                                                    "-NaN", "-nan", "1.#IND",   "1.#QNAN", "<NA>",    "N/A",
                                                    "NA",   "NULL", "NaN",      "None",    "n/a",     "nan"};

struct Options {
    char delimiter = ',';
    char quote = '"';
    bool double_quote = true;
    char escape = '\0';
    bool skip_initial_space = false;
    bool keep_default_na = true;
    std::set<std::string> na_values;                            // of every column
    std::map<std::string, std::set<std::string>> na_by_column;  // lower-case name
};

std::string plain_text(std::string_view text) {
    if (text.size() == 1) return std::string(text);  // a tab or a blank that separates fields
    text = trim(text);
    if (text.size() >= 2 && (text.front() == '\'' || text.front() == '"') && text.back() == text.front()) {
        text = text.substr(1, text.size() - 2);
    }
    if (text == "\\t") return "\t";
    if (text == "\\n") return "\n";
    return std::string(text);
}

// The texts of 'a', ('a', 'b'), ['a'].
std::set<std::string> listed(std::string_view text) {
    std::set<std::string> out;
    std::size_t i = 0;
    while (i < text.size()) {
        if (text[i] != '\'' && text[i] != '"') {
            ++i;
            continue;
        }
        const std::size_t end = text.find(text[i], i + 1);
        if (end == std::string_view::npos) break;
        out.insert(std::string(text.substr(i + 1, end - i - 1)));
        i = end + 1;
    }
    if (out.empty() && !trim(text).empty()) out.insert(plain_text(text));
    return out;
}

// `(a = ('x', 'y'), b = ('z'))`: each name owns the texts up to the next name.
void read_na_values(std::string_view text, Options& options) {
    if (text.find('=') == std::string_view::npos && text.find(':') == std::string_view::npos) {
        options.na_values = listed(text);
        return;
    }
    std::string column;
    std::size_t i = 0;
    while (i < text.size()) {
        const char c = text[i];
        if (c == '\'' || c == '"') {
            const std::size_t end = std::min(text.find(c, i + 1), text.size());
            const std::string value(text.substr(i + 1, end - i - 1));
            const std::string_view after = trim(text.substr(std::min(end + 1, text.size())));
            if (!after.empty() && (after.front() == '=' || after.front() == ':')) {
                column = lower(value);
            } else {
                options.na_by_column[column].insert(value);
            }
            i = end + 1;
        } else if (std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_') {
            std::size_t end = i;
            while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_'))
                ++end;
            column = lower(text.substr(i, end - i));
            i = end;
        } else {
            ++i;
        }
    }
}

Options options_from(const model::Properties& settings) {
    Options options;
    for (const auto& [name, raw] : settings) {
        const std::string value = plain_text(raw);
        const bool truth = iequals(value, "true") || value == "1";
        if (name == "delimiter" && !value.empty()) options.delimiter = value.front();
        if (name == "quotechar" && !value.empty()) options.quote = value.front();
        if (name == "escapechar" && !value.empty()) options.escape = value.front();
        if (name == "doublequote") options.double_quote = truth;
        if (name == "skipinitialspace") options.skip_initial_space = truth;
        if (name == "keep_default_na") options.keep_default_na = truth;
        if (name == "na_values") read_na_values(raw, options);
    }
    return options;
}

class Reader {
 public:
    Reader(std::string_view text, const Options& options) : text_(text), options_(options) {}

    bool at_end() const { return at_ >= text_.size(); }
    int line() const { return line_; }

    /// The fields of the next record; nothing for a blank line.
    Result<std::vector<std::string>> record() {
        std::vector<std::string> fields;
        const int first_line = line_;
        while (true) {
            TRY(std::string field, next_field(first_line));
            fields.push_back(std::move(field));
            if (fields.size() > kSeedColumnsMax)
                return fail(ErrorCode::too_large, fmt::format("seed: line {} has too many fields", first_line));
            if (at_end()) break;
            const char c = text_[at_++];
            if (c == '\r' && at_ < text_.size() && text_[at_] == '\n') ++at_;
            if (c == '\n' || c == '\r') {
                ++line_;
                break;
            }
        }
        if (fields.size() == 1 && trim(fields.front()).empty() && !was_quoted_) fields.clear();
        return fields;
    }

 private:
    bool ends_field(char c) const { return c == options_.delimiter || c == '\n' || c == '\r'; }

    Result<std::string> next_field(int first_line) {
        std::string field;
        was_quoted_ = false;
        if (options_.skip_initial_space) {
            while (!at_end() && text_[at_] == ' ') ++at_;
        }
        bool inside = !at_end() && text_[at_] == options_.quote;
        if (inside) {
            was_quoted_ = true;
            ++at_;
        }
        while (!at_end()) {
            const char c = text_[at_];
            if (options_.escape != '\0' && c == options_.escape && at_ + 1 < text_.size()) {
                field += text_[at_ + 1];
                at_ += 2;
            } else if (inside && c == options_.quote) {
                const bool doubled =
                    options_.double_quote && at_ + 1 < text_.size() && text_[at_ + 1] == options_.quote;
                if (doubled) field += c;
                at_ += doubled ? 2 : 1;
                if (!doubled) inside = false;
            } else if (!inside && ends_field(c)) {
                return field;
            } else {
                if (c == '\n') ++line_;
                field += c;
                ++at_;
            }
        }
        if (inside)
            return fail(ErrorCode::invalid,
                        fmt::format("seed: the quote opened in line {} is never closed", first_line));
        return field;
    }

    std::string_view text_;
    const Options& options_;
    std::size_t at_ = 0;
    int line_ = 1;
    bool was_quoted_ = false;
};

bool is_missing(const std::string& field, const std::string& column, const Options& options) {
    if (options.na_values.contains(field)) return true;
    const auto own = options.na_by_column.find(lower(column));
    if (own != options.na_by_column.end() && own->second.contains(field)) return true;
    if (!options.keep_default_na) return false;
    return field == "null" || std::find(kMissing.begin(), kMissing.end(), field) != kMissing.end();
}

void name_header(std::vector<std::string>& header) {
    std::map<std::string, int> seen;
    for (std::size_t i = 0; i < header.size(); ++i) {
        if (header[i].empty()) header[i] = fmt::format("Unnamed: {}", i);
        const int count = seen[header[i]]++;
        if (count > 0) header[i] += fmt::format(".{}", count);
    }
}

}  // namespace

Result<CsvTable> parse_csv(std::string_view content, const model::Properties& settings) {
    if (content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
    const Options options = options_from(settings);
    Reader reader(content, options);
    CsvTable table;
    while (!reader.at_end()) {
        const int line = reader.line();
        TRY(std::vector<std::string> fields, reader.record());
        if (fields.empty()) continue;
        if (table.header.empty()) {
            table.header = std::move(fields);
            name_header(table.header);
            continue;
        }
        if (fields.size() > table.header.size()) {
            return fail(ErrorCode::invalid, fmt::format("seed: line {} has {} fields, the header has {}", line,
                                                        fields.size(), table.header.size()));
        }
        std::vector<std::optional<std::string>> row(table.header.size());
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (!is_missing(fields[i], table.header[i], options)) row[i] = std::move(fields[i]);
        }
        table.rows.push_back(std::move(row));
    }
    if (table.header.empty()) return fail(ErrorCode::invalid, "seed: the file has no header line");
    return table;
}

}  // namespace towline::runner
