// Fuzzes the readers of every JSON document that crosses the wire or lies in the store. The first byte picks the
// document. What was read must come out the same after writing and reading again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "json/json.h"
#include "model/codec.h"
#include "plan/codec.h"
#include "protocol/executor.h"

namespace {

using namespace towline;

template <class Read, class Write>
void round_trip(const json::Reader& root, Read read, Write write) {
    const auto value = read(root);
    if (!value) return;
    const std::string text = write(*value);
    const auto again = json::Document::parse(text);
    if (!again) std::abort();
    const auto second = read(again->root());
    if (!second || write(*second) != text) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto document = json::Document::parse(std::string(data + 1, data + size));
    if (!document) return 0;
    const json::Reader root = document->root();
    const auto write = [](const auto& value) { return to_json(value); };
    switch (data[0] % 7) {
        case 0:
            round_trip(root, protocol::register_request_from_json, write);
            break;
        case 1:
            round_trip(root, protocol::sync_request_from_json, write);
            break;
        case 2:
            round_trip(root, protocol::sync_response_from_json, write);
            break;
        case 3:
            round_trip(root, plan::plan_from_json, write);
            break;
        case 4:
            round_trip(root, plan::stage_from_json, write);
            break;
        case 5:
            round_trip(root, model::environment_from_json, write);
            break;
        default:
            round_trip(root, model::snapshot_from_json, [](const auto& value) { return to_json(value, true); });
    }
    return 0;
}
