#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/layers/batch_norm.hpp>
#include <inkling/nn/layers/conv2d.hpp>
#include <inkling/nn/layers/dense.hpp>
#include <inkling/nn/layers/depthwise_conv2d.hpp>
#include <inkling/nn/layers/dropout.hpp>
#include <inkling/nn/layers/flatten.hpp>
#include <inkling/nn/layers/global_average_pool.hpp>
#include <inkling/nn/layers/max_pool2d.hpp>
#include <inkling/nn/layers/relu.hpp>
#include <inkling/nn/layers/residual.hpp>
#include <inkling/nn/layers/sigmoid.hpp>
#include <inkling/nn/layers/squeeze_excite.hpp>

namespace inkling::inline INKLING_ABI::nn {

template <template <typename> class... L>
struct LayerList {};

/// Every layer of the library: the one table of them. LayerRegistry::standard() makes them from files, and training
/// finds their gradients, by going through it.
using AllLayers =
    LayerList<BasicBatchNorm, BasicConv2d, BasicDense, BasicDepthwiseConv2d, BasicDropout, BasicFlatten,
              BasicGlobalAveragePool, BasicMaxPool2d, BasicRelu, BasicResidual, BasicSigmoid, BasicSqueezeExcite>;

}  // namespace inkling::inline INKLING_ABI::nn
