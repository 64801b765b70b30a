#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/model/architecture.hpp>
#include <inkling/nn/operations.hpp>
#include <inkling/nn/scratch.hpp>

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
  bool fixed = false;       // training leaves it as it is: nn/training/fine_tuning.hpp
};

/// Hears of the tensors that layers are about to make, before they ask for the memory: a damaged file could ask for
/// much more than it has bytes. It throws where they are not what it expects.
class TensorExpectations {
 public:
  virtual ~TensorExpectations() = default;
  /// `name` as in a model file, from the layer on: "weight".
  virtual void tensor(const std::string& name, const std::vector<Index>& dims) = 0;
  /// What a layer within the layer puts out for one sample; `name` is its number.
  virtual void output(const std::string& name, const Shape& shape) = 0;
};

/// One stage of a network. Columns are samples: x is in.size() x n and y is out.size() x n.
///
/// `build` fixes the shapes once; from then on `forward` (and `backward` of a layer that can be trained) is const and
/// touches nothing but its arguments, so that calls with different scratches may run at the same time. S is float, or
/// double for gradient checks.
///
/// To write a layer of your own, derive from TrainableLayer, override the pure functions (and fill `parameters_` in
/// `build` if it learns), and `add` it to a network; examples/custom_layer.cpp does.
template <typename S>
class BasicLayer {
 public:
  virtual ~BasicLayer() = default;

  /// "conv2d", "relu": names the layer in model files and in errors.
  virtual std::string_view kind() const noexcept = 0;

  /// The options that a factory needs to make the same unbuilt layer again: see LayerRegistry.
  virtual StageOptions options() const { return {}; }

  /// Accepts inputs of shape `in`, creates and initialises the parameters, and returns the shape of the output.
  /// Throws ShapeError naming what it expected and got.
  virtual Shape build(const Shape& in, Rng& rng) = 0;

  /// The same for weights that the caller fills then, as from a file: a layer that overrides it draws none, and may
  /// leave any values in them.
  virtual Shape build_to_fill(const Shape& in) {
    Rng rng(0);
    return build(in, rng);
  }

  /// Says which tensors build(in) will make, the large ones at least.
  virtual void expect_tensors(const Shape& in, TensorExpectations& expected) const {
    static_cast<void>(in);
    static_cast<void>(expected);
  }

  /// y is overwritten. What backward will need is left in `scratch`.
  virtual void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode mode) const = 0;

  /// Says what forward computes in inference, as operations that are known elsewhere; by default that it is none of
  /// them. Requires: it is built.
  virtual void describe(Operations<S>& operations) const { operations.other(*this); }

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

/// A layer that brings its gradient with it, as a layer of one's own does. The library's layers have theirs too, but
/// where only training sees it (nn/training/backward.hpp): a program that loads a model to predict compiles no
/// gradient.
template <typename S>
class BasicTrainableLayer : public BasicLayer<S> {
 public:
  /// Requires: x, y and scratch of the forward call in training mode that came before, and dy = dLoss/dy.
  /// Overwrites dx with dLoss/dx, unless dx is empty (0 columns): then nobody needs it.
  /// Overwrites gradients[i] with dLoss/d(parameter i of append_parameters), summed over the samples; that of a
  /// statistic with its value over these samples, which the running one follows.
  virtual void backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& y, const ConstMatrixRef<S>& dy,
                        MatrixRef<S> dx, std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) const = 0;
};

using TrainableLayer = BasicTrainableLayer<float>;

/// Makes unbuilt layers from their kind and options; LayerRegistry is one.
class LayerFactory {
 public:
  virtual ~LayerFactory() = default;
  virtual std::unique_ptr<Layer> make(std::string_view kind, const StageOptions& options) const = 0;

 protected:
  LayerFactory() = default;
  LayerFactory(const LayerFactory&) = default;
  LayerFactory& operator=(const LayerFactory&) = default;
};

/// What a LayerFactory makes the layer of again.
template <typename S>
Stage description(const BasicLayer<S>& layer) {
  return {std::string(layer.kind()), layer.options()};
}

}  // namespace inkling::inline INKLING_ABI::nn
