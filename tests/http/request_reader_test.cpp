#include "http/request_reader.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "http/problem.hpp"

using inkling::server::Problem;
using inkling::server::RawRequest;
using inkling::server::RequestReader;

namespace {

constexpr RequestReader::Limits small{.head_bytes = 256, .head_lines = 5, .body_bytes = 16};

/// The request, given to the reader in pieces of `piece` bytes.
RawRequest read_whole(std::string_view bytes, std::size_t piece = 1000, RequestReader::Limits limits = small) {
  RequestReader reader(limits);
  while (!bytes.empty()) {
    reader.append(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  REQUIRE(reader.complete());
  return reader.take();
}

bool is_complete(std::string_view bytes) {
  RequestReader reader(small);
  reader.append(bytes);
  return reader.complete();
}

/// The status with which the request is refused; 0 when it is not.
int refused(std::string_view bytes, RequestReader::Limits limits = small) {
  try {
    RequestReader(limits).append(bytes);
  } catch (const Problem& problem) {
    return problem.status;
  }
  return 0;
}

}  // namespace

TEST_CASE("a request is the same however its bytes are cut") {
  const std::string sized = "POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
  const std::string chunked =
      "POST /predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
      "2;name=value\r\nhe\r\n003\r\nllo\r\n0\r\nTrailer: x\r\n\r\n";
  for (const std::string& request : {sized, chunked}) {
    for (std::size_t piece = 1; piece <= request.size(); ++piece) {
      CAPTURE(piece);
      const RawRequest whole = read_whole(request, piece);
      CHECK(whole.body == "hello");
      CHECK(whole.head == "POST /predict HTTP/1.1\r\nHost: a\r\n\r\n");
    }
  }
}

TEST_CASE("only the headers that the service reads are passed on, with % as it was meant") {
  const RawRequest request = read_whole(
      "OPTIONS http://a/b?c=d HTTP/1.1\r\nHost: a\r\nCONTENT-TYPE: \t text/%plain \r\nif-none-match:\"x\"\r\n"
      "Range: bytes=0-1\r\n\r\n");
  CHECK(request.head ==
        "OPTIONS /b?c=d HTTP/1.1\r\nHost: a\r\nCONTENT-TYPE: text/%25plain\r\nif-none-match: \"x\"\r\n\r\n");
}

TEST_CASE("line ends before a request are skipped, a few of them, and are no request") {
  for (const std::string before : {"\r\n", "\n", "\r\n\r\n"}) {
    for (std::size_t piece = 1; piece <= 8; ++piece) {
      CHECK(read_whole(before + "GET / HTTP/1.1\r\n\r\n", piece).head == "GET / HTTP/1.1\r\n\r\n");
    }
  }
  RequestReader reader(small);
  CHECK(reader.append("\r\n") == 2);
  CHECK_FALSE(reader.started());
  CHECK(refused(std::string(1000, '\n')) == 400);
}

TEST_CASE("a line feed without a carriage return is refused before the head has ended") {
  CHECK(refused("GET / HTTP/1.1\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nHost: a\n") == 400);
  RequestReader reader(small);
  CHECK(reader.append("GET / HTTP/1.1\r\nHost: a") == 23);
  CHECK_THROWS_AS(reader.append("\n"), Problem);
  CHECK(read_whole("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n\n\nx").body == "\n\nx");
}

TEST_CASE("the body begins when the head has ended") {
  RequestReader reader(small);
  reader.append("POST / HTTP/1.1\r\nContent-Length: 3\r\n");
  CHECK_FALSE(reader.in_body());
  reader.append("\r\na");
  CHECK(reader.in_body());
}

TEST_CASE("a request without a length has no body") {
  CHECK(read_whole("POST / HTTP/1.1\r\n\r\n").body.empty());
  CHECK(read_whole("POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n").body.empty());
}

TEST_CASE("what follows a request is left alone") {
  const std::string next = "GET /health HTTP/1.1\r\n\r\n";
  for (const std::string& request :
       {std::string("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"), std::string("GET / HTTP/1.1\r\n\r\n"),
        std::string("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")}) {
    CAPTURE(request);
    RequestReader reader(small);
    CHECK(reader.append(request + next) == request.size());
    CHECK(reader.complete());
  }
}

TEST_CASE("a connection stays open unless one side says otherwise") {
  const auto keeps = [](std::string_view request) {
    RequestReader reader(small);
    reader.append(request);
    REQUIRE(reader.complete());
    return reader.keep_alive();
  };
  CHECK(keeps("GET / HTTP/1.1\r\n\r\n"));
  CHECK(keeps("GET / HTTP/1.1\r\nConnection: keep-alive\r\n\r\n"));
  CHECK_FALSE(keeps("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
  CHECK_FALSE(keeps("GET / HTTP/1.1\r\nconnection: Upgrade , CLOSE\r\n\r\n"));
  CHECK_FALSE(keeps("GET / HTTP/1.1\r\nConnection: close\r\nConnection: keep-alive\r\n\r\n"));
  CHECK_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
}

TEST_CASE("an unfinished request is not complete") {
  for (const char* request :
       {"", "GET", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: a\r\n", "P / HTTP/1.1\r\nContent-Length: 2\r\n\r\nh",
        "P / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"}) {
    CAPTURE(request);
    CHECK_FALSE(is_complete(request));
  }
}

TEST_CASE("two readings of the same bytes are refused") {
  const std::string post = "POST / HTTP/1.1\r\n";
  CHECK(refused(post + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n") == 400);
  CHECK(refused(post + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
  CHECK(refused(post + "Host: a\r\nHost: b\r\n\r\n") == 400);
  CHECK(refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
  CHECK(refused(post + "Content-Length : 2\r\n\r\n") == 400);
  CHECK(refused(post + "Content-Length: 2\n\r\n\r\n") == 400);
  CHECK(refused(post + "A: b\r\n folded\r\n\r\n") == 400);
  CHECK(refused(post + ": nameless\r\n\r\n") == 400);
  CHECK(refused(post + "no colon\r\n\r\n") == 400);
  CHECK(refused(post + "A: b\rc\r\n\r\n") == 400);
  CHECK(refused(post + std::string("A: \0\r\n\r\n", 8)) == 400);
  CHECK(refused(post + "Transfer-Encoding: gzip, chunked\r\n\r\n") == 501);
  CHECK(refused(post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n") == 501);
}

TEST_CASE("lengths are plain numbers") {
  for (const char* length : {"-1", "+1", "0x1", "1,1", "", "one", "99999999999999999999999999", "1 "}) {
    CAPTURE(length);
    const int status = refused("POST / HTTP/1.1\r\nContent-Length: " + std::string(length) + "\r\n\r\n");
    CHECK(status == (std::string_view(length) == "1 " ? 0 : 400));  // spaces around a value are not part of it
  }
  for (const char* size : {"-1", "+1", "0x1", "", "g", "ffffffffffffffffff"}) {
    CAPTURE(size);
    CHECK(refused("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(size) + "\r\n") == 400);
  }
}

TEST_CASE("the body is bounded in every framing") {
  CHECK(refused("POST / HTTP/1.1\r\nContent-Length: 16\r\n\r\n") == 0);
  CHECK(refused("POST / HTTP/1.1\r\nContent-Length: 17\r\n\r\n") == 413);
  const std::string chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK(refused(chunked + "10\r\n0123456789abcdef\r\n0\r\n\r\n") == 0);
  CHECK(refused(chunked + "11\r\n") == 413);
  CHECK(refused(chunked + "f\r\n0123456789abcde\r\n2\r\n") == 413);
  CHECK(refused(chunked + "7fffffffffffffff\r\n") == 413);
  CHECK(refused(chunked + "ffffffffffffffff\r\n") == 413);
}

TEST_CASE("chunks that lie are refused") {
  const std::string chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK(refused(chunked + "1\r\nab\r\n") == 400);
  CHECK(refused(chunked + "1\na\r\n") == 400);
  CHECK(refused(chunked + "1;" + std::string(300, 'x')) == 400);
  CHECK(refused(chunked + "0\r\nA: " + std::string(300, 'x') + "\r\n\r\n") == 400);
  std::string trailers = chunked + "0\r\n";
  for (int i = 0; i < 40; ++i) trailers += "A: 0123456789\r\n";
  CHECK(refused(trailers) == 431);
}

TEST_CASE("the head is bounded in bytes and lines") {
  CHECK(refused("GET /" + std::string(300, 'a')) == 431);
  CHECK(refused("GET / HTTP/1.1\r\nA: " + std::string(300, 'a') + "\r\n\r\n") == 431);
  CHECK(refused("GET / HTTP/1.1\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n\r\n") == 0);
  CHECK(refused("GET / HTTP/1.1\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n\r\n") == 431);
}

TEST_CASE("compressed bodies are refused") {
  CHECK(refused("POST / HTTP/1.1\r\nContent-Encoding: gzip\r\n\r\n") == 415);
  CHECK(refused("POST / HTTP/1.1\r\nContent-Encoding: identity\r\n\r\n") == 0);
}

TEST_CASE("a client that waits for permission is seen") {
  RequestReader reader(small);
  reader.append("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  CHECK(reader.awaits_continue());
  reader.append("hi");
  CHECK_FALSE(reader.awaits_continue());
  CHECK(reader.complete());
}
