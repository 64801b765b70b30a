#include <inkling/core/error.hpp>
#include <inkling/io/model/familiarity_note.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace inkling;

TEST_CASE("familiarity: what was noted is read, to a thousandth") {
  ModelInfo info;
  CHECK_FALSE(familiarity(info).has_value());
  info.notes.insert(familiarity_note({{-2.5F, 0, 1.23456F, 20}}));
  CHECK(info.notes.at("familiarity") == "[-2.5,0.0,1.235,20.0]");
  CHECK(familiarity(info) == Familiarity{{-2.5F, 0, 1.235F, 20}});
}

TEST_CASE("familiarity: a corrupt note is refused with what was expected") {
  for (const char* corrupt : {"", "[", "7", "{}", "[]", "[1]", "[2,1]", "[1,\"2\"]", "[1,null]", "[1,1e999]"}) {
    CAPTURE(corrupt);
    ModelInfo info;
    info.notes["familiarity"] = corrupt;
    CHECK_THROWS_WITH_AS(
        familiarity(info),
        (std::string("expected at least two numbers that do not fall as the note familiarity, got ") + corrupt).c_str(),
        FormatError);
  }
}
