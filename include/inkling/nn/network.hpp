#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/polymorphic.hpp>
#include <inkling/nn/layer.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

/// A list of layers that reads top to bottom. Its output are logits: softmax belongs to the loss and the classifier.
template <typename S>
class BasicNetwork {
 public:
  using Workspace = BasicWorkspace<S>;
  using ConstView = Eigen::Map<const MatrixOf<S>>;

  /// `seed` decides the initial weights of the layers that are added.
  explicit BasicNetwork(Shape input, std::uint64_t seed = 0);

  /// Builds the layer for the output of the one before and appends it. A layer that was built before, such as the clone
  /// of another network's, keeps its weights.
  /// Throws ShapeError with the number and kind of a layer that does not fit, or was built for another input.
  template <std::derived_from<BasicLayer<S>> L>
  BasicNetwork& add(L layer) {
    return add(std::unique_ptr<BasicLayer<S>>(std::make_unique<L>(std::move(layer))));
  }
  /// The same. Throws ValueError for a null pointer.
  BasicNetwork& add(std::unique_ptr<BasicLayer<S>> layer);

  /// As add, for a layer whose weights the caller fills then, as from a file.
  BasicNetwork& add_to_fill(std::unique_ptr<BasicLayer<S>> layer);

  /// Appends a layer that is built already for this place in a network, such as the clone of another network's.
  /// Throws ValueError for a null pointer.
  BasicNetwork& add_built(std::unique_ptr<BasicLayer<S>> layer, const Shape& output);

  Index size() const noexcept { return static_cast<Index>(layers_.size()); }
  /// Throws ValueError unless 0 <= i < size().
  const BasicLayer<S>& layer(Index i) const { return *layers_[place_of(i)]; }
  const Shape& input_shape() const noexcept { return shapes_.front(); }
  const Shape& output_shape() const noexcept { return shapes_.back(); }
  /// Shape of what layer i puts out. Throws ValueError unless 0 <= i < size().
  const Shape& output_shape(Index i) const { return shapes_[place_of(i) + 1]; }

  /// Every parameter of every layer, in order. The pointers are valid until the network is changed, moved or destroyed.
  std::vector<Parameter<S>*> parameters();
  std::vector<const Parameter<S>*> parameters() const;
  void append_parameters(std::vector<const Parameter<S>*>& all) const;
  /// "3.weight": layer number and parameter name, in the order of parameters(). The names in a model file.
  std::vector<std::string> parameter_names() const;
  /// Gives the parameters these names, after `prefix`: a layer does so with the networks inside it.
  void name_parameters(const std::string& prefix);
  /// Learned numbers, without statistics.
  Index parameter_count() const;

  /// x: input_shape().size() x n. Result: output_shape().size() x n, inside `workspace` and valid until its next use.
  /// Throws ShapeError when x has another height or is not made of whole columns.
  ConstView forward(const ConstMatrixRef<S>& x, Workspace& workspace, Mode mode = Mode::inference) const;

  /// Defined in nn/training/backward.hpp, which a program includes that calls it (trainer.hpp does).
  ///
  /// Requires: forward(x, workspace, Mode::training) came before. output_gradient: dLoss/d(output), output x n.
  /// Overwrites gradients, one for each of parameters(): dLoss/d(parameter), or the value of a statistic over these
  /// samples. When `input_gradient` is given, it gets dLoss/dx. Throws Error for a network that was fused for
  /// inference, ValueError when the workspace comes from another network or from a forward pass of other samples.
  void backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& output_gradient, Workspace& workspace,
                std::vector<MatrixOf<S>>& gradients, MatrixOf<S>* input_gradient = nullptr) const;
  /// The same into memory of the caller's: gradients have the sizes of the parameters; an empty input_gradient (0
  /// columns) is left out.
  void backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& output_gradient, Workspace& workspace,
                std::span<MatrixOf<S>> gradients, MatrixRef<S> input_gradient) const;

 private:
  /// build(layer, shape of the input) is the shape of its output. Throws ShapeError with the layer's number and kind.
  template <typename Build>
  BasicNetwork& build_and_append(std::unique_ptr<BasicLayer<S>> layer, const Build& build);

  void prepare(Workspace& workspace) const;
  std::size_t place_of(Index layer) const;
  static void check_columns(const ConstMatrixRef<S>& matrix);

  std::vector<Shape> shapes_;  // input, then the output of each layer
  std::vector<Polymorphic<BasicLayer<S>>> layers_;
  std::vector<std::size_t> parameters_until_;  // the number of parameters() up to and with layer i
  std::uint64_t seed_;
  /// Which list of layers this is: copies share it, any other network has another one, which no number or address
  /// could promise. A workspace keeps it, and so knows whether what it holds belongs to the network at hand.
  std::shared_ptr<const NetworkIdentity> identity_;
};

using Network = BasicNetwork<float>;
using Workspace = BasicWorkspace<float>;

#ifdef INKLING_COMPILED
extern template class BasicNetwork<float>;
extern template class BasicNetwork<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/network.ipp>
#endif
