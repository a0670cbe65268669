// client create|list|revoke, events, api, doctor, help.

#include <fmt/core.h>

#include <cstdlib>

#include "base/strings.h"
#include "commands/exit_codes.h"
#include "commands/handlers.h"
#include "commands/interrupt.h"
#include "crypto/crypto.h"
#include "output/table.h"
#include "output/words.h"
#include "time/clock.h"

namespace towline::commands {
namespace {

constexpr std::size_t kItemsMax = 10'000;
constexpr std::int64_t kSkewWarningMs = 30'000;

std::string words(const std::vector<std::string>& list) { return join(list, " "); }

// One check of `doctor`.
struct Check {
    std::string name;
    bool passed = false;
    std::string text;
};

Check executors_check(client::SchedulerClient& scheduler) {
    const Result<std::vector<std::string>> items = scheduler.list("executors", {}, kItemsMax);
    if (!items) return {"executors", false, items.error().message};
    int run = 0;
    int apply = 0;
    for (const std::string& item : *items) {
        const Result<json::Document> document = json::Document::parse(item);
        if (!document || document->root().str("state", "") == "lost") continue;
        ++(document->root().str("kind", "") == "run" ? run : apply);
    }
    return {"executors", run > 0 && apply > 0, fmt::format("{} run, {} apply alive", run, apply)};
}

}  // namespace

Result<int> create_client(Session& session, const Arguments& arguments) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    std::vector<std::string> scopes;
    for (const std::string& text : arguments.list("scope"))
        for (const std::string& scope : split(replace_all(text, ",", " "), " "))
            if (!scope.empty()) scopes.push_back(scope);
    if (scopes.empty())
        return fail(ErrorCode::invalid, "a client needs at least one --scope",
                    "executor:run executor:apply plan run read admin");
    TRY(const json::Document document,
        scheduler->post("clients",
                        json::Object().str("name", arguments.text("name")).strings("scopes", scopes).dump()));
    const json::Reader made = document.root();
    output::Console& console = session.console();
    if (console.json()) {
        console.document(output::with_schema("client", made));
        return kOk;
    }
    console.line("TOWLINE_URL=" + scheduler->address().url());
    console.line("TOWLINE_CLIENT_ID=" + made.str("client_id"));
    console.line("TOWLINE_CLIENT_SECRET=" + made.str("client_secret"));
    console.note("The secret is shown this once.");
    return kOk;
}

Result<int> list_clients(Session& session, const Arguments&) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(const std::vector<std::string> items, scheduler->list("clients", {}, kItemsMax));
    output::Console& console = session.console();
    if (console.json()) {
        console.document(output::list_document("clients", items));
        return kOk;
    }
    output::Table table({"CLIENT", "NAME", "SCOPES", "PROJECT", "STATE", "CREATED (UTC)", "LAST USED (UTC)"});
    for (const std::string& item : items) {
        TRY(const json::Document document, json::Document::parse(item));
        const json::Reader client = document.root();
        table.add({client.str("client_id"), client.str("name", ""), words(client.strings("scopes")),
                   client.str("project", ""), console.state(client.maybe_num("revoked_ts") ? "revoked" : "active"),
                   output::time_text(client.num("created_ts", 0)), output::time_text(client.num("last_used_ts", 0))});
    }
    console.line(table.empty() ? "There are no clients of this project." : table.text());
    return kOk;
}

Result<int> revoke_client(Session& session, const Arguments& arguments) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    const std::string id = arguments.text("id");
    TRY_STATUS(session.confirm(fmt::format("Revoke client '{}'? Its tokens and leases end at once.", id)));
    TRY(const json::Document document, scheduler->remove("clients/" + crypto::percent_encode(id)));
    output::Console& console = session.console();
    if (console.json()) {
        console.document(
            json::Object().str("schema", "towline.client/v1").str("client_id", id).flag("revoked", true).dump());
    } else {
        console.line(fmt::format("Client {} is revoked.", id));
    }
    return kOk;
}

