#include "model_tests/test_case.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "project/seed.h"
#include "sql/scopes.h"

namespace towline::model_tests {
namespace {

using project::Yaml;

constexpr std::size_t kRowsMax = 1'000'000;

struct TimeName {
    std::string_view given;
    std::string_view means;
};
constexpr TimeName kTimes[] = {
    {"start", "start"},
    {"end", "end"},
    {"execution_time", "execution_time"},
    {"latest", "execution_time"},
    {"start_ds", "start"},
    {"start_date", "start"},
    {"start_ts", "start"},
    {"start_dt", "start"},
    {"end_ds", "end"},
    {"end_date", "end"},
    {"end_ts", "end"},
    {"end_dt", "end"},
    {"execution_ds", "execution_time"},
    {"execution_date", "execution_time"},
    {"execution_ts", "execution_time"},
    {"execution_dt", "execution_time"},
};

const char* python_boolean(bool value) { return value ? "True" : "False"; }

model::Properties csv_settings(const Yaml* settings) {
    model::Properties out;
    if (settings == nullptr) return out;
    for (const auto& [key, value] : settings->members) {
        const std::string name = key == "sep" ? "delimiter" : key;
        const auto boolean = value.type == Yaml::Type::boolean ? project::yaml_boolean(value) : std::nullopt;
        out.emplace_back(name, boolean ? python_boolean(*boolean) : value.text);
    }
    return out;
}

Yaml cell_of(const project::SeedColumn& column, std::size_t row) {
    Yaml out;
    const std::optional<std::string>& cell = column.cells[row];
    if (!cell) return out;
    out.text = *cell;
    switch (column.type) {
        case project::SeedType::integer:
            out.type = Yaml::Type::integer;
            break;
        case project::SeedType::real:
            out.type = Yaml::Type::real;
            break;
        case project::SeedType::boolean:
            out.type = Yaml::Type::boolean;
            out.text = lower(out.text);
            break;
        case project::SeedType::text:
            out.type = Yaml::Type::string;
            break;
    }
    return out;
}

class CaseReader {
 public:
    CaseReader(const TestEntry& entry, const TestProject& project) : entry_(entry), project_(project) {
        dialect_ = sql::dialect_from(project.project.settings.default_dialect).value_or(sql::Dialect::none);
    }

    Result<std::optional<TestCase>> run() {
        const Yaml* model = entry_.body.find("model");
        if (model == nullptr || model->is_null()) return wrong("Missing required 'model' field");
        const std::string fqn = model_name(project_, model->text);
        const auto found = project_.project.nodes.find(fqn);
        if (found == project_.project.nodes.end() || !model::is_model(found->second)) return std::optional<TestCase>();
        if (found->second.source_type != model::SourceType::sql)
            return wrong("Model '" + fqn + "' is an unsupported model type for testing");
        out_.path = entry_.path;
        out_.name = entry_.name;
        out_.node = &found->second;
        if (const Yaml* text = entry_.body.find("description")) out_.description = text->text;
        if (const Yaml* text = entry_.body.find("schema")) out_.schema = text->text;
        for (auto step : {&CaseReader::outputs, &CaseReader::inputs, &CaseReader::variables}) {
            auto done = (this->*step)();
            if (done) continue;
            Error error = std::move(done).error();
            error.message = "Failed to create test " + entry_.name + " (" + entry_.path + ")\n" + error.message;
            return fail(std::move(error));
        }
        return std::optional<TestCase>(std::move(out_));
    }

 private:
    tl::unexpected<Error> wrong(const std::string& message) const {
        return fail(ErrorCode::internal, "Failed to run test at " + entry_.path + ":\n" + message);
    }
    std::string column_name(const std::string& name) const { return sql::normalize_identifier(name, false, dialect_); }

    Status outputs() {
        const Yaml* outputs = entry_.body.find("outputs");
        if (outputs == nullptr || !outputs->is_map() || outputs->members.empty())
            return wrong("Incomplete test, missing outputs");
        const Yaml* ctes = outputs->find("ctes");
        const Yaml* query = outputs->find("query");
        if ((ctes == nullptr || ctes->is_null()) && (query == nullptr || query->is_null()))
            return wrong("Incomplete test, outputs must contain 'query' or 'ctes'");
        const Yaml* partial = outputs->find("partial");
        const bool all_partial = partial != nullptr && project::yaml_boolean(*partial).value_or(false);
        if (ctes != nullptr) {
            for (const auto& [name, values] : ctes->members) {
                TRY(RowSet rows, row_set(values, name, all_partial));
                out_.ctes.emplace_back(sql::normalize_identifier(name, false, dialect_), std::move(rows));
            }
        }
        if (query != nullptr && !query->is_null()) {
            TRY(out_.query, row_set(*query, out_.node->name, all_partial));
        }
        return {};
    }

    Status inputs() {
        const Yaml* inputs = entry_.body.find("inputs");
        if (inputs == nullptr || inputs->members.empty()) return {};
        std::set<std::string> given;
        for (const auto& [name, values] : inputs->members) {
            TRY(RowSet rows, row_set(values, name, false));
            const std::string fqn = model_name(project_, name);
            if (const Yaml* columns = values.is_map() ? values.find("columns") : nullptr) {
                if (!columns->is_map())
                    return wrong("Invalid 'columns' value for model '" + fqn + "', expected a mapping name -> type");
                for (const auto& [column, type] : columns->members) rows.types[column_name(column)] = type.text;
            }
            given.insert(fqn);
            out_.inputs.emplace_back(fqn, std::move(rows));
        }
        for (const std::string& parent : out_.node->depends_on)
            if (!given.contains(parent)) return wrong("Incomplete test, missing input model '" + parent + "'");
        if (out_.node->depends_on_self && !given.contains(out_.node->fqn))
            out_.inputs.emplace_back(out_.node->fqn, RowSet{});
        return {};
    }

