#include "http/multipart.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "http/multipart_parser.hpp"
#include "http/problem.hpp"

using namespace inkling::server;

namespace {

std::string part(const std::string& headers, const std::string& data) {
  return "--b\r\n" + headers + "\r\n" + data + "\r\n";
}

std::string named(const std::string& name, const std::string& data) {
  return part("Content-Disposition: form-data; name=" + name + "\r\n", data);
}

/// Characters of which it is counted how many were looked at or copied.
struct Counting : std::char_traits<char> {
  static inline std::size_t visited = 0;

  static bool eq(char a, char b) noexcept {
    ++visited;
    return a == b;
  }
  static int compare(const char* a, const char* b, std::size_t size) noexcept {
    std::size_t same = 0;
    while (same < size && a[same] == b[same]) ++same;
    visited += std::min(same + 1, size);
    return same == size ? 0 : static_cast<unsigned char>(a[same]) < static_cast<unsigned char>(b[same]) ? -1 : 1;
  }
  static const char* find(const char* text, std::size_t size, const char& c) noexcept {
    const char* const end = text + size;
    const char* const place = std::find(text, end, c);
    visited += static_cast<std::size_t>(place - text) + (place == end ? 0 : 1);
    return place == end ? nullptr : place;
  }
  static char* copy(char* to, const char* from, std::size_t size) noexcept {
    visited += size;
    return std::char_traits<char>::copy(to, from, size);
  }
  static char* move(char* to, const char* from, std::size_t size) noexcept {
    visited += size;
    return std::char_traits<char>::move(to, from, size);
  }
  static void assign(char& to, const char& from) noexcept {
    ++visited;
    to = from;
  }
  static char* assign(char* to, std::size_t size, char value) noexcept {
    visited += size;
    return std::char_traits<char>::assign(to, size, value);
  }
};

/// How many bytes the parser looks at or copies, again and again counted, when parts and headers have no limit.
std::size_t bytes_visited(const std::string& body, const std::string& boundary, bool sound) {
  using Parser = MultipartParser<Counting>;
  Counting::visited = 0;
  bool parsed = true;
  try {
    Parser::parse({body.data(), body.size()}, {boundary.data(), boundary.size()},
                  {.parts = body.size(), .header_bytes = body.size()});
  } catch (const Problem&) {
    parsed = false;
  }
  CHECK(parsed == sound);
  return Counting::visited;
}

}  // namespace

TEST_CASE("the boundary is read from the content type") {
  CHECK(multipart_boundary("multipart/form-data; boundary=abc") == "abc");
  CHECK(multipart_boundary("Multipart/Form-Data ;charset=x; BOUNDARY=\"a b:c\"") == "a b:c");
  CHECK(multipart_boundary("multipart/form-data; x=\"; boundary=no\"; boundary=yes") == "yes");
  CHECK(multipart_boundary("multipart/form-data; boundary=*****") == "*****");
  CHECK(multipart_boundary("multipart/form-data; boundary=\"'()+_,-./:=? @#$%&[]{}|~!^`<>;x\"") ==
        "'()+_,-./:=? @#$%&[]{}|~!^`<>;x");
  CHECK(multipart_boundary("multipart/form-data; boundary=" + std::string(200, 'a')) == std::string(200, 'a'));
}

TEST_CASE("a content type without a boundary that can be used is refused with what to do") {
  const auto refusal = [](const std::string& type) {
    try {
      multipart_boundary(type);
    } catch (const Problem& problem) {
      return std::to_string(problem.status) + ' ' + problem.what();
    }
    return std::string("taken");
  };
  for (const char* type : {"", "multipart/mixed; boundary=b", "text/plain; boundary=b", "multipart/form-datas"}) {
    CAPTURE(type);
    CHECK(refusal(type).starts_with("415 "));
  }
  for (const char* type : {"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary",
                           "multipart/form-data; boundary=\"\"", "multipart/form-data; x=boundary"}) {
    CAPTURE(type);
    CHECK(refusal(type).starts_with("400 The Content-Type has no boundary: let your client set this header"));
  }
  for (const std::string boundary : {"\"a\r\nb\"", "a\"b", "\"a \"", "\xc3\xa9", "a\\"}) {
    CAPTURE(boundary);
    CHECK(refusal("multipart/form-data; boundary=" + boundary).starts_with("400 "));
  }
  CHECK(refusal("multipart/form-data; boundary=" + std::string(201, 'a')).starts_with("400 "));
}

TEST_CASE("headers of a part may go on in the next line") {
  const std::vector<Part> parts =
      parse_multipart(part("Content-Disposition: form-data;\r\n name=\"file\";\r\n\tfilename=\"a.png\"\r\n"
                           "Content-Transfer-Encoding:\r\n Base64\r\n",
                           "x") +
                          "--b--",
                      "b");
  REQUIRE(parts.size() == 1);
  CHECK(parts[0].name == "file");
  CHECK(parts[0].transfer_encoding == "Base64");
  CHECK_THROWS_AS(parse_multipart("--b\r\n folded: onto nothing, without a \r\n\r\nx\r\n", "b"), Problem);
}

TEST_CASE("a form is its parts in order, bytes untouched") {
  std::string binary;
  for (int i = 0; i < 256; ++i) binary.push_back(static_cast<char>(i));
  binary += "\r\n--\r\n--x\r\n-";  // nearly a boundary
  const std::string body = "preamble\r\n" +
                           part(
                               "content-disposition: form-data; name=\"file\"; filename=\"a;b\\\".png\"\r\n"
                               "Content-Type: image/png\r\n",
                               binary) +
                           named("empty", "") + named("charset", "0-9") + "--b--\r\nepilogue";
  const std::vector<Part> parts = parse_multipart(body, "b");
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].name == "file");
  CHECK(parts[0].content_type == "image/png");
  CHECK(parts[0].data == binary);
  CHECK(parts[1].name == "empty");
  CHECK(parts[1].data.empty());
  CHECK(parts[2].name == "charset");
  CHECK(parts[2].data == "0-9");
}

