// Fuzzes the files that somebody other than us writes and a program reads besides a project's SQL and YAML: `.env`, the
// policy, seeds in both readings, keys of an adopted state, and a server's Retry-After. The first byte picks the
// reader.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "adoption/python_literal.h"
#include "dotenv/dotenv.h"
#include "http_client/retry.h"
#include "policy/policy.h"
#include "project/seed.h"
#include "runner/csv.h"

namespace {

using namespace towline;

void env_file(const std::string& text) {
    const dotenv::Variables outer{{"A", "outer"}, {"B", "${A}"}};
    const auto values = dotenv::parse(text, outer, dotenv::Faults::pass_over);
    const auto strict = dotenv::parse(text, outer, dotenv::Faults::refuse);
    // What is read strictly is read alike by who passes over faults.
    if (strict && (!values || *strict != *values)) std::abort();
    if (!values) return;
    for (const auto& [name, value] : *values)
        if (name.empty() || name.find('\0') != std::string::npos || value.find('\0') != std::string::npos) std::abort();
}

void seed(const std::string& text) {
    const auto columns = project::read_seed(text, {});
    if (!columns) return;
    for (const project::SeedColumn& column : *columns) {
        if (column.cells.size() != columns->front().cells.size()) std::abort();
        (void)project::seed_column_hash(column);
        (void)project::seed_column_name(column.name, sql::Dialect::snowflake);
    }
}

void csv(const std::string& text) {
    const auto table = runner::parse_csv(text, {});
    if (!table) return;
    for (const auto& row : table->rows)
        if (row.size() != table->header.size()) std::abort();
}

void retry_after(const std::string& text) {
    http::HttpResponse response;
    response.status = 503;
    response.headers.add("Retry-After", text);
    http::RetryInput input;
    const http::RetryDecision decision = http::decide_retry(response, input);
    if (decision.verdict == http::Verdict::retry && decision.delay > 2 * input.policy.retry_after_max) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string text(data + 1, data + size);
    switch (data[0] % 6) {
        case 0:
            env_file(text);
            break;
        case 1:
            (void)policy::Policy::parse(text, "policy.yaml");
            break;
        case 2:
            seed(text);
            break;
        case 3:
            csv(text);
            break;
        case 4:
            (void)adoption::python_literal(text);
            break;
        default:
            retry_after(text);
    }
    return 0;
}
