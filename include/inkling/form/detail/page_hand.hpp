#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/form/reading.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// The characters of a page are mostly by one hand: a 4 that is closed at the top looks like a 9, but more like the
/// other 4 of the page. One step of label propagation (Zhu and Ghahramani 2002, "Learning from Labeled and Unlabeled
/// Data with Label Propagation"): each character hears those that it resembles most.
namespace inkling::inline INKLING_ABI::form::detail {

/// A character that was read on a page.
struct PageCharacter {
  std::size_t field = 0;
  std::size_t cell = 0;                 // of the field's reading
  std::vector<Label> admitted = {};     // the classes that may stand there
  std::vector<std::string> shown = {};  // what each class of the model is called there
  Pixels image = {};                    // as the model sees it: one column
  Vector probabilities = {};            // of the model's classes
};

// Chosen on half of the found pages (docs/form-cells.md); the result hardly depends on them.
constexpr std::size_t page_neighbours = 8;  // characters that are heard
constexpr float page_sharpness = 12;        // power of the cosine between their gradients, the weight of each
constexpr float page_trust = 0.6F;          // in what many alike say, against the character itself

/// The probabilities of the admitted classes: classes x characters, 0 for others.
inline Matrix admitted_probabilities(std::span<const PageCharacter> characters) {
  constexpr float least = 1e-9F;  // nothing is impossible
  Matrix result = Matrix::Zero(characters.front().probabilities.size(), std::ssize(characters));
  for (std::size_t i = 0; i < characters.size(); ++i) {
    auto column = result.col(static_cast<Index>(i));
    float sum = 0;
    for (const Label label : characters[i].admitted) sum += characters[i].probabilities(label);
    for (const Label label : characters[i].admitted) {
      column(label) = std::max(least, sum > 0 ? characters[i].probabilities(label) / sum : 0);
    }
  }
  return result;
}

/// The gradients of the characters, of length 1: features x characters.
inline Matrix directions(std::span<const PageCharacter> characters, const Shape& image, int threads) {
  Pixels pixels(image.size(), std::ssize(characters));
  for (std::size_t i = 0; i < characters.size(); ++i) {
    pixels.col(static_cast<Index>(i)) = characters[i].image;
  }
  Matrix features = Hog(image).features(pixels, threads);
  features.colwise().normalize();
  return features;
}

/// What character i and those like it say together: the weighted geometric mean of its probabilities and the mean of
/// theirs. cosines: of the angles to all characters.
template <typename Column>
Vector heard(std::span<const PageCharacter> characters, const Matrix& probabilities, std::size_t i,
             const Column& cosines) {
  std::vector<std::pair<float, Index>> near;
  for (std::size_t j = 0; j < characters.size(); ++j) {
    if (j == i || characters[j].admitted != characters[i].admitted) continue;
    near.emplace_back(cosines(static_cast<Index>(j)), static_cast<Index>(j));
  }
  const std::size_t count = std::min(page_neighbours, near.size());
  std::partial_sort(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(count), near.end(), std::greater<>());
  Vector own = probabilities.col(static_cast<Index>(i));
  Vector others = Vector::Zero(own.size());
  float weights = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const float weight = std::pow(std::max(0.0F, near[k].first), page_sharpness);
    others += weight * probabilities.col(near[k].second);
    weights += weight;
  }
  if (!(weights > 0)) return own;
  const float share = page_trust * weights / (weights + 1);
  for (const Label label : characters[i].admitted) {
    own(label) = std::exp((1 - share) * std::log(own(label)) + share * std::log(others(label) / weights));
  }
  return own / own.sum();
}

/// Gives the cell its candidates anew; its text, where it changes, goes to the same place in the reading's.
/// from: where in the text what is left of the cell ends. Returns where the cell's ends.
inline std::size_t rename(FieldReading& reading, CellReading& cell, const PageCharacter& character,
                          const Vector& probabilities, std::size_t from) {
  const Candidate before = cell.candidates.front();
  const bool may_be_empty = cell.candidates.back().label.empty();
  const Candidate empty = cell.candidates.back();
  const std::size_t count = cell.candidates.size() - (may_be_empty ? 1 : 0);
  const double rest = may_be_empty ? 1 - empty.probability : 1;
  std::vector<Label> order = character.admitted;
  std::stable_sort(order.begin(), order.end(), [&](Label a, Label b) { return probabilities(a) > probabilities(b); });
  order.resize(std::min(count, order.size()));
  cell.candidates.clear();
  for (const Label label : order) {
    cell.candidates.push_back(
        {character.shown[static_cast<std::size_t>(label)], rest * static_cast<double>(probabilities(label))});
  }
  if (may_be_empty) cell.candidates.push_back(empty);
  const Candidate& now = cell.candidates.front();
  if (before.probability > 0) reading.confidence *= now.probability / before.probability;
  const std::size_t place = reading.text.find(before.label, from);
  if (place == std::string::npos) return from;
  reading.text.replace(place, before.label.size(), now.label);
  return place + now.label.size();
}

/// Lets the characters of a page hear one another. characters: by field, and in it by cell; those of a field are all of
/// its cells that were read. Requires: images of `image`, whose sides are 14 pixels or more.
inline void agree(std::vector<FieldReading>& readings, std::span<const PageCharacter> characters, const Shape& image,
                  int threads) {
  if (characters.size() < 2) return;
  const Matrix probabilities = admitted_probabilities(characters);
  const Matrix features = directions(characters, image, threads);
  constexpr Index block = 64;  // characters whose cosines are there at once
  std::size_t place = 0;
  for (Index first = 0; first < features.cols(); first += block) {
    const Index size = std::min(block, features.cols() - first);
    const Matrix cosines = features.transpose() * features.middleCols(first, size);
    for (Index c = 0; c < size; ++c) {
      const auto i = static_cast<std::size_t>(first + c);
      const PageCharacter& character = characters[i];
      if (i == 0 || characters[i - 1].field != character.field) place = 0;
      FieldReading& reading = readings[character.field];
      place = rename(reading, reading.cells[character.cell], character,
                     heard(characters, probabilities, i, cosines.col(c)), place);
    }
  }
}

}  // namespace inkling::inline INKLING_ABI::form::detail
