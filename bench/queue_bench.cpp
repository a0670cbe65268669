// Measures the scheduler's hot path with real HTTPS, real OAuth and a real store, server and executors in one process:
//   bench_queue latency STORE_URL EXECUTORS SAMPLES     enqueue → claimed, with EXECUTORS parked syncs
//   bench_queue throughput STORE_URL EXECUTORS TASKS    tasks per second through claim and complete
// Prints one JSON object. The certificate is made in the folder named by BENCH_FOLDER (server.crt, server.key, ca.crt).

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "api/api.h"
#include "api/event_streams.h"
#include "base/strings.h"
#include "crypto/crypto.h"
#include "http_client/curl_transport.h"
#include "json/json.h"
#include "log/log.h"
#include "protocol/limits.h"
#include "services/janitor.h"
#include "services/run_options.h"

namespace {

using namespace towline;
using Steady = std::chrono::steady_clock;

constexpr const char* kProject = "bench/queue";

[[noreturn]] void die(const std::string& what) {
    std::fprintf(stderr, "bench_queue: %s\n", what.c_str());
    std::exit(1);
}
template <class T>
T must(Result<T> result, const char* what) {
    if (!result) die(std::string(what) + ": " + result.error().message);
    return std::move(*result);
}
void must(const Status& status, const char* what) {
    if (!status) die(std::string(what) + ": " + status.error().message);
}

// A whole scheduler, listening with TLS.
struct Scheduler {
    explicit Scheduler(const std::string& store_url, const std::string& folder)
        : store(must(store::open_store(store_url), "store")) {
        must(store->migrate(), "migrate");
        http::ServerOptions options;
        options.tls = http::TlsFiles{folder + "/server.crt", folder + "/server.key"};
        server = std::make_unique<http::Server>(
            options, [this](http::Request request, std::shared_ptr<http::Exchange> exchange) {
                api.handle(std::move(request), std::move(exchange));
            });
        dispatcher.start();
        events.start();
        must(server->start(), "listen");
        base = "https://localhost:" + std::to_string(server->port());
    }
    ~Scheduler() {
        dispatcher.stop();
        events.stop();
        server->stop();
        api.stop();
    }

    std::unique_ptr<store::Store> store;
    time::SystemClock clock;
    metrics::Registry metrics;
    auth::Authenticator authenticator{*store, clock};
    services::Advancer advancer{*store, clock};
    services::CronEnqueuer cron{*store, advancer, clock};
    services::Dispatcher dispatcher{*store, clock, metrics};
    services::Janitor janitor{*store, advancer, clock};
    api::EventStreams events{*store};
    api::Api api{{*store, authenticator, advancer, cron, dispatcher, janitor, events, metrics, clock, ""}, 8};
    std::unique_ptr<http::Server> server;
    std::string base;
};

// What executors report: when a task arrived, and how many were acknowledged.
struct Board {
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, Steady::time_point> arrived;  // by work id
    std::size_t acknowledged = 0;
    std::atomic<int> parked{0};
    std::atomic<bool> stop{false};
};

class FakeExecutor {
 public:
    FakeExecutor(const Scheduler& scheduler, std::string token, std::string ca, int number, int slots, Board& board)
        : base_(scheduler.base + "/sqlmesh/" + kProject + "/api/v1"),
          token_(std::move(token)),
          transport_({.ca_file = std::move(ca), .route = {.proxy = ""}}),
          slots_(slots),
          board_(board) {
        protocol::RegisterRequest request;
        request.kind = protocol::ExecutorKind::apply;
        request.name = "bench-" + std::to_string(number);
        request.boot_id = crypto::random_hex(8);
        request.slots = slots;
        const auto document = call("/executors", protocol::to_json(request));
        id_ = must(protocol::register_response_from_json(document.root()), "register").executor_id;
        boot_ = request.boot_id;
    }

