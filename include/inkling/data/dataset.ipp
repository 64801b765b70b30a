#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/range.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/data/dataset.hpp>

#include <algorithm>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE Dataset::Dataset(Shape image, Pixels pixels, std::vector<Label> labels,
                                std::vector<std::string> class_names) {
  image.check("Dataset");
  if (pixels.rows() != image.size()) {
    throw ShapeError("Dataset: images of " + to_string(image) + " need " + std::to_string(image.size()) +
                     " bytes a column, got " + std::to_string(pixels.rows()));
  }
  if (static_cast<std::size_t>(pixels.cols()) != labels.size()) {
    throw ShapeError("Dataset: " + std::to_string(pixels.cols()) + " images but " + std::to_string(labels.size()) +
                     " labels");
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0 || static_cast<std::size_t>(labels[i]) >= class_names.size()) {
      throw ValueError("Dataset: label " + std::to_string(labels[i]) + " of sample " + std::to_string(i) +
                       " is not in 0.." + std::to_string(static_cast<long>(class_names.size()) - 1));
    }
  }
  samples_.resize(labels.size());
  std::iota(samples_.begin(), samples_.end(), Index{0});
  store_ = std::make_shared<Store>(Store{image, std::move(pixels), std::move(labels), std::move(class_names)});
}

INKLING_INLINE Pixels Dataset::pixels(Index first, Index count) const {
  if (first < 0 || count < 0 || first > size() - count) {
    throw ValueError("Dataset: samples " + std::to_string(first) + ".." + std::to_string(first + count) + " asked of " +
                     std::to_string(size()));
  }
  Pixels result(store_->image.size(), count);
  for (Index i = 0; i < count; ++i) result.col(i) = store_->pixels.col(row(first + i));
  return result;
}

INKLING_INLINE Pixels Dataset::remove_last(Index count) {
  Pixels removed = pixels(size() - count, count);
  samples_.resize(samples_.size() - static_cast<std::size_t>(count));
  if (store_.use_count() == 1) {
    const auto last = std::max_element(samples_.begin(), samples_.end());
    store_->pixels.conservativeResize(Eigen::NoChange, last == samples_.end() ? 0 : *last + 1);
  }
  return removed;
}

INKLING_INLINE std::vector<Label> Dataset::labels() const {
  std::vector<Label> result(samples_.size());
  for (Index i = 0; i < size(); ++i) result[static_cast<std::size_t>(i)] = label(i);
  return result;
}

INKLING_INLINE Dataset Dataset::subset(std::span<const Index> chosen) const {
  std::vector<Index> samples;
  samples.reserve(chosen.size());
  for (const Index i : chosen) {
    if (i < 0 || i >= size()) {
      throw ValueError("Dataset: sample " + std::to_string(i) + " asked of " + std::to_string(size()));
    }
    samples.push_back(row(i));
  }
  return {store_, std::move(samples)};
}

INKLING_INLINE Dataset Dataset::take(Index count) const {
  const Index kept = std::clamp<Index>(count, 0, size());
  return {store_, {samples_.begin(), samples_.begin() + kept}};
}

INKLING_INLINE Dataset Dataset::shuffled(std::uint64_t seed) const {
  std::vector<Index> samples = samples_;
  Rng(seed).shuffle(std::span(samples));
  return {store_, std::move(samples)};
}

INKLING_INLINE std::pair<Dataset, Dataset> Dataset::stratified_split(double fraction, std::uint64_t seed) const {
  if (!(fraction > 0 && fraction < 1)) {
    throw ValueError("Dataset: a split fraction is between 0 and 1, got " + std::to_string(fraction));
  }
  std::vector<char> is_second(samples_.size(), 0);
  for (const std::vector<Index>& members : shuffled_classes(seed)) {
    const auto count = static_cast<std::size_t>(fraction * static_cast<double>(members.size()) + 0.5);
    for (std::size_t i = 0; i < count; ++i) is_second[static_cast<std::size_t>(members[i])] = 1;
  }
  return parted(is_second);
}

INKLING_INLINE std::pair<Dataset, Dataset> Dataset::stratified_fold(Index fold, Index folds, std::uint64_t seed) const {
  in_range("Dataset::stratified_fold: folds", folds, {2, static_cast<double>(size())});
  in_range("Dataset::stratified_fold: fold", fold, {0, static_cast<double>(folds - 1)});
  std::vector<char> is_second(samples_.size(), 0);
  Index turn = 0;  // goes on from class to class, so that folds are of one size
  for (const std::vector<Index>& members : shuffled_classes(seed)) {
    for (const Index i : members) is_second[static_cast<std::size_t>(i)] = turn++ % folds == fold ? 1 : 0;
  }
  return parted(is_second);
}

INKLING_INLINE std::vector<std::vector<Index>> Dataset::shuffled_classes(std::uint64_t seed) const {
  std::vector<std::vector<Index>> by_class(static_cast<std::size_t>(num_classes()));
  for (Index i = 0; i < size(); ++i) by_class[static_cast<std::size_t>(label(i))].push_back(i);
  for (std::size_t c = 0; c < by_class.size(); ++c) Rng(derive_seed(seed, {c})).shuffle(std::span(by_class[c]));
  return by_class;
}

INKLING_INLINE std::pair<Dataset, Dataset> Dataset::parted(const std::vector<char>& is_second) const {
  std::vector<Index> first;
  std::vector<Index> second;
  for (std::size_t i = 0; i < samples_.size(); ++i) (is_second[i] != 0 ? second : first).push_back(samples_[i]);
  return {Dataset(store_, std::move(first)), Dataset(store_, std::move(second))};
}

}  // namespace inkling::inline INKLING_ABI
