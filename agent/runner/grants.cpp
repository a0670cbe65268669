#include "runner/grants.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/strings.h"
#include "runner/table_sql.h"

namespace towline::runner {
namespace {

/// What `first` has and `second` has not, in the words of `first`.
model::Grants difference(const model::Grants& first, const model::Grants& second) {
    model::Grants out;
    for (const auto& [privilege, grantees] : first)
        for (const std::string& grantee : grantees) {
            bool found = false;
            for (const auto& [other, others] : second)
                found = found || (iequals(privilege, other) &&
                                  std::any_of(others.begin(), others.end(),
                                              [&](const std::string& each) { return iequals(each, grantee); }));
            if (!found) out[privilege].push_back(grantee);
        }
    return out;
}

bool is_plain_words(std::string_view privilege) {
    return !privilege.empty() && std::all_of(privilege.begin(), privilege.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ' || c == '_';
    });
}

/// A role as PostgreSQL folds it: quoted names are kept, others are lower case; PUBLIC is a keyword.
std::string role(std::string_view grantee) {
    if (iequals(grantee, "public")) return "PUBLIC";
    if (grantee.size() > 2 && grantee.front() == '"' && grantee.back() == '"')
        return quoted(grantee.substr(1, grantee.size() - 2));
    return quoted(lower(std::string(grantee)));
}

Status add(Statements& out, const std::string& name, const model::Grants& grants, bool gives) {
    for (const auto& [privilege, grantees] : grants) {
        if (!is_plain_words(privilege))
            return fail(ErrorCode::invalid, fmt::format("'{}' in 'grants' is not a privilege", privilege));
        std::vector<std::string> roles;
        for (const std::string& grantee : grantees) roles.push_back(role(grantee));
        out.push_back(fmt::format("{} {} ON {} {} {}", gives ? "GRANT" : "REVOKE", upper(privilege), name,
                                  gives ? "TO" : "FROM", join(roles, ", ")));
    }
    return {};
}

Result<model::Grants> held_grants(TaskRun& run, const plan::TableName& object) {
    TRY(const engines::QueryResult found,
        run.session().query(fmt::format("SELECT privilege_type, grantee FROM information_schema.role_table_grants "
                                        "WHERE table_schema = {} AND table_name = {} AND grantor = current_role "
                                        "AND grantee <> current_role",
                                        text_literal(object.schema), text_literal(object.table))));
    model::Grants held;
    for (const auto& row : found.rows)
        if (row.size() == 2 && row[0] && row[1]) held[*row[0]].push_back(*row[1]);
    return held;
}

}  // namespace

Result<Statements> grant_statements(const std::string& name, const model::Grants& wanted, const model::Grants& held) {
    Statements out;
    TRY_STATUS(add(out, name, difference(held, wanted), false));
    TRY_STATUS(add(out, name, difference(wanted, held), true));
    return out;
}

Status sync_grants(TaskRun& run, const model::Node& node, const plan::TableName& object, const std::string& name,
                   Layer layer) {
    if (!node.grants) return {};
    const std::string_view target = layer == Layer::physical ? "physical" : "virtual";
    if (node.grants_target_layer != "all" && node.grants_target_layer != target) return {};
    if (!run.profile().grants) {
        run.log().line("warning", run.profile().type + " has no privileges: the model's grants were not applied");
        return {};
    }
    TRY(const model::Grants held, held_grants(run, object));
    TRY(const Statements statements, grant_statements(name, *node.grants, held));
    for (const std::string& sql : statements) {
        auto done = run.execute(sql);
        if (!done) return fail(std::move(done).error().in("grants"));
    }
    return {};
}

}  // namespace towline::runner
