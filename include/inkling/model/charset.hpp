#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/label.hpp>
#include <inkling/model/class_meaning.hpp>

#include <bitset>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// The characters that an answer may be. A class that merges both cases of a letter counts as both.
class CharSet {
 public:
  /// Leaves nothing out: every character, and classes whose names are not one character.
  CharSet() { characters_.set(); }

  /// "all" (everything), "digits", "upper", "lower", "letters" (both cases), or the characters themselves, in which
  /// a-z, A-Z and 0-9 or parts of them are ranges: "0-9A-F", "xyz-". A "-" at either end stands for itself. Names are
  /// taken in any case and as people vary them ("Digits", "numbers", "uppercase"), also in lists ("digits,A-F"). Throws
  /// ValueError for an empty text, a character that is not printable ASCII, a range whose ends are not two digits, two
  /// capitals or two small letters in order, and a word that names no set: letters are in the order of the alphabet.
  static CharSet parse(std::string_view text);

  bool contains(char c) const noexcept { return characters_[static_cast<unsigned char>(c)]; }

  /// What either set has.
  friend CharSet operator|(const CharSet& a, const CharSet& b) noexcept {
    CharSet either;
    either.characters_ = a.characters_ | b.characters_;
    return either;
  }

  /// What both sets have.
  friend CharSet operator&(const CharSet& a, const CharSet& b) noexcept {
    CharSet both;
    both.characters_ = a.characters_ & b.characters_;
    return both;
  }

  /// Whether the class may be an answer: it stands for a character of the set.
  bool admits(const ClassMeaning& meaning) const noexcept;

  /// How to show an admitted class: by its name when the set has that character, else by its other case.
  const std::string& label(const ClassMeaning& meaning) const noexcept;

 private:
  bool contains(const std::string& name) const noexcept;
  void add_range(char first, char last, std::string_view text);

  std::bitset<256> characters_;
};

/// The classes that may be answers, in order. Throws ValueError when there is none.
std::vector<Label> admitted_classes(const CharSet& set, const std::vector<std::string>& class_names);

/// How to show each class: CharSet::label.
std::vector<std::string> shown_labels(const CharSet& set, const std::vector<std::string>& class_names);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/model/charset.ipp>
#endif
