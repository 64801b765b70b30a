#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/forest/detail/bag.hpp>
#include <inkling/forest/detail/training_data.hpp>
#include <inkling/forest/trees.hpp>
#include <inkling/model/calibration.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/confusion_matrix.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI::forest {

/// What a forest's trees say about the samples that they did not learn from.
struct OutOfBag {
  ConfusionMatrix confusion;
  std::optional<float> temperature;  // that makes probabilities of the votes; empty when it was not asked for
};

/// Lets every tree vote on the samples outside its bag, which its seed gives. Samples that are in every bag are left
/// out; empty when none is left.
inline std::optional<OutOfBag> vote_out_of_bag(const Trees& trees, const TrainingData& data, std::uint64_t forest_seed,
                                               bool calibrate, int threads) {
  constexpr Index most_scores = Index{1} << 24;  // to calibrate on: bounds the memory
  constexpr Index block = 256;                   // samples a task
  const Index classes = data.num_classes();
  const std::size_t tree_count = trees.roots.size();
  std::vector<std::vector<bool>> in_bag(tree_count);
  parallel_for(static_cast<Index>(tree_count), threads, [&](Index t, int) {
    Rng rng(tree_seed(forest_seed, t));
    const std::vector<std::uint16_t> bag = draw_bag(rng, data.size());
    std::vector<bool>& in = in_bag[static_cast<std::size_t>(t)];
    in.resize(bag.size());
    for (std::size_t i = 0; i < bag.size(); ++i) in[i] = bag[i] != 0;
  });

  struct Verdicts {
    std::vector<Label> truth;
    std::vector<Label> predicted;
    Matrix shares;  // classes x samples, every stride-th of those that were voted on
    std::vector<Label> shares_truth;
  };
  const Index stride = std::max<Index>(1, (data.size() * classes + most_scores - 1) / most_scores);
  std::vector<Verdicts> verdicts(static_cast<std::size_t>((data.size() + block - 1) / block));
  parallel_for(static_cast<Index>(verdicts.size()), threads, [&](Index b, int) {
    const Index first = b * block;
    const Index size = std::min(block, data.size() - first);
    Matrix shares = Matrix::Zero(classes, size);
    std::vector<const std::uint8_t*> samples;
    std::vector<float*> votes;
    for (std::size_t t = 0; t < tree_count; ++t) {
      samples.clear();
      votes.clear();
      for (Index i = 0; i < size; ++i) {
        if (in_bag[t][static_cast<std::size_t>(first + i)]) continue;
        samples.push_back(data.sample(first + i));
        votes.push_back(shares.col(i).data());
      }
      trees.vote(trees.roots[t], samples, votes);
    }
    Verdicts& verdict = verdicts[static_cast<std::size_t>(b)];
    const std::vector<Label> best = best_classes(shares);
    std::vector<Index> kept;
    for (Index i = 0; i < size; ++i) {
      const float sum = shares.col(i).sum();
      if (!(sum > 0)) continue;
      verdict.truth.push_back(data.label(first + i));
      verdict.predicted.push_back(best[static_cast<std::size_t>(i)]);
      shares.col(i) /= sum;
      if (calibrate && (first + i) % stride == 0) kept.push_back(i);
    }
    verdict.shares.resize(classes, static_cast<Index>(kept.size()));
    for (std::size_t k = 0; k < kept.size(); ++k) {
      verdict.shares.col(static_cast<Index>(k)) = shares.col(kept[k]);
      verdict.shares_truth.push_back(data.label(first + kept[k]));
    }
  });

  OutOfBag result{ConfusionMatrix(classes), {}};
  Index columns = 0;
  for (const Verdicts& verdict : verdicts) columns += verdict.shares.cols();
  Matrix shares(classes, columns);
  std::vector<Label> truth;
  for (const Verdicts& verdict : verdicts) {
    for (std::size_t i = 0; i < verdict.truth.size(); ++i) result.confusion.add(verdict.truth[i], verdict.predicted[i]);
    shares.middleCols(static_cast<Index>(truth.size()), verdict.shares.cols()) = verdict.shares;
    truth.insert(truth.end(), verdict.shares_truth.begin(), verdict.shares_truth.end());
  }
  if (result.confusion.samples() == 0) return std::nullopt;
  if (!truth.empty()) result.temperature = fit_temperature(vote_logits(shares), truth);
  return result;
}

}  // namespace inkling::inline INKLING_ABI::forest
