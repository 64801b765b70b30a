#include <inkling/read/pattern.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace inkling;

namespace {

/// Each element: the mark, or the first and the last character it may be; a + when it repeats.
std::string shown(const Pattern& pattern) {
  std::string text;
  for (const Pattern::Element& element : pattern.elements()) {
    if (!text.empty()) text += ' ';
    if (element.is_mark()) {
      text += element.mark;
    } else {
      char first = 0;
      char last = 0;
      for (char c = ' '; c <= '~'; ++c) {
        if (!element.characters.contains(c)) continue;
        if (first == 0) first = c;
        last = c;
      }
      text += {first, last};
    }
    if (element.repeats) text += '+';
  }
  return text;
}

}  // namespace

TEST_CASE("a pattern is a sequence of classes, characters and marks") {
  CHECK(shown(Pattern::parse("#####")) == "09 09 09 09 09");
  CHECK(shown(Pattern::parse("##/##/####")) == "09 09 / 09 09 / 09 09 09 09");
  CHECK(shown(Pattern::parse("$*#.##")) == "$ 09+ . 09 09");
  CHECK(shown(Pattern::parse("Aa@?")) == "AZ az Az  ~");
  CHECK(shown(Pattern::parse("*@")) == "Az+");
  CHECK(shown(Pattern::parse("B7z")) == "BB 77 zz");
  CHECK(shown(Pattern::parse("\\A\\#\\*\\\\")) == "AA # * \\");
  CHECK(shown(Pattern::parse("# #")) == "09   09");
  CHECK(shown(Pattern()) == " ~+");
}

TEST_CASE("what is no pattern is refused with a reason") {
  CHECK_THROWS_WITH_AS(Pattern::parse(""), "a pattern has at least one element, got an empty text", ValueError);
  CHECK_THROWS_WITH_AS(Pattern::parse("#*"), "the pattern '#*' ends with a *, after which an element is expected",
                       ValueError);
  CHECK_THROWS_AS(Pattern::parse("\\"), ValueError);
  CHECK_THROWS_AS(Pattern::parse("**#"), ValueError);
  CHECK_THROWS_AS(Pattern::parse("*/"), ValueError);
  CHECK_THROWS_AS(Pattern::parse("#\t"), ValueError);
  CHECK_THROWS_AS(Pattern::parse("\xC3\xA4"), ValueError);
}
