#include "http/trace_context.hpp"

#include <algorithm>

namespace inkling::server {
namespace {

bool is_hexadecimal(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

std::optional<TraceContext> parse_trace_context(std::string_view header) {
  constexpr std::size_t length = 55;
  if (header.size() < length) return std::nullopt;
  const std::string_view version = header.substr(0, 2);
  const std::string_view trace_id = header.substr(3, 32);
  const std::string_view parent_id = header.substr(36, 16);
  const std::string_view flags = header.substr(53, 2);
  const bool dashes = header[2] == '-' && header[35] == '-' && header[52] == '-';
  const bool ends = header.size() == length || (version != "00" && header[length] == '-');
  const bool digits =
      is_hexadecimal(version) && is_hexadecimal(trace_id) && is_hexadecimal(parent_id) && is_hexadecimal(flags);
  if (!dashes || !ends || !digits || version == "ff" || is_zero(trace_id) || is_zero(parent_id)) return std::nullopt;
  return TraceContext{
      .trace_id = std::string(trace_id), .parent_id = std::string(parent_id), .flags = std::string(flags)};
}

std::string trace_response(const TraceContext& context, std::string_view id) {
  return "00-" + context.trace_id + '-' + std::string(id) + '-' + context.flags;
}

}  // namespace inkling::server
