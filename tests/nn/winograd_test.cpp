#include <inkling/nn/kernels/convolution.hpp>
#include <inkling/nn/kernels/winograd.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "all_close.hpp"
#include "random_matrix.hpp"

using namespace inkling;
using namespace inkling::nn::kernels;
using inkling::nn::Buffer;
using inkling::test::mismatch;
using inkling::test::random_matrix;

namespace {

template <typename S>
constexpr double tolerance = sizeof(S) == 4 ? 2e-4 : 1e-11;

struct Case {
  Index height, width;
  Index channels, filters;  // in register tiles
  Index padding;
};

/// Outputs that tiles of 4x4 cover exactly, with a rest, and only in part; images smaller than a patch; both paddings.
const Case cases[] = {{8, 12, 1, 1, 1}, {7, 9, 2, 1, 1}, {6, 5, 1, 3, 1}, {3, 3, 1, 1, 1},
                      {1, 2, 1, 1, 1},  {9, 6, 2, 2, 0}, {3, 3, 1, 2, 0}, {10, 14, 1, 1, 2}};

/// One convolution with random values, and what the naive kernels make of it.
template <typename S>
struct Convolution {
  static constexpr Index samples = 3;

  explicit Convolution(const Case& c)
      : in{c.height, c.width, c.channels * tile_rows<S>},
        direct{{c.height + 2 * c.padding, c.width + 2 * c.padding, in.channels}, 3, 1, c.filters * tile_rows<S>},
        sizes{in, {direct.out_height(), direct.out_width(), direct.filters}, c.padding, c.padding},
        x(random_matrix<S>(in.size(), samples, 1)),
        weights(random_matrix<S>(direct.filters, direct.depth(), 2) / std::sqrt(static_cast<S>(direct.depth()))),
        bias(random_matrix<S>(direct.filters, 1, 3)),
        dy(random_matrix<S>(sizes.out.size(), samples, 4)) {}

  std::vector<S> padded(Index sample) const {
    std::vector<S> image(static_cast<std::size_t>(direct.padded.size()));
    pad(x.col(sample).data(), in, sizes.top, sizes.left, 1, direct.padded, image.data());
    return image;
  }
  std::vector<S> packed() const {
    std::vector<S> result(static_cast<std::size_t>(winograd_points * in.channels * direct.filters));
    winograd_pack(filter_taps(weights.data(), in.channels, direct.filters), direct.filters, in.channels, result.data());
    return result;
  }
  MatrixOf<S> convolve(Index first, Index count, const Epilogue<S>& epilogue) const {
    MatrixOf<S> y(sizes.out.size(), count);
    Buffer<S> memory;
    winograd_convolve(sizes, count, x.col(first).data(), packed().data(), epilogue, y.data(), memory);
    return y;
  }

  Shape in;
  ConvolutionSizes direct;
  WinogradSizes sizes;
  MatrixOf<S> x, weights, bias, dy;
};

template <typename S, typename Check>
void for_each_case(Check&& check) {
  for (const Case& c : cases) {
    CAPTURE(c.height);
    CAPTURE(c.width);
    CAPTURE(c.channels);
    CAPTURE(c.filters);
    CAPTURE(c.padding);
    check(Convolution<S>(c));
  }
}

}  // namespace

TEST_CASE_TEMPLATE("winograd_convolve agrees with convolve_naive", S, float, double) {
  for_each_case<S>([](const Convolution<S>& c) {
    MatrixOf<S> expected(c.sizes.out.size(), c.samples);
    for (Index i = 0; i < c.samples; ++i) {
      convolve_naive(c.direct, c.padded(i).data(), c.weights.data(), c.bias.data(), expected.col(i).data());
    }
    CHECK(mismatch(c.convolve(0, c.samples, {.bias = c.bias.data()}), expected, 0, tolerance<S>) == "");
    CHECK(mismatch(c.convolve(0, c.samples, {.bias = c.bias.data(), .relu = true}), expected.cwiseMax(S{0}).eval(), 0,
                   tolerance<S>) == "");
  });
}

TEST_CASE_TEMPLATE("winograd_convolve gives a sample the same bits whatever the company", S, float, double) {
  for_each_case<S>([](const Convolution<S>& c) {
    const MatrixOf<S> together = c.convolve(0, c.samples, {});
    for (Index i = 0; i < c.samples; ++i) CHECK(together.col(i) == c.convolve(i, 1, {}).col(0));
  });
}

TEST_CASE_TEMPLATE("winograd_weight_gradient agrees with add_weight_gradient_naive", S, float, double) {
  for_each_case<S>([](const Convolution<S>& c) {
    MatrixOf<S> expected = MatrixOf<S>::Zero(c.direct.filters, c.direct.depth());
    for (Index i = 0; i < c.samples; ++i) {
      add_weight_gradient_naive(c.direct, c.padded(i).data(), c.dy.col(i).data(), expected.data());
    }
    MatrixOf<S> gradient = random_matrix<S>(c.direct.filters, c.direct.depth(), 5);  // is overwritten
    Buffer<S> memory;
    winograd_weight_gradient(c.sizes, c.samples, c.x.data(), c.dy.data(), gradient.data(), memory);
    CHECK(mismatch(gradient, expected, 0, 20 * tolerance<S>) == "");
  });
}

TEST_CASE_TEMPLATE("turned filters carry the gradient back: <conv(x), dy> = <x, turned(dy)>", S, float, double) {
  for_each_case<S>([](const Convolution<S>& c) {
    const auto taps = turned_filter_taps(c.weights.data(), c.in.channels, c.direct.filters);
    std::vector<S> packed(c.packed().size());
    winograd_pack(taps, c.in.channels, c.direct.filters, packed.data());
    MatrixOf<S> dx(c.in.size(), c.samples);
    Buffer<S> memory;
    winograd_convolve<S>({c.sizes.out, c.in, 2 - c.sizes.top, 2 - c.sizes.left}, c.samples, c.dy.data(), packed.data(),
                         {}, dx.data(), memory);
    const double there =
        c.convolve(0, c.samples, {}).template cast<double>().cwiseProduct(c.dy.template cast<double>()).sum();
    const double back = c.x.template cast<double>().cwiseProduct(dx.template cast<double>()).sum();
    CHECK(there == doctest::Approx(back).epsilon(tolerance<S>));
  });
}