    void run() {
        std::vector<protocol::Completion> done;
        while (!board_.stop) {
            protocol::SyncRequest request;
            request.boot_id = boot_;
            request.slots_free = slots_;
            request.wait_ms = 20'000;
            request.completions = std::move(done);
            done.clear();
            ++board_.parked;
            const auto document = call("/executors/" + id_ + "/sync", protocol::to_json(request));
            --board_.parked;
            if (board_.stop) return;
            const auto response = must(protocol::sync_response_from_json(document.root()), "sync");
            const auto now = Steady::now();
            std::lock_guard lock(board_.mutex);
            for (const protocol::LeasedTask& task : response.tasks) {
                board_.arrived.emplace(task.work_id, now);
                protocol::Completion completion;
                completion.lease = task.lease;
                done.push_back(std::move(completion));
            }
            board_.acknowledged += response.acks.size();
            if (!response.tasks.empty() || !response.acks.empty()) board_.changed.notify_all();
        }
    }
    void cancel() { stop_.cancel(); }

 private:
    json::Document call(const std::string& path, std::string body) {
        http::HttpRequest request;
        request.method = "POST";
        request.url = base_ + path;
        request.headers.add("Authorization", "Bearer " + token_);
        request.headers.add("Content-Type", "application/json");
        request.body = std::move(body);
        request.cancel = stop_;
        const auto response = transport_.send(request);
        if (!response && board_.stop) return must(json::Document::parse("{\"executor_id\":\"\"}"), "empty");
        if (!response) die(response.error().message);
        if (response->status >= 300) die(fmt::format("{} {}", response->status, response->body));
        return must(json::Document::parse(response->body), "answer");
    }

    std::string base_;
    std::string token_;
    http::CurlTransport transport_;
    http::CancelToken stop_;
    int slots_;
    Board& board_;
    std::string id_;
    std::string boot_;
};

std::string new_token(Scheduler& scheduler, const std::string& ca) {
    const auto made = must(scheduler.authenticator.create_client({kProject, "bench", {"executor:apply"}}), "client");
    http::CurlTransport transport({.ca_file = ca, .route = {.proxy = ""}});
    http::HttpRequest request;
    request.method = "POST";
    request.url = scheduler.base + "/oauth/token";
    request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    request.body = "grant_type=client_credentials&client_id=" + made.client.id + "&client_secret=" + made.secret;
    const auto response = must(transport.send(request), "token");
    const auto document = must(json::Document::parse(response.body), "token");
    return document.root().str("access_token");
}

// A plan of one stage; its tasks only name a schema, so that the store and the wire are what is measured.
std::string enqueue(Scheduler& scheduler, int tasks) {
    core::Work work;
    work.id = crypto::random_hex(16);
    work.kind = core::WorkKind::plan;
    work.project_id = kProject;
    work.environment = "e" + work.id.substr(0, 12);
    work.trigger = "bench";
    work.document = "{}";
    work.created_ts = scheduler.clock.now_ms();
    plan::Stage stage;
    stage.kind = plan::StageKind::create_schemas;
    for (int i = 0; i < tasks; ++i) {
        plan::TaskSpec spec;
        spec.key = "schema:" + std::to_string(i);
        spec.kind = plan::TaskKind::create_schema;
        spec.name = "s" + std::to_string(i);
        spec.schema = spec.name;
        spec.environment = work.environment;
        spec.naming.name = work.environment;
        stage.tasks.push_back(std::move(spec));
    }
    must(scheduler.store->add_work(work), "add work");
    must(scheduler.store->start_work(kProject, work.id, {stage}, work.created_ts), "start work");
    const core::Work started = must(scheduler.store->work(kProject, work.id), "work");
    must(scheduler.store->enter_stage(started, 0, work.created_ts), "enter stage");
    return work.id;
}

struct Fleet {
    Fleet(Scheduler& scheduler, const std::string& folder, int count, int slots) {
        const std::string ca = folder + "/ca.crt";
        const std::string token = new_token(scheduler, ca);
        for (int i = 0; i < count; ++i)
            executors.push_back(std::make_unique<FakeExecutor>(scheduler, token, ca, i, slots, board));
    }
    void start() {
        for (auto& executor : executors) threads.emplace_back([&executor] { executor->run(); });
    }
    void stop() {
        board.stop = true;
        for (auto& executor : executors) executor->cancel();
        for (std::thread& thread : threads) thread.join();
    }
    Board board;
    std::vector<std::unique_ptr<FakeExecutor>> executors;
    std::vector<std::thread> threads;
};

double quantile(std::vector<double> sorted, double q) {
    return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(q * static_cast<double>(sorted.size())))];
}

