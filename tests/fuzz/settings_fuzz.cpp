// Fuzzes what a project's files and a command line hold besides SQL: YAML, cron expressions, points in time.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "project/yaml.h"
#include "time/cron.h"
#include "time/timelike.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace towline;
    if (size == 0) return 0;
    constexpr std::int64_t kNow = 1'700'000'000'000;
    const std::string text(data + 1, data + size);
    switch (data[0] % 3) {
        case 0:
            (void)project::parse_yaml(text, "config.yaml");
            break;
        case 1:
            if (const auto cron = time::Cron::parse(text)) {
                // Ticks go forward, and the tick before the next one is not after now.
                const auto next = cron->next(kNow);
                if (next <= kNow || cron->prev(next) > kNow) std::abort();
            }
            break;
        default:
            (void)time::parse_timelike(text, kNow);
            (void)time::exclusive_end(text, kNow);
            (void)time::expiry(text, kNow);
    }
    return 0;
}
