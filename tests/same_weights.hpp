#pragma once

#include <inkling/nn/network.hpp>

#include <algorithm>

namespace inkling::test {

/// To the bit.
inline bool same_weights(const nn::Network& a, const nn::Network& b) {
  const auto of_a = a.parameters();
  const auto of_b = b.parameters();
  return std::equal(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(),
                    [](const auto* one, const auto* other) { return one->value == other->value; });
}

}  // namespace inkling::test
