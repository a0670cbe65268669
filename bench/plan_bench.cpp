// Measures planning without network or state: bench_plan FOLDER loads the project, fingerprints it, plans it into an
// empty prod, and then plans it again with nothing changed and everything loaded. Prints one JSON object of
// milliseconds.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "json/json.h"
#include "plan/fingerprint.h"
#include "plan/known_fingerprints.h"
#include "plan/plan.h"
#include "project/loader.h"

namespace {

using namespace towline;
using Steady = std::chrono::steady_clock;

constexpr model::TimestampMs kFirst = 1'704'067'200'000;  // 2024-01-01, where generated projects start
constexpr model::TimestampMs kNow = kFirst + 60 * 86'400'000LL;

[[noreturn]] void die(const std::string& what) {
    std::fprintf(stderr, "bench_plan: %s\n", what.c_str());
    std::exit(1);
}
template <class T>
T need(Result<T> result) {
    if (!result) die(result.error().message);
    return std::move(*result);
}

double milliseconds_since(Steady::time_point began) {
    return std::chrono::duration<double, std::milli>(Steady::now() - began).count();
}

/// The state after the plan was applied and every model loaded up to now.
plan::StateView applied(const plan::Plan& first) {
    plan::StateView state;
    state.now = kNow;
    state.target = first.environment;
    state.target->plan_id = std::string(32, '0');
    state.target->finalized_ts = kNow;
    state.prod = state.target;
    state.target_statements = first.environment_statements;
    for (const plan::Snapshot& made : first.new_snapshots) {
        plan::Snapshot stored = made;
        stored.intervals = {{kFirst, kNow}};
        state.prod_ends[{stored.name, stored.version}] = kNow;
        state.snapshots.emplace(stored.id(), std::move(stored));
    }
    return state;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) die("usage: bench_plan FOLDER");
    const project::DiskFileSystem files;
    project::LoadOptions load;
    load.paths = {argv[1]};
    auto began = Steady::now();
    const auto loaded = project::NativeProjectSource(files).load(load);
    const double load_ms = milliseconds_since(began);
    if (!loaded) die("the project has faults");

    began = Steady::now();
    const auto prints = need(plan::fingerprints(loaded->nodes));
    const double fingerprint_ms = milliseconds_since(began);

    plan::StateView empty;
    empty.now = kNow;
    began = Steady::now();
    const plan::Plan first = need(plan::build_plan(*loaded, prints, empty, {}));
    const double first_ms = milliseconds_since(began);

    const plan::StateView state = applied(first);
    began = Steady::now();
    const plan::Plan again = need(plan::build_plan(*loaded, prints, state, {}));
    const auto missing = need(plan::missing_intervals(again, plan::plan_snapshots(again, state.snapshots)));
    const double unchanged_ms = milliseconds_since(began);
    if (!plan::is_noop(again, missing, state.target)) die("the second plan would do something");

    std::printf("%s\n", json::Object()
                            .num("models", static_cast<std::int64_t>(prints.size()))
                            .real("load_ms", load_ms)
                            .real("fingerprint_ms", fingerprint_ms)
                            .real("first_plan_ms", first_ms)
                            .real("unchanged_plan_ms", unchanged_ms)
                            .dump()
                            .c_str());
    return 0;
}
