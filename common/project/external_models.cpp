#include <algorithm>

#include "base/strings.h"
#include "inference/infer.h"
#include "project/model_draft.h"
#include "project/model_file.h"
#include "project/seed.h"
#include "project/values.h"

// Nodes that are not SQL: external tables and the content of seeds.

namespace towline::project {
namespace {

/// A type of the user's own stays as it is written: nothing folds what stands in YAML.
Result<sql::Expr> type_as_written(std::string_view written, sql::Dialect dialect) {
    TRY(sql::Expr type, sql::parse_type(written, dialect));
    const sql::Expr* element = &type;
    while (element->text == "ARRAY" && !element->children.empty()) element = &element->children.front();
    // SQLMesh prints the type and reads it again: REAL of Snowflake is FLOAT then, and that is DOUBLE.
    if (!sql::is_own_type(*element)) return sql::parse_type(sql::type_sql(type, dialect), dialect).value_or(type);
    sql::Expr out;
    out.kind = sql::ExprKind::raw;
    out.text = written;
    return out;
}

/// A YAML value as the property value that the same text would be in a MODEL block.
Result<sql::Property> property_of(const std::string& key, const Yaml& value, sql::Dialect dialect) {
    sql::Property out;
    out.name = key;
    out.raw = value.text;
    if (key.ends_with("_properties") && value.is_map()) {
        out.value.kind = sql::ExprKind::tuple;
        for (const auto& [name, item] : value.members) {
            sql::Expr entry;
            entry.kind = sql::ExprKind::binary;
            entry.text = "=";
            TRY(auto text, item.is_string() ? Result<sql::Expr>(sql::string_literal(item.text))
                                            : sql::parse_expression(item.is_null() ? "NULL" : item.text, dialect));
            entry.children = {sql::column_of(name), std::move(text)};
            out.value.children.push_back(std::move(entry));
        }
        return out;
    }
    if (key == "columns" || key == "column_descriptions") {
        if (!value.is_map()) return fail(ErrorCode::invalid, "'" + key + "' must be a map.");
        out.value.kind = sql::ExprKind::tuple;
        for (const auto& [name, item] : value.members) {
            sql::Expr entry;
            if (key == "columns") {
                entry.kind = sql::ExprKind::alias;
                entry.text = name;
                std::string_view written = trim(item.text);
                while (written.ends_with(',')) written = trim(written.substr(0, written.size() - 1));
                TRY(auto type, type_as_written(written, dialect));
                entry.children.push_back(std::move(type));
            } else {
                entry.kind = sql::ExprKind::binary;
                entry.text = "=";
                entry.children = {sql::column_of(name), sql::string_literal(item.text)};
            }
            out.value.children.push_back(std::move(entry));
        }
        return out;
    }
    if (value.is_list()) {
        out.value.kind = sql::ExprKind::tuple;
        const bool fields = key == "grains" || key == "references";
        for (const Yaml& item : value.items) {
            TRY(auto entry,
                fields ? sql::parse_expression(item.text, dialect) : Result<sql::Expr>(sql::string_literal(item.text)));
            out.value.children.push_back(std::move(entry));
        }
        return out;
    }
    out.value = sql::string_literal(value.text);
    return out;
}

Result<std::vector<model::Call>> audits_of(const Yaml& list, sql::Dialect dialect) {
    std::vector<model::Call> out;
    for (const Yaml& item : list.items) {
        model::Call call;
        for (const auto& [key, value] : item.members) {
            if (key == "name") {
                call.name = lower(value.text);
                continue;
            }
            std::string text = value.text;
            if (value.is_list()) {
                std::vector<std::string> parts;
                for (const Yaml& entry : value.items) parts.push_back(entry.text);
                text = "(" + join(parts, ", ") + ")";
            }
            TRY(auto parsed, sql::parse_expression(text, dialect));
            call.arguments.emplace_back(lower(key), sql::to_sql(parsed, dialect));
        }
        out.push_back(std::move(call));
    }
    return out;
}

/// Of columns that fold to one name the first place and the last type.
void last_of_each(model::Columns& columns) {
    model::Columns out;
    for (model::Column& column : columns) {
        const auto known =
            std::find_if(out.begin(), out.end(), [&](const model::Column& c) { return c.name == column.name; });
        if (known == out.end())
            out.push_back(std::move(column));
        else
            *known = std::move(column);
    }
    columns = std::move(out);
}

Status read_item(ModelDraft& draft, const Yaml& item) {
    for (const auto& [key, value] : item.members) {
        if (value.is_null()) continue;
        if (key == "audits") {
            TRY(draft.node.audits, audits_of(value, draft.dialect));
            continue;
        }
        if (key == "kind") return fail(ErrorCode::invalid, "An external model has no 'kind'.");
        if (key == "signals" && value.is_list() && value.items.empty()) continue;
        if (key == "default_catalog") {
            draft.node.default_catalog = value.text;
            continue;
        }
        TRY(auto property, property_of(key, value, draft.dialect));
        if (key == "gateway") {
            draft.node.gateway = lower(value.text);
            continue;
        }
        TRY_STATUS(set_property(draft, property));
    }
    if (draft.node.name.empty()) return fail(ErrorCode::invalid, "An external model has no name.");
    if (draft.node.columns) last_of_each(*draft.node.columns);
    TRY_STATUS(apply_defaults(draft));
    return derive(draft);
}

/// SQLMesh reads seeds as text, where every end of a line is one newline, inside quotes too.
std::string with_plain_newlines(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
        out += text[i] == '\r' ? '\n' : text[i];
    }
    return out;
}

}  // namespace

