#pragma once
// The customer's engine as a model: tables of one value per day, transactions, and `_towline.fences`: per table, ranges
// with the highest fence that ever wrote there. A write takes its range's rows first and holds them until it ends.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/interval.h"

namespace towline::sim {

using model::Interval;

/// What the simulation found to be wrong; empty while all is well. The first one counts.
struct Verdict {
    std::string fault;
    void report(const std::string& what) {
        if (fault.empty()) fault = what;
    }
};

struct Write {
    std::string attempt_id;
    std::string table;
    Interval range;
    std::int64_t fence = 0;
};

enum class Begin { ok, busy, stale };

class Engine {
 public:
    /// Without fences it behaves like an engine that lets any writer in: the checks must notice.
    Engine(Verdict& verdict, bool has_fences) : verdict_(verdict), has_fences_(has_fences) {}

    /// `parents` are read when the write commits.
    Begin begin(int session, const Write& write, const std::vector<std::string>& parents);
    /// False if the session has no open transaction: it was aborted.
    bool commit(int session);
    void abort(int session) { open_.erase(session); }

    bool has_committed(const Write& write) const;
    /// The days of a table that hold data.
    model::Intervals written(const std::string& table) const;
    const std::map<std::string, std::map<std::int64_t, std::uint64_t>>& data() const { return data_; }
    std::size_t commits() const { return log_.size(); }

    static std::uint64_t value(const std::string& table, std::int64_t day, const std::vector<std::uint64_t>& parents);

 private:
    struct Open {
        Write write;
        std::vector<std::string> parents;
    };
    std::uint64_t computed(const Open& open, std::int64_t day) const;

    Verdict& verdict_;
    const bool has_fences_;
    std::map<int, Open> open_;
    std::map<std::string, std::map<std::int64_t, std::int64_t>> fences_;  ///< table → day → highest fence
    std::map<std::string, std::map<std::int64_t, std::uint64_t>> data_;   ///< table → day → value
    std::vector<Write> log_;
};

}  // namespace towline::sim
