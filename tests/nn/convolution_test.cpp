#include <inkling/nn/kernels/convolution.hpp>

#include <doctest/doctest.h>

#include <vector>

#include "random_matrix.hpp"

using namespace inkling;
using namespace inkling::nn::kernels;
using inkling::test::random_integers;

namespace {

template <typename S>
std::vector<S> zeros(Index size) {
  return std::vector<S>(static_cast<std::size_t>(size));
}

/// Calls check(sizes) for every kind of convolution: rows and columns that the stride does not divide, channels and
/// filters on both sides of a register tile.
template <typename Check>
void for_each_convolution(Check&& check) {
  for (const Index channels : {1, 3, 16, 17}) {
    for (const Index filters : {1, 10, 16, 33}) {
      for (const Index kernel : {1, 2, 3, 5}) {
        for (const Index stride : {1, 2, 3}) {
          const ConvolutionSizes sizes{{kernel + 2, kernel + 6, channels}, kernel, stride, filters};
          CAPTURE(channels);
          CAPTURE(filters);
          CAPTURE(kernel);
          CAPTURE(stride);
          check(sizes);
        }
      }
    }
  }
}

/// What pack_turned_filters and convolve compute together, from the definition: each output spreads its gradient over
/// the inputs that it was made of.
template <typename S>
void input_gradient_naive(const ConvolutionSizes& sizes, const S* output_gradient, const S* weights,
                          S* input_gradient) {
  for (Index p = 0; p < sizes.out_pixels(); ++p) {
    for (Index ky = 0; ky < sizes.kernel; ++ky) {
      S* const run = input_gradient + sizes.origin(p) + ky * sizes.padded.width * sizes.padded.channels;
      for (Index k = 0; k < sizes.row_depth(); ++k) {
        for (Index f = 0; f < sizes.filters; ++f) {
          run[k] += weights[(ky * sizes.row_depth() + k) * sizes.filters + f] * output_gradient[p * sizes.filters + f];
        }
      }
    }
  }
}

}  // namespace

TEST_CASE_TEMPLATE("convolve agrees with convolve_naive", S, float, double) {
  for_each_convolution([](const ConvolutionSizes& sizes) {
    const auto image = random_integers<S>(sizes.padded.size(), 1);
    const auto weights = random_integers<S>(sizes.filters * sizes.depth(), 2);
    const auto bias = random_integers<S>(sizes.filters, 3);
    auto packed = zeros<S>(packed_size<S>(sizes.filters, sizes.depth()));
    pack_filters(sizes, weights.data(), packed.data());
    for (const S* const start : {bias.data(), static_cast<const S*>(nullptr)}) {
      auto fast = random_integers<S>(sizes.filters * sizes.out_pixels(), 4);
      auto naive = random_integers<S>(sizes.filters * sizes.out_pixels(), 5);
      convolve(sizes, image.data(), packed.data(), {.bias = start}, fast.data());
      convolve_naive(sizes, image.data(), weights.data(), start, naive.data());
      const bool same = fast == naive;
      REQUIRE(same);
    }
  });
}

TEST_CASE_TEMPLATE("add_weight_gradient agrees with add_weight_gradient_naive, and adds", S, float, double) {
  for_each_convolution([](const ConvolutionSizes& sizes) {
    const auto image = random_integers<S>(sizes.padded.size(), 1);
    const auto gradient = random_integers<S>(sizes.filters * sizes.out_pixels(), 2);
    const Index step = packed_size<S>(sizes.filters, 1);
    auto tiled = zeros<S>(step * sizes.out_pixels());
    for (Index p = 0; p < sizes.out_pixels(); ++p) {
      std::copy_n(gradient.data() + p * sizes.filters, sizes.filters, tiled.data() + p * step);
    }
    auto fast = random_integers<S>(sizes.filters * sizes.depth(), 3);
    auto naive = fast;
    add_weight_gradient(sizes, image.data(), tiled.data(), step, fast.data());
    add_weight_gradient_naive(sizes, image.data(), gradient.data(), naive.data());
    const bool same = fast == naive;
    REQUIRE(same);
  });
}

TEST_CASE_TEMPLATE("a convolution with turned filters carries the gradient back to the input", S, float, double) {
  for_each_convolution([](const ConvolutionSizes& sizes) {
    const auto gradient = random_integers<S>(sizes.filters * sizes.out_pixels(), 1);
    const auto weights = random_integers<S>(sizes.filters * sizes.depth(), 2);
    const Index border = sizes.kernel - 1;
    const ConvolutionSizes turned{{sizes.padded.height + border, sizes.padded.width + border, sizes.filters},
                                  sizes.kernel,
                                  1,
                                  sizes.padded.channels};
    auto packed = zeros<S>(packed_size<S>(sizes.padded.channels, turned.depth()));
    pack_turned_filters(sizes, weights.data(), packed.data());
    auto spread = random_integers<S>(turned.padded.size(), 3);
    pad(gradient.data(), {sizes.out_height(), sizes.out_width(), sizes.filters}, border, border, sizes.stride,
        turned.padded, spread.data());
    auto fast = random_integers<S>(sizes.padded.size(), 4);
    convolve<S>(turned, spread.data(), packed.data(), {}, fast.data());

    auto naive = zeros<S>(sizes.padded.size());
    input_gradient_naive(sizes, gradient.data(), weights.data(), naive.data());
    const bool same = fast == naive;
    REQUIRE(same);
  });
}

TEST_CASE("pad places and spreads an image in zeros") {
  const std::vector<float> image{1, 2, 3, 4, 5, 6, 7, 8};  // 2 x 2 pixels of 2 channels
  SUBCASE("with a border") {
    std::vector<float> padded(3 * 4 * 2, -1);
    pad(image.data(), {2, 2, 2}, 1, 2, 1, {3, 4, 2}, padded.data());
    CHECK(padded == std::vector<float>{0, 0, 0, 0, 0, 0, 0, 0,  //
                                       0, 0, 0, 0, 1, 2, 3, 4,  //
                                       0, 0, 0, 0, 5, 6, 7, 8});
  }
  SUBCASE("with a stride between its pixels") {
    std::vector<float> padded(3 * 4 * 2, -1);
    pad(image.data(), {2, 2, 2}, 0, 1, 2, {3, 4, 2}, padded.data());
    CHECK(padded == std::vector<float>{0, 0, 1, 2, 0, 0, 3, 4,  //
                                       0, 0, 0, 0, 0, 0, 0, 0,  //
                                       0, 0, 5, 6, 0, 0, 7, 8});
  }
}

TEST_CASE("pack_rows fills the last panel up with zeros") {
  constexpr Index r = tile_rows<float>;
  const auto source = random_integers<float>((r + 1) * 2, 1);  // (r + 1) x 2
  std::vector<float> panels(static_cast<std::size_t>(packed_size<float>(r + 1, 2)), -9);
  REQUIRE(panels.size() == static_cast<std::size_t>(4 * r));
  pack_rows(source.data(), r + 1, Index{2}, Index{1}, r + 1, panels.data());
  for (std::size_t k = 0; k < 2; ++k) {
    for (std::size_t i = 0; i < 2 * r; ++i) {
      const float expected = i < r + 1 ? source[k * (r + 1) + i] : 0;
      CHECK(panels[i / r * 2 * r + k * r + i % r] == expected);
    }
  }
}