Result<int> events(Session& session, const Arguments& arguments) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    http::Query query;
    if (const auto after = arguments.value("after")) query.add("after", *after);
    if (const auto work = arguments.value("work")) query.add("work", *work);
    const http::CancelToken cancel;
    const Interrupt interrupt([&cancel] { cancel.cancel(); });
    output::Console& console = session.console();
    const Status status = scheduler->events(query, cancel, [&](const client::StreamEvent& event) {
        if (console.json()) {
            std::fwrite(event.data.data(), 1, event.data.size(), stdout);
            std::fputc('\n', stdout);
            std::fflush(stdout);
            return true;
        }
        const Result<json::Document> document = json::Document::parse(event.data);
        if (document)
            console.line(fmt::format("{}  {}  {}  {}", output::time_text(document->root().num("ts", 0)), event.topic,
                                     document->root().str("subject", ""), document->root().sub("payload").dump()));
        return true;
    });
    if (!status && status.error().code != ErrorCode::cancelled) return fail(status.error());
    return kOk;
}

Result<int> api(Session& session, const Arguments& arguments) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    std::string path = arguments.text("path");
    while (!path.empty() && path.front() == '/') path.erase(0, 1);
    TRY(const client::RawAnswer answer, scheduler->raw(upper(arguments.text("method")), path, arguments.text("data")));
    std::fwrite(answer.body.data(), 1, answer.body.size(), stdout);
    if (!answer.body.empty() && answer.body.back() != '\n') std::fputc('\n', stdout);
    if (answer.status < 300) return kOk;
    session.console().note(fmt::format("HTTP {}", answer.status));
    return answer.status == 404 ? kNotFound : answer.status == 401 || answer.status == 403 ? kNotAllowed : kWorkFailed;
}

Result<int> doctor(Session& session, const Arguments&) {
    std::vector<Check> checks;
    TRY(const client::Settings* settings, session.settings());
    checks.push_back({"configuration", !settings->url.empty(),
                      settings->url.empty()
                          ? "TOWLINE_URL is not set"
                          : settings->url + (settings->env_file.empty() ? "" : " from " + settings->env_file)});
    int exit_code = kOk;
    Result<client::SchedulerClient*> scheduler = session.scheduler();
    if (!scheduler) {
        checks.push_back({"client", false, scheduler.error().message});
        exit_code = exit_code_of(scheduler.error().code);
    } else {
        const Result<json::Document> state =
            (*scheduler)->post("planning-state", json::Object().str("environment", "prod").list("ids", {}).dump());
        const bool reached = state || exit_code_of(state.error().code) != kUnreachable;
        checks.push_back({"scheduler", reached, reached ? (*scheduler)->address().origin : state.error().message});
        if (reached)
            checks.push_back({"authentication", state.has_value(), state ? "accepted" : state.error().message});
        if (!state) exit_code = exit_code_of(state.error().code);
        if (state) {
            const std::int64_t skew = time::SystemClock().now_ms() - state->root().num("now", 0);
            checks.push_back(
                {"clock", std::abs(skew) <= kSkewWarningMs, fmt::format("{} ms from the scheduler's", skew)});
            checks.push_back(executors_check(**scheduler));
        }
    }
    json::Array items;
    output::Console& console = session.console();
    for (const Check& check : checks) {
        items.sub(json::Object().str("name", check.name).flag("passed", check.passed).str("text", check.text));
        if (!check.passed && exit_code == kOk) exit_code = kWorkFailed;
        if (!console.json())
            console.line(fmt::format("{} {}  {}", check.passed ? console.green("✔") : console.red("✕"),
                                     output::padded(check.name, 14), check.text));
    }
    if (console.json())
        console.document(json::Object().str("schema", "towline.doctor/v1").list("checks", items).dump());
    return exit_code;
}

Result<int> help(Session& session, const Arguments& arguments) {
    const std::string topic = arguments.text("topic");
    if (topic == "exit-codes") {
        session.console().line(exit_codes_text());
        return kOk;
    }
    if (topic == "settings") {
        output::Table table({"VARIABLE", "ALSO", "MEANING"});
        for (const client::SettingInfo& info : client::setting_infos())
            if (!info.hidden) table.add({std::string(info.name), std::string(info.alias), std::string(info.help)});
        session.console().line(table.text());
        return kOk;
    }
    return fail(ErrorCode::invalid, fmt::format("there is no help topic '{}'", topic),
                "exit-codes or settings; `towline COMMAND --help` for a command");
}

}  // namespace towline::commands
