#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/nn/scratch.hpp>

#include <nlohmann/json.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

/// In training, dropout drops and batch norm uses the statistics of the batch.
enum class Mode { inference, training };

/// What the optimiser does with a parameter.
enum class Role {
  weight,     // learned, weight decay applies
  offset,     // learned, no decay: biases and the scales of norms
  statistic,  // not learned: running mean and variance
};

/// One tensor of a layer.
template <typename S>
struct Parameter {
  std::string name;  // "weight", "bias": what follows the layer's number in a model file
  Role role;
  std::vector<Index> dims;  // the tensor's dimensions, slowest first: the order in memory, and in the model file
  MatrixOf<S> value;        // the same numbers as the matrix that the layer multiplies with
};

/// One differentiable stage of a network. Columns are samples: x is in.size() x n and y is out.size() x n.
///
/// `build` fixes the shapes once; from then on `forward` and `backward` are const and touch nothing but their
/// arguments, so that calls with different scratches may run at the same time. S is float, or double for gradient
/// checks.
///
/// To write a layer of your own, derive from Layer, override the pure functions (and fill `parameters_` in `build` if
/// it learns), and `add` it to a network; examples/custom_layer.cpp does.
template <typename S>
class BasicLayer {
 public:
  virtual ~BasicLayer() = default;

  /// "conv2d", "relu": names the layer in model files and in errors.
  virtual std::string_view kind() const noexcept = 0;

  /// The options that a factory needs to make the same unbuilt layer again (see LayerRegistry), as a JSON object.
  virtual nlohmann::json options() const { return nlohmann::json::object(); }

  /// Accepts inputs of shape `in`, creates and initialises the parameters, and returns the shape of the output.
  /// Throws ShapeError naming what it expected and got.
  virtual Shape build(const Shape& in, Rng& rng) = 0;

  /// y is overwritten. What backward will need is left in `scratch`.
  virtual void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode mode) const = 0;

  /// Requires: x, y and scratch of the forward call in training mode that came before, and dy = dLoss/dy.
  /// Overwrites dx with dLoss/dx, unless dx is empty (0 columns): then nobody needs it.
  /// Overwrites gradients[i] with dLoss/d(parameter i of append_parameters), summed over the samples; that of a
  /// statistic with its value over these samples, which the running one follows.
  virtual void backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& y, const ConstMatrixRef<S>& dy,
                        MatrixRef<S> dx, std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) const = 0;

  /// True when y may be the same memory as x, and dx the same as dy. backward then must not read x.
  virtual bool in_place() const noexcept { return false; }

  /// True when backward reads y. The next layer then does not work in place, for that would overwrite y.
  virtual bool needs_output() const noexcept { return false; }

  virtual std::unique_ptr<BasicLayer> clone() const = 0;

  std::span<Parameter<S>> parameters() noexcept { return parameters_; }
  std::span<const Parameter<S>> parameters() const noexcept { return parameters_; }

  /// Appends all tensors that the layer computes with: its parameters(), unless it holds other layers and their
  /// tensors.
  virtual void append_parameters(std::vector<const Parameter<S>*>& all) const {
    for (const Parameter<S>& parameter : parameters_) all.push_back(&parameter);
  }

 protected:
  BasicLayer() = default;
  BasicLayer(const BasicLayer&) = default;
  BasicLayer& operator=(const BasicLayer&) = default;

  std::vector<Parameter<S>> parameters_;  // filled by build; empty for a layer that learns nothing
};

using Layer = BasicLayer<float>;

/// {"kind": "conv2d", "options": {...}}: what a LayerRegistry makes the layer of again.
template <typename S>
nlohmann::json description(const BasicLayer<S>& layer) {
  return {{"kind", layer.kind()}, {"options", layer.options()}};
}

}  // namespace inkling::inline INKLING_ABI::nn
