#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace inkling::server {

/// One request as it came, its framing checked and removed.
struct RawRequest {
  std::string head;  // request line and the few headers that the service reads, each line with CRLF, and an empty line
  std::string body = {};
};

/// Takes the bytes of one HTTP/1.1 request (RFC 9112) as they arrive and knows when it is whole. It is strict where
/// leniency lets two programs see different requests in the same bytes: bare line feeds, folded lines, spaces before a
/// colon, two lengths, a length beside chunks. Line ends before the request line are skipped (RFC 9112, section 2.2).
/// Memory is bounded by the limits, time is linear in the bytes.
class RequestReader {
 public:
  struct Limits {
    std::size_t head_bytes = 16 * 1024;
    std::size_t head_lines = 100;
    std::size_t body_bytes = 4 * 1024 * 1024;
  };

  explicit RequestReader(Limits limits) : limits_(limits) {}

  /// Takes the next bytes up to the end of the request and returns how many those are: what follows belongs to the next
  /// request. Throws Problem when the request cannot be accepted; the reader is then of no further use, and neither are
  /// the bytes that follow, for nobody knows where the next request begins.
  std::size_t append(std::string_view bytes);

  bool started() const noexcept { return started_; }
  /// The head is whole, so that what comes is the body.
  bool in_body() const noexcept { return started_ && state_ != State::head; }
  bool complete() const noexcept { return state_ == State::complete; }
  /// The client will take another answer on the same connection. Requires: complete().
  bool keep_alive() const noexcept { return keep_alive_; }
  /// The client waits for "100 Continue" before it sends the body.
  bool awaits_continue() const noexcept { return awaits_continue_ && !complete(); }

  /// Requires: complete().
  RawRequest take();

 private:
  enum class State { head, sized_body, chunk_size, chunk_data, chunk_end, trailer, complete };

  void skip_line_ends(std::string_view& bytes);
  void read_head(std::string_view& bytes);
  void parse_head(std::string_view head);
  void parse_header(std::string_view line);
  void apply_header(std::string_view name, std::string_view value);
  void pass_on(std::string_view name, std::string_view value);
  void start_body();
  void read_body(std::string_view& bytes);
  void read_chunk_size(std::string_view line);
  bool take_line(std::string_view& bytes, std::size_t limit);

  Limits limits_;
  State state_ = State::head;
  bool started_ = false;
  std::size_t skipped_ = 0;  // bytes before the request line
  bool awaits_continue_ = false;
  bool keep_alive_ = true;
  bool http_1_0_ = false;
  bool chunked_ = false;
  bool has_length_ = false;
  bool has_host_ = false;
  std::size_t remaining_ = 0;  // bytes of the body or of the chunk still to come
  std::size_t trailer_bytes_ = 0;
  std::string line_;  // the unfinished line (of the head: everything up to here)
  RawRequest request_;
};

}  // namespace inkling::server
