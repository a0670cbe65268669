#pragma once
#include <string>

#include "protocol/executor.h"

namespace towline::runner {

/// A comment for the front of a statement, in the form of sqlcommenter, with the task's W3C trace context: so a query
/// in the engine's history is found by its task and joined with traces. Every value is percent-encoded, so that no name
/// from elsewhere can end the comment. "/*towline_attempt='…',traceparent='00-…-…-01'*/ "
std::string trace_comment(const protocol::LeasedTask& task);

/// "00-TRACE-SPAN-01": the work is the trace, the attempt the span. An id that is no trace id already is hashed to one.
std::string traceparent(const protocol::LeasedTask& task);

}  // namespace towline::runner
