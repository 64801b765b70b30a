#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/pool.hpp>
#include <inkling/model/line_model.hpp>
#include <inkling/nn/network.hpp>

#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

/// The same layers with the same weights for input of another size. Throws ShapeError when they do not fit it, as a
/// dense layer whose weights belong to places.
Network for_input(const Network& network, const Shape& input);

struct LineNetworkOptions {
  Index margin = 16;      // columns of paper that are put before and behind a line
  Index width_step = 32;  // a line is filled up with paper to a multiple of it: networks are kept by their width
  float temperature = 1;  // that the logits are divided by
  void check() const;     // throws ValueError that names the first field out of range
};

namespace detail {

/// Columns that a network is given for a line: `least` at least, with the margins, a multiple of width_step.
Index padded_width(Index least, Index line, const LineNetworkOptions& options);

/// A line behind its margin, in `width` columns; the rest is paper. to: line.height() * width values, row by row.
void copy_line(const FloatImage& line, Index width, Index margin, float* to);

}  // namespace detail

/// A convolutional network that goes over a line: LineModel.
class LineNetwork final : public LineModel {
 public:
  /// network: height x width x 1 in, 1 x steps x (classes + 1) out, for any width that it was built with. Throws
  /// ShapeError when it has another shape or its layers fix the width, ValueError for a weight that is not finite.
  LineNetwork(Network network, std::vector<std::string> class_names, const LineNetworkOptions& options = {});

  const std::vector<std::string>& class_names() const noexcept override { return class_names_; }
  Index height() const noexcept override { return network_.input_shape().height; }
  LineSteps steps(const FloatImage& line) const override;

  const Network& network() const noexcept { return network_; }
  const LineNetworkOptions& options() const noexcept { return options_; }

 private:
  struct Fused {
    Index width = 0;
    Network network;
    Workspace workspace;
  };
  struct Worker {
    std::vector<Fused> kept;
    Buffer<float> input;
  };
  Fused& fused_for(Index width, Worker& worker) const;

  Network network_;
  std::vector<std::string> class_names_;
  LineNetworkOptions options_;
  double columns_per_step_ = 1;
  mutable Pool<Worker> workers_;
};

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/line_network.ipp>
#endif
