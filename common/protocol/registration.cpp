// Registration of an executor: what it says of itself, and what it is told.
#include "protocol/bounds.h"
#include "protocol/executor.h"

namespace towline::protocol {
namespace {

/// Sorted, each once.
std::vector<std::string> label_list(const json::Reader& reader) {
    std::vector<std::string> labels = name_list(reader, "labels", kLabelsMax);
    for (const std::string& label : labels)
        if (label.empty() || label.size() > kLabelBytesMax || label.find('\0') != std::string::npos)
            reader.reject("labels", fmt::format("a label has 1 to {} bytes", kLabelBytesMax));
    std::sort(labels.begin(), labels.end());
    labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
    return labels;
}

}  // namespace

bool takes_unlabelled(const std::vector<std::string>& own) {
    return own.empty() || std::find(own.begin(), own.end(), kAnyLabel) != own.end();
}

bool takes_labels(const std::vector<std::string>& own, const std::vector<std::string>& wanted) {
    if (wanted.empty()) return takes_unlabelled(own);
    return std::all_of(wanted.begin(), wanted.end(),
                       [&](const std::string& label) { return std::find(own.begin(), own.end(), label) != own.end(); });
}

std::string to_json(const project::Gateway& gateway) {
    return json::Object()
        .str("name", gateway.name)
        .str("type", gateway.type)
        .maybe("default_catalog", gateway.default_catalog)
        .dump();
}

Result<project::Gateway> gateway_from_json(const json::Reader& reader) {
    project::Gateway gateway;
    gateway.name = name_text(reader, "name");
    gateway.type = reader.str("type", "");
    gateway.default_catalog = reader.maybe_str("default_catalog");
    TRY_STATUS(reader.status());
    return gateway;
}

std::string to_json(const RegisterRequest& v) {
    json::Array gateways;
    for (const project::Gateway& gateway : v.gateways) gateways.raw(to_json(gateway));
    return json::Object()
        .str("kind", to_string(v.kind))
        .str("name", v.name)
        .str("boot_id", v.boot_id)
        .str("version", v.version)
        .num("protocol", v.protocol)
        .num("slots", v.slots)
        .list("gateways", gateways)
        .strings("labels", v.labels)
        .strings("task_kinds", v.task_kinds)
        .num("now_ms", v.now_ms)
        .dump();
}

Result<RegisterRequest> register_request_from_json(const json::Reader& reader) {
    RegisterRequest v;
    const Result<ExecutorKind> kind = executor_kind_from(reader.str("kind"));
    if (kind)
        v.kind = *kind;
    else
        reader.reject("kind", kind.error().message);
    v.name = name_text(reader, "name");
    v.boot_id = name_text(reader, "boot_id");
    v.version = reader.str("version", "");
    v.protocol = static_cast<int>(reader.num("protocol", 1));
    const std::int64_t slots = reader.num("slots");
    if (slots < 1 || slots > kSlotsMax) reader.reject("slots", fmt::format("must be 1 to {}", kSlotsMax));
    v.slots = static_cast<int>(slots);
    for (const json::Reader& item : bounded_list(reader, "gateways", kGatewaysMax)) {
        TRY(project::Gateway gateway, gateway_from_json(item));
        v.gateways.push_back(std::move(gateway));
    }
    v.labels = label_list(reader);
    v.task_kinds = name_list(reader, "task_kinds", kGatewaysMax);
    v.now_ms = reader.num("now_ms", 0);
    if (v.now_ms < 0) reader.reject("now_ms", "must not be negative");
    TRY_STATUS(reader.status());
    return v;
}

std::string to_json(const RegisterResponse& v) {
    return json::Object()
        .str("executor_id", v.executor_id)
        .num("lease_ttl_ms", v.lease_ttl_ms)
        .num("sync_wait_ms", v.sync_wait_ms)
        .num("clock_skew_ms", v.clock_skew_ms)
        .dump();
}

Result<RegisterResponse> register_response_from_json(const json::Reader& reader) {
    RegisterResponse v;
    v.executor_id = name_text(reader, "executor_id");
    v.lease_ttl_ms = reader.num("lease_ttl_ms");
    v.sync_wait_ms = reader.num("sync_wait_ms");
    v.clock_skew_ms = reader.num("clock_skew_ms", 0);
    TRY_STATUS(reader.status());
    return v;
}

}  // namespace towline::protocol
