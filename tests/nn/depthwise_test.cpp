#include <inkling/nn/kernels/depthwise.hpp>

#include <doctest/doctest.h>

#include <vector>

#include "random_matrix.hpp"

using namespace inkling;
using namespace inkling::nn::kernels;
using inkling::test::random_integers;

namespace {

/// Calls check(sizes) with borders on all sides and without, strides that do not divide, images narrower than the
/// kernel and wider than a tile, and channels on both sides of a register.
template <typename Check>
void for_each_depthwise(Check&& check) {
  for (const Index channels : {1, 8, 16, 19, 33}) {
    for (const Index kernel : {1, 2, 3, 5, 13}) {
      for (const Index stride : {1, 2, 3}) {
        for (const Index width : {1, 4, 31}) {
          for (const Index before : {Index{0}, kernel / 2, kernel - 1}) {
            const Index out_width = (width + 2 * before - kernel) / stride + 1;
            const Index out_height = (4 + 2 * before - kernel) / stride + 1;
            if (width + 2 * before < kernel || 4 + 2 * before < kernel) continue;
            CAPTURE(channels);
            CAPTURE(kernel);
            CAPTURE(stride);
            CAPTURE(width);
            CAPTURE(before);
            for (const Index beyond : {0, 2}) {  // outputs that the input does not reach
              const Shape out{out_height + beyond, out_width + beyond, channels};
              check({{4, width, channels}, out, kernel, stride, before, before});
            }
          }
        }
      }
    }
  }
}

}  // namespace

TEST_CASE_TEMPLATE("depthwise_convolve agrees with depthwise_naive", S, float, double) {
  for_each_depthwise([](const DepthwiseSizes& sizes) {
    const auto x = random_integers<S>(sizes.in.size(), 1);
    const auto weights = random_integers<S>(sizes.kernel * sizes.kernel * sizes.in.channels, 2);
    const auto bias = random_integers<S>(sizes.in.channels, 3);
    for (const Epilogue<S>& epilogue : {Epilogue<S>{}, Epilogue<S>{.bias = bias.data(), .relu = true}}) {
      auto fast = random_integers<S>(sizes.out.size(), 4);
      auto naive = random_integers<S>(sizes.out.size(), 5);
      depthwise_convolve(sizes, x.data(), weights.data(), epilogue, fast.data());
      depthwise_naive(sizes, x.data(), weights.data(), epilogue, naive.data());
      const bool same = fast == naive;
      REQUIRE(same);
    }
  });
}

TEST_CASE_TEMPLATE("add_depthwise_gradient agrees with add_depthwise_gradient_naive", S, float, double) {
  for_each_depthwise([](const DepthwiseSizes& sizes) {
    const auto x = random_integers<S>(sizes.in.size(), 1);
    const auto dy = random_integers<S>(sizes.out.size(), 2);
    auto fast = random_integers<S>(sizes.kernel * sizes.kernel * sizes.in.channels, 3);
    auto naive = fast;
    add_depthwise_gradient(sizes, x.data(), dy.data(), fast.data());
    add_depthwise_gradient_naive(sizes, x.data(), dy.data(), naive.data());
    const bool same = fast == naive;
    REQUIRE(same);
  });
}
