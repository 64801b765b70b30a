#include "http/exchange.hpp"

#include <httplib.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "http/trace_context.hpp"

namespace inkling::server {
namespace {

/// A connection in memory, so that cpp-httplib never waits, and sees no byte that RequestReader has not let through.
class MemoryStream final : public httplib::Stream {
 public:
  explicit MemoryStream(std::string input) : input_(std::move(input)) {}

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* data, std::size_t size) override {
    const std::size_t count = std::min(size, input_.size() - position_);
    std::memcpy(data, input_.data() + position_, count);
    position_ += count;
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* data, std::size_t size) override {
    output_.append(data, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return 0; }

  std::string take_output() { return std::move(output_); }

 private:
  std::string input_;
  std::size_t position_ = 0;
  std::string output_;
};

const Headers& security_headers() {
  static const Headers headers = {{"Content-Security-Policy",
                                   "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
                                   "img-src 'self' blob: data:; connect-src 'self'; "
                                   "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
                                  {"X-Content-Type-Options", "nosniff"},
                                  {"Referrer-Policy", "no-referrer"},
                                  {"Cross-Origin-Opener-Policy", "same-origin"},
                                  {"Cross-Origin-Resource-Policy", "same-origin"}};
  return headers;
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

/// A header that is a list may come in several lines (RFC 9110, section 5.3).
std::string list_of(const httplib::Request& in, const char* name) {
  std::string list;
  for (std::size_t i = 0; i < in.get_header_value_count(name); ++i) {
    list += (i == 0 ? "" : ", ") + in.get_header_value(name, i);
  }
  return list;
}

/// Pieces of a body in the chunked coding; an empty one would end it.
std::string chunk(std::string_view bytes) {
  std::array<char, 20> size;
  const int length = std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
  std::string text(size.data(), static_cast<std::size_t>(length));
  return text.append(bytes).append("\r\n");
}

constexpr std::string_view last_chunk = "0\r\n\r\n";

void write(Response response, const std::string& id, httplib::Response& out) {
  out.status = response.status;
  out.set_header("Date", http_date());
  if (!id.empty()) out.set_header("X-Request-Id", id);
  for (const auto& [name, value] : security_headers()) out.set_header(name, value);
  for (const auto& [name, value] : response.headers) out.set_header(name, value);
  if (!out.has_header("Cache-Control")) out.set_header("Cache-Control", "no-store");
  if (!response.content_type.empty()) out.set_header("Content-Type", response.content_type);
  out.body = std::move(response.body);
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

namespace {

/// cpp-httplib's parser and writer for one request, without its sockets, bodies, ranges, compression and routing.
class Conversation final : private httplib::Server {
 public:
  Conversation(const server::Handler& handler, const ExchangeOptions& options) : options_(options) {
    set_pre_routing_handler([this, &handler](const httplib::Request& in, httplib::Response& out) {
      request_ = {.method = in.method,
                  .path = in.path,
                  .query = {in.params.begin(), in.params.end()},
                  .content_type = in.get_header_value("Content-Type"),
                  .accept = list_of(in, "Accept"),
                  .if_none_match = list_of(in, "If-None-Match"),
                  .authorization = in.get_header_value("Authorization"),
                  .api_key = in.get_header_value("X-API-Key"),
                  .host = in.get_header_value("Host"),
                  .origin = in.get_header_value("Origin"),
                  .requested_method = in.get_header_value("Access-Control-Request-Method"),
                  .json_length = in.get_header_value("Inference-Header-Content-Length"),
                  .body = std::move(request_.body)};
      trace(in.get_header_value("traceparent"), out);
      record_.method = in.method;
      Response response = ask(handler, request_);
      if (response.stream && (!options_.send || in.version != "HTTP/1.1" || in.method == "HEAD")) make_whole(response);
      answer(std::move(response), out);
      return HandlerResponse::Handled;
    });
    // Without cpp-httplib's own limit of requests, which is not this server's.
    set_post_routing_handler([this](const httplib::Request&, httplib::Response& out) {
      if (out.headers.erase("Keep-Alive") > 0) {
        out.set_header("Keep-Alive", "timeout=" + std::to_string(options_.idle_time.count()));
      }
      if (stream_) {
        out.headers.erase("Content-Length");
        out.set_header("Transfer-Encoding", "chunked");
      }
    });
    // Also called for the answers written above, which it leaves alone.
    set_error_handler(HandlerWithResponse([this](const httplib::Request&, httplib::Response& out) {
      if (record_.status != 0) return HandlerResponse::Unhandled;
      answer(to_response(Problem(out.status, "The request line or a header cannot be read.")), out);
      return HandlerResponse::Handled;
    }));
  }

  Exchange run(RawRequest request) {
    record_.id = options_.id;
    record_.request_bytes = request.body.size();
    request_.body = std::move(request.body);
    MemoryStream connection(std::move(request.head));
    bool closed = false;
    process_request(connection, /*close_connection=*/!options_.keep_alive, closed, [](httplib::Request&) {});
    Exchange done{.bytes = connection.take_output(), .record = {}};
    record_.response_bytes = done.bytes.size();
    if (stream_) send_pieces(done);
    done.record = std::move(record_);
    return done;
  }

 private:
  void trace(const std::string& header, httplib::Response& out) {
    const std::optional<TraceContext> context = parse_trace_context(header);
    if (!context) return;
    record_.trace_id = context->trace_id;
    record_.parent_id = context->parent_id;
    out.set_header("traceparent", header);
    out.set_header("traceresponse", trace_response(*context, options_.id));
  }

  /// For a client that does not know the chunked coding.
  static void make_whole(Response& response) {
    try {
      std::exchange(response.stream, {})([&](std::string_view piece) { response.body += piece; });
    } catch (const std::exception&) {
      response = to_response(Problem(500, "The server failed to answer this request."));
    }
  }

  /// Sends the head, which is in `done`, and the body; leaves the last chunk there.
  void send_pieces(Exchange& done) {
    options_.send(std::exchange(done.bytes, {}));
    try {
      stream_([&](std::string_view piece) {
        if (piece.empty()) return;
        std::string bytes = chunk(piece);
        record_.response_bytes += bytes.size();
        options_.send(std::move(bytes));
      });
      done.bytes = last_chunk;
      record_.response_bytes += last_chunk.size();
    } catch (const std::exception&) {
      done.cut = true;
    }
  }

  void answer(Response response, httplib::Response& out) {
    record_.status = response.status;
    record_.route = std::move(response.route);
    record_.model = std::move(response.model);
    stream_ = std::exchange(response.stream, {});
    write(std::move(response), options_.id, out);
  }

  const ExchangeOptions& options_;
  Request request_;  // as long as its answer is made
  std::function<void(const Sink&)> stream_;
  AnswerRecord record_;
};

}  // namespace

Exchange exchange(RawRequest request, const Handler& handler, const ExchangeOptions& options) {
  return Conversation(handler, options).run(std::move(request));
}

Exchange refuse(const Problem& problem, const std::string& id) {
  Exchange refused =
      exchange({.head = "GET / HTTP/1.1\r\n\r\n"}, [&](const Request&) { return to_response(problem); }, {.id = id});
  refused.record.method.clear();
  return refused;
}

}  // namespace inkling::server
