#include "exchange.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <exception>
#include <string_view>
#include <utility>

namespace inkling::server {
namespace {

constexpr std::string_view security_headers =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

bool has_body(int status) {
  return status != 204 && status != 304;
}

/// A line of a head. A value that holds a line end would be two headers: the server writes none, and this makes sure.
void append_header(std::string& head, std::string_view name, std::string_view value) {
  if (value.find_first_of("\r\n") != std::string_view::npos) return;
  head.append(name).append(": ").append(value).append("\r\n");
}

/// The time in the one format that HTTP has left (RFC 9110, section 5.6.7), whatever the locale.
std::string http_date() {
  constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 32> rest;
  std::string date = days[static_cast<std::size_t>(utc.tm_wday)];
  date.append(rest.data(), std::strftime(rest.data(), rest.size(), ", %d ", &utc));
  date += months[static_cast<std::size_t>(utc.tm_mon)];
  return date.append(rest.data(), std::strftime(rest.data(), rest.size(), " %Y %H:%M:%S GMT", &utc));
}

std::string write(const Response& response, const ExchangeOptions& options, bool head_only) {
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + ' ';
  text.append(reason_phrase(response.status)).append("\r\n");
  append_header(text, "Date", http_date());
  if (!options.id.empty()) append_header(text, "X-Request-Id", options.id);
  if (!response.content_type.empty()) append_header(text, "Content-Type", response.content_type);
  if (has_body(response.status)) append_header(text, "Content-Length", std::to_string(response.body.size()));
  if (!options.keep_alive) append_header(text, "Connection", "close");
  const bool says_caching = std::any_of(response.headers.begin(), response.headers.end(),
                                        [](const auto& header) { return header.first == "Cache-Control"; });
  if (!says_caching) append_header(text, "Cache-Control", "no-store");
  for (const auto& [name, value] : response.headers) append_header(text, name, value);
  text.append(security_headers).append("\r\n");
  if (has_body(response.status) && !head_only) text += response.body;
  return text;
}

}  // namespace

Response ask(const Handler& handler, const Request& request) {
  try {
    return handler(request);
  } catch (const Problem& problem) {
    return to_response(problem);
  } catch (const std::exception&) {
    return to_response(Problem(500, "The server failed to answer this request."));
  }
}

Exchange exchange(const Request& request, const Handler& handler, const ExchangeOptions& options) {
  Response response = ask(handler, request);
  std::string bytes = write(response, options, request.method == "HEAD");
  AnswerRecord record{.id = options.id,
                      .method = request.method,
                      .route = std::move(response.route),
                      .model = std::move(response.model),
                      .status = response.status,
                      .request_bytes = request.body.size(),
                      .response_bytes = bytes.size()};
  return {.bytes = std::move(bytes), .record = std::move(record)};
}

Exchange refuse(const Problem& problem, const std::string& id) {
  const Request unread{.method = "", .path = ""};
  return exchange(unread, [&](const Request&) { return to_response(problem); }, {.id = id});
}

}  // namespace inkling::server
