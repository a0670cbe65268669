// functions.txt is written by scripts/duckdb_functions.py and searched where it stands; it is sorted by name.
//
// A row is: name, dialects, signature, template. Dialects are letters in the order of enum class Dialect. A signature
// has one matcher an argument: `.` is anything, `u` a unit of time, `=DAY|WEEK` one of these, and letters are kinds:
// `c` nothing is known, `s` a string, `n` a number, `z` 0, `o` 1, `i` an interval, and values of a type: `I` integer,
// `F` float, `N` decimal, `V` text, `D` date, `T` timestamp, `Z` with a zone, `t` time, `B` boolean, `A` array, `J`
// JSON, `X` bytes, `S` struct, `M` map. `-` is no argument, `*` any number. The first row that matches counts. In a
// template `$2` is the second argument, `$*` all of them, `$|` with `||` between them, `%2` one that is a unit, `~2`
// a string that is a time format, `&2` one that is a path into JSON, `#2`, `##2` and `@2` value (with quotes,
// without) and unit of an interval; `!` is a call that the table cannot tell.
#include "translate/function_rows.h"

#include "base/text_table.h"

// The table is longer than the strings every compiler must take; ours take it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
#include "kTranslateTables.h"
#pragma GCC diagnostic pop

namespace towline::translate {
namespace {

std::string_view table() { return kTranslateTables[0].text; }

}  // namespace

char table_letter(sql::Dialect dialect) {
    sql::Dialect read = grammar(dialect);
    if (read == sql::Dialect::presto || read == sql::Dialect::athena) read = sql::Dialect::trino;
    if (dialect == sql::Dialect::hive) read = sql::Dialect::spark;
    return letter_of(read);
}

namespace {

bool matches(std::string_view signature, const std::vector<ArgumentKind>& arguments) {
    if (signature == "*") return true;
    if (signature == "-") return arguments.empty();
    for (const ArgumentKind& argument : arguments) {
        if (signature.empty()) return false;
        std::string_view matcher = cut_at(signature, ',');
        if (matcher == ".") continue;
        if (matcher == "u") {
            if (!argument.unit) return false;
        } else if (matcher.starts_with('=')) {
            matcher.remove_prefix(1);
            bool found = false;
            while (!matcher.empty() && argument.unit) found = cut_at(matcher, '|') == *argument.unit || found;
            if (!found) return false;
        } else if (matcher.find(argument.kind) == std::string_view::npos) {
            return false;
        }
    }
    return signature.empty() && !arguments.empty();
}

}  // namespace

bool has_functions(sql::Dialect dialect) {
    return std::string_view("bcdefghjmop").find(table_letter(dialect)) != std::string_view::npos;
}

FunctionRow function_row(std::string_view name, const std::vector<ArgumentKind>& arguments, sql::Dialect dialect) {
    std::string_view rows = rows_from(table(), name);
    FunctionRow out;
    while (!rows.empty()) {
        std::string_view line = cut_at(rows, '\n');
        if (cut_at(line, ' ') != name) break;
        if (cut_at(line, ' ').find(table_letter(dialect)) == std::string_view::npos) continue;
        out.search = RowSearch::refused;
        if (!matches(cut_at(line, ' '), arguments)) continue;
        if (line != "!") out = {RowSearch::found, line};
        break;
    }
    return out;
}

}  // namespace towline::translate
