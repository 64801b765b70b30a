#include <inkling/core/error.hpp>
#include <inkling/io/model/measured_accuracy.hpp>

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>

using namespace inkling;

namespace {

ModelInfo info_saying(std::map<std::string, std::string> notes) {
  ModelInfo info;
  info.notes = std::move(notes);
  return info;
}

}  // namespace

TEST_CASE("measured_accuracy: what was noted is read, to the last bit") {
  for (const double share : {0.0, 1.0, 1.0 / 3, 0.9073000000000001}) {
    const MeasuredAccuracy measured{share, 9647, "EMNIST \"bymerge\" train, held out"};
    CHECK(measured_accuracy(info_saying({accuracy_note(measured)})) == measured);
  }
  CHECK_FALSE(measured_accuracy(info_saying({})).has_value());
}

TEST_CASE("measured_accuracy: a corrupt note is refused with what was expected") {
  for (const char* corrupt :
       {"", "0.9", "{", "{}", "[]", "null", R"({"share":0.9,"samples":10})", R"({"share":0.9,"on":"x"})",
        R"({"samples":10,"on":"x"})", R"({"share":1.1,"samples":10,"on":"x"})",
        R"({"share":-0.1,"samples":10,"on":"x"})", R"({"share":"0.9","samples":10,"on":"x"})",
        R"({"share":1e999,"samples":10,"on":"x"})", R"({"share":0.9,"samples":0,"on":"x"})",
        R"({"share":0.9,"samples":-1,"on":"x"})", R"({"share":0.9,"samples":1.5,"on":"x"})",
        R"({"share":0.9,"samples":18446744073709551615,"on":"x"})", R"({"share":0.9,"samples":10,"on":7})"}) {
    CAPTURE(corrupt);
    CHECK_THROWS_AS(measured_accuracy(info_saying({{"accuracy", corrupt}})), FormatError);
  }
  try {
    measured_accuracy(info_saying({{"accuracy", "[" + std::string(100000, '1')}}));
    FAIL("it was read");
  } catch (const FormatError& error) {
    const std::string text = error.what();
    CHECK(text.find("expected share, samples and on") != std::string::npos);
    CHECK(text.size() < 300);
  }
}
