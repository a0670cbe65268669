#pragma once
// Counters, gauges and histograms with labels, printed in Prometheus' text format. Everything is thread safe.
// Names end in their unit (_total for counters; _seconds, _bytes, _ratio or a plural noun such as _tasks
// otherwise): wrong names are bugs and abort. Label values are data and are bounded: a series beyond the
// limit of its family is counted in one series whose labels all read "other".

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.h"

namespace towline::metrics {

inline constexpr std::size_t kSeriesMax = 200;
inline constexpr std::size_t kLabelBytesMax = 128;

/// Only grows.
class Counter {
 public:
    void add(std::uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
    std::atomic<std::uint64_t> value_{0};
};

/// Goes up and down.
class Gauge {
 public:
    void set(double value) { value_.store(value, std::memory_order_relaxed); }
    void add(double amount) { value_.fetch_add(amount, std::memory_order_relaxed); }
    double value() const { return value_.load(std::memory_order_relaxed); }

 private:
    std::atomic<double> value_{0};
};

/// Counts observations per bucket.
class Histogram {
 public:
    /// Requires: `bounds` is ascending and not empty.
    explicit Histogram(std::vector<double> bounds);
    void observe(double value);

    struct Snapshot {
        std::vector<std::uint64_t> cumulative;  ///< One per bound, then all.
        double sum = 0;
    };
    Snapshot snapshot() const;
    const std::vector<double>& bounds() const { return bounds_; }

 private:
    struct Counts {
        std::vector<std::uint64_t> buckets;
        double sum = 0;
    };
    std::vector<double> bounds_;
    Guarded<Counts> counts_;
};

/// Bounds for durations from 1 ms to 60 s.
std::vector<double> default_seconds();

/// What a metric is called and means.
struct Description {
    std::string name;
    std::string help = {};
    std::vector<std::string> label_names = {};
};

/// All series of one name; `with` gives the one of these label values, made at first use. References stay
/// valid as long as the Registry. Requires: as many values as label names.
template <class Metric>
class Family {
 public:
    Family(Description description, std::vector<double> bounds)
        : description_(std::move(description)), bounds_(std::move(bounds)) {}
    Metric& with(const std::vector<std::string>& label_values = {});

 private:
    friend class Registry;
    std::string expose(std::string_view type) const;

    Description description_;
    std::vector<double> bounds_;
    Guarded<std::map<std::vector<std::string>, std::unique_ptr<Metric>>> series_;
};

/// Owns all metrics of a process; made once in main and handed down. Asking again for a name gives the same
/// family. Requires: a name is used for one type and one set of label names only.
class Registry {
 public:
    Registry();
    ~Registry();
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;

    Family<Counter>& counter(const Description& description);
    Family<Gauge>& gauge(const Description& description);
    Family<Histogram>& histogram(const Description& description, std::vector<double> bounds = default_seconds());
    /// Prometheus text format 0.0.4, families sorted by name.
    std::string expose() const;

 private:
    struct Families;
    std::unique_ptr<Families> families_;
};

}  // namespace towline::metrics
