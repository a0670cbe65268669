#include "project/config_keys.h"

#include "base/strings.h"

namespace towline::project {
namespace {

using enum KeyType;
using enum KeyUse;

void add_fault(FaultList& faults, const Yaml& at, std::string message, std::string hint = {}) {
    faults.add(
        Fault{at.file, at.line, at.column, std::move(message), {}, std::move(hint), ErrorCode::invalid});
}

template <std::string Settings::* Member>
void text_setting(Config& config, const Yaml& value, FaultList&) {
    config.settings.*Member = value.text;
}

template <bool PlanDefaults::* Member>
void plan_flag(Config& config, const Yaml& value, FaultList&) {
    config.settings.plan.*Member = yaml_boolean(value).value_or(false);
}

void one_of(const Yaml& value, std::vector<std::string> words, FaultList& faults, std::string_view key) {
    for (const std::string& word : words)
        if (value.text == word) return;
    const std::string known = join(words, ", ");
    add_fault(faults, value,
              "'" + value.text + "' is not a value of " + std::string(key) + "; it is one of " + known + ".",
              closest_hint(value.text, words));
}

void suffix_target(Config& config, const Yaml& value, FaultList& faults) {
    if (auto target = model::suffix_target_from(value.text))
        config.settings.environment_suffix_target = *target;
    else
        one_of(value, {"schema", "table", "catalog"}, faults, "environment_suffix_target");
}

void naming_convention(Config& config, const Yaml& value, FaultList& faults) {
    one_of(value, {"schema_and_table", "table_only", "hash_md5"}, faults, "physical_table_naming_convention");
    config.settings.physical_table_naming_convention = value.text;
}

void environment_mode(Config& config, const Yaml& value, FaultList& faults) {
    one_of(value, {"full", "dev_only"}, faults, "virtual_environment_mode");
    config.settings.virtual_environment_mode = value.text;
}

void pairs(std::vector<std::pair<std::string, std::string>>& out, const Yaml& value) {
    out.clear();
    for (const auto& [key, member] : value.members) out.emplace_back(key, member.text);
}

std::vector<std::string> texts(const Yaml& value) {
    std::vector<std::string> out;
    for (const Yaml& item : value.items) out.push_back(item.text);
    if (!value.is_list() && !value.is_null()) out.push_back(value.text);
    return out;
}

void ttl(std::string& out, const Yaml& value, FaultList& faults, std::string_view key) {
    if (!starts_with_ignoring_case(value.text, "in "))
        add_fault(faults, value,
                  std::string(key) + " must be a time in the future such as 'in 1 week', not '" + value.text +
                      "'.");
    out = value.text;
}

void categorize(Config& config, const Yaml& value, FaultList& faults) {
    for (const auto& [source, mode] : value.members) {
        one_of(Yaml::of_string(source), {"external", "python", "sql", "seed"}, faults,
               "plan.auto_categorize_changes");
        one_of(mode, {"full", "semi", "off"}, faults, "plan.auto_categorize_changes");
        config.settings.plan.auto_categorize_changes[source] = mode.text;
    }
}

const ConfigKey kKeys[] = {
    {"", "gateways", any, used, {}, nullptr},
    {"", "gateway", any, used, {}, nullptr},
    {"", "default_connection", any, used, {}, nullptr},
    {"", "default_gateway", text, used, {}, text_setting<&Settings::default_gateway>},
    {"", "default_test_connection", any, accepted, {}, nullptr},
    {"", "default_scheduler", any, accepted, {}, nullptr},
    {"", "model_defaults", section, used, {}, nullptr},
    {"", "variables", variables, used, {}, nullptr},
    {"", "project", text, used, {}, text_setting<&Settings::project>},
    {"",
     "snapshot_ttl",
     text,
     used,
     {},
     [](Config& c, const Yaml& v, FaultList& f) { ttl(c.settings.snapshot_ttl, v, f, "snapshot_ttl"); }},
    {"",
     "environment_ttl",
     text,
     used,
     {},
     [](Config& c, const Yaml& v, FaultList& f) {
         if (v.is_null())
             c.settings.environment_ttl.reset();
         else
             ttl(c.settings.environment_ttl.emplace(), v, f, "environment_ttl");
     }},
    {"",
     "ignore_patterns",
     text_list,
     used,
     {},
     [](Config& c, const Yaml& v, FaultList&) { c.ignore_patterns = texts(v); }},
    {"",
     "time_column_format",
     text,
     used,
     {},
     [](Config& c, const Yaml& v, FaultList&) { c.time_column_format = v.text; }},
    {"", "users", any, accepted, {}, nullptr},
    {"", "username", text, accepted, {}, nullptr},
    {"", "notification_targets", any, accepted, {}, nullptr},
    {"",
     "pinned_environments",
     text_list,
     used,
     {},
     [](Config& c, const Yaml& v, FaultList&) {
         for (const std::string& name : texts(v))
             c.settings.pinned_environments.push_back(model::sanitize_environment_name(name));
     }},
    {"", "loader", any, refused, "", nullptr},
    {"", "loader_kwargs", any, accepted, {}, nullptr},
    {"", "env_vars", any, refused, "", nullptr},
    {"",
     "physical_schema_mapping",
     text_map,
     used,
     {},
     [](Config& c, const Yaml& v, FaultList&) { pairs(c.physical_schema_mapping, v); }},
    {"",
     "physical_schema_override",
     text_map,
     used,
     {},
     [](Config& c, const Yaml& v, FaultList& f) {
         if (!c.physical_schema_mapping.empty())
             add_fault(f, v, "physical_schema_mapping and physical_schema_override cannot both be given.");
         for (const auto& [schema, target] : v.members)
             c.physical_schema_mapping.emplace_back("^" + schema + "$", target.text);
     }},
    {"", "environment_suffix_target", text, used, {}, suffix_target},
    {"",
     "environment_catalog_mapping",
     text_map,
     used,
     {},
     [](Config& c, const Yaml& v, FaultList&) { pairs(c.settings.environment_catalog_mapping, v); }},
    {"", "physical_table_naming_convention", text, used, {}, naming_convention},
    {"", "virtual_environment_mode", text, used, {}, environment_mode},
    {"",
     "gateway_managed_virtual_layer",
     boolean,
     used,
     {},
     [](Config& c, const Yaml& v, FaultList&) {
         c.settings.gateway_managed_virtual_layer = yaml_boolean(v).value_or(false);
     }},
    {"", "infer_python_dependencies", boolean, accepted, {}, nullptr},
    {"", "default_target_environment", text, used, {}, text_setting<&Settings::default_target_environment>},
    {"", "log_limit", integer, accepted, {}, nullptr},
    {"", "cicd_bot", any, accepted, {}, nullptr},
    {"", "run", section, accepted, {}, nullptr},
    {"", "format", section, accepted, {}, nullptr},
    {"", "ui", section, accepted, {}, nullptr},
    {"", "plan", section, used, {}, nullptr},
    {"", "migration", section, accepted, {}, nullptr},
    {"", "model_naming", section, used, {}, nullptr},
    {"", "disable_anonymized_analytics", boolean, accepted, {}, nullptr},
    {"",
     "before_all",
     text_list,
     used,
     {},
     [](Config& c, const Yaml& v, FaultList&) { c.before_all = texts(v); }},
    {"",
     "after_all",
     text_list,
     used,
     {},
     [](Config& c, const Yaml& v, FaultList&) { c.after_all = texts(v); }},
    {"", "linter", section, used, {}, nullptr},  // read by the command line's linter
    {"", "janitor", section, accepted, {}, nullptr},
    {"", "cache_dir", text, accepted, {}, nullptr},
    {"", "dbt", section, accepted, {}, nullptr},

    {"gateway", "connection", any, used, {}, nullptr},
    {"gateway", "state_connection", any, accepted, {}, nullptr},
    {"gateway", "test_connection", any, accepted, {}, nullptr},
    {"gateway", "scheduler", any, accepted, {}, nullptr},
    {"gateway", "state_schema", text, accepted, {}, nullptr},
    {"gateway", "variables", variables, used, {}, nullptr},
    {"gateway", "model_defaults", section, used, {}, nullptr},

    {"model_defaults", "kind", any, accepted, {}, nullptr},  // SQL models without a kind are VIEWs whatever
                                                             // this says
    {"model_defaults", "dialect", text, used, {}, nullptr},
    {"model_defaults", "cron", text, used, {}, nullptr},
    {"model_defaults", "cron_tz", any, used, {}, nullptr},
    {"model_defaults", "gateway", text, used, {}, nullptr},
    {"model_defaults", "owner", text, used, {}, nullptr},
    {"model_defaults", "start", any, used, {}, nullptr},
    {"model_defaults", "table_format", text, used, {}, nullptr},
    {"model_defaults", "storage_format", text, used, {}, nullptr},
    {"model_defaults", "on_destructive_change", text, used, {}, nullptr},
    {"model_defaults", "on_additive_change", text, used, {}, nullptr},
    {"model_defaults", "physical_properties", text_map, used, {}, nullptr},
    {"model_defaults", "virtual_properties", text_map, used, {}, nullptr},
    {"model_defaults", "session_properties", text_map, used, {}, nullptr},
    {"model_defaults", "audits", text_list, used, {}, nullptr},
    {"model_defaults", "optimize_query", any, used, {}, nullptr},
    {"model_defaults", "allow_partials", any, used, {}, nullptr},
    {"model_defaults", "interval_unit", text, used, {}, nullptr},
    {"model_defaults", "enabled", any, used, {}, nullptr},
    {"model_defaults", "formatting", any, accepted, {}, nullptr},
    {"model_defaults", "batch_concurrency", integer, used, {}, nullptr},
    {"model_defaults", "pre_statements", word_list, used, {}, nullptr},
    {"model_defaults", "post_statements", word_list, used, {}, nullptr},
    {"model_defaults", "on_virtual_update", word_list, used, {}, nullptr},

    {"plan", "forward_only", boolean, used, {}, plan_flag<&PlanDefaults::forward_only>},
    {"plan", "auto_categorize_changes", text_map, used, {}, categorize},
    {"plan", "include_unmodified", boolean, used, {}, plan_flag<&PlanDefaults::include_unmodified>},
    {"plan",
     "enable_preview",
     boolean,
     used,
     {},
     [](Config& c, const Yaml& v, FaultList&) { c.settings.plan.enable_preview = yaml_boolean(v); }},
    {"plan", "no_diff", boolean, accepted, {}, nullptr},
    {"plan", "no_prompts", boolean, used, {}, plan_flag<&PlanDefaults::no_prompts>},
    {"plan", "auto_apply", boolean, used, {}, plan_flag<&PlanDefaults::auto_apply>},
    {"plan", "use_finalized_state", boolean, used, {}, plan_flag<&PlanDefaults::use_finalized_state>},
    {"plan",
     "always_recreate_environment",
     boolean,
     used,
     {},
     plan_flag<&PlanDefaults::always_recreate_environment>},

    {"run", "environment_check_interval", integer, accepted, {}, nullptr},
    {"run", "environment_check_max_wait", integer, accepted, {}, nullptr},
    {"format", "normalize", boolean, accepted, {}, nullptr},
    {"format", "pad", integer, accepted, {}, nullptr},
    {"format", "indent", integer, accepted, {}, nullptr},
    {"format", "normalize_functions", text, accepted, {}, nullptr},
    {"format", "leading_comma", boolean, accepted, {}, nullptr},
    {"format", "max_text_width", integer, accepted, {}, nullptr},
    {"format", "append_newline", boolean, accepted, {}, nullptr},
    {"format", "no_rewrite_casts", boolean, accepted, {}, nullptr},
    {"ui", "format_on_save", boolean, accepted, {}, nullptr},
    {"ui", "node_colors", any, accepted, {}, nullptr},
    {"migration", "promoted_snapshots_only", boolean, accepted, {}, nullptr},
    {"model_naming",
     "infer_names",
     boolean,
     used,
     {},
     [](Config& c, const Yaml& v, FaultList&) { c.infer_names = yaml_boolean(v).value_or(false); }},
    {"linter", "enabled", boolean, used, {}, nullptr},
    {"linter", "use_project_index", boolean, accepted, {}, nullptr},
    {"linter", "rules", word_list, used, {}, nullptr},
    {"linter", "warn_rules", word_list, used, {}, nullptr},
    {"linter", "ignored_rules", word_list, used, {}, nullptr},
    {"janitor", "warn_on_delete_failure", boolean, accepted, {}, nullptr},
    {"janitor", "expired_snapshots_batch_size", integer, accepted, {}, nullptr},
    {"dbt", "infer_state_schema_name", boolean, accepted, {}, nullptr},
};

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

}  // namespace towline::project
