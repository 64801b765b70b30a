#pragma once

#include <inkling/nn/layers/batch_norm.hpp>
#include <inkling/nn/layers/conv2d.hpp>
#include <inkling/nn/layers/max_pool2d.hpp>
#include <inkling/nn/layers/relu.hpp>
#include <inkling/nn/network.hpp>

namespace inkling::test {

/// 8 rows in; a step every two columns; two classes and the blank.
inline nn::Network small_line_network(Index width) {
  nn::Network network({8, width, 1}, 3);
  network.add(nn::Conv2d({.filters = 4, .padding = nn::Padding::same, .bias = false}))
      .add(nn::BatchNorm())
      .add(nn::Relu())
      .add(nn::MaxPool2d({.window = 2}))
      .add(nn::Conv2d({.filters = 3, .kernel = 4}));
  return network;
}

}  // namespace inkling::test
