#include "exchange.hpp"

#include <httplib.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <utility>

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
  static const Headers headers = {
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
       "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"}};
  return headers;
}

void write(Response response, httplib::Response& out) {
  out.status = response.status;
  for (const auto& [name, value] : security_headers()) out.set_header(name, value);
  for (const auto& [name, value] : response.headers) out.set_header(name, value);
  if (!out.has_header("Cache-Control")) out.set_header("Cache-Control", "no-store");
  if (!response.content_type.empty()) out.set_header("Content-Type", response.content_type);
  out.body = std::move(response.body);
}

Response ask(const Handler& handler, const Request& request) {
  try {
    return handler(request);
  } catch (const Problem& problem) {
    return to_response(problem);
  } catch (const std::exception&) {
    return to_response(Problem(500, "The server failed to answer this request."));
  }
}

/// cpp-httplib's parser and writer for one request, without its sockets, bodies, ranges, compression and routing.
class Exchange final : private httplib::Server {
 public:
  explicit Exchange(const server::Handler& handler) {
    set_pre_routing_handler([&handler](const httplib::Request& in, httplib::Response& out) {
      write(ask(handler, {.method = in.method,
                          .path = in.path,
                          .content_type = in.get_header_value("Content-Type"),
                          .if_none_match = in.get_header_value("If-None-Match"),
                          .body = in.body}),
            out);
      return HandlerResponse::Handled;
    });
    // Also called for the answers written above, which it leaves alone.
    set_error_handler(HandlerWithResponse([](const httplib::Request&, httplib::Response& out) {
      if (out.has_header("X-Content-Type-Options")) return HandlerResponse::Unhandled;
      write(to_response(Problem(out.status, "The request line or a header cannot be read.")), out);
      return HandlerResponse::Handled;
    }));
  }

  std::string run(RawRequest request) {
    MemoryStream stream(std::move(request.head));
    bool closed = false;
    process_request(stream, /*close_connection=*/true, closed,
                    [&](httplib::Request& in) { in.body = std::move(request.body); });
    return stream.take_output();
  }
};

}  // namespace

std::string exchange(RawRequest request, const Handler& handler) {
  return Exchange(handler).run(std::move(request));
}

std::string refusal(const Problem& problem) {
  return exchange({.head = "GET / HTTP/1.1\r\n\r\n", .body = {}}, [&](const Request&) { return to_response(problem); });
}

}  // namespace inkling::server
