#include "plan/text_diff.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/strings.h"

namespace towline::plan {
namespace {
constexpr std::size_t kLinesMax = 5'000;
constexpr std::size_t kTableMax = 2'000'000;
constexpr std::size_t kContext = 3;

using Lines = std::vector<std::string>;

struct Edit {
    char sign = ' ';  ///< ' ', '-', '+'
    const std::string* line = nullptr;
};

/// Longest common subsequence of the parts that differ; too large a table gives a plain replacement.
void diff_middle(const std::string* a, std::size_t n, const std::string* b, std::size_t m, std::vector<Edit>& out) {
    std::size_t i = 0;
    std::size_t j = 0;
    if ((n + 1) * (m + 1) <= kTableMax) {
        std::vector<std::uint16_t> table((n + 1) * (m + 1));
        const auto at = [&](std::size_t x, std::size_t y) -> std::uint16_t& { return table[x * (m + 1) + y]; };
        for (std::size_t x = n; x-- > 0;)
            for (std::size_t y = m; y-- > 0;)
                at(x, y) = a[x] == b[y] ? static_cast<std::uint16_t>(at(x + 1, y + 1) + 1)
                                        : std::max(at(x + 1, y), at(x, y + 1));
        while (i < n && j < m) {
            if (a[i] == b[j]) {
                out.push_back({' ', &a[i]});
                ++i;
                ++j;
            } else if (at(i + 1, j) >= at(i, j + 1)) {
                out.push_back({'-', &a[i++]});
            } else {
                out.push_back({'+', &b[j++]});
            }
        }
    }
    while (i < n) out.push_back({'-', &a[i++]});
    while (j < m) out.push_back({'+', &b[j++]});
}

std::vector<Edit> edits(const Lines& a, const Lines& b) {
    std::vector<Edit> out;
    std::size_t head = 0;
    while (head < a.size() && head < b.size() && a[head] == b[head]) out.push_back({' ', &a[head++]});
    std::size_t tail = 0;
    while (tail < a.size() - head && tail < b.size() - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
    diff_middle(a.data() + head, a.size() - head - tail, b.data() + head, b.size() - head - tail, out);
    for (std::size_t i = a.size() - tail; i < a.size(); ++i) out.push_back({' ', &a[i]});
    return out;
}

std::string range_text(std::size_t start, std::size_t count) {
    std::string out = std::to_string(count == 0 ? start : start + 1);
    return count == 1 ? out : out + "," + std::to_string(count);
}

void print_hunk(const std::vector<Edit>& all, std::size_t from, std::size_t to, std::size_t a, std::size_t b,
                std::string& out) {
    std::size_t removed = 0;
    std::size_t added = 0;
    for (std::size_t i = from; i < to; ++i) {
        removed += all[i].sign != '+';
        added += all[i].sign != '-';
    }
    out += "@@ -" + range_text(a, removed) + " +" + range_text(b, added) + " @@\n";
    for (std::size_t i = from; i < to; ++i) out += all[i].sign + *all[i].line + "\n";
}

void add_property(std::string& out, const char* key, const std::string& value) {
    if (!value.empty()) out += std::string(",\n  ") + key + " " + value;
}

void add_list(std::string& out, const char* key, const Lines& values) {
    if (!values.empty()) add_property(out, key, "(" + join(values, ", ") + ")");
}

std::string pairs(const model::Properties& properties, std::string_view sign) {
    Lines out;
    for (const auto& [key, value] : properties) out.push_back(key + std::string(sign) + value);
    return out.empty() ? std::string() : "(" + join(out, ", ") + ")";
}

std::string quoted(const std::optional<std::string>& text) {
    return text ? "'" + replace_all(*text, "'", "''") + "'" : std::string();
}

std::string number(const char* key, const std::optional<std::int64_t>& value) {
    return value ? std::string(",\n    ") + key + " " + std::to_string(*value) : std::string();
}

std::string kind_text(const model::Kind& kind) {
    std::string inner;
    if (kind.time_column)
        inner += ",\n    time_column (" + kind.time_column->column + ", '" + kind.time_column->format + "')";
    if (!kind.unique_key.empty()) inner += ",\n    unique_key (" + join(kind.unique_key, ", ") + ")";
    if (!kind.scd_columns.empty()) inner += ",\n    columns (" + join(kind.scd_columns, ", ") + ")";
    if (!kind.seed_path.empty()) inner += ",\n    path '" + kind.seed_path + "'";
    if (kind.when_matched) inner += ",\n    when_matched " + *kind.when_matched;
    if (kind.merge_filter) inner += ",\n    merge_filter " + *kind.merge_filter;
    if (kind.materialized) inner += ",\n    materialized TRUE";
    inner += number("batch_size", kind.batch_size) + number("batch_concurrency", kind.batch_concurrency) +
             number("lookback", kind.lookback);
    if (kind.forward_only) inner += ",\n    forward_only TRUE";
    if (kind.disable_restatement) inner += ",\n    disable_restatement TRUE";
    const std::string name(to_string(kind.name));
    return inner.empty() ? name : name + " (" + inner.substr(1) + "\n  )";
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after) {
    if (before == after) return {};
    Lines a = split(before, "\n");
    Lines b = split(after, "\n");
    if (a.size() > kLinesMax) a.resize(kLinesMax);
    if (b.size() > kLinesMax) b.resize(kLinesMax);
    const std::vector<Edit> all = edits(a, b);
    std::string out;
    std::size_t line_a = 0;  // lines of each side before `at`
    std::size_t line_b = 0;
    std::size_t at = 0;
    const auto advance = [&](std::size_t to) {
        for (; at < to; ++at) {
            line_a += all[at].sign != '+';
            line_b += all[at].sign != '-';
        }
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].sign == ' ') continue;
        const std::size_t from = std::max(at, i >= kContext ? i - kContext : 0);
        std::size_t last = i;
        for (std::size_t j = i; j < all.size() && j <= last + 2 * kContext; ++j)
            if (all[j].sign != ' ') last = j;
        const std::size_t to = std::min(all.size(), last + kContext + 1);
        advance(from);
        print_hunk(all, from, to, line_a, line_b, out);
        advance(to);
        i = to - 1;
    }
    return out;
}

std::string definition_text(const model::Node& node) {
    std::string out = model::is_model(node) ? "MODEL (\n  name " : "AUDIT (\n  name ";
    out += node.name;
    add_property(out, "dialect", node.dialect);
    if (model::is_model(node)) add_property(out, "kind", kind_text(node.kind));
    add_property(out, "owner", node.owner.value_or(""));
    add_property(out, "description", quoted(node.description));
    add_property(out, "start", quoted(node.start));
    add_property(out, "end", quoted(node.end));
    if (node.cron != "@daily") add_property(out, "cron", quoted(node.cron));
    add_property(out, "cron_tz", quoted(node.cron_tz));
    add_list(out, "tags", node.tags);
    add_list(out, "grains", node.grains);
    add_list(out, "references", node.references);
    Lines audits;
    for (const model::Call& audit : node.audits) audits.push_back(audit.name + pairs(audit.arguments, " := "));
    add_list(out, "audits", audits);
    Lines columns;
    if (node.columns)
        for (const model::Column& column : *node.columns) columns.push_back(column.name + " " + column.type);
    add_list(out, "columns", columns);
    add_list(out, "partitioned_by", node.partitioned_by);
    add_list(out, "clustered_by", node.clustered_by);
    add_property(out, "physical_properties", pairs(node.physical_properties, " = "));
    add_property(out, "virtual_properties", pairs(node.virtual_properties, " = "));
    if (node.session_properties) add_property(out, "session_properties", pairs(*node.session_properties, " = "));
    if (node.allow_partials) add_property(out, "allow_partials", "TRUE");
    add_property(out, "gateway", node.gateway.value_or(""));
    add_property(out, "stamp", quoted(node.stamp));
    out += "\n);\n";
    for (const auto& [name, macro] : node.jinja_macros) out += "\nJINJA_STATEMENT_BEGIN;\n" + macro + "\nJINJA_END;\n";
    for (const std::string& text : node.pre_statements) out += "\n" + text + ";\n";
    if (!node.query.empty()) out += "\n" + node.query + "\n";
    for (const std::string& text : node.post_statements) out += "\n" + text + ";\n";
    for (const std::string& text : node.on_virtual_update) out += "\n" + text + ";\n";
    if (model::is_seed(node)) out += "\n" + node.seed.content;
    return out;
}

std::string definition_diff(const model::Node& before, const model::Node& after) {
    return unified_diff(definition_text(before), definition_text(after));
}

}  // namespace towline::plan
