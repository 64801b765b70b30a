#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/range.hpp>
#include <inkling/nn/inference/fuse.hpp>
#include <inkling/nn/line_network.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

INKLING_INLINE void LineNetworkOptions::check() const {
  in_range("LineNetworkOptions::margin", margin, {0, 1024});
  in_range("LineNetworkOptions::width_step", width_step, {1, 1024});
  in_range("LineNetworkOptions::temperature", temperature, {1e-3, 1e3});
}

INKLING_INLINE Network for_input(const Network& network, const Shape& input) {
  Network result(input);
  for (Index i = 0; i < network.size(); ++i) result.add(network.layer(i).clone());
  return result;
}

namespace detail {

INKLING_INLINE Index padded_width(Index least, Index line, const LineNetworkOptions& options) {
  const Index room = std::max(least, line + 2 * options.margin);
  return (room + options.width_step - 1) / options.width_step * options.width_step;
}

INKLING_INLINE void copy_line(const FloatImage& line, Index width, Index margin, float* to) {
  std::fill_n(to, width * line.height(), 0.0F);
  for (Index y = 0; y < line.height(); ++y) std::copy_n(line.row(y), line.width(), to + y * width + margin);
}

}  // namespace detail

INKLING_INLINE LineNetwork::LineNetwork(Network network, std::vector<std::string> class_names,
                                        const LineNetworkOptions& options)
    : network_(std::move(network)), class_names_(std::move(class_names)), options_(options) {
  options_.check();
  const auto classes = static_cast<Index>(class_names_.size());
  const Shape& in = network_.input_shape();
  const Shape& out = network_.output_shape();
  if (in.channels != 1 || out.height != 1 || out.channels != classes + 1) {
    throw ShapeError("LineNetwork: expected height x width x 1 in and 1 x steps x " + std::to_string(classes + 1) +
                     " out for " + std::to_string(classes) + " classes, got " + to_string(in) + " in and " +
                     to_string(out) + " out");
  }
  for (const auto* parameter : std::as_const(network_).parameters()) {
    if (parameter->value.allFinite()) continue;
    throw ValueError("LineNetwork: a '" + parameter->name + "' of the network has a value that is not finite");
  }
  constexpr Index more = 1024;  // columns, a multiple of any step that pooling makes
  const Shape wider = for_input(network_, {in.height, in.width + more, 1}).output_shape();
  if (wider.height != 1 || wider.channels != out.channels || wider.width <= out.width) {
    throw ShapeError("LineNetwork: " + std::to_string(more) + " more columns of input make an output of " +
                     to_string(wider) + " out of one of " + to_string(out));
  }
  columns_per_step_ = static_cast<double>(more) / static_cast<double>(wider.width - out.width);
}

INKLING_INLINE auto LineNetwork::fused_for(Index width, Worker& worker) const -> Fused& {
  constexpr std::size_t most = 16;  // networks that a worker keeps, the last used first
  std::vector<Fused>& kept = worker.kept;
  auto found = std::find_if(kept.begin(), kept.end(), [&](const Fused& fused) { return fused.width == width; });
  if (found == kept.end()) {
    if (kept.size() == most) kept.pop_back();
    kept.push_back({width, fuse(for_input(network_, {height(), width, 1})), {}});
    found = kept.end() - 1;
  }
  std::rotate(kept.begin(), found, found + 1);
  return kept.front();
}

INKLING_INLINE LineSteps LineNetwork::steps(const FloatImage& line) const {
  if (line.height() != height() || line.width() < 1) {
    throw ShapeError("LineNetwork: expected a line of " + std::to_string(height()) + " rows, got " +
                     std::to_string(line.width()) + " columns x " + std::to_string(line.height()) + " rows");
  }
  const Index width = detail::padded_width(network_.input_shape().width, line.width(), options_);
  const auto worker = workers_.take();
  Fused& fused = fused_for(width, *worker);
  auto input = worker->input.matrix(height() * width, 1);
  detail::copy_line(line, width, options_.margin, input.data());
  const auto output = fused.network.forward(input, fused.workspace);

  const Shape& shape = fused.network.output_shape();
  const double span = columns_per_step_ * static_cast<double>(shape.width - 1);
  LineSteps result;
  result.columns_per_step = columns_per_step_;
  result.first_column = (static_cast<double>(width) - 1 - span) / 2 - static_cast<double>(options_.margin);
  // What lies behind the margin is paper that filled up the width.
  const double end = static_cast<double>(line.width() + options_.margin);
  const auto steps = static_cast<Index>(std::ceil((end - result.first_column) / columns_per_step_));
  result.log_probabilities.resize(shape.channels, std::clamp<Index>(steps, 1, shape.width));
  for (Index t = 0; t < result.log_probabilities.cols(); ++t) {
    const float* const logits = output.data() + t * shape.channels;
    float* const step = result.log_probabilities.data() + t * shape.channels;
    const float largest = *std::max_element(logits, logits + shape.channels) / options_.temperature;
    float sum = 0;
    for (Index c = 0; c < shape.channels; ++c) {
      step[c] = logits[c] / options_.temperature - largest;
      sum += std::exp(step[c]);
    }
    for (Index c = 0; c < shape.channels; ++c) step[c] -= std::log(sum);
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI::nn
