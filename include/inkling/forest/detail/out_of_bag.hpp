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

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI::forest::detail {

/// What a forest's trees say about the samples that they did not learn from.
struct OutOfBag {
  ConfusionMatrix confusion;
  std::optional<float> temperature;  // that makes probabilities of the votes; empty when it was not asked for
};

/// For each tree: which samples it learned from. seeds: of the trees, which give their bags.
inline std::vector<std::vector<bool>> bags_of(std::span<const std::uint64_t> seeds, Index samples, int threads) {
  std::vector<std::vector<bool>> in_bag(seeds.size());
  parallel_for(static_cast<Index>(seeds.size()), threads, [&](Index t, int) {
    Rng rng(seeds[static_cast<std::size_t>(t)]);
    const std::vector<std::uint16_t> bag = draw_bag(rng, samples);
    std::vector<bool>& in = in_bag[static_cast<std::size_t>(t)];
    in.resize(bag.size());
    for (std::size_t i = 0; i < bag.size(); ++i) in[i] = bag[i] != 0;
  });
  return in_bag;
}

/// What the trees said about some of the samples.
struct Verdicts {
  std::vector<Label> truth;  // of those that were voted on
  std::vector<Label> predicted;
  Matrix shares;  // classes x samples, every stride-th of those; empty without a stride
  std::vector<Label> shares_truth;
};

/// The sums of the votes on samples first, ..., first + size - 1 by the trees that did not learn from them. in_bag: of
/// the last trees; the others do not vote. Result: classes x size.
inline Matrix votes_on(const Trees& trees, const TrainingData& data, const std::vector<std::vector<bool>>& in_bag,
                       Index first, Index size) {
  Matrix shares = Matrix::Zero(data.num_classes(), size);
  Pixels unpacked(data.num_features(), size);
  std::vector<const std::uint8_t*> bytes;
  for (Index i = 0; i < size; ++i) bytes.push_back(data.sample(first + i, unpacked.col(i).data()));
  std::vector<const std::uint8_t*> samples;
  std::vector<float*> votes;
  const std::size_t unknown = trees.roots.size() - in_bag.size();
  for (std::size_t t = 0; t < in_bag.size(); ++t) {
    samples.clear();
    votes.clear();
    for (Index i = 0; i < size; ++i) {
      if (in_bag[t][static_cast<std::size_t>(first + i)]) continue;
      samples.push_back(bytes[static_cast<std::size_t>(i)]);
      votes.push_back(shares.col(i).data());
    }
    trees.vote(trees.roots[unknown + t], samples, votes);
  }
  return shares;
}

/// votes: of samples first, first + 1, ... stride: of the samples whose shares are kept; 0: of none.
inline Verdicts judge(Matrix votes, const TrainingData& data, Index first, Index stride) {
  Verdicts verdicts;
  const std::vector<Label> best = best_classes(votes);
  std::vector<Index> kept;
  for (Index i = 0; i < votes.cols(); ++i) {
    const float sum = votes.col(i).sum();
    if (!(sum > 0)) continue;
    verdicts.truth.push_back(data.label(first + i));
    verdicts.predicted.push_back(best[static_cast<std::size_t>(i)]);
    votes.col(i) /= sum;
    if (stride > 0 && (first + i) % stride == 0) kept.push_back(i);
  }
  verdicts.shares.resize(votes.rows(), static_cast<Index>(kept.size()));
  for (std::size_t k = 0; k < kept.size(); ++k) {
    verdicts.shares.col(static_cast<Index>(k)) = votes.col(kept[k]);
    verdicts.shares_truth.push_back(data.label(first + kept[k]));
  }
  return verdicts;
}

/// Counts what was right, and fits the temperature.
inline std::optional<OutOfBag> sum_up(const std::vector<Verdicts>& all, Index classes) {
  OutOfBag result{ConfusionMatrix(classes), {}};
  Index columns = 0;
  for (const Verdicts& verdicts : all) columns += verdicts.shares.cols();
  Matrix shares(classes, columns);
  std::vector<Label> truth;
  for (const Verdicts& verdicts : all) {
    for (std::size_t i = 0; i < verdicts.truth.size(); ++i) {
      result.confusion.add(verdicts.truth[i], verdicts.predicted[i]);
    }
    shares.middleCols(static_cast<Index>(truth.size()), verdicts.shares.cols()) = verdicts.shares;
    truth.insert(truth.end(), verdicts.shares_truth.begin(), verdicts.shares_truth.end());
  }
  if (result.confusion.samples() == 0) return std::nullopt;
  if (!truth.empty()) result.temperature = fit_temperature(vote_logits(shares), truth);
  return result;
}

}  // namespace inkling::inline INKLING_ABI::forest::detail
