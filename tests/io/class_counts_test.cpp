#include <inkling/core/error.hpp>
#include <inkling/io/model/class_counts.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace inkling;

namespace {

/// Of a model with two classes.
ModelInfo info_with(std::map<std::string, std::string> notes) {
  ModelInfo info;
  info.class_names = {"a", "b"};
  info.notes = std::move(notes);
  return info;
}

}  // namespace

TEST_CASE("class_counts: what was noted is read") {
  for (const std::vector<Index>& counts : {std::vector<Index>{3, 0}, {1, std::numeric_limits<Index>::max()}}) {
    CHECK(class_counts(info_with({class_counts_note(counts)})) == counts);
  }
  CHECK_FALSE(class_counts(info_with({})).has_value());
}

TEST_CASE("class_counts: a corrupt note is refused with what was expected") {
  for (const char* corrupt : {"", "[", "[1,2", "7", "{}", "[]", "[1]", "[1,2,3]", "[1,-2]", "[1,2.5]", "[1,\"2\"]",
                              "[1,null]", "[1,[2]]", "[1,18446744073709551615]", "[1,1e999]"}) {
    CAPTURE(corrupt);
    CHECK_THROWS_AS(class_counts(info_with({{"class_counts", corrupt}})), FormatError);
  }
  try {
    class_counts(info_with({{"class_counts", "[" + std::string(100000, '1')}}));
    FAIL("it was read");
  } catch (const FormatError& error) {
    const std::string text = error.what();
    CHECK(text.find("a count for each of 2 classes") != std::string::npos);
    CHECK(text.size() < 300);
  }
}
