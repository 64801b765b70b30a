#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/ink/options.hpp>
#include <inkling/ink/paper.hpp>
#include <inkling/picture/grey_image.hpp>

namespace inkling::inline INKLING_ABI {

namespace detail {

[[noreturn]] void fail_without_ink();

}  // namespace detail

/// Amounts of ink, and what its strokes reach; halfway to there is their edge.
struct Ink {
  FloatImage amount;  // 0 paper to 1
  float level = 0;

  float threshold() const noexcept { return level / 2; }
};

/// What strokes reach: the darker quarter of all that Otsu's threshold calls ink, as thin pens are pale at their edges.
/// 0 when there is nothing.
float stroke_level(const FloatImage& amount);

/// Strokes at full strength; from paper to ink it takes 1 / steepness of their level.
void binarise(Ink& ink, float steepness);

/// Separates ink from paper. Throws NoInkError when nothing stands out from the paper.
Ink find_ink(const GreyImage& dark_on_light, const InkOptions& options);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/ink/ink.ipp>
#endif
