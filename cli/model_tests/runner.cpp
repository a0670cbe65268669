#include "model_tests/runner.h"

#include <algorithm>

#include "base/strings.h"
#include "duckdb/database.h"
#include "model_tests/fixture.h"
#include "model_tests/model_query.h"
#include "model_tests/query_parts.h"
#include "sql/expression.h"

namespace towline::model_tests {
namespace {

std::string quoted(std::string_view name) { return sql::quote_identifier(name, sql::Dialect::duckdb); }

std::string detail_of(const Error& error) {
    if (error.detail.empty()) return error.message;
    return error.detail.starts_with(error.message) ? error.detail : error.message + "\n\n" + error.detail;
}

Frame frame_of(const duckdb::Rows& rows) {
    Frame out;
    for (const duckdb::Column& column : rows.columns()) out.columns.push_back({column.name, column.type});
    for (std::size_t r = 0; r < rows.size(); ++r) {
        auto& cells = out.rows.emplace_back();
        for (std::size_t c = 0; c < out.columns.size(); ++c) {
            const auto cell = rows.cell(r, c);
            cells.push_back(cell ? Cell(std::string(*cell)) : Cell());
        }
    }
    return out;
}

const FrameColumn* find_column(const Frame& frame, const std::string& name) {
    for (const FrameColumn& column : frame.columns)
        if (iequals(column.name, name)) return &column;
    return nullptr;
}

std::vector<std::string> names_of(const Frame& frame) {
    std::vector<std::string> out;
    for (const FrameColumn& column : frame.columns) out.push_back(column.name);
    return out;
}

/// The text that a value has in a column of the actual result, as an expression.
std::string expected_text(const project::Yaml& value, const std::string& type) {
    if (value.is_null()) return "NULL";
    const std::string text = literal(value);
    const std::string plain = "CAST(" + text + " AS VARCHAR)";
    if (type.empty() || type == "VARCHAR" || type == "ENUM") return plain;
    const std::string target = is_approximate(type) ? "DOUBLE" : type;
    // pandas cuts a real number off where integers come.
    const bool cut = value.type == project::Yaml::Type::real && type.find("INT") != std::string::npos;
    const std::string number = cut && text.find('\'') == std::string::npos ? "TRUNC(" + text + ")" : text;
    return "COALESCE(CAST(TRY_CAST(" + number + " AS " + target + ") AS VARCHAR), " + plain + ")";
}

/// "a INTEGER, b STRUCT(c VARCHAR)" at its outer commas.
std::vector<std::string_view> fields_of(std::string_view text) {
    std::vector<std::string_view> out;
    int depth = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size()) depth += (text[i] == '(') - (text[i] == ')');
        if (i < text.size() && (text[i] != ',' || depth > 0)) continue;
        out.push_back(trim(text.substr(begin, i - begin)));
        begin = i + 1;
    }
    return out;
}

/// Python's values of different types are never equal: numbers and texts, texts and what DuckDB gives as objects,
/// structures whose keys come in another order.
bool never_equal(const project::Yaml& value, std::string_view type) {
    using Type = project::Yaml::Type;
    if (type == "VARCHAR")
        return value.type == Type::integer || value.type == Type::real || value.type == Type::boolean;
    const bool nested = type.ends_with("[]") || type.starts_with("STRUCT(") || type.starts_with("MAP(");
    if (type == "UUID" || type == "BLOB" || nested)
        if (value.type == Type::string) return true;
    const bool dated = type.starts_with("TIMESTAMP") || type == "DATE";
    if (dated && value.text.size() > 10 && (value.type == Type::date || value.type == Type::string)) {
        const bool moment = value.text.find_first_of("+-", 11) != std::string::npos || value.text.ends_with('Z');
        const bool of_moments = type == "TIMESTAMP WITH TIME ZONE";
        return value.type == Type::date ? moment != of_moments : moment && !of_moments;
    }
    if (value.is_list() && type.ends_with("[]"))
        return std::any_of(value.items.begin(), value.items.end(), [&](const project::Yaml& item) {
            return never_equal(item, type.substr(0, type.size() - 2));
        });
    if (!value.is_map() || !type.starts_with("STRUCT(") || !type.ends_with(")")) return false;
    const auto fields = fields_of(type.substr(7, type.size() - 8));
    if (fields.size() != value.members.size()) return true;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const std::size_t space = fields[i].find(' ');
        const std::string name = replace_all(fields[i].substr(0, space), "\"", "");
        const bool plain = fields[i].find("\" ") == std::string_view::npos;  // a name with a blank is not looked at
        if (plain && name != value.members[i].key) return true;
        if (plain && space != std::string_view::npos &&
            never_equal(value.members[i].value, fields[i].substr(space + 1)))
            return true;
    }
    return false;
}

