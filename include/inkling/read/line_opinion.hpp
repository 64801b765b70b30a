#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/line/segmentation.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/line_model.hpp>
#include <inkling/picture/grey_image.hpp>

#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// What a LineModel says about a line that is read by something else, too. Both see the same ink but learned from
/// different things, so they are seldom wrong in the same way: where they agree the reading is surer than either says.
class LineOpinion {
 public:
  /// What it says of the characters of `charset` alone; signs beside them are read past. Throws what line_image and
  /// allowed_steps throw.
  LineOpinion(const GreyImage& picture, const LineModel& model, const CharSet& charset,
              const SegmentOptions& options = {});

  /// The most probable text.
  std::string text() const;

  /// That the line says this and nothing else, 0 to 1; characters outside of the charset do not count.
  double probability(const std::string& text) const;

 private:
  CharSet charset_;
  std::vector<std::string> class_names_;
  std::vector<Label> admitted_;
  Matrix log_probabilities_;  // (classes + 1) x steps
};

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/read/line_opinion.ipp>
#endif
