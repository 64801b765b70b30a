#pragma once

#include <inkling/core/error.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/training/backward.hpp>
#include <inkling/nn/training/detail/activations.hpp>
#include <inkling/nn/training/detail/batch_norm.hpp>
#include <inkling/nn/training/detail/blocks.hpp>
#include <inkling/nn/training/detail/convolution.hpp>
#include <inkling/nn/training/detail/dense.hpp>
#include <inkling/nn/training/detail/pooling.hpp>

#include <string>
#include <typeinfo>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

namespace detail {

/// What a layer's backward is given.
template <typename S>
struct BackwardPass {
  const ConstMatrixRef<S>& x;
  const ConstMatrixRef<S>& y;
  const ConstMatrixRef<S>& dy;
  MatrixRef<S>& dx;
  std::span<MatrixOf<S>> gradients;
  Scratch<S>& scratch;
};

template <typename L, typename S>
bool backward_as(const BasicLayer<S>& layer, const BackwardPass<S>& pass) {
  if (typeid(layer) != typeid(L)) return false;
  static_cast<const L&>(layer).backward(pass.x, pass.y, pass.dy, pass.dx, pass.gradients, pass.scratch);
  return true;
}

template <typename S, template <typename> class... L>
bool backward_as_any_of(LayerList<L...>, const BasicLayer<S>& layer, const BackwardPass<S>& pass) {
  return (backward_as<L<S>>(layer, pass) || ...);
}

}  // namespace detail

template <typename S>
void backward(const BasicLayer<S>& layer, const std::type_identity_t<ConstMatrixRef<S>>& x,
              const std::type_identity_t<ConstMatrixRef<S>>& y, const std::type_identity_t<ConstMatrixRef<S>>& dy,
              std::type_identity_t<MatrixRef<S>> dx, std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) {
  if (detail::backward_as_any_of<S>(AllLayers(), layer, {x, y, dy, dx, gradients, scratch})) return;
  const auto* const own = dynamic_cast<const BasicTrainableLayer<S>*>(&layer);
  if (own == nullptr) {
    throw Error("backward: a layer " + std::string(layer.kind()) +
                " is for inference only; train the network that it was made from, or derive it from TrainableLayer");
  }
  own->backward(x, y, dy, dx, gradients, scratch);
}

template <typename S>
void BasicNetwork<S>::backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& output_gradient,
                               Workspace& workspace, std::vector<MatrixOf<S>>& gradients,
                               MatrixOf<S>* input_gradient) const {
  const auto all = parameters();
  gradients.resize(all.size());
  for (std::size_t p = 0; p < all.size(); ++p) gradients[p].resize(all[p]->value.rows(), all[p]->value.cols());
  MatrixOf<S> none;
  if (input_gradient != nullptr) input_gradient->resize(x.rows(), x.cols());
  backward(x, output_gradient, workspace, std::span(gradients), input_gradient != nullptr ? *input_gradient : none);
}

template <typename S>
void BasicNetwork<S>::backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& output_gradient,
                               Workspace& workspace, std::span<MatrixOf<S>> gradients,
                               MatrixRef<S> input_gradient) const {
  check_columns(x);
  check_columns(output_gradient);
  const Index n = x.cols();
  require<ShapeError>(!layers_.empty(), "Network: it has no layer");
  require<ValueError>(workspace.network_ == identity_ && workspace.samples_ == n,
                      "backward: the workspace does not hold a forward pass of these samples through this network");
  const bool fits = x.rows() == input_shape().size() && output_gradient.rows() == output_shape().size() &&
                    output_gradient.cols() == n && gradients.size() == parameters_until_.back() &&
                    (input_gradient.cols() == 0 || (input_gradient.rows() == x.rows() && input_gradient.cols() == n));
  require<ShapeError>(fits,
                      "backward: expected the input of the forward pass, an output gradient of the size of its "
                      "output, and a gradient for each parameter");
  S* dy = nullptr;       // dLoss/d(output of layer i); the caller's output_gradient for the last layer
  std::size_t turn = 0;  // two buffers in turn: what is dx for layer i is dy for layer i - 1
  for (std::size_t i = layers_.size(); i-- > 0;) {
    const BasicLayer<S>& layer = *layers_[i];
    const std::size_t before = i == 0 ? 0 : parameters_until_[i - 1];
    const std::span<MatrixOf<S>> own = gradients.subspan(before, parameters_until_[i] - before);

    const Index rows = shapes_[i].size();
    S* dx = nullptr;
    if (i == 0) {
      dx = input_gradient.cols() > 0 ? input_gradient.data() : nullptr;
    } else if (layer.in_place() && dy != nullptr) {
      dx = dy;
    } else {
      turn = 1 - turn;
      dx = workspace.gradient_[turn].matrix(rows, n).data();
    }
    const ConstMatrixRef<S> input = i == 0 ? x : ConstMatrixRef<S>(ConstView(workspace.output_of_[i - 1], rows, n));
    const ConstMatrixRef<S> dy_view =
        dy == nullptr ? output_gradient : ConstMatrixRef<S>(ConstView(dy, shapes_[i + 1].size(), n));
    nn::backward<S>(layer, input, ConstView(workspace.output_of_[i], shapes_[i + 1].size(), n), dy_view,
                    Eigen::Map<MatrixOf<S>>(dx, dx == nullptr ? 0 : rows, dx == nullptr ? 0 : n), own,
                    workspace.scratch_[i]);
    dy = dx;
  }
}

#ifdef INKLING_COMPILED
template void backward<float>(const BasicLayer<float>&, const ConstMatrixRef<float>&, const ConstMatrixRef<float>&,
                              const ConstMatrixRef<float>&, MatrixRef<float>, std::span<MatrixOf<float>>,
                              Scratch<float>&);
template void BasicNetwork<float>::backward(const ConstMatrixRef<float>&, const ConstMatrixRef<float>&,
                                            BasicWorkspace<float>&, std::vector<MatrixOf<float>>&,
                                            MatrixOf<float>*) const;
template void BasicNetwork<float>::backward(const ConstMatrixRef<float>&, const ConstMatrixRef<float>&,
                                            BasicWorkspace<float>&, std::span<MatrixOf<float>>, MatrixRef<float>) const;
template void backward<double>(const BasicLayer<double>&, const ConstMatrixRef<double>&, const ConstMatrixRef<double>&,
                               const ConstMatrixRef<double>&, MatrixRef<double>, std::span<MatrixOf<double>>,
                               Scratch<double>&);
template void BasicNetwork<double>::backward(const ConstMatrixRef<double>&, const ConstMatrixRef<double>&,
                                             BasicWorkspace<double>&, std::vector<MatrixOf<double>>&,
                                             MatrixOf<double>*) const;
template void BasicNetwork<double>::backward(const ConstMatrixRef<double>&, const ConstMatrixRef<double>&,
                                             BasicWorkspace<double>&, std::span<MatrixOf<double>>,
                                             MatrixRef<double>) const;
#endif

}  // namespace inkling::inline INKLING_ABI::nn
