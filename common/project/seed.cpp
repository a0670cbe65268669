#include "project/seed.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>

#include "base/strings.h"
#include "crypto/crypto.h"
#include "json/json.h"
#include "project/pandas_number.h"
#include "sql/dialect.h"
#include "sql/lexer.h"

namespace towline::project {
namespace {

constexpr std::string_view kMissing[] = {"",     "#N/A",   "#N/A N/A", "#NA",  "-1.#IND", "-1.#QNAN", "-NaN",
                                         "-nan", "1.#IND", "1.#QNAN",  "<NA>", "N/A",     "NA",       "NULL",
                                         "NaN",  "None",   "n/a",      "nan",  "null"};

struct CsvFormat {
    char delimiter = ',';
    char quote = '"';
    char escape = '\0';
    bool doubled_quotes = true;
    bool skip_initial_space = false;
    std::set<std::string, std::less<>> missing{std::begin(kMissing), std::end(kMissing)};
};

/// Items of Python's repr of a list of texts, or the text itself.
std::vector<std::string> python_items(std::string_view text) {
    if (!text.starts_with('[') || !text.ends_with(']')) return {std::string(text)};
    std::vector<std::string> out;
    for (std::size_t i = 1; i + 1 < text.size();) {
        const char quote = text[i];
        if (quote != '\'' && quote != '"') {
            ++i;
            continue;
        }
        std::string item;
        for (++i; i < text.size() && text[i] != quote; ++i)
            item += text[i] == '\\' && i + 1 < text.size() ? text[++i] : text[i];
        out.push_back(std::move(item));
        ++i;
    }
    return out;
}

CsvFormat format_of(const model::Properties& settings) {
    CsvFormat out;
    std::vector<std::string> extra;
    for (const auto& [key, value] : settings) {
        if (key == "delimiter" && !value.empty())
            out.delimiter = value[0];
        else if (key == "quotechar" && !value.empty())
            out.quote = value[0];
        else if (key == "escapechar" && !value.empty())
            out.escape = value[0];
        else if (key == "doublequote")
            out.doubled_quotes = value == "True";
        else if (key == "skipinitialspace")
            out.skip_initial_space = value == "True";
        else if (key == "keep_default_na" && value == "False")
            out.missing.clear();
        else if (key == "na_values")
            extra = python_items(value);
    }
    out.missing.insert(extra.begin(), extra.end());
    return out;
}

struct Row {
    std::vector<std::string> fields;
    int line = 1;
};

class CsvReader {
 public:
    CsvReader(std::string_view text, const CsvFormat& format) : text_(text), format_(format) {}

    Result<std::vector<Row>> rows() {
        std::vector<Row> out;
        if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
        while (at_ < text_.size()) {
            Row row;
            row.line = line_;
            bool any = false;
            TRY_STATUS(fields(row, any));
            if (any) out.push_back(std::move(row));
        }
        return out;
    }

 private:
    Status fields(Row& row, bool& any) {
        const std::size_t begin = at_;
        for (;;) {
            std::string field;
            TRY_STATUS(one(field));
            row.fields.push_back(std::move(field));
            if (at_ < text_.size() && text_[at_] == format_.delimiter) {
                ++at_;
                continue;
            }
            break;
        }
        any = !trim(text_.substr(begin, at_ - begin)).empty();
        if (at_ < text_.size() && text_[at_] == '\r') ++at_;
        if (at_ < text_.size() && text_[at_] == '\n') ++at_;
        ++line_;
        return {};
    }
    bool ends_field(char c) const { return c == format_.delimiter || c == '\n' || c == '\r'; }
    Status one(std::string& out) {
        while (format_.skip_initial_space && at_ < text_.size() && text_[at_] == ' ') ++at_;
        const int first_line = line_;
        bool quoted = false;
        bool start = true;
        while (at_ < text_.size() && (quoted || !ends_field(text_[at_]))) {
            const char c = text_[at_++];
            if (c == '\n') ++line_;
            if (format_.escape != '\0' && c == format_.escape && at_ < text_.size()) {
                out += text_[at_++];
            } else if (c == format_.quote && (start || quoted)) {
                const bool doubled = quoted && format_.doubled_quotes && at_ < text_.size() && text_[at_] == c;
                if (doubled)
                    out += text_[at_++];
                else
                    quoted = !quoted;
            } else {
                out += c;
            }
            start = false;
        }
        if (quoted)
            return fail(ErrorCode::invalid,
                        "The quote opened in line " + std::to_string(first_line) + " is never closed.");
        return {};
    }