    Status variables() {
        const Yaml* vars = entry_.body.find("vars");
        if (vars == nullptr) return {};
        for (const auto& [name, value] : vars->members) {
            const auto time = std::find_if(std::begin(kTimes), std::end(kTimes),
                                           [&](const TimeName& row) { return row.given == name; });
            if (time != std::end(kTimes)) {
                if (!value.is_null()) out_.times[std::string(time->means)] = value.text;
                continue;
            }
            Yaml plain = value;
            if (plain.type == Yaml::Type::date) plain.type = Yaml::Type::string;
            TRY(auto converted, project::yaml_variable(plain));
            out_.variables.emplace_back(name, std::move(converted));
        }
        return {};
    }

    Result<RowSet> row_set(const Yaml& values, const std::string& name, bool partial) {
        RowSet out;
        const bool is_map = values.is_map();
        const Yaml* rows = is_map ? values.find("rows") : &values;
        const Yaml* query = is_map ? values.find("query") : nullptr;
        const Yaml* format = is_map ? values.find("format") : nullptr;
        const Yaml* path = is_map ? values.find("path") : nullptr;
        const Yaml* own = is_map ? values.find("partial") : nullptr;
        out.partial = partial || (own != nullptr && project::yaml_boolean(*own).value_or(false));
        const std::string kind = format == nullptr || format->is_null() ? "yaml" : format->text;
        if (kind != "csv" && kind != "yaml") return wrong("Unsupported data format '" + kind + "' for '" + name + "'");
        if (query != nullptr && !query->is_null()) {
            if (rows != nullptr || path != nullptr)
                return wrong("Invalid test, cannot set both 'query' and 'rows' for '" + name + "'");
            out.query = query->text;
            return out;
        }
        Yaml loaded;
        if (path != nullptr && !path->is_null()) {
            TRY(loaded, from_file(path->text, kind));
            rows = &loaded;
        }
        if (rows == nullptr || rows->is_null()) return wrong("Incomplete test, missing row data for '" + name + "'");
        if (kind == "csv") {
            TRY_STATUS(csv_rows(rows->text, csv_settings(is_map ? values.find("csv_settings") : nullptr), out));
            return out;
        }
        if (!rows->is_list()) return wrong("Incomplete test, missing row data for '" + name + "'");
        for (const Yaml& row : rows->items) TRY_STATUS(add_row(row, name, out));
        return out;
    }

    /// Relative paths start where the program was started, as in SQLMesh; then the project's folder is tried.
    Result<Yaml> from_file(const std::string& path, const std::string& kind) const {
        const std::string in_project = entry_.path.substr(0, entry_.path.rfind("/tests/") + 1) + path;
        const std::string& chosen = project_.files.exists(path) ? path : in_project;
        TRY(std::string text, project_.files.read(chosen));
        if (kind == "csv") return Yaml::of_string(std::move(text));
        TRY(Yaml document, project::parse_yaml(text, chosen));
        if (const Yaml* rows = document.is_map() ? document.find("rows") : nullptr) return Yaml(*rows);
        return document;
    }

    Status csv_rows(const std::string& text, const model::Properties& settings, RowSet& out) const {
        TRY(const auto columns, project::read_seed(text, settings));
        for (const project::SeedColumn& column : columns) out.columns.push_back(column_name(column.name));
        const std::size_t count = columns.empty() ? 0 : columns.front().cells.size();
        for (std::size_t row = 0; row < count; ++row) {
            auto& cells = out.rows.emplace_back();
            for (std::size_t i = 0; i < columns.size(); ++i) cells[out.columns[i]] = cell_of(columns[i], row);
        }
        return {};
    }

    Status add_row(const Yaml& row, const std::string& name, RowSet& out) const {
        if (!row.is_map()) return wrong("Invalid row for '" + name + "', expected a mapping column -> value");
        if (out.rows.size() >= kRowsMax) return fail(ErrorCode::too_large, "a test has too many rows");
        auto& cells = out.rows.emplace_back();
        for (const auto& [key, value] : row.members) {
            const std::string column = column_name(key);
            if (std::find(out.columns.begin(), out.columns.end(), column) == out.columns.end())
                out.columns.push_back(column);
            cells[column] = value;
        }
        return {};
    }

    const TestEntry& entry_;
    const TestProject& project_;
    sql::Dialect dialect_ = sql::Dialect::none;
    TestCase out_;
};

}  // namespace

std::string model_name(const TestProject& project, const std::string& name) {
    const auto dialect = sql::dialect_from(project.project.settings.default_dialect).value_or(sql::Dialect::none);
    return sql::fqn(name, dialect, project.default_catalog).value_or(name);
}

Result<std::optional<TestCase>> read_case(const TestEntry& entry, const TestProject& project) {
    return CaseReader(entry, project).run();
}

}  // namespace towline::model_tests
