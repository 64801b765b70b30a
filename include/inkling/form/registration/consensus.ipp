#pragma once

#include <inkling/core/range.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/form/registration/consensus.hpp>

#include <Eigen/Cholesky>
#include <Eigen/LU>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <optional>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE void ConsensusOptions::check() const {
  in_range("ConsensusOptions::trials", trials, {1, 1e6});
  in_range("ConsensusOptions::threshold", threshold, {.low = 0, .high = 1e6, .above_low = true});
  in_range("ConsensusOptions::candidates", candidates, {1, 10000});
}

namespace detail {

/// Turn, stretch and shift: p goes to turn * p + shift in complex numbers.
struct Similarity {
  std::complex<double> turn{1, 0};
  std::complex<double> shift{0, 0};

  Homography homography() const {
    Eigen::Matrix3d m;
    m << turn.real(), -turn.imag(), shift.real(), turn.imag(), turn.real(), shift.imag(), 0, 0, 1;
    return Homography(m);
  }
};

/// Least squares with weights; nothing when the points do not determine it.
INKLING_INLINE std::optional<Homography> fit_affine(std::span<const PointPair> pairs) {
  Eigen::Matrix3d normal = Eigen::Matrix3d::Zero();
  Eigen::Matrix<double, 3, 2> right = Eigen::Matrix<double, 3, 2>::Zero();
  for (const PointPair& pair : pairs) {
    const Eigen::Vector3d from(pair.from.x, pair.from.y, 1);
    normal += pair.weight * from * from.transpose();
    right += pair.weight * from * Eigen::RowVector2d(pair.to.x, pair.to.y);
  }
  const Eigen::LDLT<Eigen::Matrix3d> solver(normal);
  const auto pivots = solver.vectorD().cwiseAbs();
  if (solver.info() != Eigen::Success || !(pivots.minCoeff() > 1e-9 * pivots.maxCoeff())) return std::nullopt;
  const Eigen::Matrix<double, 3, 2> solution = solver.solve(right);
  Eigen::Matrix3d m = Eigen::Matrix3d::Identity();
  m.topRows<2>() = solution.transpose();
  return Homography(m);
}

class ConsensusSearch {
 public:
  ConsensusSearch(const Features& first, const Features& second, std::span<const Match> matches)
      : pairs_(matches.size()), turns_(matches.size()), stretches_(matches.size()) {
    for (std::size_t i = 0; i < matches.size(); ++i) {
      const Keypoint& a = first.points[static_cast<std::size_t>(matches[i].first)];
      const Keypoint& b = second.points[static_cast<std::size_t>(matches[i].second)];
      pairs_[i] = {{a.x, a.y}, {b.x, b.y}};
      turns_[i] = static_cast<double>(b.angle - a.angle);
      stretches_[i] = static_cast<double>(b.scale / a.scale);
    }
  }

  std::size_t size() const noexcept { return pairs_.size(); }

  /// The similarity that two matches propose, when their keypoints look turned and stretched by as much.
  std::optional<Similarity> propose(std::size_t i, std::size_t j) const {
    const auto complex = [](const Point& p) { return std::complex<double>(p.x, p.y); };
    const std::complex<double> from = complex(pairs_[j].from) - complex(pairs_[i].from);
    const std::complex<double> to = complex(pairs_[j].to) - complex(pairs_[i].to);
    if (std::abs(from) < 30 || std::abs(to) < 10) return std::nullopt;
    Similarity s;
    s.turn = to / from;
    s.shift = complex(pairs_[i].to) - s.turn * complex(pairs_[i].from);
    const double stretch = std::abs(s.turn);
    for (const std::size_t k : {i, j}) {
      const double turn = std::remainder(std::arg(s.turn) - turns_[k], 2 * std::numbers::pi);
      if (std::abs(turn) > 0.5) return std::nullopt;
      const double ratio = stretch / stretches_[k];
      if (ratio > 1.8 || ratio < 1 / 1.8) return std::nullopt;
    }
    return s;
  }

  double score(const Similarity& s, double threshold) const noexcept {
    const double limit = threshold * threshold * std::norm(s.turn);
    double sum = 0;
    for (const PointPair& pair : pairs_) {
      const double x = s.turn.real() * pair.from.x - s.turn.imag() * pair.from.y + s.shift.real() - pair.to.x;
      const double y = s.turn.imag() * pair.from.x + s.turn.real() * pair.from.y + s.shift.imag() - pair.to.y;
      sum += std::max(0.0, 1 - (x * x + y * y) / limit);
    }
    return sum;
  }

