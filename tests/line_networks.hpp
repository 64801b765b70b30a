#pragma once

#include <inkling/nn/layers/batch_norm.hpp>
#include <inkling/nn/layers/conv2d.hpp>
#include <inkling/nn/layers/max_pool2d.hpp>
#include <inkling/nn/layers/relu.hpp>
#include <inkling/nn/network.hpp>

#include <algorithm>

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

inline bool same_weights(const nn::Network& a, const nn::Network& b) {
  const auto of_a = a.parameters();
  const auto of_b = b.parameters();
  return std::equal(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(),
                    [](const auto* one, const auto* other) { return one->value == other->value; });
}

}  // namespace inkling::test
