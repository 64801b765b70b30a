#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/svm/detail/dense_samples.hpp>
#include <inkling/svm/detail/lanes.hpp>
#include <inkling/svm/detail/problem.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI::svm::detail {

/// A bit for each class of a group, and each sample.
using LaneMasks = std::vector<std::uint16_t>;

/// The squared-hinge objective of every class, and what belongs to it.
struct Objective {
  std::vector<LaneMasks> costs;  // of each group: the classes that a sample costs, whose slack is above 0. samples
  LaneGroups gradient;           // classes x padded features
  Eigen::ArrayXd value;          // |w|^2 / 2 + sum of C * max(0, slack)^2, one a class (padded)
};

/// Evaluates the objective of all classes in one pass: margins and gradient of a few samples at a time are two products
/// of small matrices, during which the samples stay in the cache. Sums have a fixed order, so that the bits do not
/// depend on the number of threads.
template <typename Value>
class LossPass {
 public:
  /// Both must outlive this.
  LossPass(const DenseSamples<Value>& samples, const Problem& problem, int threads)
      : samples_(samples),
        problem_(problem),
        threads_(threads),
        groups_((problem.classes() + lanes - 1) / lanes),
        rest_cost_(static_cast<std::size_t>(groups_), Lanes::Zero()),
        chunks_(chunks),
        buffers_(static_cast<std::size_t>(thread_count(threads))) {
    for (Index lane = 0; lane < lanes; ++lane) bits_(lane) = static_cast<float>(1 << lane);
    for (Index k = 0; k < problem.classes(); ++k) {
      rest_cost_[static_cast<std::size_t>(k / lanes)](k % lanes) = static_cast<float>(problem.rest_cost);
    }
  }

  Index groups() const noexcept { return groups_; }

  void evaluate(const LaneGroups& weights, Objective& result) {
    const Index per_chunk = samples_a_chunk();
    result.costs.resize(static_cast<std::size_t>(groups_));
    result.gradient.resize(static_cast<std::size_t>(groups_));
    for (LaneMasks& costs : result.costs) costs.resize(static_cast<std::size_t>(samples_.size()));
    parallel_for(chunks, threads_, [&](Index c, int worker) {
      add_up(weights, c * per_chunk, std::min(samples_.size(), (c + 1) * per_chunk), result.costs,
             chunks_[static_cast<std::size_t>(c)], buffers_[static_cast<std::size_t>(worker)]);
    });
    result.value.setZero(groups_ * lanes);
    parallel_for(groups_, threads_, [&](Index g, int) {
      const auto group = static_cast<std::size_t>(g);
      LaneMatrix& gradient = result.gradient[group];
      auto value = result.value.segment(g * lanes, lanes);
      gradient = weights[group];
      for (const Chunk& chunk : chunks_) {
        gradient += chunk.gradient[group];
        value += chunk.losses.segment(g * lanes, lanes);
      }
      value += 0.5 * weights[group].template cast<double>().square().rowwise().sum();
    });
  }

  /// 1 - y w.x: above 0 for samples that cost. classes: of one group; weights: of the group, classes x padded features.
  /// Result: classes x samples. `evaluate` does not keep it, as few steps need it, and of all classes it may take half
  /// as much memory as the samples.
  Matrix slack(const LaneMatrix& weights, std::span<const Index> classes) {
    Matrix result(static_cast<Index>(classes.size()), samples_.size());
    const Index group = classes.front() / lanes;
    const Index per_chunk = samples_a_chunk();
    parallel_for(chunks, threads_, [&](Index c, int worker) {
      Buffer& buffer = buffers_[static_cast<std::size_t>(worker)];
      const Index end = std::min(samples_.size(), (c + 1) * per_chunk);
      for (Index i = c * per_chunk; i < end; i += block) {
        const Index count = std::min(block, end - i);
        unpack(i, count, buffer);
        find_margins(weights, count, buffer);
        for (Index s = 0; s < count; ++s) {
          const Lanes all = slack_of(side(group, i + s).sign, buffer.margins, s);
          for (std::size_t k = 0; k < classes.size(); ++k) {
            result(static_cast<Index>(k), i + s) = all(classes[k] % lanes);
          }
        }
      }
    });
    return result;
  }

 private:
  static constexpr Index chunks = 32;  // tasks: many enough to share out evenly
  static constexpr Index block = 32;   // samples that are in the cache together

