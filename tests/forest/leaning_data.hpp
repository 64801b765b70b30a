#pragma once

#include <inkling/core/rng.hpp>
#include <inkling/data/dataset.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace inkling::test {

/// Bytes that lean towards high values in the features of their class; two thirds are 0.
inline Dataset leaning_data(Index samples, Index features, Index classes, std::uint64_t seed) {
  Rng rng(seed);
  Pixels pixels(features, samples);
  std::vector<Label> labels;
  for (Index i = 0; i < samples; ++i) {
    labels.push_back(static_cast<Label>(rng.below(static_cast<std::uint32_t>(classes))));
    for (Index f = 0; f < features; ++f) {
      const bool leans = f % classes == labels.back();
      pixels(f, i) = rng.below(3) != 0 && !leans ? 0 : static_cast<std::uint8_t>(rng.below(leans ? 256 : 100));
    }
  }
  std::vector<std::string> names;
  for (Index c = 0; c < classes; ++c) names.push_back(std::to_string(c));
  return Dataset({1, 1, features}, std::move(pixels), std::move(labels), std::move(names));
}

}  // namespace inkling::test
