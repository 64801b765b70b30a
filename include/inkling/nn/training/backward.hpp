#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/network.hpp>

#include <span>
#include <type_traits>

namespace inkling::inline INKLING_ABI::nn {

/// The gradient of one layer: that of the library's own, or what a TrainableLayer brings. See
/// BasicTrainableLayer::backward for the arguments. Throws Error for a layer that is for inference only.
///
/// BasicNetwork::backward is defined here, too: a program that never trains does not see it.
template <typename S>
void backward(const BasicLayer<S>& layer, const std::type_identity_t<ConstMatrixRef<S>>& x,
              const std::type_identity_t<ConstMatrixRef<S>>& y, const std::type_identity_t<ConstMatrixRef<S>>& dy,
              std::type_identity_t<MatrixRef<S>> dx, std::span<MatrixOf<S>> gradients, Scratch<S>& scratch);

#ifdef INKLING_COMPILED
extern template void backward<float>(const BasicLayer<float>&, const ConstMatrixRef<float>&,
                                     const ConstMatrixRef<float>&, const ConstMatrixRef<float>&, MatrixRef<float>,
                                     std::span<MatrixOf<float>>, Scratch<float>&);
extern template void backward<double>(const BasicLayer<double>&, const ConstMatrixRef<double>&,
                                      const ConstMatrixRef<double>&, const ConstMatrixRef<double>&, MatrixRef<double>,
                                      std::span<MatrixOf<double>>, Scratch<double>&);
#endif

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/training/backward.ipp>
#endif