  struct Chunk {
    LaneGroups gradient;    // classes x padded features: what its samples add
    Eigen::ArrayXd losses;  // one a class (padded)
  };
  struct Buffer {
    std::vector<float> samples;  // block samples, a little more than padded features apart
    LaneMatrix margins;          // classes x block
  };

  /// What a sample is to the classes of a group.
  struct Side {
    Lanes sign;  // 1 or -1
    Lanes cost;
  };

  Index samples_a_chunk() const noexcept {
    return ((samples_.size() + chunks - 1) / chunks + block - 1) / block * block;
  }

  /// From one unpacked sample to the next. Not a power of two: rows that lie so apart would share few places in a
  /// cache.
  Index step() const noexcept { return samples_.padded_features() + lanes; }

  /// Samples first, first + 1, ..., and zeros up to a whole tile.
  void unpack(Index first, Index count, Buffer& buffer) const {
    buffer.samples.resize(static_cast<std::size_t>(block * step()));
    float* const x = buffer.samples.data();
    for (Index s = 0; s < count; ++s) samples_.unpack(first + s, x + s * step());
    for (Index s = count; s < whole_tiles(count); ++s) std::fill_n(x + s * step(), samples_.padded_features(), 0.0F);
  }

  /// Products of the weights and the unpacked samples, not yet scaled.
  void find_margins(const LaneMatrix& weights, Index count, Buffer& buffer) const {
    buffer.margins.setZero(lanes, block);
    multiply(whole_tiles(count), samples_.padded_features(), buffer.samples.data(), step(), 1, weights.data(), lanes,
             buffer.margins.data(), lanes);
  }

  Side side(Index group, Index sample) const {
    Side result{Lanes::Constant(-1), rest_cost_[static_cast<std::size_t>(group)]};
    const Label label = problem_.labels[static_cast<std::size_t>(sample)];
    if (label / lanes == group) {
      result.sign(label % lanes) = 1;
      result.cost(label % lanes) = static_cast<float>(problem_.cost[static_cast<std::size_t>(label)]);
    }
    return result;
  }

  Lanes slack_of(const Lanes& sign, const LaneMatrix& margins, Index column) const {
    return 1 - sign * samples_.scale() * margins.col(column);
  }

  /// The lanes that are not 0 or below.
  std::uint16_t mask_of(const Lanes& slack) const noexcept {
    return static_cast<std::uint16_t>((slack <= 0).select(Lanes::Zero(), bits_).sum());  // exact below 2^24
  }

  void add_up(const LaneGroups& weights, Index first, Index end, std::vector<LaneMasks>& costs, Chunk& chunk,
              Buffer& buffer) const {
    const Index padded = samples_.padded_features();
    chunk.losses.setZero(groups_ * lanes);
    chunk.gradient.resize(static_cast<std::size_t>(groups_));
    for (LaneMatrix& gradient : chunk.gradient) gradient.setZero(lanes, padded);
    for (Index i = first; i < end; i += block) {
      const Index count = std::min(block, end - i);
      unpack(i, count, buffer);
      for (std::size_t g = 0; g < weights.size(); ++g) {
        find_margins(weights[g], count, buffer);
        take_losses(static_cast<Index>(g), i, count, costs[g], buffer.margins, chunk.losses);
        multiply(padded, count, buffer.samples.data(), 1, step(), buffer.margins.data(), lanes,
                 chunk.gradient[g].data(), lanes);
      }
    }
  }

  /// Turns products of weights and samples, not yet scaled, into what each sample's gradient is its multiple of.
  void take_losses(Index group, Index first, Index count, LaneMasks& costs, LaneMatrix& margins,
                   Eigen::ArrayXd& losses) const {
    const float scale = samples_.scale();
    for (Index s = 0; s < count; ++s) {
      const auto [sign, cost] = side(group, first + s);
      const Lanes here = slack_of(sign, margins, s);
      const Lanes excess = here.max(0.0F);
      costs[static_cast<std::size_t>(first + s)] = mask_of(here);
      losses.segment(group * lanes, lanes) += (cost * excess * excess).template cast<double>();
      margins.col(s) = -2 * scale * cost * sign * excess;
    }
  }

  const DenseSamples<Value>& samples_;
  const Problem& problem_;
  int threads_;
  Index groups_;
  Lanes bits_;                    // powers of 2
  std::vector<Lanes> rest_cost_;  // of each group; 0 in lanes without a class
  std::vector<Chunk> chunks_;
  std::vector<Buffer> buffers_;  // one a thread
};

}  // namespace inkling::inline INKLING_ABI::svm::detail
