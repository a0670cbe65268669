#include "project/loader.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>

#include "base/parallel.h"
#include "base/strings.h"
#include "project/config.h"
#include "project/graph.h"
#include "project/jinja_blocks.h"
#include "project/pattern.h"
#include "project/python_names.h"
#include "sql/macros.h"
#include "sql/scopes.h"
#include "sql/statements.h"

namespace towline::project {
namespace {

/// A folder of a project and what its files are. Files of metrics, signals and materializations change
/// nothing before a model names what they define, and that is refused at the model.
enum class Content { jinja_macros, models, audits, external_models, python_models };
struct Folder {
    std::string_view name;
    std::string_view extension;
    Content content;
};
constexpr Folder kFolders[] = {
    {"macros", ".sql", Content::jinja_macros},
    {"audits", ".sql", Content::audits},
    {"models", ".sql", Content::models},
    {"models", ".py", Content::python_models},
    {"external_models", ".yaml", Content::external_models},
};

constexpr std::size_t kModelFilesAtOnce = 256;  ///< So many files' faults are held before the limit of all counts.

/// Python reads text files so that every end of a line is one newline.
std::string with_plain_newlines(std::string text) {
    if (text.find('\r') == std::string::npos) return text;
    return replace_all(replace_all(std::move(text), "\r\n", "\n"), "\r", "\n");
}

/// What loading gathers over all roots.
struct Gathered {
    LoadedProject project;
    std::vector<Share::LeftOut> left_out;
    std::set<std::string> missing;  ///< FQNs of what is left out, as far as they are known
    FaultList untranslated;
};

/// One project root: its configuration and everything below it.
class RootLoader {
 public:
    /// `first` is the configuration of the first root, nothing for that root itself: gateway and default
    /// catalog are its.
    RootLoader(const FileSystem& files, const LoadOptions& options, const std::string& root, const Config* first)
        : files_(files), root_(root), shown_below_(options.paths.size() > 1), config_(configuration(options, first)) {}

    const Config& config() const { return config_; }
    FaultList& faults() { return faults_; }

    void load(Gathered& out) {
        if (unreadable_) return count_unread(out);  // without variables and dialect every model looks faulty
        const LoadScope scope{&config_, &files_, root_, &faults_};
        for (const char* name : {"external_models.yaml", "schema.yaml"}) {
            if (!files_.exists(joined_path(root_, name))) continue;
            read(scope, Content::external_models, name, out);
            break;
        }
        for (const Folder& folder : kFolders) {
            const std::vector<std::string> paths = paths_of(folder);
            if (folder.content == Content::models) {
                read_models(paths, out);
            } else {
                for (const std::string& path : paths) read(scope, folder.content, path, out);
            }
        }
        for (LoadedNode& node : external_) add(out, std::move(node));
        check_requirements();
        resolve_audits(out.project, names_, audits_, faults_);
        if (shown_below_)
            for (const std::string& name : names_) {
                SourceFile& file = out.project.nodes.at(name).file;
                file.path = joined_path(root_, file.path);
            }
        for (auto& [name, audit] : audits_) out.project.audits[name] = std::move(audit);
    }

    model::EnvironmentStatements environment_statements() {
        model::EnvironmentStatements out;
        out.project = config_.settings.project;
        const Gateway* gateway = config_.gateway(config_.selected_gateway);
        out.dialect = gateway ? std::string(dialect_of_connection(gateway->type)) : std::string();
        if (out.dialect.empty()) out.dialect = config_.settings.default_dialect;
        const sql::Dialect dialect = sql::dialect_from(out.dialect).value_or(sql::Dialect::none);
        std::vector<std::string> names;
        for (const auto& [written, texts] :
             {std::pair(&config_.before_all, &out.before_all), std::pair(&config_.after_all, &out.after_all)})
            for (const Yaml& item : *written) {
                for (std::string& name : sql::referenced_variables(item.text, dialect))
                    names.push_back(std::move(name));
                refuse_python_macros(item, dialect);
                texts->push_back(item.text);
            }
        for (const auto& variable : config_.variables)
            if (std::find(names.begin(), names.end(), variable.first) != names.end()) out.variables.push_back(variable);
        return out;
    }

