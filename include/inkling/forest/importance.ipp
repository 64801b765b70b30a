#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/range.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/forest/importance.hpp>
#include <inkling/forest/random_forest.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/metrics.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void PermutationOptions::check() const {
  in_range("PermutationOptions::repeats", repeats, {1, 1e6});
  in_range("PermutationOptions::threads", threads, {0, most_threads});
}

INKLING_INLINE std::vector<double> pixel_importance(const RandomForest& forest) {
  std::vector<double> importance = forest.impurity_importance();
  if (!forest.hog() || importance.empty()) return importance;
  const Shape& image = forest.input_shape();
  const HogOptions& options = forest.hog()->options();
  std::vector<double> result(static_cast<std::size_t>(image.size()), 0);
  std::size_t feature = 0;
  const auto spread = [&](Index cell, Index row, Index column) {
    double sum = 0;
    for (Index bin = 0; bin < options.bins; ++bin) sum += importance[feature++];
    const auto range = [cell](Index index, Index pixels) {  // as Hog places its cells: their middle on the image's
      const Index first = index * cell - ((pixels + cell - 1) / cell * cell - pixels) / 2;
      return std::pair(std::max<Index>(0, first), std::min(pixels, first + cell));
    };
    const auto [top, bottom] = range(row, image.height);
    const auto [left, right] = range(column, image.width);
    const auto pixels = static_cast<double>((bottom - top) * (right - left));
    for (Index y = top; y < bottom; ++y) {
      for (Index x = left; x < right; ++x) result[static_cast<std::size_t>(y * image.width + x)] += sum / pixels;
    }
  };
  for (const Index cell : options.cells) {
    const Index blocks_down = (image.height + cell - 1) / cell - options.block + 1;
    const Index blocks_across = (image.width + cell - 1) / cell - options.block + 1;
    for (Index block = 0; block < blocks_down * blocks_across; ++block) {
      for (Index place = 0; place < options.block * options.block; ++place) {
        spread(cell, block / blocks_across + place / options.block, block % blocks_across + place % options.block);
      }
    }
  }
  return result;
}

INKLING_INLINE std::vector<double> permutation_importance(const Classifier& model, const Dataset& dataset,
                                                          const PermutationOptions& options) {
  options.check();
  Pixels images = dataset.pixels();
  const std::vector<Label> truth = dataset.labels();
  const double whole = accuracy(truth, model.predict(images, options.threads));
  std::vector<double> result(static_cast<std::size_t>(images.rows()), 0);
  for (Index f = 0; f < images.rows(); ++f) {
    if (images.cols() == 0 || (images.row(f).array() == images(f, 0)).all()) continue;
    const std::vector<std::uint8_t> original(images.row(f).begin(), images.row(f).end());
    double fall = 0;
    for (Index r = 0; r < options.repeats; ++r) {
      std::vector<std::uint8_t> shuffled = original;
      Rng rng(derive_seed(options.seed, {static_cast<std::uint64_t>(f), static_cast<std::uint64_t>(r)}));
      rng.shuffle(std::span(shuffled));
      std::copy(shuffled.begin(), shuffled.end(), images.row(f).begin());
      fall += whole - accuracy(truth, model.predict(images, options.threads));
    }
    result[static_cast<std::size_t>(f)] = fall / static_cast<double>(options.repeats);
    std::copy(original.begin(), original.end(), images.row(f).begin());
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI
