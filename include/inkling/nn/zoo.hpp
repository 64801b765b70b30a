#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/layers/batch_norm.hpp>
#include <inkling/nn/layers/conv2d.hpp>
#include <inkling/nn/layers/dense.hpp>
#include <inkling/nn/layers/dropout.hpp>
#include <inkling/nn/layers/max_pool2d.hpp>
#include <inkling/nn/network.hpp>

#include <cstdint>

/// Ready-made networks, untrained. Each takes the image, the number of classes and the seed of its initial weights.
namespace inkling::inline INKLING_ABI::nn {

/// Two convolutions and two dense layers, as in the MNIST examples of Keras and PyTorch: 1.2 million weights, 24 MFLOP
/// for 28x28.
template <typename S = float>
BasicNetwork<S> lenet(const Shape& image, Index classes, std::uint64_t seed);

struct VggOptions {
  Index width = 32;   // filters of the first stage; the stages have width, 2 * width and 4 * width
  Index dense = 256;  // units of the hidden dense layer

  void check() const;  // throws ValueError that names the first field out of range
};

/// Five 3x3 convolutions with batch norm in three stages (after Simonyan and Zisserman 2015, arXiv:1409.1556): 1.8
/// million weights, 47 MFLOP for 28x28 and 47 classes at its defaults.
template <typename S = float>
BasicNetwork<S> vgg(const Shape& image, Index classes, std::uint64_t seed, const VggOptions& options = {});

/// Six 3x3 convolutions with batch norm in three stages, and one hidden layer: 1.5 million weights and 45 MFLOP for
/// 28x28 and 47 classes. The first two convolutions need no padding, because characters come with a border of paper.
template <typename S = float>
BasicNetwork<S> character_cnn(const Shape& image, Index classes, std::uint64_t seed);

/// Two hidden layers of 512 and 256 units: 0.5 million weights, 1.1 MFLOP for 28x28.
template <typename S = float>
BasicNetwork<S> mlp(const Shape& image, Index classes, std::uint64_t seed);

/// For lines (see LineNetwork): six 3x3 convolutions with batch norm, and one as high as what is left, so that one row
/// of steps comes out, four columns of the line each. A line of `height` rows in; classes and the blank out. 369
/// thousand weights for 40 rows and 15 classes; 0.8 MFLOP for each column. Throws ShapeError below 20 rows.
template <typename S = float>
BasicNetwork<S> line_cnn(Index height, Index classes, std::uint64_t seed);

#ifdef INKLING_COMPILED
extern template BasicNetwork<float> lenet<float>(const Shape&, Index, std::uint64_t);
extern template BasicNetwork<double> lenet<double>(const Shape&, Index, std::uint64_t);
extern template BasicNetwork<float> vgg<float>(const Shape&, Index, std::uint64_t, const VggOptions&);
extern template BasicNetwork<double> vgg<double>(const Shape&, Index, std::uint64_t, const VggOptions&);
extern template BasicNetwork<float> character_cnn<float>(const Shape&, Index, std::uint64_t);
extern template BasicNetwork<double> character_cnn<double>(const Shape&, Index, std::uint64_t);
extern template BasicNetwork<float> mlp<float>(const Shape&, Index, std::uint64_t);
extern template BasicNetwork<double> mlp<double>(const Shape&, Index, std::uint64_t);
extern template BasicNetwork<float> line_cnn<float>(Index, Index, std::uint64_t);
extern template BasicNetwork<double> line_cnn<double>(Index, Index, std::uint64_t);
#endif

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/zoo.ipp>
#endif
