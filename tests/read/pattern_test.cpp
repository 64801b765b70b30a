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
}

TEST_CASE("sets, counts and \\d are read as regular expressions have them") {
  CHECK(shown(Pattern::parse("[0-9]{3}")) == "09 09 09");
  CHECK(shown(Pattern::parse("\\d{2}-\\d+")) == "09 09 - 09+");
  CHECK(shown(Pattern::parse("[A-Z]{2}#{2}")) == "AZ AZ 09 09");
  CHECK(shown(Pattern::parse("*[A-F]")) == "AF+");
  CHECK(shown(Pattern::parse("[0-9]+")) == "09+");
  CHECK(shown(Pattern::parse("+##")) == "+ 09 09");
  CHECK(shown(Pattern::parse("\\[#\\]")) == "[ 09 ]");
  CHECK(shown(Pattern::parse("^\\d{2}$")) == "09 09");
  CHECK(shown(Pattern::parse("[0-9]+$")) == "09+");
  CHECK(shown(Pattern::parse("\\d\\$")) == "09 $");
  CHECK(shown(Pattern::parse("\\^\\d")) == "^ 09");
  CHECK(shown(Pattern::parse("^#$")) == "^ 09 $");
  for (const char* wrong : {"[0-9", "[]", "[^0-9]", "#{", "#{0}", "#{201}", "#{2,3}", "#{x}", "{3}", "#]", "\\w+",
                            "#{2}{2}", "*[0-9]{2}", "#{150}#{150}", "[z-a]"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(Pattern::parse(wrong), ValueError);
  }
}

TEST_CASE("what other programs mean by 9, N and X is refused with the right spelling") {
  const auto right = [](const std::string& pattern, const std::string& spelling) {
    CAPTURE(pattern);
    try {
      Pattern::parse(pattern);
    } catch (const ValueError& error) {
      return std::string(error.what()).find("write " + spelling + " for any ") != std::string::npos;
    }
    return false;
  };
  CHECK(right("999999", "######"));
  CHECK(right("dddddd", "######"));
  CHECK(right("00-00", "##-##"));
  CHECK(right("NNN", "###"));
  CHECK(right("XXXX", "????"));
  CHECK(shown(Pattern::parse("00####")) == "00 00 09 09 09 09");  // a pattern that knows #
  CHECK(shown(Pattern::parse("\\9\\9")) == "99 99");
  CHECK(shown(Pattern::parse("B9X")) == "BB 99 XX");
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
