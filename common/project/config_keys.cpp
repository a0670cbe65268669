#include "project/config_keys.h"

#include <algorithm>

#include "base/strings.h"
#include "project/pattern.h"
#include "time/timelike.h"

namespace towline::project {
namespace {

using enum KeyType;

template <std::string Settings::* Member>
void text_setting(Config& config, const Yaml& value, FaultList&) {
    config.settings.*Member = value.text;
}

template <bool PlanDefaults::* Member>
void plan_flag(Config& config, const Yaml& value, FaultList&) {
    config.settings.plan.*Member = yaml_boolean(value).value_or(false);
}

void suffix_target(Config& config, const Yaml& value, FaultList&) {
    if (auto target = model::suffix_target_from(value.text)) config.settings.environment_suffix_target = *target;
}

void pairs(std::vector<std::pair<std::string, std::string>>& out, const Yaml& value, FaultList& faults) {
    out.clear();
    for (const auto& [key, member] : value.members) {
        if (!matches_at_start(key, ""))
            add_config_fault(faults, member, "'" + key + "' is not a valid regular expression.");
        out.emplace_back(key, member.text);
    }
}

void schema_mapping(Config& config, const Yaml& value, FaultList& faults) {
    pairs(config.physical_schema_mapping, value, faults);
}

void schema_override(Config& config, const Yaml& value, FaultList& faults) {
    if (!config.physical_schema_mapping.empty())
        add_config_fault(faults, value, "physical_schema_mapping and physical_schema_override cannot both be given.");
    Yaml mapping = value;
    for (auto& [schema, target] : mapping.members) schema = "^" + schema + "$";
    pairs(config.physical_schema_mapping, mapping, faults);
}

void catalog_mapping(Config& config, const Yaml& value, FaultList& faults) {
    pairs(config.settings.environment_catalog_mapping, value, faults);
}

std::vector<std::string> texts(const Yaml& value) {
    std::vector<std::string> out;
    for (const Yaml& item : value.items) out.push_back(item.text);
    return out;
}

template <std::vector<std::string> Config::* Member>
void texts_setting(Config& config, const Yaml& value, FaultList&) {
    config.*Member = texts(value);
}

template <std::vector<Yaml> Config::* Member>
void statements_setting(Config& config, const Yaml& value, FaultList&) {
    config.*Member = value.items;
}

void pinned(Config& config, const Yaml& value, FaultList&) {
    for (const std::string& name : texts(value))
        config.settings.pinned_environments.push_back(model::sanitize_environment_name(name));
}

/// Any present does: what is asked is whether the words point forward from wherever they are said.
void check_ttl(const Yaml& value, FaultList& faults, std::string_view key) {
    constexpr model::TimestampMs kNow = 1'704'100'000'000;
    const auto until = time::parse_timelike(value.text, kNow);
    if (!until || *until < kNow)
        add_config_fault(
            faults, value,
            std::string(key) + " must be a time in the future such as 'in 1 week', not '" + value.text + "'.");
}

void snapshot_ttl(Config& config, const Yaml& value, FaultList& faults) {
    check_ttl(value, faults, "snapshot_ttl");
    config.settings.snapshot_ttl = value.text;
}

void environment_ttl(Config& config, const Yaml& value, FaultList& faults) {
    config.settings.environment_ttl.reset();
    if (value.is_null()) return;
    check_ttl(value, faults, "environment_ttl");
    config.settings.environment_ttl = value.text;
}

void categorize(Config& config, const Yaml& value, FaultList&) {
    for (const auto& [source, mode] : value.members) config.settings.plan.auto_categorize_changes[source] = mode.text;
}

void plan_section(Config& config, const Yaml& value, FaultList& faults) {
    if (const Yaml* categories = value.find("auto_categorize_changes")) categorize(config, *categories, faults);
}

void cicd_bot(Config&, const Yaml& value, FaultList& faults) {
    const auto given = [&](const char* key) {
        const Yaml* found = value.find(key);
        return found && !found->is_null() && yaml_boolean(*found) != false &&
               (!found->is_string() || !found->text.empty());
    };
    if (given("enable_deploy_command") && !given("merge_method"))
        add_config_fault(faults, value, "merge_method must be set if enable_deploy_command is True");
    if (given("command_namespace") && !given("enable_deploy_command"))
        add_config_fault(faults, value, "enable_deploy_command must be set if command_namespace is set");
}

/// Which keys a target of a type has, beside `type` and `notify_on`.
void notification_targets(Config&, const Yaml& value, FaultList& faults) {
    struct Target {
        std::string_view type, keys;
    };
    static constexpr Target kTargets[] = {{"smtp", " host port user password sender recipients subject "},
                                          {"slack_api", " token channel "},
                                          {"slack_webhook", " url "},
                                          {"console", " "},
                                          {"generic", " "}};
    for (const Yaml& item : value.items) {
        const Yaml* type = item.find("type");
        for (const Target& target : kTargets)
            for (const auto& [key, member] : item.members)
                if (type && type->text == target.type && key != "type" && key != "notify_on" &&
                    target.keys.find(" " + key + " ") == std::string_view::npos)
                    add_config_fault(faults, member,
                                     "A notification target of type '" + type->text + "' has no key '" + key + "'.");
    }
}

void users(Config& config, const Yaml& value, FaultList& faults) {
    for (const Yaml& user : value.items) {
        const Yaml* targets = user.find("notification_targets");
        const Yaml* email = user.find("email");
        if (!targets || !targets->is_list()) continue;
        notification_targets(config, *targets, faults);
        for (const Yaml& target : targets->items) {
            const Yaml* type = target.find("type");
            const Yaml* recipients = target.find("recipients");
            if (!type || type->text != "smtp") continue;
            const std::vector<std::string> to = recipients ? texts(*recipients) : std::vector<std::string>();
            if (!email || to != std::vector<std::string>{email->text})
                add_config_fault(faults, target, "Recipient emails do not match user email");
        }
    }
}

void loader_kwargs(Config&, const Yaml& value, FaultList& faults) {
    if (!value.members.empty())
        add_config_fault(faults, value, "The loader takes no argument '" + value.members[0].key + "'.");
}

void connection(Config&, const Yaml& value, FaultList& faults) {
    if (auto read = read_connection(value); !read && !value.is_null())
        add_config_fault(faults, value, read.error().message, read.error().hint);
}

/// A kind that is named for all models needs no properties; SQL models without a kind are VIEWs whatever it says.
void default_kind(Config&, const Yaml& value, FaultList& faults) {
    static constexpr std::string_view kWithout =
        " FULL VIEW EMBEDDED EXTERNAL MANAGED INCREMENTAL_BY_PARTITION INCREMENTAL_UNMANAGED ";
    const Yaml* name = value.is_map() ? value.find("name") : &value;
    const std::string word = !name ? "None" : value.is_map() ? name->text : upper(name->text);
    if (word.empty() || word.find(' ') != std::string::npos ||
        kWithout.find(" " + word + " ") == std::string_view::npos)
        add_config_fault(faults, value, "Invalid model kind '" + word + "'",
                         "A kind for all models has no properties.");
}

constexpr std::string_view kChanges = "ERROR WARN ALLOW IGNORE";
constexpr std::string_view kModes = "full semi off";
constexpr std::string_view kEvents =
    "apply_start apply_end run_start run_end migration_start migration_end apply_failure run_failure audit_failure "
    "migration_failure";

void change(Config&, const Yaml& value, FaultList& faults) {
    if (value.is_null()) return;
    for (const std::string& word : split(kChanges, " "))
        if (upper(value.text) == word) return;
    add_config_fault(faults, value, "'" + value.text + "' is not one of error, warn, allow, ignore.");
}

void events(Config&, const Yaml& value, FaultList& faults) {
    const std::vector<std::string> known = split(kEvents, " ");
    for (const Yaml& item : value.items)
        if (std::find(known.begin(), known.end(), item.text) == known.end())
            add_config_fault(faults, item, "'" + item.text + "' is no event; it is one of " + join(known, ", ") + ".");
}

void infer_names(Config& config, const Yaml& value, FaultList&) {
    config.infer_names = yaml_boolean(value).value_or(false);
}
void managed_layer(Config& config, const Yaml& value, FaultList&) {
    config.settings.gateway_managed_virtual_layer = yaml_boolean(value).value_or(false);
}
void enable_preview(Config& config, const Yaml& value, FaultList&) {
    config.settings.plan.enable_preview = yaml_boolean(value);
}
void no_loader(Config&, const Yaml& value, FaultList& faults) {
    add_config_fault(faults, value, "'loader' is a class, which YAML cannot hold.");
}
void time_format(Config& config, const Yaml& value, FaultList&) { config.time_column_format = value.text; }
void scheduler(Config&, const Yaml& value, FaultList& faults) {
    const Yaml* type = value.is_map() ? value.find("type") : nullptr;
    if (!type) return add_config_fault(faults, value, "Missing scheduler type.");
    if (type->text != "builtin") return add_config_fault(faults, value, "Unknown scheduler type '" + type->text + "'.");
    for (const auto& [key, member] : value.members)
        if (key != "type") add_config_fault(faults, member, "A scheduler has no key '" + key + "'.");
}
void batch_size(Config&, const Yaml& value, FaultList& faults) {
    const auto number = value.type == Yaml::Type::real ? parse_double(value.text) : std::nullopt;
    const auto whole = yaml_integer(value);
    if (!(number && *number >= 1) && !(whole && *whole > 0))
        add_config_fault(faults, value, "expired_snapshots_batch_size must be greater than 0");
}
void not_negative(Config&, const Yaml& value, FaultList& faults) {
    if (yaml_integer(value).value_or(0) < 0) add_config_fault(faults, value, "The number must not be below zero.");
}

const ConfigKey kKeys[] = {
    {"", "gateways", any, true},
    {"", "gateway", any, true},
    {"", "default_connection", any, true, connection},
    {"", "default_gateway", text, false, text_setting<&Settings::default_gateway>},
    {"", "default_test_connection", any, true, connection},
    {"", "default_scheduler", any, false, scheduler},
    {"", "model_defaults", section},
    {"", "variables", variables},
    {"", "project", text, false, text_setting<&Settings::project>},
    {"", "snapshot_ttl", text, false, snapshot_ttl},
    {"", "environment_ttl", text, true, environment_ttl},
    {"", "ignore_patterns", text_list, false, texts_setting<&Config::ignore_patterns>},
    {"", "time_column_format", text, false, time_format},
    {"", "users", sections, false, users, "username"},
    {"", "username", text},
    {"", "notification_targets", sections, false, notification_targets, "type"},
    {"", "pinned_environments", text_list, false, pinned},
    {"", "loader", any, true, no_loader},
    {"", "loader_kwargs", map, false, loader_kwargs},
    {"", "env_vars", text_map},
    {"", "physical_schema_mapping", text_map, false, schema_mapping},
    {"", "physical_schema_override", text_map, false, schema_override},
    {"", "environment_suffix_target", word, false, suffix_target, "schema table catalog"},
    {"", "environment_catalog_mapping", text_map, false, catalog_mapping},
    {"", "physical_table_naming_convention", word, false, text_setting<&Settings::physical_table_naming_convention>,
     "schema_and_table table_only hash_md5"},
    {"", "virtual_environment_mode", word, false, text_setting<&Settings::virtual_environment_mode>, "full dev_only"},
    {"", "gateway_managed_virtual_layer", boolean, false, managed_layer},
    {"", "infer_python_dependencies", boolean},
    {"", "default_target_environment", text, false, text_setting<&Settings::default_target_environment>},
    {"", "log_limit", integer},
    {"", "cicd_bot", section, true, cicd_bot},
    {"", "run", section},
    {"", "format", section},
    {"", "ui", section},
    {"", "plan", section, false, plan_section},
    {"", "migration", section},
    {"", "model_naming", section},
    {"", "disable_anonymized_analytics", boolean},
    {"", "before_all", text_list, true, statements_setting<&Config::before_all>},
    {"", "after_all", text_list, true, statements_setting<&Config::after_all>},
    {"", "linter", section},  // read by the command line's linter
    {"", "janitor", section},
    {"", "cache_dir", any, true},
    {"", "dbt", section, true},

    {"gateway", "connection", any, true},
    {"gateway", "state_connection", any, true, connection},
    {"gateway", "test_connection", any, true, connection},
    {"gateway", "scheduler", any, true,
     [](Config& c, const Yaml& v, FaultList& f) { return v.is_null() ? void() : scheduler(c, v, f); }},
    {"gateway", "state_schema", text, true},
    {"gateway", "variables", variables},
    {"gateway", "model_defaults", section, true},

    {"model_defaults", "kind", any, true, default_kind},
    {"model_defaults", "dialect", text, true},
    {"model_defaults", "cron", text, true},
    {"model_defaults", "cron_tz", any, true},
    {"model_defaults", "gateway", text, true},
    {"model_defaults", "owner", text, true},
    {"model_defaults", "start", instant, true},
    {"model_defaults", "table_format", text, true},
    {"model_defaults", "storage_format", text, true},
    {"model_defaults", "on_destructive_change", text, true, change},
    {"model_defaults", "on_additive_change", text, true, change},
    {"model_defaults", "physical_properties", map, true},
    {"model_defaults", "virtual_properties", map, true},
    {"model_defaults", "session_properties", map, true},
    {"model_defaults", "audits", text_list, true},
    {"model_defaults", "optimize_query", flag_word, true},
    {"model_defaults", "allow_partials", flag_word, true},
    {"model_defaults", "interval_unit", text, true},
    {"model_defaults", "enabled", flag_word, true},
    {"model_defaults", "formatting", flag_word, true},
    {"model_defaults", "batch_concurrency", integer, true},
    {"model_defaults", "pre_statements", text_list, true},
    {"model_defaults", "post_statements", text_list, true},
    {"model_defaults", "on_virtual_update", text_list, true},

    {"plan", "forward_only", boolean, false, plan_flag<&PlanDefaults::forward_only>},
    {"plan", "auto_categorize_changes", section},
    {"plan", "include_unmodified", boolean, false, plan_flag<&PlanDefaults::include_unmodified>},
    {"plan", "enable_preview", boolean, true, enable_preview},
    {"plan", "no_diff", boolean},
    {"plan", "no_prompts", boolean, false, plan_flag<&PlanDefaults::no_prompts>},
    {"plan", "auto_apply", boolean, false, plan_flag<&PlanDefaults::auto_apply>},
    {"plan", "use_finalized_state", boolean, false, plan_flag<&PlanDefaults::use_finalized_state>},
    {"plan", "always_recreate_environment", boolean, false, plan_flag<&PlanDefaults::always_recreate_environment>},
    {"auto_categorize_changes", "external", word, false, nullptr, kModes},
    {"auto_categorize_changes", "python", word, false, nullptr, kModes},
    {"auto_categorize_changes", "sql", word, false, nullptr, kModes},
    {"auto_categorize_changes", "seed", word, false, nullptr, kModes},

    {"run", "environment_check_interval", positive},
    {"run", "environment_check_max_wait", positive},
    {"format", "normalize", boolean},
    {"format", "pad", integer},
    {"format", "indent", integer},
    {"format", "normalize_functions", flag_word, true},
    {"format", "leading_comma", boolean},
    {"format", "max_text_width", integer},
    {"format", "append_newline", boolean},
    {"format", "no_rewrite_casts", boolean},
    {"ui", "format_on_save", boolean},
    {"ui", "node_colors", text_map},
    {"migration", "promoted_snapshots_only", boolean},
    {"model_naming", "infer_names", boolean, false, infer_names},
    {"linter", "enabled", boolean},
    {"linter", "use_project_index", boolean},
    {"linter", "rules", word_list, true},
    {"linter", "warn_rules", word_list, true},
    {"linter", "ignored_rules", word_list, true},
    {"janitor", "warn_on_delete_failure", boolean},
    {"janitor", "expired_snapshots_batch_size", any, true, batch_size},
    {"dbt", "infer_state_schema_name", boolean},

    {"users", "username", text},
    {"users", "github_username", text, true},
    {"users", "slack_username", text, true},
    {"users", "email", text, true},
    {"users", "roles", text_list, false,
     [](Config&, const Yaml& value, FaultList& faults) {
         for (const Yaml& role : value.items)
             if (role.text != "required_approver")
                 add_config_fault(faults, role, "A user's role is 'required_approver', not '" + role.text + "'.");
     }},
    {"users", "notification_targets", sections, false, nullptr, "type"},
    {"notification_targets", "type", word, false, nullptr, "smtp generic console slack_api slack_webhook"},
    {"notification_targets", "notify_on", text_list, false, events},
    {"notification_targets", "url", text, true},
    {"notification_targets", "token", text, true},
    {"notification_targets", "channel", text, true},
    {"notification_targets", "host", text, true},
    {"notification_targets", "port", integer},
    {"notification_targets", "user", text, true},
    {"notification_targets", "password", text, true},
    {"notification_targets", "sender", text, true},
    {"notification_targets", "recipients", text_list, true},
    {"notification_targets", "subject", text, true},

    {"cicd_bot", "type", word, false, nullptr, "github"},
    {"cicd_bot", "invalidate_environment_after_deploy", boolean},
    {"cicd_bot", "enable_deploy_command", boolean},
    {"cicd_bot", "merge_method", word, true, nullptr, "merge squash rebase"},
    {"cicd_bot", "command_namespace", text, true},
    {"cicd_bot", "auto_categorize_changes", section, true},
    {"cicd_bot", "default_pr_start", instant, true},
    {"cicd_bot", "default_pr_preview_start", instant},
    {"cicd_bot", "skip_pr_backfill", boolean, true},
    {"cicd_bot", "pr_include_unmodified", boolean, true},
    {"cicd_bot", "run_on_deploy_to_prod", boolean},
    {"cicd_bot", "pr_environment_name", text, true},
    {"cicd_bot", "pr_min_intervals", integer, true},
    {"cicd_bot", "pr_preview_min_intervals", integer, false, not_negative},
    {"cicd_bot", "prod_branch_name", text, true},
    {"cicd_bot", "forward_only_branch_suffix", text, true},
    {"cicd_bot", "check_if_blocked_on_deploy_to_prod", boolean},
};

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

void add_config_fault(FaultList& faults, const Yaml& at, std::string message, std::string hint) {
    faults.add(Fault{at.file, at.line, at.column, std::move(message), {}, std::move(hint), ErrorCode::invalid});
}

}  // namespace towline::project
