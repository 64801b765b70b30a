#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/io/model/state_dict.hpp>
#include <inkling/io/safetensors/safetensors.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/network.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "random_matrix.hpp"

using namespace inkling;
using inkling::test::random_matrix;

namespace {

/// What PyTorch's loops would compute: numbers by [channel][y][x].
struct Planes {
  Index channels, height, width;
  std::vector<float> values;
  float at(Index c, Index y, Index x) const {
    if (y < 0 || x < 0 || y >= height || x >= width) return 0;
    return values[static_cast<std::size_t>((c * height + y) * width + x)];
  }
};

Planes convolved(const Planes& in, const std::vector<float>& weight, const std::vector<float>& bias, Index kernel) {
  const auto filters = static_cast<Index>(bias.size());
  Planes out{filters, in.height - kernel + 1, in.width - kernel + 1, {}};
  for (Index f = 0; f < filters; ++f) {
    for (Index y = 0; y < out.height; ++y) {
      for (Index x = 0; x < out.width; ++x) {
        float sum = bias[static_cast<std::size_t>(f)];
        for (Index c = 0; c < in.channels; ++c) {
          for (Index ky = 0; ky < kernel; ++ky) {
            for (Index kx = 0; kx < kernel; ++kx) {
              sum += in.at(c, y + ky, x + kx) *
                     weight[static_cast<std::size_t>(((f * in.channels + c) * kernel + ky) * kernel + kx)];
            }
          }
        }
        out.values.push_back(sum);
      }
    }
  }
  return out;
}

std::vector<float> numbers(Index count, std::uint64_t seed) {
  const Matrix matrix = random_matrix<float>(count, 1, seed);
  return {matrix.data(), matrix.data() + count};
}

struct Trained {
  nn::Network network{{5, 6, 2}, 1};
  Safetensors file = {};
  std::vector<float> filters = numbers(3 * 2 * 2 * 2, 1), filter_bias = numbers(3, 2);
  std::vector<float> weight = numbers(4 * 60, 3), bias = numbers(4, 4);

  Trained() {
    network
        .add(nn::Conv2d({.filters = 3, .kernel = 2}))  // 4 x 5 x 3
        .add(nn::Flatten())
        .add(nn::Dense({.units = 4}));
    file.tensors = {{"0.weight", make_tensor<float>({3, 2, 2, 2}, filters)},
                    {"0.bias", make_tensor<float>({3}, filter_bias)},
                    {"2.weight", make_tensor<float>({4, 60}, weight)},
                    {"2.bias", make_tensor<float>({4}, bias)}};
  }
};

TEST_CASE("a convolution and a dense layer after flatten compute what PyTorch's loops would") {
  const Trained trained;
  const nn::Network network = with_state_dict(trained.network, trained.file);

  const Planes image{2, 5, 6, numbers(60, 5)};
  Matrix x(60, 1);  // the channel fastest
  for (Index y = 0; y < 5; ++y) {
    for (Index column = 0; column < 6; ++column) {
      for (Index c = 0; c < 2; ++c) x((y * 6 + column) * 2 + c, 0) = image.at(c, y, column);
    }
  }
  const Planes maps = convolved(image, trained.filters, trained.filter_bias, 2);
  nn::Workspace workspace;
  const Matrix got = network.forward(x, workspace);
  for (Index unit = 0; unit < 4; ++unit) {
    float expected = trained.bias[static_cast<std::size_t>(unit)];
    for (std::size_t i = 0; i < maps.values.size(); ++i) {
      expected += maps.values[i] * trained.weight[static_cast<std::size_t>(unit) * 60 + i];
    }
    CHECK(got(unit, 0) == doctest::Approx(expected).epsilon(1e-4));
  }
}

TEST_CASE("modules may have names, and batch norm its counter") {
  Trained trained;
  auto& tensors = trained.file.tensors;
  for (const char* name : {"weight", "bias"}) {
    auto node = tensors.extract(std::string("0.") + name);
    node.key() = std::string("features.conv1.") + name;
    tensors.insert(std::move(node));
  }
  CHECK_THROWS_AS(with_state_dict(trained.network, trained.file), FormatError);
  const nn::Network named = with_state_dict(trained.network, trained.file, {.modules = {{"0", "features.conv1"}}});
  CHECK(named.parameters()[0]->value(2, 7) == trained.filters.back());

  nn::Network norm({2, 2, 3}, 1);
  norm.add(nn::Flatten()).add(nn::BatchNorm());
  Safetensors file;
  const std::vector<float> values = numbers(12, 7);
  for (const char* name : {"1.weight", "1.bias", "1.running_mean", "1.running_var"}) {
    file.tensors[name] = make_tensor<float>({12}, values);
  }
  file.tensors["1.num_batches_tracked"] = make_tensor<std::int64_t>({}, std::vector<std::int64_t>{99});
  const nn::Network taken = with_state_dict(norm, file);
  // Our second value is channel 1 of the first pixel, which PyTorch has after the four pixels of channel 0.
  for (const nn::Parameter<float>* parameter : taken.parameters()) CHECK(parameter->value(1, 0) == values[4]);
}

TEST_CASE("a state dict of another network is refused by the name of the tensor") {
  const Trained trained;
  Safetensors other = trained.file;
  other.tensors["2.weight"] = make_tensor<float>({60, 4}, trained.weight);
  CHECK_THROWS_WITH_AS(with_state_dict(trained.network, other),
                       "tensor '2.weight': expected dimensions [4,60], got [60,4]", FormatError);
  other = trained.file;
  other.tensors["3.weight"] = make_tensor<float>({4, 60}, trained.weight);
  CHECK_THROWS_WITH_AS(with_state_dict(trained.network, other), "tensor '3.weight': it has no place in this model",
                       FormatError);
  other = trained.file;
  other.tensors.erase("0.bias");
  CHECK_THROWS_WITH_AS(with_state_dict(trained.network, other), "tensor '0.bias': it is missing", FormatError);
}

}  // namespace