 private:
    Config configuration(const LoadOptions& options, const Config* first) {
        Yaml tree = read_config_layers(files_, root_, options.environment, faults_);
        unreadable_ = !faults_.empty();
        FaultList unused;
        FaultList& faults = unreadable_ ? unused : faults_;
        if (!first) return make_config(tree, options, faults);
        LoadOptions own = options;
        own.gateway = first->selected_gateway;
        for (const Gateway& gateway : first->settings.gateways) own.known_gateways.push_back(gateway);
        // SQLMesh lays a gateway's model_defaults over those of the first root alone.
        if (Yaml* gateways = tree.find("gateways"))
            for (auto& [name, gateway] : gateways->members)
                std::erase_if(gateway.members, [](const YamlMember& member) { return member.key == "model_defaults"; });
        Config out = make_config(tree, own, faults);
        out.default_catalog = first->default_catalog;
        return out;
    }
    /// Python packages that nobody installs here; but SQLMesh refuses a lock file that it cannot read.
    void check_requirements() {
        const std::string name = "sqlmesh-requirements.lock";
        const auto text = files_.read(joined_path(root_, name));
        if (!text) return;
        std::map<std::string, std::string> versions;
        std::vector<std::string> lines = split(with_plain_newlines(*text), "\n");
        if (!lines.empty() && lines.back().empty()) lines.pop_back();
        for (const std::string& line : lines) {
            const std::string entry(trim(line));
            if (entry.starts_with('^')) continue;
            const std::vector<std::string> parts = split(entry, "==");
            if (parts.size() != 2) {
                faults_.add(name, ErrorCode::invalid,
                            "Invalid lock file entry '" + entry + "'. Only 'dep==ver' is supported");
                continue;
            }
            const auto [known, added] = versions.emplace(trim(parts[0]), trim(parts[1]));
            if (!added && known->second != trim(parts[1]))
                faults_.add(name, ErrorCode::invalid, "Conflicting requirement " + known->first + ".");
        }
    }
    /// Nothing of the root can be loaded; its models are counted by their files.
    void count_unread(Gathered& out) {
        for (const std::string& name : files_.list(joined_path(root_, "models")))
            if (name.ends_with(".sql") || (name.ends_with(".py") && !name.ends_with("__init__.py")))
                out.left_out.push_back({"models/" + name, faults_.wrong() == 0});
    }
    bool ignored(const std::string& path) const {
        return std::any_of(config_.ignore_patterns.begin(), config_.ignore_patterns.end(),
                           [&](const std::string& pattern) { return path_matches(path, pattern); });
    }
    std::vector<std::string> paths_of(const Folder& folder) const {
        std::vector<std::string> out;
        for (const std::string& name : files_.list(joined_path(root_, folder.name))) {
            if (!name.ends_with(folder.extension)) continue;
            std::string path = std::string(folder.name) + "/" + name;
            if (folder.content == Content::external_models || !ignored(path)) out.push_back(std::move(path));
        }
        return out;
    }
    /// Nothing if the file holds nothing or cannot be read.
    std::optional<SourceFile> source(Content content, const std::string& path, FaultList& faults) const {
        auto text = files_.read(joined_path(root_, path));
        if (!text) {
            faults.add(path, text.error().code, text.error().message);
            return std::nullopt;
        }
        const bool nothing = content == Content::models ? text->empty() : trim(*text).empty();
        if (nothing && content != Content::audits) return std::nullopt;
        SourceFile file{path, with_plain_newlines(std::move(*text))};
        if (is_utf8(file.text())) return file;
        faults.add(path, ErrorCode::invalid, "The file is not UTF-8 text.");
        return std::nullopt;
    }
    /// A file of models knows nothing of the others: many are read at once, and what they gave is put together in the
    /// order of their paths.
    void read_models(const std::vector<std::string>& paths, Gathered& out) {
        struct Read {
            std::optional<SourceFile> file;
            std::vector<LoadedNode> nodes;
            FaultList faults;
        };
        for (std::size_t begin = 0; begin < paths.size(); begin += kModelFilesAtOnce) {
            std::vector<Read> all(std::min(kModelFilesAtOnce, paths.size() - begin));
            for_each_index(all.size(), [&](std::size_t i) {
                Read& each = all[i];
                const LoadScope scope{&config_, &files_, root_, &each.faults};
                each.file = source(Content::models, paths[begin + i], each.faults);
                if (each.file) each.nodes = load_model_file(scope, *each.file);
            });
            for (Read& each : all) {
                const FaultCount before(faults_);
                faults_.add(std::move(each.faults));
                for (LoadedNode& node : each.nodes) add(out, std::move(node));
                if (each.file && before.grew(faults_)) leave_out(out, *each.file, before.only_unsupported(faults_));
            }
        }
    }
    void read(const LoadScope& scope, Content content, const std::string& path, Gathered& out) {
        const std::optional<SourceFile> found = source(content, path, faults_);
        if (!found) return;
        const SourceFile& file = *found;
        switch (content) {
            case Content::jinja_macros:
                return jinja_macros_.add(
                    file, sql::dialect_from(config_.settings.default_dialect).value_or(sql::Dialect::none), faults_);
            case Content::models:
                return read_models({path}, out);
            case Content::external_models:
                for (LoadedNode& node : load_external_models(scope, file)) put_external(std::move(node));
                return;
            case Content::audits: {
                LoadedAudits audits = load_audit_file(scope, file);
                for (model::AuditDefinition& audit : audits.audits) {
                    if (audit_names_.insert(audit.name).second)
                        audits_[audit.name] = std::move(audit);
                    else
                        faults_.add(file, 0, ErrorCode::conflict, "The audit '" + audit.name + "' is defined twice.",
                                    "Rename one of the two.");
                }
                for (LoadedNode& node : audits.standalone) add(out, std::move(node));
                return;
            }
            case Content::python_models:
                return python_models(out, file);
        }
    }
    /// Items of the selected gateway stand before those of no gateway.
    void put_external(LoadedNode node) {
        // The first of each kind: those of the same kind are told to be defined twice when all are added.
        const auto same = external_places_.find({node.node.fqn, !node.node.gateway.has_value()});
        if (same == external_places_.end()) {
            external_places_.try_emplace({node.node.fqn, node.node.gateway.has_value()}, external_.size());
            external_.push_back(std::move(node));
        } else if (node.node.gateway) {
            const std::size_t place = same->second;
            external_places_.erase(same);
            external_places_.try_emplace({node.node.fqn, true}, place);
            external_[place] = std::move(node);
        } else if (external_[same->second].file.path != node.file.path)
            faults_.add(node.file, node.offset, ErrorCode::conflict,
                        "Duplicate external model name: '" + node.node.name + "'.");
    }
    void python_models(Gathered& out, const SourceFile& file) {
        // Files that define nothing, such as an __init__.py with a comment, hold nothing to refuse.
        const auto names = python_model_names(file.text());
        if (names.empty() && (!python_defines(file.text()) || file.path.ends_with("__init__.py"))) return;
        faults_.add(file.path, ErrorCode::unsupported, "Python models are not supported.");
        const sql::Dialect dialect = sql::dialect_from(config_.settings.default_dialect).value_or(sql::Dialect::none);
        for (const auto& name : names) {
            out.left_out.push_back({name.value_or(file.path), true});
            if (!name) continue;
            if (auto fqn = sql::fqn(*name, dialect, config_.default_catalog.value_or("")))
                out.missing.insert(std::move(*fqn));
        }
        if (names.empty()) out.left_out.push_back({file.path, true});
    }
    /// A model file with faults; its name, if it can still be read, tells who depends on it.
    void leave_out(Gathered& out, const SourceFile& file, bool needs_python) {
        const std::string declared = sql::declared_dialect(file.text());
        const sql::Dialect dialect = sql::dialect_from(declared.empty() ? config_.settings.default_dialect : declared)
                                         .value_or(sql::Dialect::none);
        std::string name;
        if (const auto statements = sql::split_statements(file.text(), dialect); statements && !statements->empty()) {
            const sql::Statement& head = statements->front();
            if (const auto block = sql::parse_block(head.body.empty() ? head.text : head.body, dialect))
                if (const sql::Property* property = block->find("name")) name = std::string(trim(property->raw));
        }
        out.left_out.push_back({name.empty() ? file.path : name, needs_python});
        if (name.empty()) return;
        if (auto fqn = sql::fqn(name, dialect, config_.default_catalog.value_or("")))
            out.missing.insert(std::move(*fqn));
    }
    void refuse_python_macros(const Yaml& statement, sql::Dialect dialect) {
        for (const std::string& name : sql::referenced_macros(statement.text, dialect))
            if (!sql::is_builtin_macro(name))
                faults_.add(Fault{statement.file,
                                  statement.line,
                                  statement.column,
                                  "The macro @" + name +
                                      " in before_all or after_all is not built in; macros in Python are not "
                                      "supported.",
                                  {},
                                  {},
                                  ErrorCode::unsupported});
    }
    static bool names_this_model(const model::Node& node) {
        if (is_jinja_block(node.query)) return false;
        const auto names =
            sql::referenced_variables(node.query, sql::dialect_from(node.dialect).value_or(sql::Dialect::none));
        return std::find(names.begin(), names.end(), "this_model") != names.end();
    }
    void add(Gathered& out, LoadedNode loaded) {
        const Gateway* gateway = config_.gateway(loaded.node.gateway.value_or(config_.selected_gateway));
        const std::string_view engine = gateway ? dialect_of_connection(gateway->type) : std::string_view();
        if (!engine.empty() && sql::dialect_name(loaded.node.dialect) != engine &&
            loaded.node.source_type == model::SourceType::sql)
            out.untranslated.add(loaded.file, loaded.offset, ErrorCode::unsupported,
                                 "The model's dialect is '" + loaded.node.dialect + "' but its engine speaks '" +
                                     std::string(engine) + "'; translating between dialects is not supported.");
        if (loaded.node.kind.name == model::KindName::managed)
            out.untranslated.add(loaded.file, loaded.offset, ErrorCode::unsupported,
                                 "Engines of type '" + (gateway ? gateway->type : std::string()) +
                                     "' have no managed tables here, so a model of kind MANAGED is not executed.");
        if (loaded.node.source_type == model::SourceType::audit && names_this_model(loaded.node))
            out.untranslated.add(loaded.file, loaded.query_offset, ErrorCode::invalid,
                                 "Macro variable 'this_model' is undefined.", "A standalone audit is of no model.");
        const auto& time = loaded.node.kind.time_column;
        if (time && time->column.starts_with('\''))
            out.untranslated.add(loaded.file, loaded.offset, ErrorCode::unsupported,
                                 "The time column " + time->column +
                                     " is a text, which no row is of: a model filtered by it is not executed.",
                                 "Write the name without the quotes of a text.");
        loaded.config = &config_;
        collect_jinja(loaded);
        const std::string fqn = loaded.node.fqn;
        const std::size_t before = faults_.added();
        // A later root's model takes the place of an earlier root's.
        if (!names_.contains(fqn)) out.project.nodes.erase(fqn);
        add_node(out.project, std::move(loaded), faults_);
        if (faults_.added() == before) names_.insert(fqn);
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
    bool shown_below_;  ///< paths of faults begin with the root's
    FaultList faults_;
    bool unreadable_ = false;
    Config config_;
    JinjaMacros jinja_macros_;
    std::map<std::string, model::AuditDefinition> audits_;
    std::set<std::string> audit_names_;
    std::vector<LoadedNode> external_;
    std::map<std::pair<std::string, bool>, std::size_t> external_places_;  ///< by FQN and whether a gateway is named
    std::set<std::string> names_;                                          ///< FQNs of this root
};

/// Where a model's root is not the first and has another ttl or naming.
void keep_snapshot_settings(const Gathered& gathered, Project& out) {
    const SnapshotSettings first = out.snapshot_settings("");
    for (const auto& [fqn, loaded] : gathered.project.nodes) {
        const Settings& settings = loaded.config->settings;
        const SnapshotSettings own{settings.snapshot_ttl, settings.physical_table_naming_convention};
        if (own != first) out.other_snapshot_settings.emplace(fqn, own);
    }
}

/// Faults found in parsed YAML know their line but not its text.
void add_excerpts(std::vector<Fault>& faults, const FileSystem& files, const std::vector<std::string>& roots) {
    std::string read_path;  // faults are sorted by path: each file is read once
    Result<std::string> text;
    for (Fault& fault : faults) {
        if (fault.line == 0 || !fault.excerpt.empty()) continue;
        for (const std::string& root : roots) {
            const std::string path = joined_path(root, fault.path);
            if (path != read_path) text = files.read(path);
            read_path = path;
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

/// Takes the nodes with faults out, and counts what is left.
Share settle(Gathered& gathered, Project& out) {
    Share share;
    share.left_out = std::move(gathered.left_out);
    for (const auto& [fqn, only_unsupported] : gathered.project.faulty) {
        share.left_out.push_back({gathered.project.nodes.at(fqn).node.name, only_unsupported});
        gathered.missing.insert(fqn);
    }
    out.incomplete = nodes_below(gathered.project, gathered.missing);
    for (const auto& [fqn, unused] : gathered.project.faulty) gathered.project.nodes.erase(fqn);
    share.loaded = gathered.project.nodes.size();
    share.below = out.incomplete.size();
    return share;
}

/// Faults of one root among several name the root's folder.
void merge_faults(FaultList& all, FaultList& own, const std::string& prefix) {
    for (Fault& fault : std::move(own).sorted()) {
        if (!prefix.empty() && !fault.path.starts_with("environment variable"))
            fault.path = joined_path(prefix, fault.path);
        all.add(std::move(fault));
    }
}

}  // namespace

tl::expected<Project, LoadFailure> NativeProjectSource::load(const LoadOptions& options) {
    std::vector<std::string> paths = options.paths;
    if (paths.empty()) paths.emplace_back(".");
    Gathered gathered;
    std::vector<std::unique_ptr<RootLoader>> roots;
    for (const std::string& path : paths)
        roots.push_back(
            std::make_unique<RootLoader>(files_, options, path, roots.empty() ? nullptr : &roots.front()->config()));
    Project out;
    FaultList all;
    for (std::size_t i = 0; i < roots.size(); ++i) {
        roots[i]->load(gathered);
        const auto statements = roots[i]->environment_statements();
        if (!statements.before_all.empty() || !statements.after_all.empty())
            out.environment_statements.push_back(statements);
        merge_faults(all, roots[i]->faults(), roots.size() > 1 ? paths[i] : "");
    }
    FaultList linking;
    link(gathered.project, linking);
    merge_faults(all, linking, "");
    std::vector<Fault> faults = std::move(all).sorted();
    out.share = settle(gathered, out);
    std::vector<std::string> places = paths;
    places.emplace_back();
    add_excerpts(faults, files_, places);
    if (!faults.empty() && !options.partial)
        return tl::unexpected<LoadFailure>(LoadFailure{std::move(faults), std::move(out.share)});
    out.settings = roots.front()->config().settings;
    out.settings.default_gateway = roots.front()->config().selected_gateway;
    out.warnings = std::move(faults);
    out.untranslated = std::move(gathered.untranslated).sorted();
    keep_snapshot_settings(gathered, out);
    for (auto& [fqn, node] : gathered.project.nodes) out.nodes.emplace(fqn, std::move(node.node));
    out.audits = std::move(gathered.project.audits);
    return out;
}

}  // namespace towline::project
