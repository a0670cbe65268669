// The tables are text, sorted by name, searched where they stand; scripts/sql_functions.py writes them.
//
// A row of functions.txt is: name, dialects, signature, template. Dialects are letters (`letter_of`), `*` is all that
// no row above names. A signature is a number of arguments, or one letter for each (`.` is any kind), or `*`; `"SHA1".`
// asks for that very string as the first argument. The first row that matches counts. In a template `$2` is the second
// argument, `$*` all of them, `^2` the upper-case text of one, `%A2` the same as a unit of time, `~2` a string that is
// a time format, `&2` one that is a path into JSON, `#2` and `@2` value and unit of an interval; `=` stands for the
// name with all arguments and `!` for a call that is refused.
#include "sql/function_text.h"

#include <utility>

#include "base/strings.h"
#include "base/text_table.h"
// The tables are longer than the strings every compiler must take; ours take them.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
#include "kDialectTables.h"
#pragma GCC diagnostic pop

namespace towline::sql {
namespace {

std::string_view table(std::string_view path) {
    for (const auto& file : kDialectTables) {
        if (file.path == path) return file.text;
    }
    return {};
}

/// Cuts the next word, or with `last` the rest, off a line.
std::string_view cut(std::string_view& line, bool last = false) {
    return last ? std::exchange(line, std::string_view()) : cut_at(line, ' ');
}

bool matches(std::string_view signature, std::string_view kinds, std::string_view first) {
    if (signature == "*") return true;
    if (signature.front() == '"') {  // The first argument is this very string.
        const std::size_t close = signature.find('"', 1);
        return kinds.starts_with('s') && signature.substr(1, close - 1) == first &&
               matches(signature.substr(close + 1), kinds.substr(1), {});
    }
    if (signature.size() == 1 && signature[0] >= '0' && signature[0] <= '9')
        return kinds.size() == static_cast<std::size_t>(signature[0] - '0');
    if (signature.size() != kinds.size()) return false;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        const char kind = kinds[i];
        const bool same = signature[i] == '.' || signature[i] == kind || (kind == 'z' && signature[i] == 'n') ||
                          (kind == 'i' && signature[i] == 'c');
        if (!same) return false;
    }
    return true;
}

/// A call as the tables know it.
struct Call {
    std::string_view name;
    std::string_view kinds;
    std::string_view first;
};

std::optional<std::string_view> template_in(std::string_view all, const Call& call, Dialect dialect) {
    std::string_view rows = rows_from(all, call.name);
    bool named = false;  // A row above names this dialect.
    while (!rows.empty()) {
        std::string_view line = cut_at(rows, '\n');
        if (cut(line) != call.name) break;
        const std::string_view dialects = cut(line);
        const bool own = dialects.find(letter_of(dialect)) != std::string_view::npos;
        if (!own && (dialects != "*" || named)) continue;
        named = named || own;
        if (matches(cut(line), call.kinds, call.first)) return cut(line, true);
    }
    return std::nullopt;
}

/// A text with the longest keys of a table of formats replaced by their values.
std::string converted(std::string_view format, std::string_view all, Dialect dialect) {
    std::string out;
    for (std::size_t at = 0; at < format.size();) {
        std::string_view best;
        std::string_view text = format.substr(at, 1);
        std::string_view rows = all;
        while (!rows.empty()) {
            std::string_view line = cut_at(rows, '\n');
            if (cut(line).find(letter_of(dialect)) == std::string_view::npos) continue;
            const std::string_view key = cut(line);
            if (key.size() <= best.size() || !format.substr(at).starts_with(key)) continue;
            best = key;
            text = cut(line, true);
        }
        out += text;
        at += std::max<std::size_t>(best.size(), 1);
    }
    return out;
}

}  // namespace

std::optional<std::string_view> function_template(std::string_view name, std::string_view kinds, std::string_view first,
                                                  Dialect dialect) {
    return template_in(table("dialects/functions.txt"), {name, kinds, first}, dialect);
}

std::string argument_kinds(const std::vector<Expr>& arguments) {
    std::string out;
    for (const Expr& argument : arguments) {
        if (argument.is(ExprKind::string))
            out += 's';
        else if (argument.is(ExprKind::interval))
            out += 'i';
        else if (argument.is(ExprKind::number))
            out += argument.text == "0" ? 'z' : 'n';
        else
            out += 'c';
    }
    return out;
}