std::vector<LoadedNode> load_external_models(const LoadScope& scope, const SourceFile& file) {
    auto tree = parse_yaml(file.text(), file.path);
    if (!tree) {
        scope.faults->add(file, 0, tree.error());
        return {};
    }
    if (tree->is_null() || (tree->is_map() && tree->members.empty())) return {};
    if (!tree->is_list()) {
        scope.faults->add(file, 0, ErrorCode::invalid, "External models must be a list.");
        return {};
    }
    std::vector<LoadedNode> out;
    int line = 1;  // of `offset`; items stand in the order of their lines
    std::size_t offset = 0;
    for (const Yaml& item : tree->items) {
        const auto place = [&](const Error& error) {
            scope.faults->add(Fault{file.path, item.line, item.column, error.message, {}, error.hint, error.code});
        };
        ModelDraft draft;
        draft.config = scope.config;
        const Yaml* word = item.find("dialect");
        const std::string name = word ? lower(word->text) : scope.config->settings.default_dialect;
        auto dialect = scope.config->dialect(name);
        if (!dialect) {
            place(dialect.error());
            continue;
        }
        draft.dialect = *dialect;
        scope.config->set_dialect(draft.node, name);
        draft.node.source_type = model::SourceType::external;
        draft.node.kind.name = model::KindName::external;
        draft.node.default_catalog = scope.config->default_catalog;
        draft.node.path = file.path;
        if (Status done = read_item(draft, item); !done) {
            place(done.error());
            continue;
        }
        // Items of other gateways are not this project's, for now.
        if (draft.node.gateway && *draft.node.gateway != scope.config->selected_gateway) continue;
        LoadedNode loaded;
        loaded.node = std::move(draft.node);
        loaded.file = file;
        for (; line < item.line; ++line) offset = file.text().find('\n', offset) + 1;
        loaded.offset = offset;
        out.push_back(std::move(loaded));
    }
    return out;
}

Status load_seed(const LoadScope& scope, const SourceFile& file, model::Node& node) {
    const std::string& written = node.kind.seed_path;
    std::string path = joined_path(parent_path(file.path), written);
    if (starts_with_ignoring_case(written, "$root/")) {
        path = joined_path("", written.substr(6));
        node.kind.seed_path = joined_path(scope.root, path);
    }
    auto content = scope.files->read(joined_path(scope.root, path));
    if (!content) {
        Error error = Error(content.error()).in("The seed file '" + written + "' cannot be read");
        error.hint = "A path is relative to the model's file; $root/… is relative to the project.";
        return fail(error);
    }
    if (!is_utf8(*content)) return fail(ErrorCode::invalid, "The seed file '" + written + "' is not UTF-8 text.");
    // SQLMesh would take it for data.
    if (content->starts_with("version https://git-lfs.github.com/spec/"))
        return fail(ErrorCode::invalid, "The seed file '" + written + "' is a Git LFS pointer, not the data.",
                    "Fetch the data with `git lfs pull`; in CI, check out with LFS.");
    node.seed.content = with_plain_newlines(*content);
    auto columns = read_seed(node.seed.content, node.kind.csv_settings);
    if (!columns) return fail(Error(columns.error()).in("Seed file '" + written + "'"));
    TRY(auto dialect, sql::dialect_from(node.dialect));
    for (SeedColumn& column : *columns) {
        column.name = seed_column_name(column.name, dialect);
        node.seed.column_hashes.emplace_back(column.name, seed_column_hash(column));
        const std::string_view found = seed_column_type(column.type);
        TRY(auto type, sql::parse_type(found, dialect));
        // In ClickHouse only what somebody wrote is not Nullable.
        const bool nullable = dialect == sql::Dialect::clickhouse;
        node.seed.derived_columns.push_back(
            {column.name, nullable ? inference::type_for(std::string(found), sql::Dialect::none, dialect)
                                   : sql::type_sql(type, dialect)});
    }
    auto declared = node.columns ? check_declared(*columns, *node.columns, dialect) : Status{};
    if (!declared) return fail(Error(declared.error()).in("Seed file '" + written + "'"));
    return {};
}

}  // namespace towline::project
