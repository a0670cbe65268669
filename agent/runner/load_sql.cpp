#include "runner/load_sql.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "base/strings.h"
#include "runner/sql_text.h"

namespace towline::runner {
namespace {

constexpr std::string_view kMergeTarget = "__MERGE_TARGET__";
constexpr std::string_view kMergeSource = "__MERGE_SOURCE__";

std::string insert_into(const Load& load, const std::string& select) {
    return fmt::format("INSERT INTO {} ({}) {}", load.target, column_list(load.columns), select);
}

bool gives(const Load& load, const std::string& column) {
    if (load.source_columns.empty()) return true;
    return std::any_of(load.source_columns.begin(), load.source_columns.end(),
                       [&](const std::string& source) { return iequals(source, column); });
}

// Several key columns become one text, because `(a, b) IN (…)` is not known everywhere.
std::string key_expression(const std::vector<std::string>& keys) {
    if (keys.size() == 1) return keys.front();
    return fmt::format("CONCAT_WS('__SQLMESH_DELIM__', {})", join(keys, ", "));
}

bool word_at(std::string_view text, std::size_t at, std::string_view word) {
    return starts_with_ignoring_case(text.substr(at), word);
}

// The standard allows no table name left of `=` in SET: `SET "__MERGE_TARGET__"."a" = …` loses it.
std::string without_target_in_set(std::string_view whens) {
    const std::string target = quoted(kMergeTarget) + ".";
    std::string out;
    bool assignment_starts = false;
    int depth = 0;
    std::size_t i = 0;
    while (i < whens.size()) {
        const char c = whens[i];
        const bool boundary =
            i == 0 || (std::isalnum(static_cast<unsigned char>(whens[i - 1])) == 0 && whens[i - 1] != '_');
        if (assignment_starts && std::isspace(static_cast<unsigned char>(c)) == 0) {
            assignment_starts = false;
            if (word_at(whens, i, target)) {
                i += target.size();
                continue;
            }
        }
        if (c == '(') ++depth;
        if (c == ')') --depth;
        if (depth == 0 && (c == ',' || (boundary && word_at(whens, i, "SET ")))) {
            const std::size_t length = c == ',' ? 1 : 4;
            out += whens.substr(i, length);
            i += length;
            assignment_starts = true;
            continue;
        }
        out += c;
        ++i;
    }
    return out;
}

std::string without_outer_parentheses(std::string_view text) {
    text = trim(text);
    if (text.size() > 1 && text.front() == '(' && text.back() == ')' &&
        starts_with_ignoring_case(trim(text.substr(1)), "when")) {
        text = trim(text.substr(1, text.size() - 2));
    }
    return std::string(text);
}

}  // namespace

std::string select_columns(const Load& load, const std::string& condition) {
    std::string items;
    for (const std::string& column : load.columns) {
        if (!items.empty()) items += ", ";
        items += gives(load, column) ? quoted(column) : "NULL AS " + quoted(column);
    }
    std::string sql = fmt::format("SELECT {} FROM {}", items, subquery(load.query, "_subquery"));
    if (!condition.empty()) sql += " WHERE " + condition;
    return sql;
}

Statements append(const Load& load) { return {insert_into(load, select_columns(load, ""))}; }

Statements replace_range(const Load& load, const std::string& condition) {
    return {fmt::format("DELETE FROM {} WHERE {}", load.target, condition),
            insert_into(load, select_columns(load, condition))};
}

Statements replace_rows(const Load& load) {
    return {fmt::format("DELETE FROM {} WHERE TRUE", load.target), insert_into(load, select_columns(load, ""))};
}

Statements replace_rows_through(const Load& load, const std::string& temp) {
    const std::string columns = column_list(load.columns);
    return {
        fmt::format("CREATE TABLE {} AS {}", temp, select_columns(load, "")),
        fmt::format("DELETE FROM {} WHERE TRUE", load.target),
        insert_into(load, fmt::format("SELECT {} FROM {}", columns, temp)),
        fmt::format("DROP TABLE IF EXISTS {}", temp),
    };
}

Statements create_as(const CreateAs& create) {
    const std::string verb =
        fmt::format("CREATE {}{}TABLE", create.or_replace ? "OR REPLACE " : "", create.type.before);
    const std::string target = create.target + create.type.behind;
    if (create.types.empty()) return {fmt::format("{} {} AS\n{}", verb, target, create.query)};
    std::string items;
    for (const model::Column& column : create.types) {
        if (!items.empty()) items += ", ";
        items += fmt::format("CAST({0} AS {1}) AS {0}", quoted(column.name), column.type);
    }
    return {fmt::format("{} {} AS SELECT {} FROM {}", verb, target, items, subquery(create.query, "_subquery"))};
}

/// The rows of the load in the types of its target, so that keys can be compared.
std::string typed_rows(const Load& load) {
    if (load.types.empty()) return select_columns(load, "");
    std::string items;
    for (const model::Column& column : load.types) {
        if (!items.empty()) items += ", ";
        items += fmt::format("CAST({0} AS {1}) AS {0}", quoted(column.name), column.type);
    }
    return fmt::format("SELECT {} FROM {}", items, subquery(select_columns(load, ""), "_typed"));
}

Statements replace_by_key(const KeyedLoad& keyed) {
    const std::string key = key_expression(keyed.keys);
    const std::string columns = column_list(keyed.load.columns);
    const std::string distinct_on =
        keyed.unique ? fmt::format("DISTINCT ON ({}) ", join(keyed.keys, ", ")) : std::string();
    return {
        fmt::format("CREATE TABLE {} AS {}", keyed.temp, typed_rows(keyed.load)),
        fmt::format("DELETE FROM {} WHERE {} IN (SELECT {}{} FROM {})", keyed.load.target, key,
                    keyed.unique ? "" : "DISTINCT ", key, keyed.temp),
        insert_into(keyed.load, fmt::format("SELECT {}{} FROM {}", distinct_on, columns, keyed.temp)),
        fmt::format("DROP TABLE IF EXISTS {}", keyed.temp),
    };
}

Statements merge(const MergeLoad& merge) {
    std::vector<std::string> conditions;
    if (merge.merge_filter) conditions.push_back("(" + *merge.merge_filter + ")");
    for (const std::string& key : merge.keys) {
        conditions.push_back(fmt::format("{} = {}", rewrite_columns(key, {.table = kMergeTarget, .name_prefix = {}}),
                                         rewrite_columns(key, {.table = kMergeSource, .name_prefix = {}})));
    }
    std::vector<std::string> updates;
    std::vector<std::string> values;
    for (const std::string& column : merge.load.columns) {
        const std::string source = fmt::format("{}.{}", quoted(kMergeSource), quoted(column));
        updates.push_back(fmt::format("{} = {}", quoted(column), source));
        values.push_back(source);
    }
    const std::string matched = merge.when_matched
                                    ? without_target_in_set(without_outer_parentheses(*merge.when_matched))
                                    : "WHEN MATCHED THEN UPDATE SET " + join(updates, ", ");
    return {fmt::format("MERGE INTO {} AS {} USING {} ON {} {} WHEN NOT MATCHED THEN INSERT ({}) VALUES ({})",
                        merge.load.target, quoted(kMergeTarget), subquery(select_columns(merge.load, ""), kMergeSource),
                        join(conditions, " AND "), matched, column_list(merge.load.columns), join(values, ", "))};
}

}  // namespace towline::runner
