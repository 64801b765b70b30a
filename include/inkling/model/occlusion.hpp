#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/model/classifier.hpp>

namespace inkling::inline INKLING_ABI {

struct OcclusionOptions {
  Index patch = 5;   // width and height of the square that is covered
  Index stride = 2;  // from one square to the next
  int threads = 0;   // 0: all cores

  void check() const;  // throws ValueError that names the first field out of range
};

/// Where a model looks: a square of the image is covered with paper, and the model asked again; where that costs the
/// class `label` probability, there was what speaks for it (Zeiler and Fergus 2014, arXiv:1311.2901). Asks nothing of
/// the model but probabilities, so it works for all of them, and asks once, with one image for each square that holds
/// ink.
///
/// A pixel's value is the mean, over the squares that cover it, of the loss in log-probability, where a gain counts as
/// none; the values are scaled so that the highest is 1. All are 0 when no square matters.
///
/// image: input_shape().size() x 1. Result: height * width x 1, row by row from the top, each in [0, 1].
/// Throws ShapeError for an image of another size, ValueError for a label that the model does not have, or unless
/// stride >= 1 and 1 <= patch <= height, width.
Vector occlusion(const Classifier& model, const Pixels& image, Label label, const OcclusionOptions& options = {});

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/model/occlusion.ipp>
#endif
