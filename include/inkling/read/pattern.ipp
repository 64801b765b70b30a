#pragma once

#include <inkling/core/error.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/read/pattern.hpp>

#include <string>
#include <string_view>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE Pattern Pattern::parse(std::string_view text) {
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
