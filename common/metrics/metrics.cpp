#include "metrics/metrics.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/assert.h"

namespace towline::metrics {
namespace {

bool is_name(std::string_view name) {
    const auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    return !name.empty() && name.front() >= 'a' && name.front() <= 'z' && std::all_of(name.begin(), name.end(), good);
}

// A unit is the last word; counted things are plural nouns.
bool ends_in_unit(std::string_view name) {
    const std::size_t underscore = name.rfind('_');
    if (underscore == std::string_view::npos) return false;
    const std::string_view unit = name.substr(underscore + 1);
    return unit == "ratio" || unit == "info" || unit == "up" || (unit.size() > 1 && unit.ends_with('s'));
}

void check(const Description& description, bool is_counter) {
    TOWLINE_ASSERT(is_name(description.name));
    TOWLINE_ASSERT(description.name.ends_with("_total") == is_counter);
    TOWLINE_ASSERT(is_counter || ends_in_unit(description.name));
    for (const std::string& label : description.label_names) TOWLINE_ASSERT(is_name(label) && label != "le");
}

std::string escaped(std::string_view text, bool quotes) {
    std::string out;
    for (const char c : text) {
        if (c == '\\') {
            out += "\\\\";
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '"' && quotes) {
            out += "\\\"";
        } else {
            out += c;
        }
    }
    return out;
}

std::string number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    return fmt::format("{}", value);
}

// `{a="x",le="0.5"}`, or nothing when there is no label.
std::string labels(const Description& description, const std::vector<std::string>& values,
                   std::string_view bound = {}) {
    std::string out;
    for (std::size_t i = 0; i < values.size(); ++i) {
        out += fmt::format("{}{}=\"{}\"", out.empty() ? "" : ",", description.label_names[i], escaped(values[i], true));
    }
    if (!bound.empty()) out += fmt::format("{}le=\"{}\"", out.empty() ? "" : ",", bound);
    return out.empty() ? out : "{" + out + "}";
}

void expose_one(std::string& out, const Description& d, const std::vector<std::string>& values, const Counter& metric) {
    out += fmt::format("{}{} {}\n", d.name, labels(d, values), metric.value());
}
void expose_one(std::string& out, const Description& d, const std::vector<std::string>& values, const Gauge& metric) {
    out += fmt::format("{}{} {}\n", d.name, labels(d, values), number(metric.value()));
}
void expose_one(std::string& out, const Description& d, const std::vector<std::string>& values,
                const Histogram& metric) {
    const Histogram::Snapshot now = metric.snapshot();
    for (std::size_t i = 0; i < now.cumulative.size(); ++i) {
        const std::string bound = i < metric.bounds().size() ? number(metric.bounds()[i]) : "+Inf";
        out += fmt::format("{}_bucket{} {}\n", d.name, labels(d, values, bound), now.cumulative[i]);
    }
    out += fmt::format("{}_sum{} {}\n", d.name, labels(d, values), number(now.sum));
    out += fmt::format("{}_count{} {}\n", d.name, labels(d, values), now.cumulative.back());
}

template <class Metric>
std::unique_ptr<Metric> make(const std::vector<double>& bounds) {
    if constexpr (std::is_same_v<Metric, Histogram>) {
        return std::make_unique<Histogram>(bounds);
    } else {
        return std::make_unique<Metric>();
    }
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)) {
    TOWLINE_ASSERT(!bounds_.empty() && std::is_sorted(bounds_.begin(), bounds_.end()));
    counts_.lock()->buckets.resize(bounds_.size() + 1);
}

void Histogram::observe(double value) {
    const auto at = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
    auto counts = counts_.lock();
    ++counts->buckets[static_cast<std::size_t>(at)];
    counts->sum += value;
}

Histogram::Snapshot Histogram::snapshot() const {
    auto counts = counts_.lock();
    Snapshot result{counts->buckets, counts->sum};
    for (std::size_t i = 1; i < result.cumulative.size(); ++i) result.cumulative[i] += result.cumulative[i - 1];
    return result;
}

std::vector<double> default_seconds() {
    return {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
}

template <class Metric>
Metric& Family<Metric>::with(const std::vector<std::string>& label_values) {
    TOWLINE_ASSERT(label_values.size() == description_.label_names.size());
    std::vector<std::string> values = label_values;
    for (std::string& value : values) value.resize(std::min(value.size(), kLabelBytesMax));
    auto series = series_.lock();
    if (const auto found = series->find(values); found != series->end()) return *found->second;
    if (series->size() >= kSeriesMax) values.assign(values.size(), "other");
    std::unique_ptr<Metric>& slot = (*series)[values];
    if (!slot) slot = make<Metric>(bounds_);
    return *slot;
}

template <class Metric>
std::string Family<Metric>::expose(std::string_view type) const {
    std::string out =
        fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", description_.name, escaped(description_.help, false), type);
    auto series = series_.lock();
    for (const auto& [values, metric] : *series) expose_one(out, description_, values, *metric);
    return out;
}

template class Family<Counter>;
template class Family<Gauge>;
template class Family<Histogram>;

struct Registry::Families {
    struct Maps {
        std::map<std::string, std::unique_ptr<Family<Counter>>> counters;
        std::map<std::string, std::unique_ptr<Family<Gauge>>> gauges;
        std::map<std::string, std::unique_ptr<Family<Histogram>>> histograms;
    };
    Guarded<Maps> maps;
};

Registry::Registry() : families_(std::make_unique<Families>()) {}
Registry::~Registry() = default;

Family<Counter>& Registry::counter(const Description& description) {
    check(description, true);
    auto maps = families_->maps.lock();
    auto& slot = maps->counters[description.name];
    if (!slot) slot = std::make_unique<Family<Counter>>(description, std::vector<double>());
    TOWLINE_ASSERT(slot->description_.label_names == description.label_names);
    return *slot;
}

Family<Gauge>& Registry::gauge(const Description& description) {
    check(description, false);
    auto maps = families_->maps.lock();
    TOWLINE_ASSERT(!maps->histograms.contains(description.name));
    auto& slot = maps->gauges[description.name];
    if (!slot) slot = std::make_unique<Family<Gauge>>(description, std::vector<double>());
    TOWLINE_ASSERT(slot->description_.label_names == description.label_names);
    return *slot;
}

Family<Histogram>& Registry::histogram(const Description& description, std::vector<double> bounds) {
    check(description, false);
    auto maps = families_->maps.lock();
    TOWLINE_ASSERT(!maps->gauges.contains(description.name));
    auto& slot = maps->histograms[description.name];
    if (!slot) slot = std::make_unique<Family<Histogram>>(description, std::move(bounds));
    TOWLINE_ASSERT(slot->description_.label_names == description.label_names);
    return *slot;
}

std::string Registry::expose() const {
    std::map<std::string, std::string> texts;
    auto maps = families_->maps.lock();
    for (const auto& [name, family] : maps->counters) texts[name] = family->expose("counter");
    for (const auto& [name, family] : maps->gauges) texts[name] = family->expose("gauge");
    for (const auto& [name, family] : maps->histograms) texts[name] = family->expose("histogram");
    std::string out;
    for (const auto& [name, text] : texts) out += text;
    return out;
}

}  // namespace towline::metrics
