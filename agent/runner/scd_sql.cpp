#include "runner/scd_sql.h"

#include <fmt/core.h>

#include "base/strings.h"
#include "runner/sql_text.h"

// The dimension is rebuilt from two sides: `latest`, the open rows of the table, and `source`, the rows of
// the query. `joined` is their full join (as a left join plus the unmatched part of a right join); in it the
// table's columns carry the prefix t_. From it come `updated_rows` (every open row, perhaps closed now, and
// rows never seen before) and `inserted_rows` (the new version of a changed row). `static` are the rows
// closed earlier; `latest_deleted` is when a key was last closed without a successor, so that a key that
// comes back does not overlap its own past.

namespace towline::runner {
namespace {

struct Parts {
    const ScdInput& in;
    std::string valid_from;  // bare names
    std::string valid_to;
    std::string time_type;
    std::vector<std::string> all;        // the table's columns
    std::vector<std::string> unmanaged;  // without valid_from and valid_to
    std::optional<std::string> updated_at;
    bool by_column = false;

    // When a change was seen; a model by columns may take that from a column of its query.
    std::string execution_time() const {
        if (by_column && in.kind.updated_at_name)
            return fmt::format("CAST({} AS {})", quoted(unquoted(*in.kind.updated_at_name)), time_type);
        return time_literal(in.execution_ms, time_type);
    }
    std::string null_time() const { return fmt::format("CAST(NULL AS {})", time_type); }
};

Parts parts_of(const ScdInput& in) {
    Parts parts{
        in,   unquoted(in.kind.valid_from_name), unquoted(in.kind.valid_to_name), in.kind.time_data_type, {}, {}, {},
        false};
    parts.by_column = in.kind.name == model::KindName::scd_type_2_by_column;
    for (const model::Column& column : in.columns) {
        parts.all.push_back(column.name);
        if (column.name == parts.valid_from && !column.type.empty()) parts.time_type = column.type;
        if (column.name != parts.valid_from && column.name != parts.valid_to) parts.unmanaged.push_back(column.name);
    }
    if (!parts.by_column && in.kind.updated_at_name) parts.updated_at = unquoted(*in.kind.updated_at_name);
    return parts;
}

std::string of_table(std::string_view table, std::string_view expression) {
    return rewrite_columns(expression, {.table = table, .name_prefix = {}});
}

std::string keys_equal(const Parts& parts, std::string_view left, std::string_view right) {
    std::vector<std::string> conditions;
    for (const std::string& key : parts.in.kind.unique_key) {
        conditions.push_back(fmt::format("{} = {}", of_table(left, key), of_table(right, key)));
    }
    return join(conditions, " AND ");
}

std::string source_cte(const Parts& parts) {
    std::string items = "TRUE AS \"_exists\"";
    for (const std::string& column : parts.unmanaged) {
        if (column != parts.updated_at) items += ", " + quoted(column);
    }
    if (parts.updated_at) items += fmt::format(", CAST({0} AS {1}) AS {0}", quoted(*parts.updated_at), parts.time_type);
    return fmt::format("SELECT DISTINCT ON ({}) {} FROM {}", join(parts.in.kind.unique_key, ", "), items,
                       subquery(parts.in.query, "raw_source"));
}

std::string existing_cte(const Parts& parts, std::string_view valid_to_condition) {
    return fmt::format("SELECT {}, TRUE AS \"_exists\" FROM {} WHERE {} {}{}", column_list(parts.all), parts.in.target,
                       quoted(parts.valid_to), valid_to_condition, parts.in.first_load ? " LIMIT 0" : "");
}

std::string deleted_cte(const Parts& parts) {
    std::vector<std::string> columns;
    for (const std::string& column : parts.all) columns.push_back("\"static\"." + quoted(column));
    return fmt::format("SELECT {} FROM \"static\" LEFT JOIN \"latest\" ON {} WHERE \"latest\".{} IS NULL",
                       join(columns, ", "), keys_equal(parts, "static", "latest"), quoted(parts.valid_to));
}

std::string latest_deleted_cte(const Parts& parts) {
    std::string keys;
    int index = 0;
    for (const std::string& key : parts.in.kind.unique_key) keys += fmt::format(", {} AS \"_key{}\"", key, index++);
    return fmt::format("SELECT TRUE AS \"_exists\"{0}, MAX({1}) AS {1} FROM \"deleted\" GROUP BY {2}", keys,
                       quoted(parts.valid_to), join(parts.in.kind.unique_key, ", "));
}

std::string joined_cte(const Parts& parts) {
    std::string items = "\"source\".\"_exists\" AS \"_exists\"";
    for (const std::string& column : parts.all) {
        items += fmt::format(", \"latest\".{} AS {}", quoted(column), quoted("t_" + column));
    }
    for (const std::string& column : parts.unmanaged) items += fmt::format(", \"source\".{0} AS {0}", quoted(column));
    const std::string on = keys_equal(parts, "latest", "source");
    return fmt::format(
        "SELECT {0} FROM \"latest\" LEFT JOIN \"source\" ON {1} UNION ALL "
        "SELECT {0} FROM \"latest\" RIGHT JOIN \"source\" ON {1} WHERE \"latest\".\"_exists\" IS NULL",
        items, on);
}

// True for rows whose source differs from the open row.
std::string changed_condition(const Parts& parts) {
    if (!parts.by_column) {
        return fmt::format("\"joined\".{} > \"joined\".{}", quoted(*parts.updated_at),
                           quoted("t_" + *parts.updated_at));
    }
    std::vector<std::string> keys;
    for (const std::string& key : parts.in.kind.unique_key) {
        keys.push_back(rewrite_columns(key, {.table = "joined", .name_prefix = "t_"}) + " IS NOT NULL");
        keys.push_back(of_table("joined", key) + " IS NOT NULL");
    }
    std::vector<std::string> checked = parts.in.kind.scd_columns;
    if (checked.empty() || checked.front() == "*") {
        checked.clear();
        for (const std::string& column : parts.unmanaged) checked.push_back(quoted(column));
    }
    std::vector<std::string> differences;
    for (const std::string& column : checked) {
        const std::string now = of_table("joined", column);
        const std::string old = rewrite_columns(column, {.table = "joined", .name_prefix = "t_"});
        differences.push_back(fmt::format(
            "{0} <> {1} OR ({1} IS NULL AND NOT {0} IS NULL) OR (NOT {1} IS NULL AND {0} IS NULL)", now, old));
    }
    return fmt::format("{} AND ({})", join(keys, " AND "), join(differences, " OR "));
}

std::string valid_from_of_update(const Parts& parts) {
    const model::Kind& kind = parts.in.kind;
    const std::string old = quoted("t_" + parts.valid_from);
    const std::string name = quoted(parts.valid_from);
    if (parts.by_column) {
        const bool now = kind.execution_time_as_valid_from || !parts.in.first_load;
        return fmt::format("COALESCE({}, {}) AS {}", old,
                           now ? parts.execution_time() : time_literal(0, parts.time_type), name);
    }
    const std::string updated = quoted(*parts.updated_at);
    const std::string last_end = "\"latest_deleted\"." + quoted(parts.valid_to);
    return fmt::format(
        "CASE WHEN {0} IS NULL AND NOT \"latest_deleted\".\"_exists\" IS NULL THEN "
        "CASE WHEN {1} > {2} THEN {1} ELSE {2} END WHEN {0} IS NULL THEN {3} ELSE {0} END AS {4}",
        old, last_end, updated, kind.updated_at_as_valid_from ? updated : time_literal(0, parts.time_type), name);
}

std::string valid_to_of_update(const Parts& parts, const std::string& changed) {
    const std::string old = quoted("t_" + parts.valid_to);
    const std::string name = quoted(parts.valid_to);
    const std::string_view gone = "\"joined\".\"_exists\" IS NULL";
    const bool close_gone = parts.in.kind.invalidate_hard_deletes;
    if (parts.by_column) {
        const std::string condition = close_gone ? fmt::format("{} OR ({})", gone, changed) : changed;
        return fmt::format("CASE WHEN {} THEN {} ELSE {} END AS {}", condition, parts.execution_time(), old, name);
    }
    const std::string gone_branch = close_gone ? fmt::format(" WHEN {} THEN {}", gone, parts.execution_time()) : "";
    return fmt::format("CASE WHEN {} THEN \"joined\".{}{} ELSE {} END AS {}", changed, quoted(*parts.updated_at),
                       gone_branch, old, name);
}

std::string updated_rows_cte(const Parts& parts, const std::string& changed) {
    std::vector<std::string> items;
    for (const std::string& column : parts.unmanaged) {
        items.push_back(fmt::format("COALESCE(\"joined\".{}, \"joined\".{}) AS {}", quoted("t_" + column),
                                    quoted(column), quoted(column)));
    }
    items.push_back(valid_from_of_update(parts));
    items.push_back(valid_to_of_update(parts, changed));
    std::vector<std::string> on;
    int index = 0;
    for (const std::string& key : parts.in.kind.unique_key) {
        on.push_back(fmt::format("{} = \"latest_deleted\".\"_key{}\"", of_table("joined", key), index++));
    }
    return fmt::format("SELECT {} FROM \"joined\" LEFT JOIN \"latest_deleted\" ON {}", join(items, ", "),
                       join(on, " AND "));
}

std::string inserted_rows_cte(const Parts& parts, const std::string& changed) {
    const std::string valid_from = parts.by_column ? parts.execution_time() : quoted(*parts.updated_at);
    return fmt::format("SELECT {}, {} AS {}, {} AS {} FROM \"joined\" WHERE {}", column_list(parts.unmanaged),
                       valid_from, quoted(parts.valid_from), parts.null_time(), quoted(parts.valid_to), changed);
}

}  // namespace

std::string scd_query(const ScdInput& input) {
    Parts parts = parts_of(input);
    if (!parts.by_column && !parts.updated_at) parts.updated_at = "updated_at";
    const std::string changed = changed_condition(parts);
    const std::string columns = column_list(parts.all);
    return fmt::format(
        "WITH \"source\" AS ({}), \"static\" AS ({}), \"latest\" AS ({}), \"deleted\" AS ({}), "
        "\"latest_deleted\" AS ({}), "
        "\"joined\" AS ({}), \"updated_rows\" AS ({}), \"inserted_rows\" AS ({}) "
        "SELECT {} FROM \"static\" UNION ALL SELECT {} FROM \"updated_rows\" UNION ALL SELECT {} FROM "
        "\"inserted_rows\"",
        source_cte(parts), existing_cte(parts, "IS NOT NULL"), existing_cte(parts, "IS NULL"), deleted_cte(parts),
        latest_deleted_cte(parts), joined_cte(parts), updated_rows_cte(parts, changed),
        inserted_rows_cte(parts, changed), columns, columns, columns);
}

}  // namespace towline::runner