class CaseRunner {
 public:
    CaseRunner(const TestCase& test, const TestProject& project, duckdb::Connection& engine, std::int64_t now)
        : test_(test), project_(project), engine_(engine), now_(now) {}

    TestResult run(const std::string& schema) {
        schema_ = test_.schema.empty() ? schema : test_.schema;
        result_.path = test_.path;
        result_.name = test_.name;
        result_.description = test_.description;
        Status done = fixtures();
        if (done) done = judge();
        if (!done) add_error(done.error());
        // A schema that stays behind would only matter to the next test of the same name.
        (void)engine_.execute("DROP SCHEMA IF EXISTS " + quoted(schema_) + " CASCADE");
        return std::move(result_);
    }

 private:
    /// Runs the query in DuckDB's dialect. What is not translated runs as its author wrote it, and so does what DuckDB
    /// does not take of a translation: a test that passes either way is right about the model. A query that is DuckDB's
    /// own is translated only if it does not run, since SQLMesh knows words there that DuckDB does not.
    Status judge() {
        TRY(const std::string written, written_query(test_, schema_, now_));
        const auto translated = [&] { return translated_query(test_, schema_, project_, written); };
        if (dialect_of(*test_.node) == sql::Dialect::duckdb) {
            attempt(written);
            if (result_.outcome != Outcome::error) return {};
            const Result<std::string> other = translated();
            if (other && *other != written) attempt_instead(*other);
            return {};
        }
        const Result<std::string> made = translated();
        attempt(made ? *made : written);
        result_.foreign = !made || result_.outcome == Outcome::error;
        if (!made) result_.note = made.error().message + "; the query ran as it is written";
        if (made && result_.outcome == Outcome::error) attempt_instead(written);
        return {};
    }

    void attempt(const std::string& query) {
        Status done = check(query);
        if (!done) add_error(done.error());
    }

    /// Takes the place of what went wrong if the test passes with this query.
    void attempt_instead(const std::string& query) {
        TestResult before = result_;
        result_.outcome = Outcome::passed;
        result_.message.clear();
        result_.tables.clear();
        attempt(query);
        if (result_.outcome != Outcome::passed) result_ = std::move(before);
    }

    void add_error(const Error& error) {
        result_.outcome = Outcome::error;
        if (!result_.message.empty()) result_.message += "\n\n";
        result_.message += detail_of(error);
    }

    Status fixtures() {
        TRY_STATUS(engine_.execute("CREATE SCHEMA IF NOT EXISTS " + quoted(schema_)));
        for (const auto& [fqn, rows] : test_.inputs) {
            const auto model = project_.project.nodes.find(fqn);
            const model::Node* node = model == project_.project.nodes.end() ? nullptr : &model->second;
            TRY(const auto columns, input_columns(rows, node, fqn, test_.path));
            std::string query;
            if (rows.query) {
                TRY(query, query_fixture(*rows.query, columns));
            } else {
                TRY(query, rows_query(rows, columns));
            }
            TRY_STATUS(engine_.execute("CREATE OR REPLACE VIEW " + fixture_table(schema_, fqn) + " AS " + query));
        }
        return {};
    }

    /// Columns that the query leaves out are NULL.
    Result<std::string> query_fixture(const std::string& query, const model::Columns& columns) {
        TRY(const duckdb::Rows rows, engine_.query("SELECT * FROM (" + query + "\n) AS q LIMIT 0"));
        const Frame given = frame_of(rows);
        for (const FrameColumn& column : given.columns) {
            const bool known = std::any_of(columns.begin(), columns.end(),
                                           [&](const model::Column& c) { return iequals(c.name, column.name); });
            if (!known && !columns.empty())
                return fail(ErrorCode::invalid, "'" + column.name + "' is no column of the model");
        }
        std::string out = "SELECT q.*";
        for (const model::Column& column : columns)
            if (find_column(given, column.name) == nullptr)
                out += ", CAST(NULL AS " + (column.type.empty() ? std::string("VARCHAR") : column.type) + ") AS " +
                       quoted(column.name);
        return out + " FROM (" + query + "\n) AS q";
    }

    Status check(const std::string& rendered) {
        TRY(const std::string query, at_execution_time(test_, project_, now_, rendered));
        const QueryParts parts = query_parts(query, sql::Dialect::duckdb);
        // A fault of one CTE does not hide those of the others.
        for (const auto& [name, rows] : test_.ctes)
            if (Status done = check_cte(name, rows, parts); !done) add_error(done.error());
        if (!test_.query) return {};
        TRY(const duckdb::Rows actual, engine_.query(query));
        std::vector<std::string> columns;
        if (test_.node->columns_to_types)
            for (const model::Column& column : *test_.node->columns_to_types) columns.push_back(column.name);
        return check_rows(*test_.query, std::move(columns), frame_of(actual), parts.ordered, "");
    }

