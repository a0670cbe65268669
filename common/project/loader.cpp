#include "project/loader.h"

#include <algorithm>

#include "base/strings.h"
#include "project/config.h"
#include "project/graph.h"
#include "project/jinja_blocks.h"
#include "project/pattern.h"
#include "sql/macros.h"

namespace towline::project {
namespace {

/// A folder of a project and what its files are.
enum class Content {
    jinja_macros,
    models,
    audits,
    external_models,
    refused_python,
    refused_metrics,
    refused_signals,
    refused_materializations
};
struct Folder {
    std::string_view name;
    std::string_view extension;
    Content content;
};
constexpr Folder kFolders[] = {
    {"macros", ".sql", Content::jinja_macros},
    {"audits", ".sql", Content::audits},
    {"models", ".sql", Content::models},
    {"models", ".py", Content::refused_python},
    {"external_models", ".yaml", Content::external_models},
    {"metrics", ".sql", Content::refused_metrics},
    {"signals", ".py", Content::refused_signals},
    {"materializations", ".py", Content::refused_materializations},
};

/// One project root: its configuration and everything below it.
class RootLoader {
 public:
    RootLoader(const FileSystem& files, const LoadOptions& options, const std::string& root,
               FaultList& faults)
        : files_(files), root_(root), faults_(faults), config_(configuration(options)) {}

    const Config& config() const { return config_; }

    void load(LoadedProject& project) {
        if (unreadable_) return;  // without variables and dialect every model would look faulty
        const LoadScope scope{&config_, &files_, root_, &faults_};
        for (const Folder& folder : kFolders) {
            for (const std::string& name : files_.list(joined_path(root_, folder.name))) {
                if (!name.ends_with(folder.extension)) continue;
                const std::string path = std::string(folder.name) + "/" + name;
                if (folder.content != Content::external_models && ignored(path)) continue;
                read(scope, folder.content, path, project);
            }
        }
        for (const char* name : {"external_models.yaml", "schema.yaml"}) {
            if (!files_.exists(joined_path(root_, name))) continue;
            read(scope, Content::external_models, name, project);
            break;
        }
    }

    model::EnvironmentStatements environment_statements() const {
        model::EnvironmentStatements out;
        out.project = config_.settings.project;
        out.before_all = config_.before_all;
        out.after_all = config_.after_all;
        const Gateway* gateway = config_.gateway(config_.selected_gateway);
        out.dialect = gateway ? std::string(dialect_of_connection(gateway->type)) : std::string();
        if (out.dialect.empty()) out.dialect = config_.settings.default_dialect;
        const sql::Dialect dialect = sql::dialect_from(out.dialect).value_or(sql::Dialect::none);
        std::vector<std::string> names;
        for (const auto* list : {&out.before_all, &out.after_all})
            for (const std::string& text : *list)
                for (std::string& name : sql::referenced_variables(text, dialect))
                    names.push_back(std::move(name));
        for (const auto& variable : config_.variables)
            if (std::find(names.begin(), names.end(), variable.first) != names.end())
                out.variables.push_back(variable);
        return out;
    }

