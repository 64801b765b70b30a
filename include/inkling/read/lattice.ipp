#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/range.hpp>
#include <inkling/line/segment.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/prior.hpp>
#include <inkling/read/lattice.hpp>
#include <inkling/read/letter_case.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void LatticeOptions::check() const {
  in_range("LatticeOptions::max_pieces", max_pieces, {1, 1e6});
  in_range("LatticeOptions::max_width", max_width, {0, 1e6});
  in_range("LatticeOptions::threads", threads, {0, most_threads});
}

namespace detail {

/// Sums over the pixels of some ink.
struct Moments {
  double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;

  void add(double px, double py) {
    n += 1;
    x += px;
    y += py;
    xx += px * px;
    xy += px * py;
    yy += py * py;
  }
  Moments& operator+=(const Moments& other) {
    n += other.n;
    x += other.x;
    y += other.y;
    xx += other.xx;
    xy += other.xy;
    yy += other.yy;
    return *this;
  }
};

inline std::vector<Moments> moments_of_pieces(const Segmentation& line) {
  std::vector<Moments> moments(line.pieces.size());
  for (Index y = 0; y < line.labels.height(); ++y) {
    for (Index x = 0; x < line.labels.width(); ++x) {
      const std::int32_t label = line.labels(x, y);
      if (label >= 0 && line.ink.amount(x, y) > line.ink.threshold()) {
        moments[static_cast<std::size_t>(label)].add(static_cast<double>(x), static_cast<double>(y));
      }
    }
  }
  return moments;
}

}  // namespace detail

INKLING_INLINE Lattice build_lattice(const Segmentation& line, const Classifier& model, const LatticeOptions& options) {
  options.check();
  const Shape& input = model.input_shape();
  if (input.height != input.width || input.channels != 1) {
    throw ShapeError("build_lattice: expected a model of square grey images, got one of " + to_string(input));
  }
  Lattice lattice{
      .pieces = line.pieces.size(), .arcs = {}, .probabilities = {}, .evidence = {}, .cuts = line.cuts, .weights = {}};
  const std::vector<detail::Moments> moments = detail::moments_of_pieces(line);
  std::vector<std::pair<double, double>> tops;
  for (const Piece& piece : line.pieces) {
    const auto area = static_cast<double>(piece.box.area);
    lattice.weights.push_back(area / (line.stroke_width * line.height));
    tops.emplace_back(static_cast<double>(piece.box.top), area);
  }
  const double line_top = detail::weighted_median(std::move(tops));

  for (std::size_t last = 1; last <= line.pieces.size(); ++last) {
    Component box{line.labels.width(), line.labels.height(), 0, 0, 0};
    double begin = HUGE_VAL;
    double end = -HUGE_VAL;
    double gap = 0;
    detail::Moments sums;
    for (std::size_t first = last; first-- > 0 && last - first <= options.max_pieces;) {
      const Piece& piece = line.pieces[first];
      if (first + 1 < last) gap = std::max(gap, begin - piece.end);
      begin = std::min(begin, piece.begin);
      end = std::max(end, piece.end);
      box = together(box, piece.box);
      sums += moments[first];
      if (first + 1 < last && end - begin > options.max_width * line.height) break;

      const double mean_x = sums.x / sums.n;
      const double mean_y = sums.y / sums.n;
      const double var_x = sums.xx / sums.n - mean_x * mean_x;
      const double var_y = sums.yy / sums.n - mean_y * mean_y;
      const double cov = sums.xy / sums.n - mean_x * mean_y;
      const double slope = var_y > 0.1 ? cov / var_y : 0;
      lattice.arcs.push_back(
          {.first = first,
           .last = last,
           .box = {static_cast<double>(box.left) * line.scale, static_cast<double>(box.top) * line.scale,
                   static_cast<double>(box.width()) * line.scale, static_cast<double>(box.height()) * line.scale},
           .shape = {.width = (end - begin) / line.height,
                     .height = static_cast<double>(box.height()) / line.height,
                     .middle = (static_cast<double>(box.top + box.bottom) / 2 - line_top) / line.height,
                     .slope = -slope,
                     .spread = std::sqrt(std::max(0.0, var_x - slope * cov)) / line.height},
           .gap = gap / line.height});
    }
  }

  const Index side = model.input_shape().height;
  Pixels images(side * side, static_cast<Index>(lattice.arcs.size()));  // pixels x arcs
  for (std::size_t i = 0; i < lattice.arcs.size(); ++i) {
    const Arc& arc = lattice.arcs[i];
    const GreyImage image = character_image(line, arc.first, arc.last, {.side = side});
    images.col(static_cast<Index>(i)) = Eigen::Map<const Pixels>(image.values().data(), image.size(), 1);
  }
  Recognition seen = model.recognise(images, options.threads);
  lattice.probabilities = with_letter_case(options.charset, model.class_names(), images, std::move(seen.probabilities));
  lattice.evidence = std::move(seen.evidence);
  if (options.prior) lattice.probabilities = with_uniform_prior(lattice.probabilities, *options.prior);
  return lattice;
}

}  // namespace inkling::inline INKLING_ABI