    Status check_cte(const std::string& name, const RowSet& rows, const QueryParts& parts) {
        const auto cte = std::find_if(parts.ctes.begin(), parts.ctes.end(),
                                      [&](const CteText& item) { return iequals(item.name, name); });
        // SQLMesh looks at CTEs only where there are any.
        if (cte == parts.ctes.end() && parts.ctes.empty()) return {};
        if (cte == parts.ctes.end())
            return fail(ErrorCode::internal, "Failed to run test at " + test_.path + ":\nNo CTE named " + name +
                                                 " found in model " + test_.node->name);
        TRY(const duckdb::Rows actual, engine_.query(parts.with + "\nSELECT * FROM " + quoted(cte->name)));
        Frame frame = frame_of(actual);
        std::vector<std::string> columns = names_of(frame);
        return check_rows(rows, std::move(columns), std::move(frame), cte->ordered, " (CTE " + name + ")");
    }

    Status check_rows(const RowSet& rows, std::vector<std::string> columns, Frame actual, bool ordered,
                      const std::string& suffix) {
        TRY(Frame expected, expected_frame(rows, std::move(columns), actual));
        if (rows.partial) keep_columns(actual, expected);
        const std::vector<std::string> actual_names = names_of(actual);
        if (expected.columns.size() != actual.columns.size())
            TRY_STATUS(check_columns(names_of(expected), actual_names));
        else
            TRY_STATUS(check_columns(actual_names, names_of(expected)));
        auto tables = compare(std::move(expected), std::move(actual), ordered, suffix);
        if (tables.empty()) return {};
        if (result_.outcome == Outcome::passed) result_.outcome = Outcome::failed;
        for (DifferenceTable& table : tables) result_.tables.push_back(std::move(table));
        return {};
    }

    static void keep_columns(Frame& actual, const Frame& expected) {
        std::vector<std::size_t> kept;
        for (std::size_t i = 0; i < actual.columns.size(); ++i)
            if (find_column(expected, actual.columns[i].name) != nullptr) kept.push_back(i);
        if (kept.empty()) return;
        Frame out;
        for (const std::size_t i : kept) out.columns.push_back(actual.columns[i]);
        for (auto& row : actual.rows) {
            auto& cells = out.rows.emplace_back();
            for (const std::size_t i : kept) cells.push_back(std::move(row[i]));
        }
        actual = std::move(out);
    }

    /// The expected rows, every value as DuckDB prints it after a cast to the actual column's type.
    Result<Frame> expected_frame(const RowSet& rows, std::vector<std::string> columns, const Frame& actual) {
        if (rows.query) return expected_by_query(rows, columns, actual);
        if (columns.empty()) columns = rows.columns;
        TRY_STATUS(check_columns(columns, rows.columns));
        if (rows.partial)
            std::erase_if(columns, [&](const std::string& name) {
                return std::none_of(rows.columns.begin(), rows.columns.end(),
                                    [&](const std::string& used) { return iequals(used, name); });
            });
        Frame out;
        for (const std::string& name : columns) {
            const FrameColumn* known = find_column(actual, name);
            out.columns.push_back({name, known == nullptr ? "VARCHAR" : known->type});
        }
        if (rows.rows.empty() || columns.empty()) return out;
        std::vector<bool> booleans;
        for (const FrameColumn& column : out.columns) booleans.push_back(only_booleans(actual, column.name));
        std::string sql = "SELECT * FROM (VALUES ";
        for (const auto& row : rows.rows) {
            std::vector<std::string> cells;
            for (std::size_t c = 0; c < out.columns.size(); ++c) {
                const FrameColumn& column = out.columns[c];
                const auto cell = std::find_if(row.begin(), row.end(),
                                               [&](const auto& item) { return iequals(item.first, column.name); });
                if (booleans[c] && cell == row.end())
                    cells.push_back("'true'");
                else if (booleans[c] && cell->second.is_null())
                    cells.push_back("'false'");
                else
                    cells.push_back(cell == row.end() ? "NULL::VARCHAR" : expected_text(cell->second, column.type));
            }
            sql += (&row == &rows.rows.front() ? "(" : ", (") + join(cells, ", ") + ")";
        }
        TRY(const duckdb::Rows texts, engine_.query(sql + ") AS t"));
        out.rows = frame_of(texts).rows;
        mark_never_equal(rows, out);
        return out;
    }