  /// Weights the pairs by how well the map fits; threshold in pixels of the first picture. Returns their sum.
  double weigh(const Homography& map, double threshold) {
    double sum = 0;
    for (PointPair& pair : pairs_) {
      const Point at = map(pair.from);
      const double area = std::abs(map.jacobian(pair.from).determinant());
      const double error = (std::pow(at.x - pair.to.x, 2) + std::pow(at.y - pair.to.y, 2)) / area;
      pair.weight = error >= 0 ? std::max(0.0, 1 - error / (threshold * threshold)) : 0;
      sum += pair.weight;
    }
    return sum;
  }

  /// Fits again and again while the threshold shrinks.
  std::optional<Consensus> refine(Homography map, double threshold, double width, double height) {
    struct Round {
      double threshold;
      bool affine;
    };
    for (const Round& round : {Round{24, true}, Round{20, true}, Round{20, false}, Round{14, false}, Round{10, false},
                               Round{7, false}, Round{5, false}, Round{4, false}}) {
      weigh(map, round.threshold);
      const std::optional<Homography> fit = round.affine ? fit_affine(pairs_) : fit_homography(pairs_);
      if (!fit || !plausible(*fit, width, height)) return std::nullopt;
      map = *fit;
    }
    Consensus consensus{map, 0, weigh(map, threshold)};
    consensus.inliers = static_cast<std::size_t>(
        std::count_if(pairs_.begin(), pairs_.end(), [](const PointPair& pair) { return pair.weight > 0; }));
    return consensus;
  }

 private:
  std::vector<PointPair> pairs_;
  std::vector<double> turns_;  // radians
  std::vector<double> stretches_;
};

}  // namespace detail

INKLING_INLINE std::vector<Consensus> find_consensus(const Features& first, const Features& second,
                                                     std::span<const Match> matches, double width, double height,
                                                     const ConsensusOptions& options) {
  options.check();
  std::vector<Consensus> found;
  if (matches.size() < 6) return found;
  detail::ConsensusSearch search(first, second, matches);

  struct Proposal {
    detail::Similarity map;
    double score = 0;
  };
  std::vector<Proposal> best;
  Rng rng(options.seed);
  constexpr double loose = 24;
  for (int trial = 0; trial < options.trials; ++trial) {
    // The pool grows from the surest matches to all of them.
    const auto pool = static_cast<std::uint32_t>(
        std::min(search.size(), std::size_t{16} + static_cast<std::size_t>(trial) * search.size() * 2 /
                                                      static_cast<std::size_t>(options.trials)));
    const std::uint32_t i = rng.below(pool);
    const std::uint32_t j = rng.below(pool);
    if (i == j) continue;
    const auto proposal = search.propose(i, j);
    if (!proposal) continue;
    const double score = search.score(*proposal, loose);
    if (best.size() == options.candidates && score <= best.back().score) continue;
    // One for each place in the space of maps: the better of two that are alike.
    const auto alike = std::find_if(best.begin(), best.end(), [&](const Proposal& other) {
      const auto centre = std::complex<double>(width / 2, height / 2);
      const auto shift = (other.map.turn - proposal->turn) * centre + other.map.shift - proposal->shift;
      return std::abs(other.map.turn - proposal->turn) < 0.2 * std::abs(proposal->turn) &&
             std::abs(shift) < 60 * std::abs(proposal->turn);
    });
    if (alike != best.end()) {
      if (score > alike->score) *alike = {*proposal, score};
    } else {
      if (best.size() == options.candidates) best.pop_back();
      best.push_back({*proposal, score});
    }
    std::sort(best.begin(), best.end(), [](const Proposal& a, const Proposal& b) { return a.score > b.score; });
  }
  for (const Proposal& proposal : best) {
    if (auto consensus = search.refine(proposal.map.homography(), options.threshold, width, height)) {
      found.push_back(*consensus);
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Consensus& a, const Consensus& b) { return a.score > b.score; });
  return found;
}

}  // namespace inkling::inline INKLING_ABI::form
