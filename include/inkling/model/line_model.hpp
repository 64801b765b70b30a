#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/picture/grey_image.hpp>

#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// What a LineModel sees, step by step from left to right.
struct LineSteps {
  /// (classes + 1) x steps: the logarithm of the probability that the step says this character, or, in the last row, no
  /// new one: the blank of connectionist temporal classification (see nn::ctc_loss). Each column's exponentials have
  /// the sum 1.
  Matrix log_probabilities;
  double first_column = 0;      // of the line image that the first step stands at
  double columns_per_step = 1;  // from each step to the next
};

/// A model that reads a line as a whole, however its characters touch. All const members may be called from many
/// threads at once on one object.
class LineModel {
 public:
  virtual ~LineModel() = default;

  /// One character each, digits and signs among them: "0", "/".
  virtual const std::vector<std::string>& class_names() const noexcept = 0;
  /// Rows of the line images that it reads; they may have any width.
  virtual Index height() const noexcept = 0;
  /// line: 0 paper to 1 ink (LineImage::ink). Throws ShapeError when its height is another one.
  virtual LineSteps steps(const FloatImage& line) const = 0;

 protected:
  LineModel() = default;
  LineModel(const LineModel&) = default;
  LineModel& operator=(const LineModel&) = default;
};

}  // namespace inkling::inline INKLING_ABI
