#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/model/charset.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// What a field can hold, as a sequence of elements.
///
///     #      a digit              ?      any character
///     A      a capital            *X     one or more of what X stands for: *# is a number
///     a      a small letter       \X     X itself: \# is a number sign, \A the capital A
///     @      a letter
///
/// Any other letter or digit is itself. Other marks, such as / in ##/##/####, are not among the classes of a model:
/// they stand for themselves, and may be printed, written, or not there at all.
class Pattern {
 public:
  struct Element {
    CharSet characters = {};  // one of these
    char mark = 0;            // or this mark, which takes some ink or none
    bool repeats = false;     // one or more

    bool is_mark() const noexcept { return mark != 0; }
  };

  /// Any characters, one or more.
  Pattern() : elements_{{.repeats = true}} {}

  /// Throws ValueError for an empty text, what is not printable ASCII or a blank, and * or \ without what belongs to
  /// it.
  static Pattern parse(std::string_view text);

  const std::vector<Element>& elements() const noexcept { return elements_; }

 private:
  std::vector<Element> elements_;
};

inline Pattern Pattern::parse(std::string_view text) {
  const auto fail = [&](const std::string& what) {
    throw ValueError("the pattern '" + std::string(text) + "' " + what);
  };
  if (text.empty()) throw ValueError("a pattern has at least one element, got an empty text");
  const auto is_alphanumeric = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  const auto itself = [&](char c) {
    return is_alphanumeric(c) ? Element{.characters = CharSet::parse({&c, 1})} : Element{.mark = c};
  };

  Pattern pattern;
  pattern.elements_.clear();
  bool repeats = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c < ' ' || c > '~') fail("has a character that is not printable ASCII");
    if (c == '*') {
      if (repeats) fail("repeats a repetition");
      repeats = true;
      continue;
    }
    Element element;
    switch (c) {
      case '#':
        element.characters = CharSet::parse("digits");
        break;
      case 'A':
        element.characters = CharSet::parse("upper");
        break;
      case 'a':
        element.characters = CharSet::parse("lower");
        break;
      case '@':
        element.characters = CharSet::parse("letters");
        break;
      case '?':
        break;
      case '\\':
        if (++i == text.size()) fail("ends with a \\, after which a character is expected");
        element = itself(text[i]);
        break;
      default:
        element = itself(c);
    }
    element.repeats = repeats;
    repeats = false;
    if (element.is_mark() && element.repeats) fail("repeats a mark: only characters of the model can be repeated");
    pattern.elements_.push_back(element);
  }
  if (repeats) fail("ends with a *, after which an element is expected");
  return pattern;
}

}  // namespace inkling::inline INKLING_ABI
