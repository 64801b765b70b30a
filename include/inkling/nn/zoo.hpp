#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/layers/batch_norm.hpp>
#include <inkling/nn/layers/conv2d.hpp>
#include <inkling/nn/layers/dense.hpp>
#include <inkling/nn/layers/dropout.hpp>
#include <inkling/nn/layers/flatten.hpp>
#include <inkling/nn/layers/max_pool2d.hpp>
#include <inkling/nn/layers/relu.hpp>
#include <inkling/nn/network.hpp>

/// Ready-made networks, untrained. Each takes the image, the number of classes and the seed of its initial weights.
namespace inkling::inline INKLING_ABI::nn {

/// Two convolutions and two dense layers, as in the MNIST examples of Keras and PyTorch: 1.2 million weights, 24 MFLOP
/// for 28x28.
template <typename S = float>
BasicNetwork<S> lenet(const Shape& image, Index classes, std::uint64_t seed) {
  BasicNetwork<S> network(image, seed);
  network.add(BasicConv2d<S>({.filters = 32}))
      .add(BasicRelu<S>())
      .add(BasicConv2d<S>({.filters = 64}))
      .add(BasicRelu<S>())
      .add(BasicMaxPool2d<S>({.window = 2}))
      .add(BasicDropout<S>({.rate = 0.25}))
      .add(BasicFlatten<S>())
      .add(BasicDense<S>({.units = 128}))
      .add(BasicRelu<S>())
      .add(BasicDropout<S>({.rate = 0.5}))
      .add(BasicDense<S>({.units = classes, .initialisation = Initialisation::glorot}));
  return network;
}

struct VggOptions {
  Index width = 32;   // filters of the first stage; the stages have width, 2 * width and 4 * width
  Index dense = 256;  // units of the hidden dense layer
};

/// Five 3x3 convolutions with batch norm in three stages (after Simonyan and Zisserman 2015, arXiv:1409.1556): 1.8
/// million weights, 47 MFLOP for 28x28 and 47 classes at its defaults.
template <typename S = float>
BasicNetwork<S> vgg(const Shape& image, Index classes, std::uint64_t seed, const VggOptions& options = {}) {
  BasicNetwork<S> network(image, seed);
  const auto convolution = [&](Index filters) {
    network.add(BasicConv2d<S>({.filters = filters, .padding = Padding::same, .bias = false}))
        .add(BasicBatchNorm<S>())
        .add(BasicRelu<S>());
  };
  convolution(options.width);
  convolution(options.width);
  network.add(BasicMaxPool2d<S>({.window = 2}));
  convolution(2 * options.width);
  convolution(2 * options.width);
  network.add(BasicMaxPool2d<S>({.window = 2}));
  convolution(4 * options.width);
  network.add(BasicFlatten<S>())
      .add(BasicDense<S>({.units = options.dense}))
      .add(BasicRelu<S>())
      .add(BasicDropout<S>({.rate = 0.5}))
      .add(BasicDense<S>({.units = classes, .initialisation = Initialisation::glorot}));
  return network;
}

/// Six 3x3 convolutions with batch norm in three stages, and one hidden layer: 1.5 million weights and 45 MFLOP for
/// 28x28 and 47 classes. The first two convolutions need no padding, because characters come with a border of paper.
template <typename S = float>
BasicNetwork<S> character_cnn(const Shape& image, Index classes, std::uint64_t seed) {
  BasicNetwork<S> network(image, seed);
  const auto stage = [&](Index filters, Padding padding) {
    for (int i = 0; i < 2; ++i) {
      network.add(BasicConv2d<S>({.filters = filters, .padding = padding, .bias = false}))
          .add(BasicBatchNorm<S>())
          .add(BasicRelu<S>());
    }
  };
  stage(32, Padding::valid);
  network.add(BasicMaxPool2d<S>({.window = 2}));
  stage(64, Padding::same);
  network.add(BasicMaxPool2d<S>({.window = 2}));
  stage(128, Padding::same);
  network.add(BasicFlatten<S>())
      .add(BasicDense<S>({.units = 256}))
      .add(BasicBatchNorm<S>())
      .add(BasicRelu<S>())
      .add(BasicDropout<S>({.rate = 0.5}))
      .add(BasicDense<S>({.units = classes, .initialisation = Initialisation::glorot}));
  return network;
}

/// Two hidden layers of 512 and 256 units: 0.5 million weights, 1.1 MFLOP for 28x28.
template <typename S = float>
BasicNetwork<S> mlp(const Shape& image, Index classes, std::uint64_t seed) {
  BasicNetwork<S> network(image, seed);
  network.add(BasicFlatten<S>())
      .add(BasicDense<S>({.units = 512}))
      .add(BasicRelu<S>())
      .add(BasicDense<S>({.units = 256}))
      .add(BasicRelu<S>())
      .add(BasicDense<S>({.units = classes, .initialisation = Initialisation::glorot}));
  return network;
}

}  // namespace inkling::inline INKLING_ABI::nn