    /// True of a column without NULL: pandas makes the expected values booleans, what is missing (NaN) too.
    static bool only_booleans(const Frame& actual, const std::string& name) {
        for (std::size_t c = 0; c < actual.columns.size(); ++c)
            if (iequals(actual.columns[c].name, name))
                return actual.columns[c].type == "BOOLEAN" && !actual.rows.empty() &&
                       std::all_of(actual.rows.begin(), actual.rows.end(), [c](const auto& row) { return row[c]; });
        return false;
    }

    static void mark_never_equal(const RowSet& rows, Frame& frame) {
        for (std::size_t r = 0; r < rows.rows.size() && r < frame.rows.size(); ++r)
            for (std::size_t c = 0; c < frame.columns.size(); ++c) {
                const auto cell = rows.rows[r].find(frame.columns[c].name);
                if (cell == rows.rows[r].end() || !never_equal(cell->second, frame.columns[c].type)) continue;
                const bool nested = cell->second.is_list() || cell->second.is_map();
                const bool text = cell->second.type == project::Yaml::Type::string;
                frame.rows[r][c] = nested ? literal(cell->second) + " (in other types or another order)"
                                          : cell->second.text + (text ? " (a text)" : " (not a text)");
            }
    }

    Result<Frame> expected_by_query(const RowSet& rows, const std::vector<std::string>& columns, const Frame& actual) {
        TRY(const duckdb::Rows found, engine_.query("SELECT * FROM (" + *rows.query + "\n) AS q LIMIT 0"));
        const Frame given = frame_of(found);
        std::vector<std::string> names = names_of(given);
        if (!rows.partial)
            for (const std::string& name : columns)
                if (find_column(given, name) == nullptr) names.push_back(name);
        Frame out;
        std::vector<std::string> cells;
        for (const std::string& name : names) {
            const FrameColumn* known = find_column(actual, name);
            out.columns.push_back({name, known == nullptr ? "VARCHAR" : known->type});
            const std::string type = known == nullptr || known->type == "ENUM" ? "VARCHAR"
                                     : is_approximate(known->type)             ? "DOUBLE"
                                                                               : known->type;
            cells.push_back(find_column(given, name) == nullptr
                                ? "NULL::VARCHAR AS " + quoted(name)
                                : "CAST(CAST(q." + quoted(name) + " AS " + type + ") AS VARCHAR) AS " + quoted(name));
        }
        TRY(const duckdb::Rows texts,
            engine_.query("SELECT " + join(cells, ", ") + " FROM (" + *rows.query + "\n) AS q"));
        out.rows = frame_of(texts).rows;
        return out;
    }

    const TestCase& test_;
    const TestProject& project_;
    duckdb::Connection& engine_;
    std::int64_t now_;
    std::string schema_;
    TestResult result_;
};

/// A test may name the gateway whose engine it is for; it runs on DuckDB in memory whichever that is.
Status check_gateway(const TestEntry& test, const std::vector<project::Gateway>& gateways) {
    const project::Yaml* given = test.body.find("gateway");
    if (given == nullptr || given->is_null() || given->text.empty()) return {};
    const std::string name = lower(given->text);
    if (std::any_of(gateways.begin(), gateways.end(), [&](const auto& each) { return each.name == name; })) return {};
    return fail(ErrorCode::invalid, "Missing gateway with name '" + given->text + "'.", test.qualified());
}

}  // namespace

bool Report::successful() const {
    return std::all_of(results.begin(), results.end(),
                       [](const TestResult& result) { return result.outcome == Outcome::passed; });
}

Result<Report> run_tests(const std::vector<TestEntry>& tests, const TestProject& project, std::int64_t now_ms) {
    Report out;
    std::vector<TestCase> cases;
    for (const TestEntry& entry : tests) TRY_STATUS(check_gateway(entry, project.project.settings.gateways));
    for (const TestEntry& entry : tests) {
        TRY(auto read, read_case(entry, project));
        if (read)
            cases.push_back(std::move(*read));
        else
            out.warnings.push_back("Model '" + model_name(project, entry.body.find("model")->text) +
                                   "' was not found at " + entry.path);
    }
    if (cases.empty()) return out;
    TRY(duckdb::Database database, duckdb::Database::open(":memory:"));
    TRY(duckdb::Connection engine, database.connect());
    int number = 0;
    for (const TestCase& test : cases)
        out.results.push_back(
            CaseRunner(test, project, engine, now_ms).run("sqlmesh_test_" + std::to_string(++number)));
    return out;
}

}  // namespace towline::model_tests
