// Answers questions about crons, intervals and selectors, one line each, for tests that ask SQLMesh the same.
//   cron EXPRESSION ZONE MS           next, previous and floored tick
//   unit UNIT MS MS COUNT             floor, next, previous, advanced by COUNT, ticks between the two
//   infer EXPRESSION MS               the interval unit of a cron
//   timelike TEXT MS                  the instant of a text, relative to another
//   missing KEY=VALUE…                see `missing` below
//   node FQN NAME PARENTS TAGS KIND   a model (or `audit`) for selectors; lists with commas
//   select SELECTION…                 the FQNs selected among the nodes so far
//   forget                            no nodes
// Fields are separated by tabs. An answer that begins with `!` is an error.
#include <cstdio>
#include <map>
#include <optional>

#include "base/strings.h"
#include "plan/deployability.h"
#include "plan/intervals.h"
#include "plan/selector.h"
#include "support/plan_builders.h"
#include "time/cron.h"
#include "time/interval_unit.h"
#include "time/timelike.h"
#include "time/zone.h"

namespace towline {
namespace {

using Fields = std::vector<std::string>;
using model::TimestampMs;

TimestampMs number(const std::string& text) { return parse_int(text).value_or(0); }
std::string text_of(TimestampMs t) { return std::to_string(t); }

Result<std::string> cron(const Fields& in) {
    TRY(const auto parsed, time::Cron::parse(in.at(1)));
    TRY(const auto zone, time::Zone::find(in.at(2)));
    const TimestampMs t = number(in.at(3));
    return text_of(parsed.next(t, zone)) + " " + text_of(parsed.prev(t, zone)) + " " + text_of(parsed.floor(t, zone));
}

Result<std::string> unit(const Fields& in) {
    const auto unit = time::interval_unit_from(in.at(1));
    if (!unit) return fail(ErrorCode::invalid, "no unit");
    const TimestampMs t = number(in.at(2));
    return text_of(time::floor(*unit, t)) + " " + text_of(time::next(*unit, t)) + " " + text_of(time::prev(*unit, t)) +
           " " + text_of(time::advance(*unit, t, number(in.at(4)))) + " " +
           text_of(time::ticks_between(*unit, t, number(in.at(3))));
}

Result<std::string> infer(const Fields& in) {
    TRY(const auto parsed, time::Cron::parse(in.at(1)));
    TRY(const auto unit, time::infer_interval_unit(parsed, number(in.at(2))));
    return std::string(time::to_string(unit));
}

Result<std::string> timelike(const Fields& in) {
    TRY(const auto t, time::parse_timelike(in.at(1), number(in.at(2))));
    return text_of(t);
}

/// "1-5,9-12"
model::Intervals ranges(const std::string& text) {
    model::Intervals out;
    for (const std::string& range : split(text, ","))
        if (const std::size_t dash = range.find('-'); dash != std::string::npos)
            out.push_back({number(range.substr(0, dash)), number(range.substr(dash + 1))});
    return out;
}

std::string printed(const model::Intervals& intervals) {
    std::vector<std::string> out;
    for (const model::Interval& range : intervals) out.push_back(text_of(range.start) + "-" + text_of(range.end));
    return join(out, ",");
}

/// A time-range model of the given unit, cron, cron_tz, start, end, lookback and partials whose `recorded` ranges are
/// loaded: what is missing in from … to at `now`.
Result<std::string> missing(const Fields& in) {
    std::map<std::string, std::string> of;
    for (std::size_t i = 1; i < in.size(); ++i)
        if (const std::size_t sign = in[i].find('='); sign != std::string::npos)
            of[in[i].substr(0, sign)] = in[i].substr(sign + 1);
    const auto maybe = [&](const char* key) {
        return of[key].empty() ? std::nullopt : std::optional<std::string>(of[key]);
    };
    model::Node node = test::node("db.a", model::KindName::incremental_by_time_range);
    node.interval_unit = of["unit"];
    node.cron = of["cron"];
    node.cron_tz = of["cron_tz"];
    node.start = maybe("start");
    node.end = maybe("end");
    node.allow_partials = of["partials"] == "1";
    if (number(of["lookback"]) > 0) node.kind.lookback = number(of["lookback"]);
    model::Snapshot snapshot = test::snapshot(node);
    snapshot.intervals = ranges(of["recorded"]);
    plan::MissingOptions options;
    options.start = maybe("from");
    options.end = maybe("to");
    options.execution_ts = number(of["now"]);
    options.ignore_cron = of["ignore_cron"] == "1";
    options.end_bounded = of["end_bounded"] == "1";
    TRY(const auto found,
        plan::missing_intervals({{snapshot.id(), snapshot}}, plan::DeployabilityIndex::all(), options));
    return found.empty() ? std::string() : printed(found.begin()->second);
}

class Nodes {
 public:
    Result<std::string> add(const Fields& in) {
        model::Node node = test::node(in.at(2), model::KindName::full);
        node.fqn = in.at(1);
        node.depends_on = listed(in.at(3));
        node.tags = listed(in.at(4));
        if (in.at(5) == "audit") node.source_type = model::SourceType::audit;
        nodes_[node.fqn] = node;
        return std::string("ok");
    }
    Result<std::string> select(const Fields& in) const {
        TRY(const auto found, plan::select_models(nodes_, {in.begin() + 1, in.end()}));
        return join({found.begin(), found.end()}, " ");
    }
    void forget() { nodes_.clear(); }

 private:
    static std::vector<std::string> listed(const std::string& text) {
        return text.empty() ? std::vector<std::string>() : split(text, ",");
    }
    std::map<std::string, model::Node> nodes_;
};

Result<std::string> answer(const Fields& in, Nodes& nodes) {
    struct Question {
        std::string_view word;
        std::size_t fields;
        Result<std::string> (*ask)(const Fields&);
    };
    static constexpr Question kQuestions[] = {
        {"cron", 4, cron}, {"unit", 5, unit}, {"infer", 3, infer}, {"timelike", 3, timelike}, {"missing", 1, missing}};
    for (const Question& question : kQuestions)
        if (in[0] == question.word && in.size() >= question.fields) return question.ask(in);
    if (in[0] == "node" && in.size() == 6) return nodes.add(in);
    if (in[0] == "select") return nodes.select(in);
    if (in[0] != "forget") return fail(ErrorCode::invalid, "no such question");
    nodes.forget();
    return std::string("ok");
}

int run() {
    constexpr std::size_t kLineMax = 64 * 1024;
    std::vector<char> buffer(kLineMax);
    Nodes nodes;
    while (std::fgets(buffer.data(), static_cast<int>(buffer.size()), stdin)) {
        std::string line(buffer.data());
        while (!line.empty() && line.back() == '\n') line.pop_back();
        const auto said = answer(split(line, "\t"), nodes);
        const std::string text = said ? *said : "! " + said.error().message;
        std::fprintf(stdout, "%s\n", text.c_str());
    }
    return 0;
}

}  // namespace
}  // namespace towline

int main() { return towline::run(); }
