#include "http/trace_context.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace inkling::server;

namespace {

const std::string example = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

}  // namespace

TEST_CASE("a trace is read, and answered with the span of this request") {
  const auto context = parse_trace_context(example);
  REQUIRE(context);
  CHECK(context->trace_id == "0af7651916cd43dd8448eb211c80319c");
  CHECK(context->parent_id == "b7ad6b7169203331");
  CHECK(context->flags == "01");
  CHECK(trace_response(*context, "5c0ffee500000001") == "00-0af7651916cd43dd8448eb211c80319c-5c0ffee500000001-01");
}

TEST_CASE("a later version may have more at its end, this one may not") {
  CHECK(parse_trace_context("cc" + example.substr(2) + "-what-the-future-will-be-like"));
  CHECK(parse_trace_context("cc" + example.substr(2)));
  CHECK_FALSE(parse_trace_context("cc" + example.substr(2) + ".what"));
  CHECK_FALSE(parse_trace_context(example + "-more"));
}

TEST_CASE("what is not valid is no trace") {
  const auto with = [](std::size_t at, const std::string& text) {
    return std::string(example).replace(at, text.size(), text);
  };
  for (const std::string& header :
       {std::string(), std::string("00-"), example.substr(1), example.substr(0, 54), with(0, "ff"), with(0, "0G"),
        with(2, "_"), with(35, "0"), with(52, " "), with(3, std::string(32, '0')), with(36, std::string(16, '0')),
        with(3, "0AF7"), with(53, "0x"), with(10, "\""), with(40, "\n")}) {
    CAPTURE(header);
    CHECK_FALSE(parse_trace_context(header));
  }
}