    std::string_view text_;
    const CsvFormat& format_;
    std::size_t at_ = 0;
    int line_ = 1;
};

bool is_integer(std::string_view text) {
    text = trim(text);
    if (text.starts_with('+')) text.remove_prefix(1);
    return parse_int(text).has_value();
}

std::optional<double> real_of(std::string_view text) {
    text = trim(text);
    if (text.starts_with('+')) text.remove_prefix(1);
    const std::string word = lower(text);
    const std::string_view bare = word.starts_with('-') ? std::string_view(word).substr(1) : std::string_view(word);
    if (bare == "inf" || bare == "infinity") return word[0] == '-' ? -INFINITY : INFINITY;
    if (text.empty() || text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_number = error == std::errc() || error == std::errc::result_out_of_range;
    if (!is_number || end != text.data() + text.size()) return std::nullopt;
    return pandas_real(text);
}

bool is_boolean(std::string_view text) {
    for (std::string_view word : {"True", "TRUE", "true", "False", "FALSE", "false"})
        if (text == word) return true;
    return false;
}

template <class Test>
bool all_cells(const SeedColumn& column, Test test) {
    return std::all_of(column.cells.begin(), column.cells.end(),
                       [&](const auto& cell) { return !cell || test(*cell); });
}

void settle_type(SeedColumn& column) {
    const auto missing = std::count(column.cells.begin(), column.cells.end(), std::nullopt);
    const bool all_missing = static_cast<std::size_t>(missing) == column.cells.size();
    if (column.cells.empty()) {
        column.type = SeedType::text;
    } else if (!all_missing && all_cells(column, is_boolean)) {
        // With a missing value pandas keeps objects, which print like booleans but make a text column.
        column.type = missing == 0 ? SeedType::boolean : SeedType::text;
        for (auto& cell : column.cells)
            if (cell) cell = lower(*cell) == "true" ? "True" : "False";
    } else if (missing == 0 && all_cells(column, is_integer)) {
        column.type = SeedType::integer;
        for (auto& cell : column.cells) {
            std::string_view text = trim(*cell);
            if (text.starts_with('+')) text.remove_prefix(1);
            cell = std::to_string(*parse_int(text));
        }
    } else if (all_cells(column, [](const std::string& cell) { return real_of(cell).has_value(); })) {
        column.type = SeedType::real;
        for (auto& cell : column.cells)
            if (cell) cell = json::number(*real_of(*cell));
    }
}

std::vector<std::string> header_names(const std::vector<std::string>& header) {
    std::vector<std::string> out;
    std::set<std::string> taken;
    std::map<std::string, int> last;
    for (std::size_t i = 0; i < header.size(); ++i) {
        const std::string base = header[i].empty() ? "Unnamed: " + std::to_string(i) : header[i];
        std::string name = base;
        // Counting goes on where it ended for this name: a thousand equal names are not compared with each other.
        for (int& n = last[base]; !taken.insert(name).second;) name = base + "." + std::to_string(++n);
        out.push_back(std::move(name));
    }
    return out;
}

std::string json_text(std::string_view text) {
    std::string out = "\"";
    char escape[16];
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x80) {
            ++i;
            switch (byte) {
                case '"':
                    out += "\\\"";
                    break;
                case '\\':
                    out += "\\\\";
                    break;
                case '/':
                    out += "\\/";
                    break;
                case '\b':
                    out += "\\b";
                    break;
                case '\f':
                    out += "\\f";
                    break;
                case '\n':
                    out += "\\n";
                    break;
                case '\r':
                    out += "\\r";
                    break;
                case '\t':
                    out += "\\t";
                    break;
                default:
                    if (byte < 0x20) {
                        std::snprintf(escape, sizeof escape, "\\u%04x", byte);
                        out += escape;
                    } else {
                        out += static_cast<char>(byte);
                    }
            }
            continue;
        }
        const std::size_t size = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
        std::uint32_t code = byte & (size == 4 ? 0x07u : size == 3 ? 0x0Fu : 0x1Fu);
        for (std::size_t k = 1; k < size && i + k < text.size(); ++k)
            code = (code << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
        i += size;
        if (code >= 0x10000) {
            code -= 0x10000;
            std::snprintf(escape, sizeof escape, "\\u%04x\\u%04x", 0xD800u + (code >> 10), 0xDC00u + (code & 0x3FFu));
        } else {
            std::snprintf(escape, sizeof escape, "\\u%04x", code);
        }
        out += escape;
    }
    return out + "\"";
}

/// `objects`: the text cells are booleans, which pandas keeps as such beside a missing value.
std::string json_cell(SeedType type, bool objects, const std::optional<std::string>& cell) {
    if (!cell) return "null";
    switch (type) {
        case SeedType::integer:
            return *cell;
        case SeedType::real:
            return pandas_json(real_of(*cell).value_or(0));
        case SeedType::boolean:
            return lower(*cell);
        case SeedType::text:
            break;
    }
    return objects ? lower(*cell) : json_text(*cell);
}

}  // namespace

Result<std::vector<SeedColumn>> read_seed(std::string_view content, const model::Properties& csv_settings) {
    const CsvFormat format = format_of(csv_settings);
    TRY(auto rows, CsvReader(content, format).rows());
    if (rows.empty()) return fail(ErrorCode::invalid, "The seed file is empty.");
    std::vector<SeedColumn> out;
    for (std::string& name : header_names(rows[0].fields)) out.push_back({std::move(name), SeedType::text, {}});
    for (std::size_t r = 1; r < rows.size(); ++r) {
        std::vector<std::string>& fields = rows[r].fields;
        if (fields.size() > out.size())
            return fail(ErrorCode::invalid, "Line " + std::to_string(rows[r].line) + " has " +
                                                std::to_string(fields.size()) + " fields, the header has " +
                                                std::to_string(out.size()) + ".");
        for (std::size_t c = 0; c < out.size(); ++c) {
            const bool present = c < fields.size() && !format.missing.contains(fields[c]);
            out[c].cells.push_back(present ? std::optional(std::move(fields[c])) : std::nullopt);
        }
    }
    for (SeedColumn& column : out) settle_type(column);
    return out;
}

std::string seed_column_name(std::string_view header, sql::Dialect dialect) {
    const sql::TokenList tokens = sql::lex(header, dialect);
    const bool one = tokens.size() == 1 && tokens.check();
    const bool plain = one && (tokens.kind(0) == sql::TokenKind::word || tokens.kind(0) == sql::TokenKind::number);
    const bool word = std::all_of(header.begin(), header.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (word) return sql::normalize_identifier(header, false, dialect);
    if (plain) return sql::normalize_identifier(tokens.text_of(0), false, dialect);
    const bool quoted = one && tokens.kind(0) == sql::TokenKind::quoted_identifier;
    return sql::normalize_identifier(quoted ? sql::identifier_text(tokens.text_of(0), dialect) : std::string(header),
                                     true, dialect);
}

Status check_declared(const std::vector<SeedColumn>& columns, const model::Columns& declared, sql::Dialect dialect) {
    constexpr std::size_t kNamed = 12;
    std::string present;
    for (std::size_t i = 0; i < columns.size() && i < kNamed; ++i) present += (i == 0 ? "" : ", ") + columns[i].name;
    if (columns.size() > kNamed) present += ", …";
    const auto has = [&](const std::string& name) {
        return std::any_of(columns.begin(), columns.end(), [&](const auto& c) { return c.name == name; });
    };
    for (const model::Column& column : declared)  // one in quotes is found by what the file's name becomes without any
        if (!has(column.name) && !has(seed_column_name(column.name, dialect)))
            return fail(ErrorCode::invalid, "The file has no column '" + column.name + "'.",
                        "Its first line names: " + present + ".");
    return {};
}

std::string seed_column_hash(const SeedColumn& column) {
    const bool objects = column.type == SeedType::text && all_cells(column, is_boolean) &&
                         std::find(column.cells.begin(), column.cells.end(), std::nullopt) != column.cells.end();
    std::string text = "{";
    for (std::size_t i = 0; i < column.cells.size(); ++i) {
        text += i == 0 ? "\"" : ",\"";
        text += std::to_string(i);
        text += "\":";
        text += json_cell(column.type, objects, column.cells[i]);
    }
    return std::to_string(crypto::crc32(text + "}"));
}

std::string_view seed_column_type(SeedType type) {
    switch (type) {
        case SeedType::integer:
            return "BIGINT";
        case SeedType::real:
            return "DOUBLE";
        case SeedType::boolean:
            return "BOOLEAN";
        case SeedType::text:
            return "TEXT";
    }
    return "TEXT";
}

}  // namespace towline::project
