#include <inkling/core/error.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/class_meaning.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "class_names.hpp"

using namespace inkling;
using namespace inkling::test;

namespace {

/// The printable characters of the set.
std::string members(std::string_view text) {
  const CharSet set = CharSet::parse(text);
  std::string result;
  for (char c = '!'; c <= '~'; ++c) {
    if (set.contains(c)) result += c;
  }
  return result;
}

std::string admitted_names(std::string_view set, std::string_view classes) {
  std::string result;
  for (const Label c : admitted_classes(CharSet::parse(set), names(classes)))
    result += classes[static_cast<std::size_t>(c)];
  return result;
}

std::string shown(std::string_view set, std::string_view classes) {
  std::string result;
  for (const std::string& label : shown_labels(CharSet::parse(set), names(classes))) result += label;
  return result;
}

}  // namespace

TEST_CASE("class_meanings: a letter without its other case stands for both") {
  const auto meanings = class_meanings(names("Aa0Cx"));
  CHECK(meanings == std::vector<ClassMeaning>{{"A", ""}, {"a", ""}, {"0", ""}, {"C", "c"}, {"x", "X"}});
  CHECK(class_meanings({"Trouser", "", "T", "@"}) ==
        std::vector<ClassMeaning>{{"Trouser", ""}, {"", ""}, {"T", "t"}, {"@", ""}});

  std::string merged;
  for (const ClassMeaning& meaning : class_meanings(names(bymerge))) merged += meaning.other_case;
  CHECK(merged == "cijklmopsuvwxyz");  // as the EMNIST paper lists them
  for (const ClassMeaning& meaning : class_meanings(names(byclass))) CHECK_FALSE(meaning.merged());
}

TEST_CASE("CharSet: names") {
  CHECK(members("digits") == digits);
  CHECK(members("upper") == letters);
  CHECK(members("lower") == "abcdefghijklmnopqrstuvwxyz");
  CHECK(members("letters") == std::string(letters) + "abcdefghijklmnopqrstuvwxyz");
  CHECK(members("all").size() == 94);
}

TEST_CASE("CharSet: literal sets") {
  CHECK(members("0-9A-F") == "0123456789ABCDEF");
  CHECK(members("x") == "x");
  CHECK(members("c0ab") == "0abc");
  CHECK(members("aa0b") == "0ab");
  CHECK(members("a-a") == "a");
  CHECK(members("5-7x-zQ") == "567Qxyz");
  CHECK(members("-") == "-");
  CHECK(members("-a") == "-a");
  CHECK(members("a-") == "-a");
  CHECK(members("a-c-") == "-abc");
  CHECK(members("ba") == "ab");
  CHECK_FALSE(CharSet::parse("a").contains('\xE4'));
}

TEST_CASE("CharSet: texts that are no set") {
  for (const std::string_view text : {"", "9-0", "A-z", "0-Z", "a-Z", "!-~", "A F", "a\n", "\xC3\xA4", "+--"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(CharSet::parse(text), ValueError);
  }
  CHECK_THROWS_WITH(CharSet::parse("x9-0"),
                    "'9-0' in the character set 'x9-0' is not a range: expected two digits, two capitals or two small "
                    "letters, the lower one first");
}

TEST_CASE("names of sets are what people call them, never the letters of the name") {
  const auto same = [](const char* name, const char* characters) {
    const CharSet set = CharSet::parse(name);
    const CharSet meant = CharSet::parse(characters);
    for (int c = 0; c < 256; ++c) {
      if (set.contains(static_cast<char>(c)) != meant.contains(static_cast<char>(c))) return false;
    }
    return true;
  };
  for (const char* name : {"digits", "Digits", "DIGITS", "numbers", "Numeric", "number"}) CHECK(same(name, "0-9"));
  for (const char* name : {"upper", "Uppercase", "upper-case", "UPPER_CASE", "capitals"}) CHECK(same(name, "A-Z"));
  for (const char* name : {"lowercase", "Lower"}) CHECK(same(name, "a-z"));
  CHECK(same("Letters", "A-Za-z"));
  CHECK(same("alphanumeric", "0-9A-Za-z"));
  CHECK(same("hex", "0-9A-Fa-f"));
  CHECK(same("digits,upper", "0-9A-Z"));
  CHECK(same("A-F+digits", "0-9A-F"));
  CHECK(CharSet::parse("ALL").contains('\xE4'));
  CHECK(same("abc", "a-c"));
  CHECK(same("0,1", "0,1"));
  CHECK(same("CDILMVX", "CDILMVX"));
  CHECK_THROWS_WITH(CharSet::parse("vowels"),
                    "'vowels' is no character set: expected digits, upper, lower, letters, all, or characters, as in "
                    "0-9A-F; write elosvw for these letters");
  for (const char* word : {"digts", "Numbrs", "symbols", "IVXLCDM"}) CHECK_THROWS_AS(CharSet::parse(word), ValueError);
}

TEST_CASE("a merged class is admitted as either case") {
  CHECK(admitted_names("digits", bymerge) == digits);
  CHECK(admitted_names("upper", bymerge) == letters);
  CHECK(admitted_names("lower", bymerge) == "CIJKLMOPSUVWXYZabdefghnqrt");
  CHECK(admitted_names("lower", byclass) == "abcdefghijklmnopqrstuvwxyz");
  CHECK(admitted_names("lower", letters) == letters);
  CHECK(admitted_names("letters", bymerge) == bymerge.substr(10));
  CHECK(admitted_names("all", bymerge) == bymerge);
  CHECK(admitted_names("0-9a-f", bymerge) == "0123456789Cabdef");
}

TEST_CASE("a class is shown by its own name when the set has it, else by its other case") {
  CHECK(shown("all", "AaC0") == "AaC0");
  CHECK(shown("letters", "AaC0") == "AaC0");
  CHECK(shown("lower", "AaC0") == "Aac0");
  CHECK(shown("upper", "AaC0") == "AaC0");
  CHECK(shown("upper", "x") == "X");
}

TEST_CASE("only `all` admits classes whose names are not one character") {
  const std::vector<std::string> classes{"Trouser", "1"};
  CHECK(admitted_classes(CharSet(), classes) == std::vector<Label>{0, 1});
  CHECK(admitted_classes(CharSet::parse("digits"), classes) == std::vector<Label>{1});
  CHECK(shown_labels(CharSet(), classes) == classes);
}

TEST_CASE("a set without any of the model's classes is an error that lists them") {
  CHECK_THROWS_WITH_AS(admitted_classes(CharSet::parse("x"), names("012")),
                       "the character set has none of the model's classes, which are: 0 1 2", ValueError);
}
