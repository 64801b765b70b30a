#include "http/base64.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using inkling::server::decode_base64;
using inkling::server::encode_base64;

TEST_CASE("base64 is read as RFC 4648 writes it") {
  CHECK(decode_base64("") == "");
  CHECK(decode_base64("Zg==") == "f");
  CHECK(decode_base64("Zm8=") == "fo");
  CHECK(decode_base64("Zm9v") == "foo");
  CHECK(decode_base64("Zm9vYmFy") == "foobar");
  CHECK(decode_base64("AP+/") == std::string("\0\xff\xbf", 3));
}

TEST_CASE("lines of a mail and missing padding change nothing") {
  CHECK(decode_base64("Zm9v\r\nYmFy\r\n") == "foobar");
  CHECK(decode_base64(" Z m8\t=\n") == "fo");
  CHECK(decode_base64("Zg") == "f");
}

TEST_CASE("what is no base64 is not taken for any") {
  for (const char* text : {"Z", "Zm9vZ", "Zm9v!", "Zg===", "Zg=a", "Z-_v"}) {
    CAPTURE(text);
    CHECK_FALSE(decode_base64(text));
  }
}

TEST_CASE("bytes are written as RFC 4648 has them, and come back") {
  const std::pair<const char*, const char*> examples[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : examples) CHECK(encode_base64(bytes) == text);
  std::string all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<char>(i));
  CHECK(decode_base64(encode_base64(all)) == all);
}
