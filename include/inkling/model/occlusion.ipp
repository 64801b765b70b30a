#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/range.hpp>
#include <inkling/model/occlusion.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void OcclusionOptions::check() const {
  in_range("OcclusionOptions::patch", patch, {1, 65'535});
  in_range("OcclusionOptions::stride", stride, {1, 65'535});
  in_range("OcclusionOptions::threads", threads, {0, most_threads});
}

namespace detail {

/// Where squares begin so that they cover 0 to size - 1: every `stride`, and at the end.
inline std::vector<Index> patch_starts(Index size, const OcclusionOptions& options) {
  std::vector<Index> starts;
  for (Index start = 0; start < size - options.patch; start += options.stride) starts.push_back(start);
  starts.push_back(size - options.patch);
  return starts;
}

/// Calls function(pixel) for each pixel of a square.
template <typename Function>
void for_each_pixel(Index top, Index left, Index patch, Index width, const Function& function) {
  for (Index y = top; y < top + patch; ++y) {
    for (Index x = left; x < left + patch; ++x) function(y * width + x);
  }
}

}  // namespace detail

INKLING_INLINE Vector occlusion(const Classifier& model, const Pixels& image, Label label,
                                const OcclusionOptions& options) {
  const Shape& shape = model.input_shape();
  if (image.rows() != shape.size() || image.cols() != 1) {
    throw ShapeError("occlusion: expected one image of " + to_string(shape) + ", got a matrix of " +
                     std::to_string(image.rows()) + " x " + std::to_string(image.cols()));
  }
  require<ValueError>(label >= 0 && label < model.num_classes(), "occlusion: the model has no class of that number");
  options.check();
  in_range("OcclusionOptions::patch", options.patch, {1, static_cast<double>(std::min(shape.height, shape.width))});

  struct Corner {
    Index top;
    Index left;
  };
  std::vector<Corner> inked;                     // squares that hold ink: covering another changes nothing
  Vector covers = Vector::Zero(shape.pixels());  // how many squares cover each pixel
  const auto has_ink = [&](Index pixel) {
    return (image.col(0).segment(pixel * shape.channels, shape.channels).array() != 0).any();
  };
  for (const Index top : detail::patch_starts(shape.height, options)) {
    for (const Index left : detail::patch_starts(shape.width, options)) {
      bool ink = false;
      detail::for_each_pixel(top, left, options.patch, shape.width, [&](Index pixel) {
        covers(pixel) += 1;
        ink = ink || has_ink(pixel);
      });
      if (ink) inked.push_back({top, left});
    }
  }

  Pixels variants = image.replicate(1, static_cast<Index>(inked.size()) + 1);  // the last one as it is
  for (std::size_t i = 0; i < inked.size(); ++i) {
    detail::for_each_pixel(inked[i].top, inked[i].left, options.patch, shape.width, [&](Index pixel) {
      variants.col(static_cast<Index>(i)).segment(pixel * shape.channels, shape.channels).setZero();
    });
  }
  constexpr float least = 1e-6F;  // a probability of 0 has no logarithm
  const Vector evidence = model.probabilities(variants, options.threads).row(label).array().max(least).log();

  Vector loss = Vector::Zero(shape.pixels());
  for (std::size_t i = 0; i < inked.size(); ++i) {
    const float lost = std::max(0.0F, evidence(evidence.size() - 1) - evidence(static_cast<Index>(i)));
    detail::for_each_pixel(inked[i].top, inked[i].left, options.patch, shape.width,
                           [&](Index pixel) { loss(pixel) += lost; });
  }
  loss.array() /= covers.array();
  const float most = loss.maxCoeff();
  if (most > 0) loss /= most;
  return loss;
}

}  // namespace inkling::inline INKLING_ABI