TEST_CASE("parts without a name or without headers are parts") {
  const std::string body = "--b\r\n\r\nplain\r\n--b\r\nContent-Disposition: form-data\r\n\r\nnameless\r\n--b--";
  const std::vector<Part> parts = parse_multipart(body, "b");
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].data == "plain");
  CHECK(parts[1].name.empty());
}

TEST_CASE("malformed forms are refused") {
  const std::string good = named("a", "1") + "--b--";
  REQUIRE_NOTHROW(parse_multipart(good, "b"));
  CHECK_THROWS_AS(parse_multipart("", "b"), Problem);
  CHECK_THROWS_AS(parse_multipart("--c\r\n\r\n\r\n--c--", "b"), Problem);
  CHECK_THROWS_AS(parse_multipart("--bx\r\n\r\n\r\n--b--", "b"), Problem);
  CHECK_THROWS_AS(parse_multipart("--b\r\nno colon\r\n\r\nx\r\n--b--", "b"), Problem);
  for (std::size_t size = 0; size < good.size(); ++size) {
    CAPTURE(size);
    CHECK_THROWS_AS(parse_multipart(good.substr(0, size), "b"), Problem);
  }
}

TEST_CASE("a form is bounded in parts and headers") {
  std::string many;
  for (int i = 0; i < 16; ++i) many += named("a", "1");
  CHECK(parse_multipart(many + "--b--", "b").size() == 16);
  CHECK_THROWS_AS(parse_multipart(many + named("a", "1") + "--b--", "b"), Problem);
  CHECK_THROWS_AS(parse_multipart(part("A: " + std::string(5000, 'x') + "\r\n", "1") + "--b--", "b"), Problem);
}

TEST_CASE("the work of reading a form grows as the form does, whatever it holds") {
  struct Hostile {
    std::string what;
    std::string before, repeated, after, boundary;
    bool sound;
  };
  const std::string dashes(200, '-');
  const std::vector<Hostile> forms{
      {"line ends", "--b\r\n\r\n", "\r\n", "\r\n--b--", "b", true},
      {"carriage returns", "--b\r\n\r\n", "\r", "\r\n--b--", "b", true},
      {"what begins as a boundary", "--b\r\n\r\n", "\r\n--", "\r\n--b--", "b", true},
      {"all of a long boundary but its end", "--" + dashes + "\r\n\r\n", "\r\n--" + dashes.substr(1) + "x",
       "\r\n--" + dashes + "--", dashes, true},
      {"dashes before a boundary of dashes", "--" + dashes + "\r\n\r\nx", "-", "\r\n--" + dashes + "--", dashes, true},
      {"no first boundary", "", "\r\n--" + dashes.substr(1) + "x", "", dashes, false},
      {"no last boundary", "--b\r\n\r\n", "\r\n-", "", "b", false},
      {"many parts", "", part("Content-Disposition: form-data; name=a\r\n", "1"), "--b--", "b", true},
      {"many empty parts", "", "--b\r\n\r\n", "--b--", "b", true},
      {"many header lines", "--b\r\n", "A: b\r\n", "\r\n\r\n--b--", "b", true},
      {"a folded header", "--b\r\nContent-Disposition: form-data;\r\n", " x=y;\r\n", "\r\n\r\n--b--", "b", true},
      {"many parameters", "--b\r\nContent-Disposition: form-data", "; x=\"y\"", "\r\n\r\n\r\n--b--", "b", true},
      {"an open quote", "--b\r\nContent-Disposition: form-data; name=\"", "; x=\\\"", "\r\n\r\n\r\n--b--", "b", true},
      {"semicolons", "--b\r\nContent-Disposition: form-data", ";", "\r\n\r\n\r\n--b--", "b", true},
      {"blanks behind a boundary", "--b", " ", "\r\n\r\n\r\n--b--", "b", true},
  };
  for (const Hostile& form : forms) {
    CAPTURE(form.what);
    const auto work_of = [&](std::size_t size) {
      std::string body = form.before;
      while (body.size() < size) body += form.repeated;
      body += form.after;
      const std::size_t work = bytes_visited(body, form.boundary, form.sound);
      CHECK(work >= body.size() / 4);  // or else nothing was counted
      return static_cast<double>(work) / static_cast<double>(body.size());
    };
    const double once = work_of(1U << 14U);
    const double eight_times = work_of(1U << 17U);
    CHECK(once < 8);
    CHECK(eight_times < 1.1 * once);
  }
}

TEST_CASE("much hostile input is parsed or refused") {
  constexpr std::size_t size = 1024 * 1024;
  const auto repeat = [&](std::string_view text) {
    std::string body;
    while (body.size() < size) body += text;
    return body;
  };
  CHECK_THROWS_AS(parse_multipart(repeat("\r\n--"), "b"), Problem);
  CHECK_THROWS_AS(parse_multipart(repeat("\r\n--b"), "b"), Problem);
  CHECK_THROWS_AS(parse_multipart("--b\r\nContent-Disposition: " + repeat("; name=\""), "b"), Problem);
  CHECK_THROWS_AS(parse_multipart("--b\r\n" + repeat("A:\r\n"), "b"), Problem);
  CHECK_THROWS_AS(parse_multipart("--b" + repeat(" "), "b"), Problem);
  const std::string dashes = repeat("\r\n-");
  CHECK(parse_multipart(named("file", dashes) + "--b--", "b").at(0).data == dashes);
}
