#include "plan/codec.h"

#include <array>

#include "model/codec.h"

namespace towline::plan {
namespace {
using json::Array;
using json::Object;
using json::Reader;

std::vector<std::string> as_list(const std::set<std::string>& names) { return {names.begin(), names.end()}; }

std::set<std::string> read_set(const Reader& in, std::string_view key) {
    const auto list = in.strings(key);
    return {list.begin(), list.end()};
}

template <class Items>
Array array_of(const Items& items) {
    Array out;
    for (const auto& item : items) out.raw(model::to_json(item));
    return out;
}

/// Reads a list with one of the model's codecs; the reader keeps the first failure.
template <class T, class Read>
std::vector<T> read_list(const Reader& in, std::string_view key, Read read) {
    std::vector<T> out;
    for (const Reader& item : in.list(key)) {
        auto value = read(item);
        if (!value) break;
        out.push_back(std::move(*value));
    }
    return out;
}

std::string range_text(const Interval& range) { return Array().num(range.start).num(range.end).dump(); }

Interval read_range(const Reader& in) {
    const auto pair = in.items();
    if (pair.size() != 2) {
        in.reject("expected [start, end]");
        return {};
    }
    return {pair[0].as_num(), pair[1].as_num()};
}

Object ranges_object(const std::map<std::string, Interval>& ranges) {
    Object out;
    for (const auto& [name, range] : ranges) out.raw(name, range_text(range));
    return out;
}

std::map<std::string, Interval> read_ranges(const Reader& in, std::string_view key) {
    std::map<std::string, Interval> out;
    if (const auto object = in.maybe_sub(key))
        for (const auto& [name, range] : object->members()) out[name] = read_range(range);
    return out;
}

model::ChangeCategory category_of(const Reader& reader, std::int64_t number) {
    if (number >= 0 && number <= static_cast<int>(model::ChangeCategory::metadata))
        return static_cast<model::ChangeCategory>(number);
    reader.reject("unknown change category");
    return model::ChangeCategory::none;
}

Change change_from(const Reader& in) {
    const std::string word = in.str("change");
    for (const Change change : {Change::added, Change::removed, Change::directly_modified, Change::indirectly_modified,
                                Change::metadata_updated, Change::unmodified})
        if (to_string(change) == word) return change;
    in.reject("change", "unknown change '" + word + "'");
    return Change::unmodified;
}

Object difference_object(const Difference& d) {
    Object out;
    out.str("name", d.name).str("change", to_string(d.change)).num("category", static_cast<int>(d.category));
    out.flag("forward_only", d.forward_only).strings("indirect", d.indirect);
    return out.str("text_diff", d.text_diff).str("reason", d.reason);
}

Difference read_difference(const Reader& in) {
    Difference d;
    d.name = in.str("name");
    d.change = change_from(in);
    d.category = category_of(in, in.num("category", 0));
    d.forward_only = in.flag("forward_only", false);
    d.indirect = in.strings("indirect");
    d.text_diff = in.str("text_diff", "");
    d.reason = in.str("reason", "");
    return d;
}

Object naming_object(const model::EnvironmentNaming& naming) {
    Object out;
    out.str("name", naming.name).str("suffix_target", to_string(naming.suffix_target));
    out.maybe("catalog_name_override", naming.catalog_name_override);
    return out.flag("normalize_name", naming.normalize_name).flag("gateway_managed", naming.gateway_managed);
}

model::EnvironmentNaming read_naming(const Reader& in) {
    model::EnvironmentNaming naming;
    naming.name = in.str("name");
    if (const auto target = model::suffix_target_from(in.str("suffix_target", "schema")))
        naming.suffix_target = *target;
    else
        in.reject("suffix_target", target.error().message);
    naming.catalog_name_override = in.maybe_str("catalog_name_override");
    naming.normalize_name = in.flag("normalize_name", true);
    naming.gateway_managed = in.flag("gateway_managed", false);
    return naming;
}

Object use_object(const SnapshotUse& use) {
    Object out;
    out.str("name", use.id.name).str("identifier", use.id.identifier);
    return out.flag("deployable", use.deployable).flag("representative", use.representative);
}

SnapshotUse read_use(const Reader& in) {
    return {{in.str("name"), in.str("identifier")}, in.flag("deployable", true), in.flag("representative", true)};
}

void write_changes(Object& out, const Plan& plan) {
    Array differences;
    for (const Difference& d : plan.differences) differences.sub(difference_object(d));
    out.list("differences", differences).strings("directly_modified", as_list(plan.directly_modified));
    Object indirect;
    for (const auto& [name, below] : plan.indirectly_modified) indirect.strings(name, as_list(below));
    out.sub("indirectly_modified", indirect).strings("metadata_updated", as_list(plan.metadata_updated));
    out.list("unpaused", array_of(plan.unpaused));
    out.list("removed", array_of(plan.removed)).strings("audit_only", as_list(plan.audit_only));
}

void write_flags(Object& out, const Plan& plan) {
    out.flag("is_dev", plan.is_dev).flag("is_new_environment", plan.is_new_environment);
    out.flag("restate_all_snapshots", plan.restate_all_snapshots).flag("no_gaps", plan.no_gaps);
    out.flag("skip_backfill", plan.skip_backfill).flag("empty_backfill", plan.empty_backfill);
    out.flag("forward_only", plan.forward_only).flag("end_bounded", plan.end_bounded);
    out.flag("ignore_cron", plan.ignore_cron).flag("use_finalized_state", plan.use_finalized_state);
    out.flag("has_changes", plan.has_changes);
}

void read_changes(const Reader& in, Plan& plan) {
    for (const Reader& item : in.list("differences")) plan.differences.push_back(read_difference(item));
    plan.directly_modified = read_set(in, "directly_modified");
    if (const auto indirect = in.maybe_sub("indirectly_modified"))
        for (const auto& [name, below] : indirect->members()) {
            const auto names = below.as_strings();
            plan.indirectly_modified[name].insert(names.begin(), names.end());
        }
    plan.metadata_updated = read_set(in, "metadata_updated");
    plan.removed = read_list<TableInfo>(in, "removed", model::table_info_from_json);
    plan.audit_only = read_set(in, "audit_only");
    plan.unpaused = read_list<SnapshotId>(in, "unpaused", model::snapshot_id_from_json);
}

void read_flags(const Reader& in, Plan& plan) {
    plan.is_dev = in.flag("is_dev", false);
    plan.is_new_environment = in.flag("is_new_environment", false);
    plan.restate_all_snapshots = in.flag("restate_all_snapshots", false);
    plan.no_gaps = in.flag("no_gaps", false);
    plan.skip_backfill = in.flag("skip_backfill", false);
    plan.empty_backfill = in.flag("empty_backfill", false);
    plan.forward_only = in.flag("forward_only", false);
    plan.end_bounded = in.flag("end_bounded", true);
    plan.ignore_cron = in.flag("ignore_cron", false);
    plan.use_finalized_state = in.flag("use_finalized_state", false);
    plan.has_changes = in.flag("has_changes", false);
}

TaskSpec read_task(const Reader& in) {
    TaskSpec t;
    t.key = in.str("key");
    if (const auto kind = task_kind_from(in.str("kind")))
        t.kind = *kind;
    else
        in.reject("kind", kind.error().message);
    t.name = in.str("name", "");
    if (const auto use = in.maybe_sub("snapshot")) t.snapshot = read_use(*use);
    for (const Reader& item : in.list("parents")) t.parents.push_back(read_use(item));
    t.environment = in.str("environment", "");
    if (const auto naming = in.maybe_sub("naming")) t.naming = read_naming(*naming);
    if (const auto range = in.maybe_sub("interval")) t.interval = read_range(*range);
    t.batch_index = static_cast<int>(in.num("batch_index", 0));
    t.create_table = in.flag("create_table", false);
    t.is_first_insert = in.flag("is_first_insert", false);
    t.is_restatement = in.flag("is_restatement", false);
    t.allow_destructive = in.flag("allow_destructive", false);
    t.allow_additive = in.flag("allow_additive", false);
    t.execution_ts = in.num("execution_ts", 0);
    t.gateway = in.maybe_str("gateway");
    t.labels = in.strings("labels");
    t.catalog = in.str("catalog", "");
    t.schema = in.str("schema", "");
    t.view_catalog = in.str("view_catalog", "");
    t.view_schema = in.str("view_schema", "");
    t.view_name = in.str("view_name", "");
    t.statements = read_list<EnvironmentStatements>(in, "statements", model::environment_statements_from_json);
    t.before = in.flag("before", true);
    if (const auto table = in.maybe_sub("table"))
        if (auto info = model::table_info_from_json(*table)) t.table = std::move(*info);
    t.dev_table = in.flag("dev_table", false);
    t.depends_on = in.strings("depends_on");
    t.tries_max = static_cast<int>(in.num("tries_max", 3));
    return t;
}

}  // namespace

std::string to_json(const PlanOptions& o) {
    Object out;
    out.str("environment", o.environment).maybe("start", o.start).maybe("end", o.end);
    out.maybe("execution_time", o.execution_time).str("create_from", o.create_from);
    out.strings("restate_models", o.restate_models).strings("select_models", o.select_models);
    out.strings("backfill_models", o.backfill_models);
    out.strings("allow_destructive_models", o.allow_destructive_models);
    out.strings("allow_additive_models", o.allow_additive_models);
    out.flag("no_gaps", o.no_gaps).flag("skip_backfill", o.skip_backfill).flag("empty_backfill", o.empty_backfill);
    out.flag("forward_only", o.forward_only).maybe("effective_from", o.effective_from);
    out.flag("include_unmodified", o.include_unmodified).flag("no_auto_categorization", o.no_auto_categorization);
    out.flag("run", o.run).flag("ignore_cron", o.ignore_cron).maybe_flag("enable_preview", o.enable_preview);
    if (o.min_intervals) out.num("min_intervals", *o.min_intervals);
    Object categories;
    for (const auto& [name, category] : o.categories) categories.num(name, static_cast<int>(category));
    return out.sub("categories", categories).dump();
}

Result<PlanOptions> plan_options_from_json(const Reader& in) {
    PlanOptions o;
    o.environment = in.str("environment", "prod");
    o.start = in.maybe_str("start");
    o.end = in.maybe_str("end");
    o.execution_time = in.maybe_str("execution_time");
    o.create_from = in.str("create_from", "prod");
    o.restate_models = in.strings("restate_models");
    o.select_models = in.strings("select_models");
    o.backfill_models = in.strings("backfill_models");
    o.allow_destructive_models = in.strings("allow_destructive_models");
    o.allow_additive_models = in.strings("allow_additive_models");
    o.no_gaps = in.flag("no_gaps", false);
    o.skip_backfill = in.flag("skip_backfill", false);
    o.empty_backfill = in.flag("empty_backfill", false);
    o.forward_only = in.flag("forward_only", false);
    o.effective_from = in.maybe_str("effective_from");
    o.include_unmodified = in.flag("include_unmodified", false);
    o.no_auto_categorization = in.flag("no_auto_categorization", false);
    o.run = in.flag("run", false);
    o.ignore_cron = in.flag("ignore_cron", false);
    o.enable_preview = in.maybe_flag("enable_preview");
    if (const auto count = in.maybe_num("min_intervals")) o.min_intervals = static_cast<int>(*count);
    if (const auto categories = in.maybe_sub("categories"))
        for (const auto& [name, category] : categories->members())
            o.categories[name] = category_of(category, category.as_num());
    TRY_STATUS(in.status());
    return o;
}

std::string to_json(const Plan& plan) {
    Object out;
    out.str("plan_id", plan.plan_id).raw("environment", model::to_json(plan.environment));
    Array fresh;
    for (const Snapshot& snapshot : plan.new_snapshots) fresh.raw(model::to_json(snapshot, true));
    out.list("new_snapshots", fresh).list("snapshots", array_of(plan.snapshots));
    out.list("environment_statements", array_of(plan.environment_statements));
    out.maybe("start", plan.start).maybe("end", plan.end).num("execution_ts", plan.execution_ts);
    out.sub("restatements", ranges_object(plan.restatements));
    out.str("create_from", plan.create_from).strings("restate_models", as_list(plan.restate_models));
    if (plan.models_to_backfill) out.strings("models_to_backfill", as_list(*plan.models_to_backfill));
    out.sub("interval_overrides", ranges_object(plan.interval_overrides));
    write_changes(out, plan);
    out.strings("allow_destructive_models", as_list(plan.allow_destructive_models));
    out.strings("allow_additive_models", as_list(plan.allow_additive_models));
    write_flags(out, plan);
    return out.strings("warnings", plan.warnings).dump();
}

Result<Plan> plan_from_json(const Reader& in) {
    Plan plan;
    plan.plan_id = in.str("plan_id", "");
    TRY(plan.environment, model::environment_from_json(in.sub("environment")));
    plan.new_snapshots = read_list<Snapshot>(in, "new_snapshots", model::snapshot_from_json);
    plan.snapshots = read_list<SnapshotId>(in, "snapshots", model::snapshot_id_from_json);
    plan.environment_statements =
        read_list<EnvironmentStatements>(in, "environment_statements", model::environment_statements_from_json);
    plan.start = in.maybe_str("start");
    plan.end = in.maybe_str("end");
    plan.execution_ts = in.num("execution_ts");
    plan.restatements = read_ranges(in, "restatements");
    plan.create_from = in.str("create_from", "");
    plan.restate_models = read_set(in, "restate_models");
    if (in.maybe_sub("models_to_backfill")) plan.models_to_backfill = read_set(in, "models_to_backfill");
    plan.interval_overrides = read_ranges(in, "interval_overrides");
    read_changes(in, plan);
    plan.allow_destructive_models = read_set(in, "allow_destructive_models");
    plan.allow_additive_models = read_set(in, "allow_additive_models");
    read_flags(in, plan);
    plan.warnings = in.strings("warnings");
    TRY_STATUS(in.status());
    return plan;
}

std::string to_json(const TaskSpec& t) {
    Object out;
    out.str("key", t.key).str("kind", to_string(t.kind)).str("name", t.name);
    if (t.snapshot) out.sub("snapshot", use_object(*t.snapshot));
    Array parents;
    for (const SnapshotUse& use : t.parents) parents.sub(use_object(use));
    out.list("parents", parents).str("environment", t.environment).sub("naming", naming_object(t.naming));
    out.raw("interval", range_text(t.interval)).num("batch_index", t.batch_index);
    out.flag("create_table", t.create_table).flag("is_first_insert", t.is_first_insert);
    out.flag("is_restatement", t.is_restatement).flag("allow_destructive", t.allow_destructive);
    out.flag("allow_additive", t.allow_additive).num("execution_ts", t.execution_ts).maybe("gateway", t.gateway);
    if (!t.labels.empty()) out.strings("labels", t.labels);
    const std::array<std::pair<const char*, const std::string*>, 5> texts{{{"catalog", &t.catalog},
                                                                           {"schema", &t.schema},
                                                                           {"view_catalog", &t.view_catalog},
                                                                           {"view_schema", &t.view_schema},
                                                                           {"view_name", &t.view_name}}};
    for (const auto& [key, text] : texts)
        if (!text->empty()) out.str(key, *text);
    if (!t.statements.empty()) out.list("statements", array_of(t.statements)).flag("before", t.before);
    if (t.table) out.raw("table", model::to_json(*t.table)).flag("dev_table", t.dev_table);
    return out.strings("depends_on", t.depends_on).num("tries_max", t.tries_max).dump();
}

Result<TaskSpec> task_spec_from_json(const Reader& in) {
    TaskSpec task = read_task(in);
    TRY_STATUS(in.status());
    return task;
}

std::string to_json(const Stage& stage) {
    Array tasks;
    for (const TaskSpec& task : stage.tasks) tasks.raw(to_json(task));
    return Object().str("kind", to_string(stage.kind)).list("tasks", tasks).dump();
}

Result<Stage> stage_from_json(const Reader& in) {
    Stage stage;
    if (const auto kind = stage_kind_from(in.str("kind")))
        stage.kind = *kind;
    else
        in.reject("kind", kind.error().message);
    for (const Reader& item : in.list("tasks")) stage.tasks.push_back(read_task(item));
    TRY_STATUS(in.status());
    return stage;
}

}  // namespace towline::plan
