#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/model/class_meaning.hpp>

#include <algorithm>
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
  /// a-z, A-Z and 0-9 or parts of them are ranges: "0-9A-F", "xyz-". A "-" at either end stands for itself. Throws
  /// ValueError for an empty text, a character that is not printable ASCII, and a range whose ends are not two digits,
  /// two capitals or two small letters in order.
  static CharSet parse(std::string_view text);

  bool contains(char c) const noexcept { return characters_[static_cast<unsigned char>(c)]; }

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
  bool contains(const std::string& name) const noexcept {
    return name.size() == 1 ? contains(name.front()) : characters_.all() && !name.empty();
  }
  void add_range(char first, char last, std::string_view text);

  std::bitset<256> characters_;
};

/// The classes that may be answers, in order. Throws ValueError when there is none.
std::vector<Label> admitted_classes(const CharSet& set, const std::vector<std::string>& class_names);

/// How to show each class: CharSet::label.
std::vector<std::string> shown_labels(const CharSet& set, const std::vector<std::string>& class_names);

/// Probabilities given that the answer is in the set: those of other classes become 0, and each column is scaled to sum
/// to 1 again. Where no admitted class had any probability, all of them get the same.
/// probabilities and result: classes x samples. Throws ShapeError unless there is one row for each class name,
/// ValueError when no class is admitted.
Matrix restrict_to(const CharSet& set, const std::vector<std::string>& class_names, const Matrix& probabilities);

inline CharSet CharSet::parse(std::string_view text) {
  if (text.empty()) throw ValueError("a character set has at least one character, got an empty text");
  if (text == "all") return {};
  if (text == "digits") return parse("0-9");
  if (text == "upper") return parse("A-Z");
  if (text == "lower") return parse("a-z");
  if (text == "letters") return parse("A-Za-z");

  CharSet set;
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

inline void CharSet::add_range(char first, char last, std::string_view text) {
  const auto within = [&](char low, char high) { return low <= first && first <= last && last <= high; };
  if (first != last && !within('0', '9') && !within('A', 'Z') && !within('a', 'z')) {
    throw ValueError("'" + std::string{first, '-', last} + "' in the character set '" + std::string(text) +
                     "' is not a range: expected two digits, two capitals or two small letters, the lower one first");
  }
  for (char c = first; c <= last; ++c) characters_.set(static_cast<unsigned char>(c));
}

inline bool CharSet::admits(const ClassMeaning& meaning) const noexcept {
  return contains(meaning.name) || contains(meaning.other_case);
}

inline const std::string& CharSet::label(const ClassMeaning& meaning) const noexcept {
  return !contains(meaning.name) && contains(meaning.other_case) ? meaning.other_case : meaning.name;
}

inline std::vector<Label> admitted_classes(const CharSet& set, const std::vector<std::string>& class_names) {
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

inline std::vector<std::string> shown_labels(const CharSet& set, const std::vector<std::string>& class_names) {
  std::vector<std::string> labels;
  labels.reserve(class_names.size());
  for (const ClassMeaning& meaning : class_meanings(class_names)) labels.push_back(set.label(meaning));
  return labels;
}

inline Matrix restrict_to(const CharSet& set, const std::vector<std::string>& class_names,
                          const Matrix& probabilities) {
  if (probabilities.rows() != static_cast<Index>(class_names.size())) {
    throw ShapeError("restrict_to: expected a row for each of " + std::to_string(class_names.size()) +
                     " classes, got " + std::to_string(probabilities.rows()));
  }
  const std::vector<Label> admitted = admitted_classes(set, class_names);
  if (admitted.size() == class_names.size()) return probabilities;

  Matrix result = Matrix::Zero(probabilities.rows(), probabilities.cols());
  for (Index i = 0; i < result.cols(); ++i) {
    result(admitted, i) = probabilities(admitted, i);
    const float sum = result.col(i).sum();
    if (sum > 0) {
      result.col(i) /= sum;
    } else {
      result(admitted, i).setConstant(1 / static_cast<float>(admitted.size()));
    }
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI
