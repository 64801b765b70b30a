#include "http/request_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "http/header_text.hpp"
#include "http/problem.hpp"
#include "http/request_line.hpp"

namespace inkling::server {
namespace {

constexpr std::size_t chunk_line_limit = 256;
constexpr std::size_t skip_limit = 64;  // bytes of line ends before a request line

bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

/// The whole of `digits` as a number; Problem 400 for anything else, signs and overflow included.
std::size_t parse_size(std::string_view digits, int base, const char* complaint) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) throw Problem(400, complaint);
  return value;
}

/// Said at once, for a client that ends its lines so waits for an answer and never sends what would end the head.
void refuse_bare_line_feed(std::string_view head, std::size_t from) {
  for (std::size_t at = head.find('\n', from); at != std::string_view::npos; at = head.find('\n', at + 1)) {
    if (at == 0 || head[at - 1] != '\r') {
      throw Problem(400, "A line of the request's head ends with a line feed alone: HTTP ends lines with CR and LF.");
    }
  }
}

}  // namespace

std::size_t RequestReader::append(std::string_view bytes) {
  const std::size_t offered = bytes.size();
  if (!started_) skip_line_ends(bytes);
  started_ = started_ || !bytes.empty();
  while (!bytes.empty() && !complete()) {
    if (state_ == State::head) {
      read_head(bytes);
    } else {
      read_body(bytes);
    }
  }
  return offered - bytes.size();
}

RawRequest RequestReader::take() {
  return std::move(request_);
}

/// Some clients end a body with CRLF that its length does not count; others begin with it.
void RequestReader::skip_line_ends(std::string_view& bytes) {
  const std::size_t count = std::min(bytes.find_first_not_of("\r\n"), bytes.size());
  skipped_ += count;
  if (skipped_ > skip_limit) throw Problem(400, "The request begins with too many empty lines.");
  bytes.remove_prefix(count);
}

void RequestReader::read_head(std::string_view& bytes) {
  const std::size_t old_size = line_.size();
  line_.append(bytes.substr(0, limits_.head_bytes + 1 - old_size));
  const std::size_t end = line_.find("\r\n\r\n", old_size < 3 ? 0 : old_size - 3);
  refuse_bare_line_feed(std::string_view(line_).substr(0, end), old_size);
  if (end == std::string::npos) {
    if (line_.size() > limits_.head_bytes) {
      throw Problem(431, "The request's headers are longer than " + std::to_string(limits_.head_bytes) + " bytes.");
    }
    bytes = {};
    return;
  }
  bytes.remove_prefix(end + 4 - old_size);
  parse_head(std::string_view(line_).substr(0, end + 2));
  line_.clear();
  start_body();
}

void RequestReader::parse_head(std::string_view head) {
  std::size_t lines = 0;
  while (!head.empty()) {
    const std::size_t end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end + 2);
    if (std::any_of(line.begin(), line.end(), is_control)) {
      throw Problem(400, "The request's head has a control character.");
    }
    if (++lines > limits_.head_lines) {
      throw Problem(431, "The request has more than " + std::to_string(limits_.head_lines) + " header lines.");
    }
    if (lines == 1) {
      const RequestLine checked = check_request_line(line);
      request_.head.append(checked.text).append("\r\n");
      http_1_0_ = checked.http_1_0;
      keep_alive_ = !http_1_0_;
    } else {
      parse_header(line);
    }
  }
  request_.head.append("\r\n");
}

void RequestReader::parse_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 ||
      !std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon), is_token_char)) {
    throw Problem(400, "A header line is not \"name: value\".");
  }
  apply_header(line.substr(0, colon), trim(line.substr(colon + 1)));
}

/// Only what the service reads is passed on: every other header is a path into a parser that nobody needs. cpp-httplib
/// takes values for percent-encoded, which they are not.
void RequestReader::pass_on(std::string_view name, std::string_view value) {
  request_.head.append(name).append(": ");
  for (const char c : value) {
    if (c == '%') {
      request_.head.append("%25");
    } else {
      request_.head.push_back(c);
    }
  }
  request_.head.append("\r\n");
}

