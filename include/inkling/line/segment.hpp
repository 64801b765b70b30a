#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/line/segmentation.hpp>
#include <inkling/normalise/options.hpp>
#include <inkling/picture/grey_image.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

/// The value at which half of the weight lies below. Pairs of a value and its weight.
double weighted_median(std::vector<std::pair<double, double>> values);

}  // namespace detail

/// A picture of one line of writing, cut into pieces: printed boxes and ruled lines are taken away, the parts of the
/// ink found, those that are stacked put together, and those that may be several characters cut where little ink is in
/// the way. Throws NoInkError when there is no ink, FormatError when there are too many parts.
Segmentation segment(const GreyImage& picture, const SegmentOptions& options = {});

/// The pieces first, ..., last - 1 of a line as one character, as EMNIST would hold it: 28x28, white ink on black.
/// Throws ValueError unless first < last <= pieces.
GreyImage character_image(const Segmentation& line, std::size_t first, std::size_t last,
                          const NormaliseOptions& options = {});

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/line/segment.ipp>
#endif