std::optional<std::string_view> function_row(const Expr& call, Dialect dialect) {
    const bool text_first = !call.children.empty() && call.children[0].is(ExprKind::string);
    return function_template(upper(call.text), argument_kinds(call.children),
                             text_first ? call.children[0].text : std::string(), dialect);
}

std::optional<std::string_view> printed_row(const Expr& call, Dialect dialect) {
    const std::string name = upper(call.text);
    const std::string kinds = argument_kinds(call.children);
    return template_in(table("dialects/printed.txt"), {name, kinds, {}}, dialect);
}

std::optional<std::string> unit_of_argument(std::string_view row, std::size_t position, std::string_view word) {
    const char digit = static_cast<char>('1' + position);
    if (position > 8 || row.find(std::string("$") + digit) != std::string_view::npos ||
        row.find("$*") != std::string_view::npos) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
        if (row[i] == '^' && row[i + 1] == digit) return upper(word);
        if (row[i] == '%' && i + 2 < row.size() && row[i + 2] == digit) return full_unit(row[i + 1], word);
    }
    return std::nullopt;
}

std::string full_unit(char letter, std::string_view word) {
    const std::string folded = lower(word);
    std::string_view rows = table("dialects/units.txt");
    while (!rows.empty()) {
        std::string_view line = cut_at(rows, '\n');
        if (cut(line).front() == letter && cut(line) == folded) return std::string(cut(line, true));
    }
    return upper(word);
}

namespace {

/// True if a line of dialects/aggregates.txt starts with `mark` and goes on with this word.
bool is_aggregate_line(char mark, std::string_view word) {
    std::string_view rows = table("dialects/aggregates.txt");
    while (!rows.empty()) {
        const std::string_view line = cut_at(rows, '\n');
        if (line.front() == mark && line.substr(1) == word) return true;
    }
    return false;
}

}  // namespace

std::optional<int> aggregate_suffixes(std::string_view name) {
    int count = 0;
    while (!is_aggregate_line('*', name)) {
        std::string_view longest;
        std::string_view rows = table("dialects/aggregates.txt");
        while (!rows.empty()) {
            const std::string_view line = cut_at(rows, '\n');
            const std::string_view word = line.substr(1);
            const bool suffix = line.front() == '+' && name.size() > word.size() && name.ends_with(word);
            if (suffix && word.size() > longest.size()) longest = word;
        }
        if (longest.empty()) return std::nullopt;
        name.remove_suffix(longest.size());
        ++count;
    }
    return count;
}

bool is_known_aggregate(std::string_view name) { return is_aggregate_line('=', upper(name)); }

namespace {

/// What stands behind a name and the letters of dialects in sorted rows, if one of them is this name's and dialect's.
std::optional<std::string_view> named_row(std::string_view sorted, std::string_view name, Dialect dialect) {
    const std::string wanted = upper(name);
    std::string_view rows = rows_from(sorted, wanted);
    while (!rows.empty()) {
        std::string_view line = cut_at(rows, '\n');
        if (cut(line) != wanted) break;
        const std::string_view dialects = cut(line);
        if (dialects == "*" || dialects.find(letter_of(dialect)) != std::string_view::npos) return line;
    }
    return std::nullopt;
}

bool has_name(std::string_view sorted, std::string_view name, Dialect dialect) {
    return named_row(sorted, name, dialect).has_value();
}

}  // namespace

bool is_known_function(std::string_view name, Dialect dialect) {
    return has_name(table("dialects/known.txt"), name, dialect);
}

bool is_printed_aggregate(std::string_view name, Dialect dialect) {
    return has_name(table("dialects/printed_aggregates.txt"), name, dialect) ||
           (dialect == Dialect::clickhouse && aggregate_suffixes(name));
}

std::optional<std::size_t> list_argument(std::string_view name, Dialect dialect) {
    const auto row = named_row(table("dialects/list_arguments.txt"), name, dialect);
    if (!row) return std::nullopt;
    return static_cast<std::size_t>(parse_int(*row).value_or(0));
}

std::string neutral_format(std::string_view format, Dialect dialect) {
    return converted(format, table("dialects/formats.txt"), dialect);
}

std::string own_format(std::string_view neutral, Dialect dialect) {
    return converted(neutral, table("dialects/inverse.txt"), dialect);
}

}  // namespace towline::sql