void RequestReader::apply_header(std::string_view name, std::string_view value) {
  const auto is = [&](std::string_view other) { return equal_ignoring_case(name, other); };
  constexpr std::array<std::string_view, 9> read = {"Content-Type",
                                                    "Accept",
                                                    "If-None-Match",
                                                    "Authorization",
                                                    "X-API-Key",
                                                    "Origin",
                                                    "Access-Control-Request-Method",
                                                    "traceparent",
                                                    "Inference-Header-Content-Length"};
  if (std::any_of(read.begin(), read.end(), is)) {
    pass_on(name, value);
  } else if (is("Connection")) {
    keep_alive_ = keep_alive_ && !list_has(value, "close");
  } else if (is("Host")) {
    if (has_host_) throw Problem(400, "The request has more than one Host.");
    has_host_ = true;
    pass_on(name, value);
  } else if (is("Content-Length")) {
    if (has_length_) throw Problem(400, "The request has more than one Content-Length.");
    has_length_ = true;
    remaining_ = parse_size(value, 10, "Content-Length is not a number.");
  } else if (is("Transfer-Encoding")) {
    if (chunked_ || !equal_ignoring_case(value, "chunked")) {
      throw Problem(501, "The only transfer coding supported is chunked.");
    }
    chunked_ = true;
  } else if (is("Content-Encoding")) {
    if (!equal_ignoring_case(value, "identity")) throw Problem(415, "Compressed request bodies are not supported.");
  } else if (is("Expect")) {
    awaits_continue_ = equal_ignoring_case(value, "100-continue");
  }
}

void RequestReader::start_body() {
  if (chunked_ && has_length_) throw Problem(400, "The request has both a Content-Length and a Transfer-Encoding.");
  if (chunked_ && http_1_0_) throw Problem(400, "HTTP/1.0 has no Transfer-Encoding.");
  if (remaining_ > limits_.body_bytes) {
    throw Problem(413, "The body is larger than " + std::to_string(limits_.body_bytes) + " bytes.");
  }
  if (chunked_) {
    state_ = State::chunk_size;
  } else {
    state_ = remaining_ == 0 ? State::complete : State::sized_body;
  }
}

void RequestReader::read_body(std::string_view& bytes) {
  switch (state_) {
    case State::sized_body:
    case State::chunk_data: {
      const std::size_t count = std::min(remaining_, bytes.size());
      request_.body.append(bytes.substr(0, count));
      bytes.remove_prefix(count);
      remaining_ -= count;
      if (remaining_ == 0) state_ = state_ == State::sized_body ? State::complete : State::chunk_end;
      return;
    }
    case State::chunk_size:
      if (take_line(bytes, chunk_line_limit)) read_chunk_size(std::exchange(line_, {}));
      return;
    case State::chunk_end:
      if (take_line(bytes, 2)) {
        if (!line_.empty()) throw Problem(400, "A chunk is longer than its size says.");
        state_ = State::chunk_size;
      }
      return;
    case State::trailer:
      if (take_line(bytes, limits_.head_bytes)) {
        trailer_bytes_ += line_.size() + 2;
        if (trailer_bytes_ > limits_.head_bytes) throw Problem(431, "The trailer of the request is too long.");
        if (std::exchange(line_, {}).empty()) state_ = State::complete;
      }
      return;
    case State::head:
    case State::complete:
      return;
  }
}

void RequestReader::read_chunk_size(std::string_view line) {
  const std::string_view digits = trim(line.substr(0, line.find(';')));
  remaining_ = parse_size(digits, 16, "A chunk's size is not a hexadecimal number.");
  if (remaining_ > limits_.body_bytes - request_.body.size()) {
    throw Problem(413, "The body is larger than " + std::to_string(limits_.body_bytes) + " bytes.");
  }
  state_ = remaining_ == 0 ? State::trailer : State::chunk_data;
}

/// Moves bytes into line_ up to CRLF, which is dropped; true when the line is whole. Throws when it exceeds `limit`
/// bytes, CRLF included.
bool RequestReader::take_line(std::string_view& bytes, std::size_t limit) {
  while (!bytes.empty()) {
    const char c = bytes.front();
    bytes.remove_prefix(1);
    line_.push_back(c);
    if (line_.size() > limit) throw Problem(400, "The framing of the chunked body is broken.");
    if (c != '\n') continue;
    if (line_.size() < 2 || line_[line_.size() - 2] != '\r') throw Problem(400, "A line ends without CRLF.");
    line_.resize(line_.size() - 2);
    return true;
  }
  return false;
}

}  // namespace inkling::server
