// test: the YAML unit tests of a project.

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "commands/exit_codes.h"
#include "commands/handlers.h"
#include "commands/testing.h"
#include "output/table.h"
#include "plan/selector.h"
#include "project/file_system.h"
#include "time/clock.h"

namespace towline::commands {
namespace {

using model_tests::Outcome;
using model_tests::Report;
using model_tests::TestEntry;
using model_tests::TestResult;

constexpr std::size_t kRuleWidth = 70;

std::string rule(char c) { return std::string(kRuleWidth, c); }

std::string_view word_of(Outcome outcome) {
    return outcome == Outcome::passed ? "passed" : outcome == Outcome::failed ? "failed" : "error";
}

class Stopwatch {
 public:
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

void show_failure(output::Console& console, const TestResult& result) {
    console.line(rule('-'));
    console.line(
        fmt::format("{}: {} ({})", result.outcome == Outcome::failed ? "FAIL" : "ERROR", result.name, result.path));
    if (result.outcome == Outcome::failed && !result.description.empty()) console.line(result.description);
    console.line(rule('-'));
    if (result.outcome == Outcome::error) console.line(result.message + "\n");
    for (const model_tests::DifferenceTable& difference : result.tables) {
        output::Table table(difference.headers);
        for (const auto& row : difference.rows) table.add(row);
        console.line(console.bold(difference.title) + "\n" + table.text() + "\n");
    }
    if (!result.note.empty()) console.line("hint: " + result.note + "\n");
}

std::string report_document(const Report& report, double seconds) {
    json::Array items;
    std::int64_t passed = 0;
    for (const TestResult& result : report.results) {
        if (result.outcome == Outcome::passed) ++passed;
        json::Array tables;
        for (const model_tests::DifferenceTable& difference : result.tables) {
            json::Array rows;
            for (const auto& row : difference.rows) {
                json::Array cells;
                for (const std::string& cell : row) cells.str(cell);
                rows.raw(cells.dump());
            }
            tables.sub(json::Object()
                           .str("title", difference.title)
                           .strings("columns", difference.headers)
                           .list("rows", rows));
        }
        items.sub(json::Object()
                      .str("path", result.path)
                      .str("name", result.name)
                      .str("outcome", std::string(word_of(result.outcome)))
                      .str("message", result.message)
                      .str("note", result.note)
                      .list("differences", tables));
    }
    return json::Object()
        .str("schema", "towline.tests/v1")
        .num("tests", static_cast<std::int64_t>(report.results.size()))
        .num("passed", passed)
        .num("duration_ms", static_cast<std::int64_t>(seconds * 1000))
        .list("items", items)
        .strings("warnings", report.warnings)
        .dump();
}

std::vector<TestEntry> of_models(std::vector<TestEntry> tests, const model_tests::TestProject& project,
                                 const std::set<std::string>& models) {
    std::erase_if(tests, [&](const TestEntry& test) {
        const project::Yaml* model = test.body.find("model");
        return model == nullptr || !models.contains(model_tests::model_name(project, model->text));
    });
    return tests;
}

}  // namespace

Result<std::vector<TestEntry>> find_tests(Session& session, const LocalProject& local) {
    TRY(const client::Settings* settings, session.settings());
    const project::DiskFileSystem files;
    std::vector<TestEntry> out;
    for (const LocalRoot& root : local.roots) {
        TRY(auto found,
            model_tests::find_tests(
                files, {root.folder, root.config.ignore_patterns, root.config.variables, root.config.settings.gateways},
                settings->environment));
        std::move(found.begin(), found.end(), std::back_inserter(out));
    }
    return out;
}

Result<Report> run_tests(Session&, const LocalProject& local, const std::vector<TestEntry>& tests) {
    const project::DiskFileSystem files;
    return model_tests::run_tests(tests, {local.project, files, local.default_catalog}, time::SystemClock().now_ms());
}

void show_tests(output::Console& console, const Report& report, double seconds) {
    for (const std::string& warning : report.warnings) console.warning(warning);
    if (report.results.empty()) return;
    std::string marks;
    for (const TestResult& result : report.results)
        marks += result.outcome == Outcome::passed ? '.' : result.outcome == Outcome::failed ? 'F' : 'E';
    console.line(marks);
    const std::string ran =
        fmt::format("Ran {} tests against duckdb in {:.2f} seconds.", report.results.size(), seconds);
    if (report.successful()) {
        console.line("\n" + rule('=') + "\n" + console.green("Successfully " + ran) + "\n" + rule('-'));
        return;
    }
    console.line(rule('=') + "\n");
    std::string failed;
    std::size_t count = 0;
    for (const Outcome outcome : {Outcome::failed, Outcome::error})
        for (const TestResult& result : report.results) {
            if (result.outcome != outcome) continue;
            show_failure(console, result);
            failed += fmt::format("\n • {}::{}", result.path, result.name);
            ++count;
        }
    console.line(fmt::format("{}\n{}\n{}\n{}\n\nFailed tests ({}):{}\n{}", rule('-'),
                             console.red("Test Failure Summary"), rule('='), ran, count, failed, rule('=')));
}

Status check_tests(Session& session, const LocalProject& local, const std::optional<std::set<std::string>>& models) {
    TRY(auto tests, find_tests(session, local));
    const project::DiskFileSystem files;
    if (models) tests = of_models(std::move(tests), {local.project, files, local.default_catalog}, *models);
    if (tests.empty()) return {};
    const Stopwatch watch;
    Result<Report> ran = run_tests(session, local, tests);
    if (!ran) {
        Error error = std::move(ran).error();
        if (error.hint.empty()) error.hint = "plan without the tests: --skip-tests";
        return fail(std::move(error));
    }
    Report report = std::move(*ran);
    for (const TestResult& result : report.results)
        if (result.foreign && result.outcome != Outcome::passed)
            report.warnings.push_back(fmt::format("{}::{} was not judged: {}", result.path, result.name,
                                                  result.note.empty() ? result.message : result.note));
    std::erase_if(report.results,
                  [](const TestResult& result) { return result.foreign && result.outcome != Outcome::passed; });
    show_tests(session.console(), report, watch.seconds());
    if (report.successful()) return {};
    return fail(ErrorCode::internal, "Cannot generate plan due to failing test(s). Fix test(s) and run again.");
}

Result<int> test(Session& session, const Arguments& arguments) {
    TRY(const LocalProject local, load_local_project(session));
    TRY(auto tests, find_tests(session, local));
    model_tests::TestSelection selection{
        arguments.list("tests"), arguments.list("match"), std::filesystem::current_path().string(), {}};
    for (const auto& [fqn, node] : local.project.nodes) {
        const std::string file = local.file_of(node);
        selection.models_by_file.emplace(file, node.name);
        selection.models_by_file.emplace(file, fqn);
    }
    TRY(tests, model_tests::select_tests(tests, selection));
    const project::DiskFileSystem files;
    std::size_t skipped = tests.size();
    if (const auto selectors = arguments.list("select-model"); !selectors.empty()) {
        TRY(const auto models, plan::select_models(local.project.nodes, selectors));
        tests = of_models(std::move(tests), {local.project, files, local.default_catalog}, models);
    }
    skipped -= tests.size();
    const Stopwatch watch;
    TRY(const Report report, run_tests(session, local, tests));
    output::Console& console = session.console();
    if (console.json()) {
        console.document(report_document(report, watch.seconds()));
    } else {
        show_tests(console, report, watch.seconds());
        if (skipped > 0) console.line(fmt::format("Skipped {} tests", skipped));
    }
    return report.successful() ? kOk : kWorkFailed;
}

}  // namespace towline::commands
