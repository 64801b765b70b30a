#pragma once

#include <inkling/model/charset.hpp>

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE bool CharSet::contains(const std::string& name) const noexcept {
  return name.size() == 1 ? contains(name.front()) : characters_.all() && !name.empty();
}

namespace detail {

struct NamedSet {
  std::string_view name;
  std::string_view characters;  // empty: all
};

/// What people call the sets, in small letters.
inline constexpr std::array named_sets{NamedSet{"all", ""},
                                       NamedSet{"any", ""},
                                       NamedSet{"digits", "0-9"},
                                       NamedSet{"digit", "0-9"},
                                       NamedSet{"numbers", "0-9"},
                                       NamedSet{"number", "0-9"},
                                       NamedSet{"numeric", "0-9"},
                                       NamedSet{"numerals", "0-9"},
                                       NamedSet{"upper", "A-Z"},
                                       NamedSet{"uppercase", "A-Z"},
                                       NamedSet{"capitals", "A-Z"},
                                       NamedSet{"lower", "a-z"},
                                       NamedSet{"lowercase", "a-z"},
                                       NamedSet{"letters", "A-Za-z"},
                                       NamedSet{"letter", "A-Za-z"},
                                       NamedSet{"alpha", "A-Za-z"},
                                       NamedSet{"alphabet", "A-Za-z"},
                                       NamedSet{"alnum", "0-9A-Za-z"},
                                       NamedSet{"alphanumeric", "0-9A-Za-z"},
                                       NamedSet{"hex", "0-9A-Fa-f"},
                                       NamedSet{"hexadecimal", "0-9A-Fa-f"}};

/// In small letters, without the hyphen of "upper-case".
inline std::string plain_word(std::string_view text) {
  std::string word;
  for (const char c : text) {
    if (c != '-' && c != '_') word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return word;
}

inline const NamedSet* find_named_set(std::string_view text) {
  const std::string word = plain_word(text);
  const auto* found =
      std::find_if(named_sets.begin(), named_sets.end(), [&](const NamedSet& set) { return set.name == word; });
  return found == named_sets.end() ? nullptr : found;
}

/// "digits,upper" and "digits+A-F" of which at least one part is a name; else nothing.
inline std::vector<std::string_view> listed_sets(std::string_view text) {
  std::vector<std::string_view> parts;
  bool has_name = false;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find_first_of(",+", begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    has_name = has_name || find_named_set(parts.back()) != nullptr;
    begin = end + 1;
  }
  return has_name && parts.size() > 1 ? parts : std::vector<std::string_view>{};
}

/// A word that is the name of no set was hardly meant as the set of its letters. Letters in the order of the alphabet
/// are no word.
inline void refuse_word(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  const bool ordered = std::adjacent_find(text.begin(), text.end(), std::greater_equal<>()) == text.end();
  if (text.size() < 3 || ordered || !std::all_of(text.begin(), text.end(), is_letter)) return;
  std::string sorted(text);
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  throw ValueError(
      "'" + std::string(text) +
      "' is no character set: expected digits, upper, lower, letters, all, or characters, as in 0-9A-F; write " +
      sorted + " for these letters");
}

}  // namespace detail

INKLING_INLINE CharSet CharSet::parse(std::string_view text) {
  if (text.empty()) throw ValueError("a character set has at least one character, got an empty text");
  if (const auto* named = detail::find_named_set(text)) {
    if (named->characters.empty()) return {};
    text = named->characters;
  }
  CharSet set;
  if (const auto parts = detail::listed_sets(text); !parts.empty()) {
    set.characters_.reset();
    for (const std::string_view part : parts) set.characters_ |= parse(part).characters_;
    return set;
  }
  detail::refuse_word(text);
  set.characters_.reset();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] <= ' ' || text[i] > '~') {
      throw ValueError("a character set holds printable ASCII characters, got '" + std::string(text) + "'");
    }
    const bool is_range = i + 2 < text.size() && text[i + 1] == '-';
    set.add_range(text[i], is_range ? text[i + 2] : text[i], text);
    if (is_range) i += 2;
  }
  return set;
}

INKLING_INLINE void CharSet::add_range(char first, char last, std::string_view text) {
  const auto within = [&](char low, char high) { return low <= first && first <= last && last <= high; };
  if (first != last && !within('0', '9') && !within('A', 'Z') && !within('a', 'z')) {
    throw ValueError("'" + std::string{first, '-', last} + "' in the character set '" + std::string(text) +
                     "' is not a range: expected two digits, two capitals or two small letters, the lower one first");
  }
  for (char c = first; c <= last; ++c) characters_.set(static_cast<unsigned char>(c));
}

INKLING_INLINE bool CharSet::admits(const ClassMeaning& meaning) const noexcept {
  return contains(meaning.name) || contains(meaning.other_case);
}

INKLING_INLINE const std::string& CharSet::label(const ClassMeaning& meaning) const noexcept {
  return !contains(meaning.name) && contains(meaning.other_case) ? meaning.other_case : meaning.name;
}

INKLING_INLINE std::vector<Label> admitted_classes(const CharSet& set, const std::vector<std::string>& class_names) {
  const std::vector<ClassMeaning> meanings = class_meanings(class_names);
  std::vector<Label> admitted;
  for (std::size_t c = 0; c < meanings.size(); ++c) {
    if (set.admits(meanings[c])) admitted.push_back(static_cast<Label>(c));
  }
  if (admitted.empty()) {
    std::string names;
    for (const std::string& name : class_names) names += (names.empty() ? "" : " ") + name;
    throw ValueError("the character set has none of the model's classes, which are: " + names);
  }
  return admitted;
}

INKLING_INLINE std::vector<std::string> shown_labels(const CharSet& set, const std::vector<std::string>& class_names) {
  std::vector<std::string> labels;
  labels.reserve(class_names.size());
  for (const ClassMeaning& meaning : class_meanings(class_names)) labels.push_back(set.label(meaning));
  return labels;
}

}  // namespace inkling::inline INKLING_ABI
