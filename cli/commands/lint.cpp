// lint: the linter's rules over the project's models.

#include "lint/linter.h"

#include <fmt/core.h>

#include "commands/exit_codes.h"
#include "commands/handlers.h"
#include "commands/linting.h"
#include "commands/testing.h"
#include "project/file_system.h"

namespace towline::commands {
namespace {

constexpr std::string_view kFailure = "Linter detected errors in the code. Please fix them before proceeding.";

struct LintedModel {
    const model::Node* node = nullptr;
    std::string file;
    lint::ModelReport report;
};

std::string text_of(std::string_view severity, const LintedModel& model,
                    const std::vector<lint::Violation>& violations) {
    std::string out = fmt::format("Linter {} for {}:", severity, model.file);
    for (const lint::Violation& violation : violations)
        out += violation.line > 0
                   ? fmt::format("\n - Line {}: {} - {}", violation.line, violation.rule, violation.message)
                   : fmt::format("\n - {}: {}", violation.rule, violation.message);
    return out;
}

/// True if there was an error.
bool show(output::Console& console, const std::vector<LintedModel>& models) {
    bool failed = false;
    for (const LintedModel& model : models) {
        if (!model.report.warnings.empty()) console.warning(text_of("warnings", model, model.report.warnings));
        if (model.report.errors.empty()) continue;
        failed = true;
        console.note(console.red(text_of("errors", model, model.report.errors)));
    }
    return failed;
}

/// The project's linter and what all its models need; `wanted` empty means all models.
Result<std::vector<LintedModel>> lint_models(Session& session, const LocalProject& local,
                                             const std::vector<const model::Node*>& wanted) {
    std::vector<LintedModel> out;
    if (local.roots.empty()) return out;
    std::map<const LocalRoot*, lint::Linter> linters;
    for (const LocalRoot& root : local.roots) {
        const lint::LinterSettings settings = lint::linter_settings(root.tree);
        if (!settings.enabled) continue;
        TRY(lint::Linter linter, lint::Linter::make(settings));
        linters.emplace(&root, std::move(linter));
    }
    if (linters.empty()) return out;
    TRY(const auto tests, find_tests(session, local));
    std::set<std::string> tested;
    for (const model_tests::TestEntry& test : tests)
        if (const project::Yaml* model = test.body.find("model")) tested.insert(model->text);
    const project::DiskFileSystem files;
    std::map<std::string, std::string> texts;
    for (const auto& [fqn, node] : local.project.nodes) {
        const bool chosen = wanted.empty() || std::find(wanted.begin(), wanted.end(), &node) != wanted.end();
        if (!model::is_model(node) || !chosen) continue;
        const auto linter = linters.find(&local.root_of(node));
        if (linter == linters.end()) continue;
        LintedModel model{&node, local.file_of(node), {}};
        std::string text;
        if (model.file.ends_with(".sql")) text = files.read(model.file).value_or("");
        TRY(model.report, linter->second.check({node, local.project, text, tested}));
        out.push_back(std::move(model));
    }
    return out;
}

std::string document(const std::vector<LintedModel>& models) {
    json::Array items;
    for (const LintedModel& model : models)
        for (const auto* list : {&model.report.errors, &model.report.warnings})
            for (const lint::Violation& violation : *list)
                items.sub(json::Object()
                              .str("model", model.node->fqn)
                              .str("path", model.file)
                              .maybe_num("line", violation.line > 0 ? std::optional<std::int64_t>(violation.line)
                                                                    : std::nullopt)
                              .str("severity", list == &model.report.errors ? "error" : "warning")
                              .str("rule", violation.rule)
                              .str("message", violation.message));
    return json::Object().str("schema", "towline.lint/v1").list("items", items).dump();
}

}  // namespace

Status check_linter(Session& session, const LocalProject& local) {
    TRY(const auto models, lint_models(session, local, {}));
    if (!show(session.console(), models)) return {};
    return fail(ErrorCode::internal, std::string(kFailure));
}

Result<int> lint(Session& session, const Arguments& arguments) {
    TRY(const LocalProject local, load_local_project(session));
    std::vector<const model::Node*> wanted;
    for (const std::string& name : arguments.list("model")) {
        TRY(const model::Node* node, find_model(local, name));
        wanted.push_back(node);
    }
    TRY(const auto models, lint_models(session, local, wanted));
    output::Console& console = session.console();
    if (console.json()) console.document(document(models));
    const bool failed = show(console, models);
    if (local.project.nodes.empty())
        return fail(ErrorCode::internal,
                    fmt::format("`{}` doesn't seem to have any models... cd into the proper directory or specify the "
                                "path(s) with -p.",
                                session.paths().front()));
    if (failed) return fail(ErrorCode::internal, std::string(kFailure));
    return kOk;
}

}  // namespace towline::commands
