#include "base/strings.h"
#include "project/config.h"
#include "project/config_template.h"

namespace towline::project {
namespace {

constexpr std::string_view kPrefix = "sqlmesh__";
constexpr std::string_view kProjectFiles[] = {"config.yml", "config.yaml", "sqlmesh.yml", "sqlmesh.yaml"};

Yaml read_layer(const FileSystem& files, const std::string& path, const std::string& shown,
                const std::map<std::string, std::string>& environment, FaultList& faults) {
    auto text = files.read(path);
    if (!text) {
        faults.add(shown, text.error().code, text.error().message);
        return Yaml::of_map();
    }
    const SourceFile source{shown, *text};
    if (!is_utf8(*text)) {
        faults.add(shown, ErrorCode::invalid, "The file is not UTF-8 text.");
        return Yaml::of_map();
    }
    auto rendered = render_config_template(*text, environment);
    if (!rendered) {
        faults.add(source, 0, rendered.error());
        return Yaml::of_map();
    }
    auto tree = parse_yaml(*rendered, shown);
    if (!tree) {
        faults.add(SourceFile{shown, *rendered}, 0, tree.error());
        return Yaml::of_map();
    }
    if (!tree->is_map()) {
        faults.add(shown, ErrorCode::invalid,
                   tree->is_null() ? "The configuration file is empty." : "The configuration must be a map.");
        return Yaml::of_map();
    }
    return std::move(*tree);
}

Yaml personal_layer(const FileSystem& files, const std::map<std::string, std::string>& environment, FaultList& faults) {
    std::string folder;
    if (const auto home = environment.find("SQLMESH_HOME"); home != environment.end())
        folder = home->second;
    else if (const auto user = environment.find("HOME"); user != environment.end())
        folder = user->second + "/.sqlmesh";
    if (folder.empty()) return Yaml::of_map();
    std::vector<std::string> present;
    for (std::string_view name : kProjectFiles)
        if (files.exists(joined_path(folder, name))) present.push_back(joined_path(folder, name));
    if (present.empty()) return Yaml::of_map();
    if (present.size() > 1)
        faults.add(present[1], ErrorCode::invalid,
                   "There are two configuration files: " + join(present, " and ") + ".");
    return read_layer(files, present[0], present[0], environment, faults);
}

}  // namespace

Result<Yaml> config_from_environment(const std::map<std::string, std::string>& environment) {
    Yaml root = Yaml::of_map();
    for (const auto& [name, text] : environment) {
        const std::string key = lower(name);
        if (!key.starts_with(kPrefix) || key == "sqlmesh__airflow__disable_state_migration") continue;
        std::vector<std::string> parts = split(key, "__");
        parts.erase(parts.begin());
        if (parts.empty() || parts.back().empty())
            return fail(ErrorCode::invalid, "The environment variable " + name + " names no configuration key.");
        Yaml* at = &root;
        for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
            at = &at->at(parts[i]);
            if (at->is_null()) *at = Yaml::of_map();
            if (!at->is_map())
                return fail(ErrorCode::invalid, "The environment variable " + name + " goes through the key '" +
                                                    parts[i] + "', which another variable sets to a text.");
        }
        Yaml value = Yaml::of_string(text);
        value.file = "environment variable " + name;
        at->at(parts.back()) = std::move(value);
    }
    return root;
}

Yaml read_config_layers(const FileSystem& files, const std::string& root,
                        const std::map<std::string, std::string>& process, FaultList& faults) {
    // Variables that the personal file sets are there for all files, itself included.
    std::map<std::string, std::string> environment = process;
    FaultList unused;
    const Yaml own = personal_layer(files, process, unused);
    if (const Yaml* variables = own.find("env_vars"); variables && variables->is_map())
        for (const auto& [name, value] : variables->members) environment[name] = value.text;
    std::vector<std::string> present;
    for (std::string_view name : kProjectFiles)
        if (files.exists(joined_path(root, name))) present.emplace_back(name);
    const bool python = files.exists(joined_path(root, "config.py"));
    if (python) present.emplace_back("config.py");
    Yaml tree = Yaml::of_map();
    if (files.exists(joined_path(root, "dbt_project.yml"))) {
        faults.add("dbt_project.yml", ErrorCode::unsupported, "dbt projects are not supported.");
    } else if (present.empty()) {
        faults.add("", ErrorCode::not_found, "There is no config.yaml in " + (root.empty() ? "." : root) + ".",
                   "A SQLMesh project has config.yaml, config.yml, sqlmesh.yaml or sqlmesh.yml in its folder.");
    } else if (present.size() > 1) {
        faults.add(present[1], ErrorCode::invalid,
                   "There are two configuration files: " + join(present, " and ") + ".");
    } else if (python) {
        faults.add("config.py", ErrorCode::unsupported, "Configuration in Python (config.py) is not supported.",
                   "Write the configuration as config.yaml.");
    } else {
        tree = read_layer(files, joined_path(root, present[0]), present[0], environment, faults);
    }
    merge_yaml(tree, personal_layer(files, environment, faults));
    if (auto layer = config_from_environment(environment))
        merge_yaml(tree, *layer);
    else
        faults.add("", layer.error().code, layer.error().message, layer.error().hint);
    return tree;
}

}  // namespace towline::project