 private:
    Config configuration(const LoadOptions& options) {
        const std::size_t before = faults_.size();
        const Yaml tree = read_config_layers(files_, root_, options.environment, faults_);
        unreadable_ = faults_.size() != before;
        FaultList unused;
        return make_config(tree, options, unreadable_ ? unused : faults_);
    }
    bool ignored(const std::string& path) const {
        return std::any_of(config_.ignore_patterns.begin(), config_.ignore_patterns.end(),
                           [&](const std::string& pattern) { return path_matches(path, pattern); });
    }
    void read(const LoadScope& scope, Content content, const std::string& path, LoadedProject& project) {
        auto text = files_.read(joined_path(root_, path));
        if (!text) return faults_.add(path, text.error().code, text.error().message);
        const bool blank = trim(*text).empty();
        if (blank && content != Content::audits) return;
        const SourceFile file{path, std::move(*text)};
        if (!is_utf8(file.text)) return faults_.add(path, ErrorCode::invalid, "The file is not UTF-8 text.");
        switch (content) {
            case Content::jinja_macros:
                return jinja_macros_.add(
                    file, sql::dialect_from(config_.settings.default_dialect).value_or(sql::Dialect::none), faults_);
            case Content::models:
                for (LoadedNode& node : load_model_file(scope, file)) add(project, std::move(node));
                return;
            case Content::external_models:
                for (LoadedNode& node : load_external_models(scope, file)) add(project, std::move(node));
                return;
            case Content::audits:
                return add_audits(project, load_audit_file(scope, file));
            case Content::refused_python:
                return refuse(file, "Python models");
            case Content::refused_metrics:
                return refuse(file, "Metrics");
            case Content::refused_signals:
                return refuse(file, "Signals");
            case Content::refused_materializations:
                return refuse(file, "Custom materializations");
        }
    }
    void refuse(const SourceFile& file, std::string_view what) {
        // Files that define nothing, such as an __init__.py with a comment, hold nothing to refuse.
        const bool defines =
            file.text.find("def ") != std::string::npos || file.text.find("METRIC") != std::string::npos ||
            file.text.find("class ") != std::string::npos || file.text.find("metric") != std::string::npos;
        if (defines)
            faults_.add(file.path, ErrorCode::unsupported, std::string(what) + " are not supported.");
    }
    void add_audits(LoadedProject& project, LoadedAudits audits) {
        for (model::AuditDefinition& audit : audits.audits) project.audits[audit.name] = std::move(audit);
        for (LoadedNode& node : audits.standalone) {
            collect_jinja(node);
            add_node(project, std::move(node), faults_);
        }
    }
    void add(LoadedProject& project, LoadedNode loaded) {
        const Gateway* gateway = config_.gateway(loaded.node.gateway.value_or(config_.selected_gateway));
        const std::string_view engine = gateway ? dialect_of_connection(gateway->type) : std::string_view();
        if (!engine.empty() && loaded.node.dialect != engine &&
            loaded.node.source_type == model::SourceType::sql)
            faults_.add(loaded.file, loaded.offset, ErrorCode::unsupported,
                        "The model's dialect is '" + loaded.node.dialect + "' but its engine speaks '" +
                            std::string(engine) + "'; translating between dialects is not supported.");
        collect_jinja(loaded);
        add_node(project, std::move(loaded), faults_);
    }
    /// Which Jinja macros the node carries, and which variables its Jinja reads.
    void collect_jinja(LoadedNode& loaded) const {
        model::Node& node = loaded.node;
        std::vector<std::string> texts{node.query};
        for (const auto* list : {&node.pre_statements, &node.post_statements, &node.on_virtual_update})
            texts.insert(texts.end(), list->begin(), list->end());
        for (const auto* properties : {&node.physical_properties, &node.virtual_properties})
            for (const auto& [key, value] : *properties) texts.push_back(value);
        if (node.kind.merge_filter) texts.push_back(*node.kind.merge_filter);
        auto found = (loaded.without_jinja_macros ? JinjaMacros() : jinja_macros_).references(texts);
        node.jinja_macros = std::move(found.macros);
        loaded.jinja_variables = std::move(found.variables);
    }

    const FileSystem& files_;
    std::string root_;
    FaultList& faults_;
    bool unreadable_ = false;
    Config config_;
    JinjaMacros jinja_macros_;
};

/// Faults found in parsed YAML know their line but not its text.
void add_excerpts(std::vector<Fault>& faults, const FileSystem& files,
                  const std::vector<std::string>& roots) {
    for (Fault& fault : faults) {
        if (fault.line == 0 || !fault.excerpt.empty()) continue;
        for (const std::string& root : roots) {
            const auto text = files.read(joined_path(root, fault.path));
            if (!text) continue;
            std::size_t at = 0;
            for (int line = 1; line < fault.line && at < text->size(); ++line)
                at = std::min(text->find('\n', at), text->size() - 1) + 1;
            fault.excerpt = source_excerpt(
                *text, std::min(at + static_cast<std::size_t>(std::max(0, fault.column - 1)), text->size()));
            break;
        }
    }
}

}  // namespace

tl::expected<Project, LoadFailure> NativeProjectSource::load(const LoadOptions& options) {
    FaultList faults;
    LoadedProject loaded;
    Project out;
    std::vector<std::string> roots = options.paths;
    if (roots.empty()) roots.emplace_back(".");
    if (roots.size() > 1) {
        faults.add("", ErrorCode::unsupported, "Projects of several folders are not supported.",
                   "Give one project folder.");
    } else {
        RootLoader root(files_, options, roots[0], faults);
        root.load(loaded);
        link(loaded, root.config(), faults);
        out.settings = root.config().settings;
        out.settings.default_gateway = root.config().selected_gateway;
        const auto statements = root.environment_statements();
        if (!statements.before_all.empty() || !statements.after_all.empty())
            out.environment_statements.push_back(statements);
    }
    if (!faults.empty()) {
        LoadFailure failure{std::move(faults).sorted()};
        add_excerpts(failure.faults, files_, roots);
        return tl::unexpected<LoadFailure>(std::move(failure));
    }
    for (auto& [fqn, node] : loaded.nodes) out.nodes.emplace(fqn, std::move(node.node));
    out.audits = std::move(loaded.audits);
    return out;
}

}  // namespace towline::project
