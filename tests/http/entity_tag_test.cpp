#include "http/entity_tag.hpp"

#include <doctest/doctest.h>

using inkling::server::names_entity_tag;

TEST_CASE("a tag is found alone, weak, in a list, and by the star") {
  for (const char* list : {"\"a,b\"", "W/\"a,b\"", "\"x\", \"a,b\"", "\"x\",W/\"a,b\" , \"y\"", "*", " * "}) {
    CAPTURE(list);
    CHECK(names_entity_tag(list, "\"a,b\""));
  }
}

TEST_CASE("another tag is none, however alike") {
  for (const char* list : {"", "a,b", "\"a,b", "\"a\", \"b\"", "\"xa,b\"", "\"a,b \"", "\"*\"", "**"}) {
    CAPTURE(list);
    CHECK_FALSE(names_entity_tag(list, "\"a,b\""));
  }
}
