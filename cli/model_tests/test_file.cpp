#include "model_tests/test_file.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/strings.h"
#include "project/config_template.h"
#include "project/pattern.h"

namespace towline::model_tests {
namespace {

constexpr std::size_t kTestsMax = 100'000;

bool is_test_file(const std::string& path) {
    const std::string name = std::filesystem::path(path).filename().string();
    return name.starts_with("test") && (name.ends_with(".yaml") || name.ends_with(".yml"));
}

bool matches(const std::string& text, const std::string& pattern) {
    if (text.find(pattern) != std::string::npos) return true;
    // `*` stands for anything, `/` included: the parts between stars must follow each other.
    const std::vector<std::string> parts = split(pattern, "*");
    if (parts.size() == 1) return false;
    if (!text.starts_with(parts.front()) || !text.ends_with(parts.back())) return false;
    std::size_t at = parts.front().size();
    const std::size_t end = text.size() - parts.back().size();
    for (std::size_t i = 1; i + 1 < parts.size(); ++i) {
        const std::size_t found = text.find(parts[i], at);
        if (found == std::string::npos) return false;
        at = found + parts[i].size();
    }
    return at <= end;
}

/// The variables of a file: of the gateway in its first `gateway:`, or else of the chosen one.
model::Variables variables_of(const std::string& text, const TestRoot& root) {
    model::Variables out = root.variables;
    for (const std::string& line : split(text, "\n")) {
        const std::string_view trimmed = trim(line);
        if (!trimmed.starts_with("gateway:")) continue;
        std::string_view name = trim(trimmed.substr(8));
        if (name.size() > 1 && (name.front() == '\'' || name.front() == '"')) name = name.substr(1, name.size() - 2);
        for (const project::Gateway& gateway : root.gateways) {
            if (gateway.name != lower(name)) continue;
            for (const auto& [key, value] : gateway.variables) {
                std::erase_if(out, [&](const auto& known) { return known.first == key; });
                out.emplace_back(key, value);
            }
        }
        break;
    }
    return out;
}

std::string absolute(const std::string& folder, const std::string& path) {
    return (std::filesystem::path(folder) / path).lexically_normal().string();
}

}  // namespace

Result<std::vector<TestEntry>> find_tests(const project::FileSystem& files, const TestRoot& root,
                                          const std::map<std::string, std::string>& environment) {
    std::vector<TestEntry> out;
    for (const std::string& relative : files.list(root.folder + "/tests")) {
        const std::string in_project = "tests/" + relative;
        const bool ignored = std::any_of(root.ignore_patterns.begin(), root.ignore_patterns.end(),
                                         [&](const std::string& p) { return project::path_matches(in_project, p); });
        if (!is_test_file(relative) || ignored) continue;
        const std::string path = root.folder + "/" + in_project;
        TRY(std::string text, files.read(path));
        auto rendered = project::render_yaml_template(text, environment, variables_of(text, root));
        if (!rendered) return fail(std::move(rendered).error().in(path));
        auto document = project::parse_yaml(*rendered, path);
        if (!document) return fail(std::move(document).error().in(path));
        if (document->is_null())
            return fail(ErrorCode::invalid, path + ": YAML source can't be empty.", "write a test, or remove the file");
        if (!document->is_map())
            return fail(ErrorCode::invalid, path + " must hold tests by name", "test_x:\n    model: …");
        for (auto& [name, body] : document->members) {
            if (!body.is_map()) return fail(ErrorCode::invalid, path + ": the test '" + name + "' must be a map");
            if (out.size() >= kTestsMax) return fail(ErrorCode::too_large, "there are too many tests");
            out.push_back({path, name, std::move(body)});
        }
    }
    return out;
}

Result<std::vector<TestEntry>> select_tests(const std::vector<TestEntry>& all, const TestSelection& selection) {
    std::vector<TestEntry> out;
    std::set<std::string> taken;
    const auto take = [&](const TestEntry& test) {
        if (taken.insert(test.qualified()).second) out.push_back(test);
    };
    if (selection.tests.empty()) out = all;
    for (const std::string& wanted : selection.tests) {
        const std::size_t colons = wanted.find("::");
        const std::string path = absolute(selection.folder, wanted.substr(0, colons));
        bool known = false;
        for (const TestEntry& test : all) {
            if (test.path != path) continue;
            const bool named = colons == std::string::npos || wanted.substr(colons + 2) == test.name;
            if (named) take(test);
            known = known || named;
        }
        const auto models = selection.models_by_file.equal_range(path);
        if (colons == std::string::npos && models.first != models.second) {
            known = true;
            for (const TestEntry& test : all) {
                const project::Yaml* model = test.body.find("model");
                for (auto at = models.first; model != nullptr && at != models.second; ++at)
                    if (iequals(at->second, model->text)) take(test);
            }
        }
        if (!known) return fail(ErrorCode::internal, "'" + wanted + "' is not a known model or test file.");
    }
    if (!selection.patterns.empty())
        std::erase_if(out, [&](const TestEntry& test) {
            return std::none_of(selection.patterns.begin(), selection.patterns.end(),
                                [&](const std::string& p) { return matches(test.qualified(), p); });
        });
    return out;
}

}  // namespace towline::model_tests
