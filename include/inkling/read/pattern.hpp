#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/model/charset.hpp>

#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// What a field can hold, as a sequence of elements.
///
///     #      a digit              ?      any character
///     A      a capital            *X     one or more of what X stands for: *# is a number
///     a      a small letter       \X     X itself: \# is a number sign, \A the capital A
///     @      a letter             [0-9A] one of a CharSet, written as CharSet::parse takes it
///     \d     a digit              X{6}   six of what X stands for, and X+ one or more of a set or \d
///
/// Around a pattern with a set or `\d`, ^ and $ mean the ends of the line, as in regular expressions, and are left out.
/// Any other letter or digit is itself. Other marks, such as / in ##/##/####, are not among the classes of a model:
/// they stand for themselves, and may be printed, written, or not there at all. The marks [ ] { } need a \ before them.
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

  /// Throws ValueError for an empty text, what is not printable ASCII or a blank, *, \, [ or { without what belongs to
  /// it, more than 200 elements, and patterns of other languages (999999), with the right spelling.
  static Pattern parse(std::string_view text);

  /// One or more of these.
  static Pattern any_of(const CharSet& characters);

  const std::vector<Element>& elements() const noexcept { return elements_; }

 private:
  std::vector<Element> elements_;
};

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/read/pattern.ipp>
#endif
