#include <inkling/core/error.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/nn/inference/int8.hpp>
#include <inkling/nn/kernels/int8.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/network_classifier.hpp>
#include <inkling/nn/zoo.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "contains.hpp"
#include "random_matrix.hpp"

using namespace inkling;
using namespace inkling::nn;
using namespace inkling::nn::kernels;
using inkling::test::contains;
using inkling::test::random_matrix;

namespace {

std::vector<std::int8_t> random_levels(Index count, Rng& rng) {
  std::vector<std::int8_t> levels(static_cast<std::size_t>(count));
  for (auto& level : levels) level = static_cast<std::int8_t>(static_cast<int>(rng.below(255)) - 127);
  return levels;
}

std::vector<std::uint8_t> random_bytes(Index count, Rng& rng) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(count));
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(rng.below(256));
  return bytes;
}

template <typename To>
void check_product(const Int8Sizes& sizes, Rng& rng) {
  const auto origin = [&](Index j) { return j * 7; };
  const auto a = random_levels(sizes.rows * sizes.runs * sizes.depth, rng);
  // No more than is promised to be readable.
  const auto b = random_bytes(origin(sizes.columns - 1) + (sizes.runs - 1) * sizes.b_run + sizes.padded_depth(), rng);
  VectorOf<std::int32_t> start(sizes.padded_rows());
  VectorOf<float> factor(sizes.padded_rows());
  for (Index i = 0; i < start.size(); ++i) {
    start(i) = static_cast<std::int32_t>(rng.below(20'000)) - 10'000;
    factor(i) = 1.0F / static_cast<float>(1 + rng.below(1000));
  }
  std::vector<std::int8_t> packed(static_cast<std::size_t>(sizes.packed_size()));
  int8_pack(sizes, a.data(), packed.data());
  const auto size = static_cast<std::size_t>(sizes.rows * sizes.columns);
  std::vector<To> fast(size + 1, To{77});
  std::vector<To> naive(size + 1, To{77});
  int8_multiply(sizes, packed.data(), b.data(), origin, {start.data(), factor.data()}, fast.data());
  int8_multiply_naive(sizes, a.data(), b.data(), origin, {start.data(), factor.data()}, naive.data());
  CHECK(fast == naive);  // nothing is written behind the end, either
}

/// A network of every layer that a chain of bytes may have.
Network make_chain() {
  Network network({12, 10, 1}, 3);
  network.add(Conv2d({.filters = 5, .padding = Padding::same, .bias = false}))
      .add(BatchNorm())
      .add(Relu())
      .add(Conv2d({.filters = 40, .kernel = 3, .stride = 2}))
      .add(Relu())
      .add(MaxPool2d({.window = 2}))
      .add(Flatten())
      .add(Dense({.units = 20}))
      .add(BatchNorm())
      .add(Relu())
      .add(Dropout({.rate = 0.5}))
      .add(Dense({.units = 3}));
  Rng rng(5);
  for (auto* parameter : network.parameters()) {
    if (parameter->name == "weight") continue;
    for (float& value : parameter->value.reshaped()) value = 0.5F + static_cast<float>(rng.below(1000)) / 1000;
  }
  return network;
}

Matrix random_inputs(Index count) {
  Rng rng(9);
  Matrix inputs(120, count);
  for (float& value : inputs.reshaped()) value = static_cast<float>(rng.below(256)) / 255;
  return inputs;
}

std::string failure(const Network& network, const std::vector<float>& ranges) {
  try {
    fuse_int8(network, ranges);
  } catch (const ValueError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("int8_multiply gives the bits of int8_multiply_naive") {
  Rng rng(1);
  for (const Index rows : {Index{1}, Index{3}, lanes<float>, tile_rows<float>, tile_rows<float> + 1, Index{70}}) {
    for (const Index columns : {1, 2, 5, 6, 7, 12, 13, 25}) {
      for (const Index depth : {1, 3, 4, 5, 8, 30}) {
        for (const Index runs : {1, 3}) {
          CAPTURE(rows);
          CAPTURE(columns);
          CAPTURE(depth);
          CAPTURE(runs);
          const Int8Sizes sizes{rows, columns, runs, depth, depth + 5};
          check_product<std::uint8_t>(sizes, rng);
          check_product<float>(sizes, rng);
        }
      }
    }
  }
}

TEST_CASE("the largest products do not saturate") {
  const Int8Sizes sizes{2, 1, 1, int8_most_depth, 0};
  std::vector<std::int8_t> a(static_cast<std::size_t>(2 * sizes.depth), 127);
  for (std::size_t i = 1; i < a.size(); i += 2) a[i] = -127;
  const std::vector<std::uint8_t> b(static_cast<std::size_t>(sizes.depth), 255);
  VectorOf<std::int32_t> start = VectorOf<std::int32_t>::Constant(sizes.padded_rows(), 1 << 24);
  start(1) = -(1 << 24);
  const VectorOf<float> factor = VectorOf<float>::Ones(sizes.padded_rows());
  std::vector<std::int8_t> packed(static_cast<std::size_t>(sizes.packed_size()));
  int8_pack(sizes, a.data(), packed.data());
  float sums[2];
  int8_multiply(
      sizes, packed.data(), b.data(), [](Index) { return Index{0}; }, {start.data(), factor.data()}, sums);
  CHECK(sums[0] == static_cast<float>(127LL * 255 * int8_most_depth + (1 << 24)));
  CHECK(sums[1] == -sums[0]);
}

TEST_CASE("a sum becomes the byte that lies below it") {
  const auto byte = [](std::int32_t sum, float factor) {
    std::uint8_t one = 0;
    scale_sum(sum, factor, one);
    std::uint8_t register_full[lanes<float>];
    scale_sums(Int32Pack{} + sum, Pack<float>{} + factor, register_full);
    CHECK(register_full[0] == one);
    CHECK(register_full[lanes<float> - 1] == one);
    return int{one};
  };
  CHECK(byte(-5, 1) == 0);
  CHECK(byte(0, 1) == 0);
  CHECK(byte(7, 0.5F) == 3);
  CHECK(byte(255, 1) == 255);
  CHECK(byte(256, 1) == 255);
  CHECK(byte(2'000'000'000, 1e30F) == 255);
}

TEST_CASE("int8_max_pool takes the largest byte of each window") {
  Rng rng(3);
  for (const Index channels : {1, 15, 16, 17, 40}) {
    for (const Index stride : {1, 2, 3}) {
      const Shape in{5, 7, channels};
      const Shape out{(in.height - 2) / stride + 1, (in.width - 2) / stride + 1, channels};
      const auto x = random_bytes(in.size(), rng);
      std::vector<std::uint8_t> y(static_cast<std::size_t>(out.size()));
      int8_max_pool(in, out, 2, stride, x.data(), y.data());
      for (Index row = 0; row < out.height; ++row) {
        for (Index column = 0; column < out.width; ++column) {
          for (Index c = 0; c < channels; ++c) {
            const auto at = [&](Index dy, Index dx) {
              return x[static_cast<std::size_t>(((row * stride + dy) * in.width + column * stride + dx) * channels +
                                                c)];
            };
            const auto expected = std::max({at(0, 0), at(0, 1), at(1, 0), at(1, 1)});
            CHECK(y[static_cast<std::size_t>((row * out.width + column) * channels + c)] == expected);
          }
        }
      }
    }
  }
}

TEST_CASE("a network in bytes computes nearly what it does in floats, for any number of samples") {
  const Network network = make_chain();
  const Matrix inputs = random_inputs(40);
  const auto ranges = activation_ranges(network, inputs);
  REQUIRE(ranges.size() == 3);
  const Network bytes = fuse_int8(network, ranges);
  CHECK(bytes.output_shape() == network.output_shape());
  Workspace exact_space, workspace;
  const Matrix exact = network.forward(inputs, exact_space);
  const Matrix result = bytes.forward(inputs, workspace);
  CHECK((result - exact).norm() < 0.02F * exact.norm());
  CHECK(result != exact);
  for (const Index i : {0, 17, 39}) CHECK(Matrix(bytes.forward(inputs.col(i), workspace)) == result.col(i));
  // A copy computes the same.
  const Network copy = bytes;
  Workspace other;
  CHECK(Matrix(copy.forward(inputs, other)) == result);
}

TEST_CASE("weights of whole steps and inputs of whole bytes give exact sums") {
  Network network({1, 1, 8}, 1);
  network.add(Dense({.units = 3}));
  auto parameters = network.parameters();
  Rng rng(2);
  for (Index i = 0; i < 3; ++i) {
    for (Index k = 0; k < 8; ++k) parameters[0]->value(i, k) = static_cast<float>(rng.below(100)) / 128;
    parameters[0]->value(i, i) = 127.0F / 128;
    parameters[1]->value(i, 0) = static_cast<float>(i);
  }
  Matrix inputs(8, 1);
  for (Index k = 0; k < 8; ++k) inputs(k, 0) = static_cast<float>(20 * k) / 255;
  Workspace exact_space, workspace;
  const Matrix exact = network.forward(inputs, exact_space);
  const Matrix result = fuse_int8(network, {}).forward(inputs, workspace);
  CHECK((result - exact).cwiseAbs().maxCoeff() < 1e-5F);
}

TEST_CASE("what lies outside the ranges is cut off, and a small weight beside a large bias does not overflow") {
  Network network({1, 1, 4}, 1);
  network.add(Dense({.units = 2})).add(Relu()).add(Dense({.units = 1}));
  auto parameters = network.parameters();
  parameters[0]->value << 1, 1, 1, 1, 1e-20F, 0, 0, 0;
  parameters[1]->value << 0, 1;
  parameters[2]->value << 1, 0.5F;
  parameters[3]->value << 0;
  Workspace workspace;
  const Matrix inputs = Matrix::Constant(4, 1, 1.5F);  // larger than an input may be, too
  const Matrix result = fuse_int8(network, std::vector<float>{2}).forward(inputs, workspace);
  CHECK(result(0, 0) == doctest::Approx(2 + 0.5).epsilon(0.02));
}

TEST_CASE("a network that is no chain, and ranges that do not fit, are refused") {
  const Network chain = make_chain();
  CHECK(failure(chain, {1, 1, 1}).empty());
  for (const auto& ranges :
       std::vector<std::vector<float>>{{}, {1, 1}, {1, 1, 1, 1}, {1, 0, 1}, {1, -1, 1}, {1, NAN, 1}}) {
    CHECK(contains(failure(chain, ranges), "a range above 0 for each ReLU"));
  }
  Network linear({1, 1, 4}, 1);
  linear.add(Dense({.units = 2})).add(Dense({.units = 1}));
  CHECK(contains(failure(linear, {}), "got layer 1 (dense)"));
  Network ends({4, 4, 1}, 1);
  ends.add(Conv2d({.filters = 2})).add(Relu());
  CHECK(contains(failure(ends, {1}), "ends in a convolution or dense layer"));
  Network sigmoid({1, 1, 4}, 1);
  sigmoid.add(Dense({.units = 2})).add(Sigmoid()).add(Dense({.units = 1}));
  CHECK(contains(failure(sigmoid, {}), "got layer 1 (sigmoid)"));
  Network early({4, 4, 1}, 1);
  early.add(MaxPool2d({.window = 2})).add(Flatten()).add(Dense({.units = 1}));
  CHECK(contains(failure(early, {}), "got layer 0 (max_pool2d)"));
  Network wide({1, 1, 65'001}, 1);
  wide.add(Dense({.units = 1}));
  CHECK(contains(failure(wide, {}), "at most 65,000 weights an output, got 65001"));
}
