// Fuzzes what a stranger can send before any token is checked: query strings, forms, escapes, dates.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "http_message/date.h"
#include "http_message/query.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace towline::http;
    const std::string text(data, data + size);
    (void)parse_http_date(text);
    (void)percent_decode(text);
    if (const auto query = parse_query(text)) {
        // Two readers of one query must agree: what is written again is read the same.
        const auto again = parse_query(query->encoded(), {.bytes_max = 1 << 20, .pairs_max = 100});
        if (!again || again->encoded() != query->encoded()) std::abort();
    }
    if (const auto form = parse_form(text); form && form->size() > kFormLimits.pairs_max) std::abort();
    return 0;
}
