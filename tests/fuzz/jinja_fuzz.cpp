// Fuzzes the template language: any bytes end in an output or an error, within the limits.
#include <cstdint>
#include <cstdlib>

#include "jinja/template.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace towline::jinja;
    const auto source = Template::parse(std::string(data, data + size));
    if (!source) return 0;
    (void)references_of(*source, {"var"});
    std::string first;
    for (int turn = 0; turn < 2; ++turn) {
        Rendering rendering;
        Heap& heap = rendering.heap();
        Dict& dict = heap.dict();
        (void)dict.set(Value::text("a"), Value::integer(1));
        rendering.set("d", Value(dict));
        rendering.set("xs", heap.list({Value::integer(3), Value::text("b"), Value::floating(1.5)}));
        rendering.set("s", Value::text("gr\xc3\xb6\xc3\x9f"
                                       "e"));
        rendering.set_macro("m", *source);
        const auto out = rendering.render(*source);
        const std::string shown = out ? *out : out.error().message;
        if (turn == 1 && shown != first) std::abort();
        first = shown;
    }
    return 0;
}
