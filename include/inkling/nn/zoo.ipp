#pragma once

#include <inkling/core/range.hpp>
#include <inkling/nn/layers/flatten.hpp>
#include <inkling/nn/layers/relu.hpp>
#include <inkling/nn/zoo.hpp>

#include <cstdint>

namespace inkling::inline INKLING_ABI::nn {

INKLING_INLINE void VggOptions::check() const {
  in_range("VggOptions::width", width, {1, 1024});
  in_range("VggOptions::dense", dense, {1, 65'536});
}

template <typename S>
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

template <typename S>
BasicNetwork<S> vgg(const Shape& image, Index classes, std::uint64_t seed, const VggOptions& options) {
  options.check();
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

template <typename S>
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

template <typename S>
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

template <typename S>
BasicNetwork<S> line_cnn(Index height, Index classes, std::uint64_t seed) {
  BasicNetwork<S> network({height, 64, 1}, seed);
  const auto convolution = [&](Index filters, Padding padding, Index kernel = 3) {
    network.add(BasicConv2d<S>({.filters = filters, .kernel = kernel, .padding = padding, .bias = false}))
        .add(BasicBatchNorm<S>())
        .add(BasicRelu<S>());
  };
  for (const Index filters : {16, 32}) {
    convolution(filters, Padding::same);
    convolution(filters, Padding::same);
    network.add(BasicMaxPool2d<S>({.window = 2}));
  }
  convolution(64, Padding::valid);
  convolution(64, Padding::valid);
  convolution(128, Padding::valid, network.output_shape().height);
  network.add(BasicDropout<S>({.rate = 0.1}))
      .add(BasicConv2d<S>({.filters = classes + 1, .kernel = 1, .initialisation = Initialisation::glorot}));
  return network;
}

#ifdef INKLING_COMPILED
template BasicNetwork<float> lenet<float>(const Shape&, Index, std::uint64_t);
template BasicNetwork<double> lenet<double>(const Shape&, Index, std::uint64_t);
template BasicNetwork<float> vgg<float>(const Shape&, Index, std::uint64_t, const VggOptions&);
template BasicNetwork<double> vgg<double>(const Shape&, Index, std::uint64_t, const VggOptions&);
template BasicNetwork<float> character_cnn<float>(const Shape&, Index, std::uint64_t);
template BasicNetwork<double> character_cnn<double>(const Shape&, Index, std::uint64_t);
template BasicNetwork<float> mlp<float>(const Shape&, Index, std::uint64_t);
template BasicNetwork<double> mlp<double>(const Shape&, Index, std::uint64_t);
template BasicNetwork<float> line_cnn<float>(Index, Index, std::uint64_t);
template BasicNetwork<double> line_cnn<double>(Index, Index, std::uint64_t);
#endif

}  // namespace inkling::inline INKLING_ABI::nn
