#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/range.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/nn/inference/fuse.hpp>
#include <inkling/nn/line_network.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
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
  for (Index i = 0; i < network.size(); ++i) {
    const Layer& from = network.layer(i);
    std::unique_ptr<Layer> layer = from.clone();
    Rng rng;  // what it makes is overwritten
    const Shape output = layer->build(result.output_shape(), rng);
    for (std::size_t p = 0; p < from.parameters().size(); ++p) {
      const Parameter<float>& weights = from.parameters()[p];
      if (layer->parameters()[p].dims != weights.dims) {
        throw ShapeError("for_input: layer " + std::to_string(i) + " (" + std::string(from.kind()) +
                         ") has weights for its places, and none for an input of " + to_string(input));
      }
      layer->parameters()[p].value = weights.value;
    }
    result.add_built(std::move(layer), output);
  }
  return result;
}

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
  constexpr std::size_t most = 16;  // networks that a worker keeps
  const auto found = worker.of_width.find(width);
  if (found != worker.of_width.end()) return found->second;
  if (worker.of_width.size() >= most) worker.of_width.clear();
  return worker.of_width.try_emplace(width, Fused{fuse(for_input(network_, {height(), width, 1})), {}}).first->second;
}

INKLING_INLINE LineSteps LineNetwork::steps(const FloatImage& line) const {
  if (line.height() != height() || line.width() < 1) {
    throw ShapeError("LineNetwork: expected a line of " + std::to_string(height()) + " rows, got " +
                     std::to_string(line.width()) + " columns x " + std::to_string(line.height()) + " rows");
  }
  const Index least = network_.input_shape().width;
  const Index room = std::max(least, line.width() + 2 * options_.margin);
  const Index width = (room + options_.width_step - 1) / options_.width_step * options_.width_step;
  const auto worker = workers_.take();
  Fused& fused = fused_for(width, *worker);
  auto input = worker->input.matrix(height() * width, 1);
  input.setZero();
  for (Index y = 0; y < line.height(); ++y) {
    std::copy_n(line.row(y), line.width(), input.data() + y * width + options_.margin);
  }
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
