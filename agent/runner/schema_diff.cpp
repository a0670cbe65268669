#include "runner/schema_diff.h"

#include <fmt/core.h>

#include "base/strings.h"
#include "runner/sql_text.h"

namespace towline::runner {

using plan::ColumnChange;
using plan::ColumnOperation;

namespace {

std::string upper_or(const std::string& word, const char* fallback) { return word.empty() ? fallback : upper(word); }

}  // namespace

Result<std::vector<ColumnOperation>> permitted_operations(std::vector<ColumnOperation> operations,
                                                          const ChangePolicy& policy,
                                                          std::vector<std::string>& warnings) {
    std::vector<ColumnOperation> out;
    std::vector<std::string> refused;
    for (ColumnOperation& operation : operations) {
        const bool allowed = operation.destructive ? policy.allow_destructive : policy.allow_additive;
        std::string action = upper_or(operation.destructive ? policy.on_destructive : policy.on_additive, "ALLOW");
        if (action == "IGNORE") continue;  // whatever the plan allows
        if (allowed) action = "ALLOW";
        if (action == "ERROR" && operation.change != ColumnChange::drop && operation.destructive) {
            continue;  // its drop is reported
        }
        const std::string what =
            fmt::format("{} column {}", operation.destructive ? "loses" : "changes", quoted(operation.column));
        if (action == "ERROR") refused.push_back(what);
        if (action == "WARN") warnings.push_back(what);
        out.push_back(std::move(operation));
    }
    if (refused.empty()) return out;
    return fail(ErrorCode::invalid, "the new version of the model " + join(refused, ", ") + " of its table",
                "set on_destructive_change or on_additive_change of the kind, or plan with "
                "--allow-destructive-model or "
                "--allow-additive-model");
}

Statements alter_table(const std::string& table, const std::vector<ColumnOperation>& operations, bool cascade) {
    Statements out;
    for (const ColumnOperation& operation : operations) {
        const std::string column = quoted(operation.column);
        switch (operation.change) {
            case ColumnChange::drop:
                out.push_back(fmt::format("ALTER TABLE {} DROP COLUMN {}{}", table, column, cascade ? " CASCADE" : ""));
                break;
            case ColumnChange::add:
                out.push_back(fmt::format("ALTER TABLE {} ADD COLUMN {} {}", table, column, operation.type));
                break;
            case ColumnChange::change_type:
                out.push_back(fmt::format("ALTER TABLE {} ALTER COLUMN {} TYPE {}", table, column, operation.type));
                break;
        }
    }
    return out;
}

}  // namespace towline::runner
