#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/svm/detail/dense_samples.hpp>
#include <inkling/svm/detail/lanes.hpp>
#include <inkling/svm/detail/problem.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace inkling::inline INKLING_ABI::svm::detail {

/// The squared-hinge objective of every class, and what belongs to it.
struct Objective {
  LaneGroups slack;      // 1 - y w.x: above 0 for samples that cost. classes x samples
  LaneGroups gradient;   // classes x padded features
  Eigen::ArrayXd value;  // |w|^2 / 2 + sum of C * max(0, slack)^2, one a class (padded)
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
    for (Index k = 0; k < problem.classes(); ++k) {
      rest_cost_[static_cast<std::size_t>(k / lanes)](k % lanes) = static_cast<float>(problem.rest_cost);
    }
  }

  Index groups() const noexcept { return groups_; }

  void evaluate(const LaneGroups& weights, Objective& result) {
    const Index per_chunk = ((samples_.size() + chunks - 1) / chunks + block - 1) / block * block;
    result.slack.resize(static_cast<std::size_t>(groups_));
    result.gradient.resize(static_cast<std::size_t>(groups_));
    for (LaneMatrix& slack : result.slack) slack.resize(lanes, samples_.size());
    parallel_for(chunks, threads_, [&](Index c, int worker) {
      add_up(weights, c * per_chunk, std::min(samples_.size(), (c + 1) * per_chunk), result.slack,
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

  void add_up(const LaneGroups& weights, Index first, Index end, LaneGroups& slack, Chunk& chunk,
              Buffer& buffer) const {
    const Index padded = samples_.padded_features();
    const Index step = padded + lanes;  // not a power of two: rows that lie so apart would share few places in a cache
    chunk.losses.setZero(groups_ * lanes);
    chunk.gradient.resize(static_cast<std::size_t>(groups_));
    for (LaneMatrix& gradient : chunk.gradient) gradient.setZero(lanes, padded);
    buffer.samples.resize(static_cast<std::size_t>(block * step));
    buffer.margins.resize(lanes, block);
    float* const x = buffer.samples.data();
    for (Index i = first; i < end; i += block) {
      const Index count = std::min(block, end - i);
      for (Index s = 0; s < count; ++s) samples_.unpack(i + s, x + s * step);
      for (Index s = count; s < whole_tiles(count); ++s) std::fill_n(x + s * step, padded, 0.0F);
      for (std::size_t g = 0; g < weights.size(); ++g) {
        buffer.margins.setZero();
        multiply(whole_tiles(count), padded, x, step, 1, weights[g].data(), lanes, buffer.margins.data(), lanes);
        take_losses(static_cast<Index>(g), i, count, slack[g], buffer.margins, chunk.losses);
        multiply(padded, count, x, 1, step, buffer.margins.data(), lanes, chunk.gradient[g].data(), lanes);
      }
    }
  }

  /// Turns products of weights and samples, not yet scaled, into what each sample's gradient is its multiple of.
  void take_losses(Index group, Index first, Index count, LaneMatrix& slack, LaneMatrix& margins,
                   Eigen::ArrayXd& losses) const {
    const float scale = samples_.scale();
    for (Index s = 0; s < count; ++s) {
      Lanes sign = Lanes::Constant(-1);
      Lanes cost = rest_cost_[static_cast<std::size_t>(group)];
      const Label label = problem_.labels[static_cast<std::size_t>(first + s)];
      if (label / lanes == group) {
        sign(label % lanes) = 1;
        cost(label % lanes) = static_cast<float>(problem_.cost[static_cast<std::size_t>(label)]);
      }
      const Lanes here = 1 - sign * scale * margins.col(s);
      const Lanes excess = here.max(0.0F);
      slack.col(first + s) = here;
      losses.segment(group * lanes, lanes) += (cost * excess * excess).template cast<double>();
      margins.col(s) = -2 * scale * cost * sign * excess;
    }
  }

  const DenseSamples<Value>& samples_;
  const Problem& problem_;
  int threads_;
  Index groups_;
  std::vector<Lanes> rest_cost_;  // of each group; 0 in lanes without a class
  std::vector<Chunk> chunks_;
  std::vector<Buffer> buffers_;  // one a thread
};

}  // namespace inkling::inline INKLING_ABI::svm::detail