int latency(Scheduler& scheduler, const std::string& folder, int executors, int samples) {
    Fleet fleet(scheduler, folder, executors, 1);
    fleet.start();
    while (fleet.board.parked < executors || scheduler.dispatcher.parked_count() < static_cast<std::size_t>(executors))
        std::this_thread::yield();
    std::vector<double> ms;
    for (int i = 0; i < samples; ++i) {
        const std::string id = enqueue(scheduler, 1);
        const auto began = Steady::now();
        scheduler.dispatcher.wake();
        std::unique_lock lock(fleet.board.mutex);
        fleet.board.changed.wait_for(lock, std::chrono::seconds(30),
                                     [&] { return fleet.board.acknowledged > static_cast<std::size_t>(i); });
        const auto found = fleet.board.arrived.find(id);
        if (found == fleet.board.arrived.end()) die("a task was not claimed within 30 s");
        ms.push_back(std::chrono::duration<double, std::milli>(found->second - began).count());
    }
    fleet.stop();
    std::sort(ms.begin(), ms.end());
    fmt::print("{}\n", json::Object()
                           .str("measure", "enqueue_to_claimed_ms")
                           .num("executors", executors)
                           .num("samples", samples)
                           .real("p50", quantile(ms, 0.5))
                           .real("p99", quantile(ms, 0.99))
                           .real("max", ms.back())
                           .dump());
    return 0;
}

int throughput(Scheduler& scheduler, const std::string& folder, int executors, int tasks) {
    Fleet fleet(scheduler, folder, executors, protocol::kSlotsMax);
    const auto enqueue_began = Steady::now();
    enqueue(scheduler, tasks);
    const double enqueue_seconds = std::chrono::duration<double>(Steady::now() - enqueue_began).count();
    const auto began = Steady::now();
    fleet.start();
    {
        std::unique_lock lock(fleet.board.mutex);
        const bool all = fleet.board.changed.wait_for(
            lock, std::chrono::minutes(5), [&] { return fleet.board.acknowledged >= static_cast<std::size_t>(tasks); });
        if (!all) die("not all tasks were completed within 5 minutes");
    }
    const double seconds = std::chrono::duration<double>(Steady::now() - began).count();
    fleet.stop();
    fmt::print("{}\n", json::Object()
                           .str("measure", "claim_and_complete_per_second")
                           .num("executors", executors)
                           .num("tasks", tasks)
                           .real("enqueue_seconds", enqueue_seconds)
                           .real("seconds", seconds)
                           .real("per_second", tasks / seconds)
                           .dump());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) die("usage: bench_queue latency|throughput STORE_URL EXECUTORS SAMPLES_OR_TASKS");
    const char* folder = std::getenv("BENCH_FOLDER");
    if (folder == nullptr) die("BENCH_FOLDER is not set");
    must(log::init({.level = log::Level::warn, .json = false, .file = ""}), "log");
    Scheduler scheduler(argv[2], folder);
    must(scheduler.store->ensure_project(kProject, scheduler.clock.now_ms()), "project");
    const int executors = std::atoi(argv[3]);
    const int count = std::atoi(argv[4]);
    return std::strcmp(argv[1], "latency") == 0 ? latency(scheduler, folder, executors, count)
                                                : throughput(scheduler, folder, executors, count);
}
