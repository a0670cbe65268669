// executor list|drain|resume|forget.

#include <fmt/core.h>

#include "base/strings.h"
#include "commands/exit_codes.h"
#include "commands/handlers.h"
#include "output/table.h"
#include "output/words.h"
#include "time/clock.h"

namespace towline::commands {
namespace {

constexpr std::size_t kItemsMax = 10'000;

// An executor is named by its id, a unique prefix of it, or its name.
Result<std::string> executor_id(client::SchedulerClient& scheduler, const std::string& text) {
    TRY(const std::vector<std::string> items, scheduler.list("executors", {}, kItemsMax));
    std::vector<std::string> matches;
    for (const std::string& item : items) {
        TRY(const json::Document document, json::Document::parse(item));
        const std::string id = document.root().str("id", "");
        if (id == text) return id;
        if (id.rfind(text, 0) == 0 || document.root().str("name", "") == text) matches.push_back(id);
    }
    if (matches.empty()) return fail(ErrorCode::not_found, fmt::format("there is no executor '{}'", text));
    if (matches.size() > 1)
        return fail(ErrorCode::invalid, fmt::format("'{}' fits {} executors", text, matches.size()), "use the id");
    return matches.front();
}

Result<int> change(Session& session, const Arguments& arguments, std::string_view action) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(const std::string id, executor_id(*scheduler, arguments.text("id")));
    output::Console& console = session.console();
    if (action == "forget") {
        TRY_STATUS(session.confirm(fmt::format("Forget executor {}? What it holds will be given to others.", id)));
        TRY(const json::Document document, scheduler->remove("executors/" + id));
        if (console.json()) {
            console.document(
                json::Object().str("schema", "towline.executor/v1").str("id", id).flag("forgotten", true).dump());
        } else {
            console.line(fmt::format("Executor {} is forgotten.", id));
        }
        return kOk;
    }
    TRY(const json::Document document, scheduler->post(fmt::format("executors/{}/{}", id, action)));
    if (console.json()) {
        console.document(output::with_schema("executor", document.root()));
    } else {
        console.line(fmt::format("Executor {} {}", id, action == "drain" ? "takes no new work." : "takes work again."));
    }
    return kOk;
}

std::string gateways_text(const json::Reader& executor) {
    std::string out;
    for (const json::Reader& gateway : executor.list("gateways"))
        out += fmt::format("{}{} ({})", out.empty() ? "" : ", ", gateway.str("name", ""), gateway.str("type", ""));
    return out;
}

}  // namespace

Result<int> list_executors(Session& session, const Arguments&) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(const std::vector<std::string> items, scheduler->list("executors", {}, kItemsMax));
    output::Console& console = session.console();
    if (console.json()) {
        console.document(output::list_document("executors", items));
        return kOk;
    }
    const time::TimestampMs now = time::SystemClock().now_ms();
    output::Table table({"ID", "NAME", "KIND", "STATE", "SLOTS", "LAST SEEN", "VERSION", "GATEWAYS", "LABELS"});
    for (const std::string& item : items) {
        TRY(const json::Document document, json::Document::parse(item));
        const json::Reader executor = document.root();
        table.add({executor.str("id"), executor.str("name"), executor.str("kind"), console.state(executor.str("state")),
                   fmt::format("{}/{}", executor.num("slots_used", 0), executor.num("slots", 0)),
                   output::relative_text(executor.num("last_seen_ts", 0), now), executor.str("version", ""),
                   gateways_text(executor), join(executor.strings("labels"), ", ")});
    }
    console.line(table.empty() ? "No executor has registered. Start one: towline-executor apply, towline-executor run"
                               : table.text());
    return kOk;
}

Result<int> drain_executor(Session& session, const Arguments& arguments) { return change(session, arguments, "drain"); }
Result<int> resume_executor(Session& session, const Arguments& arguments) {
    return change(session, arguments, "resume");
}
Result<int> forget_executor(Session& session, const Arguments& arguments) {
    return change(session, arguments, "forget");
}

}  // namespace towline::commands
