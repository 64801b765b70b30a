#pragma once

#include <inkling/model/charset.hpp>

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE bool CharSet::contains(const std::string& name) const noexcept {
  return name.size() == 1 ? contains(name.front()) : characters_.all() && !name.empty();
}

INKLING_INLINE CharSet CharSet::parse(std::string_view text) {
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

INKLING_INLINE Matrix restrict_to(const CharSet& set, const std::vector<std::string>& class_names,
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
