#pragma once

#include <inkling/core/matrix.hpp>

#include <cstdint>
#include <vector>

namespace inkling::test {

/// Scores and labels that a Python script makes as well: 4 x 200 from a linear congruential generator, of which 70.5 %
/// are right and which are too sure of themselves.
struct SampledScores {
  Matrix scores{4, 200};  // classes x samples
  std::vector<Label> truth;
};

inline SampledScores sampled_scores() {
  std::uint64_t state = 12345;
  const auto next = [&] {
    state = (state * 1103515245 + 12345) % 2147483648ULL;
    return static_cast<double>(state) / 2147483648.0;
  };
  SampledScores sample;
  for (float& score : sample.scores.reshaped()) score = static_cast<float>(8 * next() - 4);
  for (Index i = 0; i < 200; ++i) {
    Index best = 0;
    sample.scores.col(i).maxCoeff(&best);
    sample.truth.push_back(static_cast<Label>(next() < 0.6 ? best : i % 4));
  }
  return sample;
}

}  // namespace inkling::test
