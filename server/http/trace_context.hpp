#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace inkling::server {

/// The trace that a request belongs to (W3C Trace Context); all are small hexadecimal digits.
struct TraceContext {
  std::string trace_id;   // 32 digits, not all zero
  std::string parent_id;  // of the span that asks: 16 digits, not all zero
  std::string flags;      // 2 digits
};

/// The header `traceparent`: "00-<trace_id>-<parent_id>-<flags>". Nothing for one that is not valid, which is to be
/// ignored. A later version may have more at its end.
std::optional<TraceContext> parse_trace_context(std::string_view header);

/// The header `traceresponse` (Trace Context, level 2) for a request that is the span `id`, 16 hexadecimal digits.
std::string trace_response(const TraceContext& context, std::string_view id);

}  // namespace inkling::server
