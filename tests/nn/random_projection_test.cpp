#include <inkling/core/rng.hpp>
#include <inkling/nn/kernels/bf16.hpp>
#include <inkling/nn/kernels/convolution.hpp>
#include <inkling/nn/kernels/gemm.hpp>
#include <inkling/nn/kernels/int8.hpp>
#include <inkling/nn/kernels/winograd.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "random_matrix.hpp"

/// Products at the full sizes of the shipped cnn (nn::character_cnn) and batches of 256, checked without a slow
/// reference (Freivalds 1977, "Probabilistic Machines Can Use Less Running Time"): of random signs r, r'c = (r'a)b
/// takes a product of few rows. One wrong value in a column always shows, for no sign is zero; of several, half of the
/// sign vectors at least see something.
using namespace inkling;
using namespace inkling::nn::kernels;
using inkling::nn::Buffer;
using inkling::test::random_integers;
using inkling::test::random_matrix;

namespace {

constexpr Index batch = 256;
constexpr Index vectors = 4;
using Signs = Eigen::Matrix<double, vectors, Eigen::Dynamic>;

Signs random_signs(Index count) {
  Signs signs(vectors, count);
  Rng rng(77);
  for (double& sign : signs.reshaped()) sign = rng.below(2) == 0 ? -1 : 1;
  return signs;
}

/// c (rows x columns) = a (rows x runs * depth) * b, where a column of b is `runs` runs of `depth` numbers, b_run
/// apart.
struct Sizes {
  Index rows;
  Index columns;
  Index runs;
  Index depth;
  Index b_run;
};

Sizes sizes_of(const ConvolutionSizes& sizes) {
  return {sizes.filters, sizes.out_pixels(), sizes.kernel, sizes.row_depth(),
          sizes.padded.width * sizes.padded.channels};
}

template <typename T>
auto exactly(const T* values, Index rows, Index columns) {
  return Eigen::Map<const MatrixOf<T>>(values, rows, columns).template cast<double>();
}

/// What is left of the product with `a` by random signs, so that it need not be found anew for each image.
struct Projection {
  template <typename A>
  Projection(const Sizes& s, const A* a)
      : sizes(s), signs(random_signs(s.rows)), rows(signs * exactly(a, s.rows, s.runs * s.depth)) {}

  /// The largest |r'c - (r'a)b|; column j of b begins at b + origin(j).
  template <typename B, typename C, typename Origin>
  double gap(const B* b, Origin&& origin, const C* c) const {
    double largest = 0;
    for (Index j = 0; j < sizes.columns; ++j) {
      Eigen::Matrix<double, vectors, 1> difference = signs * exactly(c + j * sizes.rows, sizes.rows, 1);
      for (Index run = 0; run < sizes.runs; ++run) {
        difference -= rows.middleCols(run * sizes.depth, sizes.depth) *
                      exactly(b + origin(j) + run * sizes.b_run, sizes.depth, 1);
      }
      largest = std::max(largest, difference.cwiseAbs().maxCoeff());
    }
    return largest;
  }

  Sizes sizes;
  Signs signs, rows;
};

/// How far r'c may be off where no value of c is off by more than `error`: a sum of independent signs exceeds 6 of its
/// standard deviations, sqrt(rows) * error at most, with probability 2 exp(-18), 3e-8 (Hoeffding 1963).
double tolerance(Index rows, double error) {
  return 6 * std::sqrt(static_cast<double>(rows)) * error;
}

/// How far a float sum of products may be off when blocks of gemm_depth_block are added up: (block + blocks) roundings
/// (Higham 2002, "Accuracy and Stability of Numerical Algorithms", 3.1), and sum |a||b| <= |a| |b|.
double gemm_error(const Matrix& a, const Matrix& b) {
  const auto roundings = static_cast<double>(gemm_depth_block + (a.cols() + gemm_depth_block - 1) / gemm_depth_block);
  return roundings * 0x1p-24 * a.rowwise().norm().maxCoeff() * b.colwise().norm().maxCoeff();
}

/// Dense layers: forward, and what carries a gradient to the weights and to the input.
struct Product {
  Index rows, columns, depth;
  bool transpose_a, transpose_b;
};
const Product products[] = {{256, batch, 4608, false, false},
                            {47, batch, 256, false, false},
                            {256, 4608, batch, false, true},
                            {4608, batch, 256, true, false}};

struct Operands {
  Operands(const Product& p, bool whole_numbers)
      : sizes{p.rows, p.columns, 1, p.depth, 0},
        a(whole_numbers ? random_integers<float>(p.rows, p.depth, 1) : random_matrix<float>(p.rows, p.depth, 1)),
        b(whole_numbers ? random_integers<float>(p.depth, p.columns, 2) : random_matrix<float>(p.depth, p.columns, 2)),
        c(p.rows, p.columns) {}

  Index origin(Index column) const { return column * sizes.depth; }
  double gap() const {
    return Projection(sizes, a.data())
        .gap(
            b.data(), [&](Index j) { return origin(j); }, c.data());
  }
  void multiply(bool transpose_a, bool transpose_b) {
    const Matrix turned_a = a.transpose(), turned_b = b.transpose();
    Buffer<float> memory;
    gemm(sizes.rows, sizes.columns, sizes.depth, transpose_a ? transposed<float>(turned_a) : plain<float>(a),
         transpose_b ? transposed<float>(turned_b) : plain<float>(b), c.data(), sizes.rows, false, memory);
  }

  Sizes sizes;
  Matrix a, b, c;
};

/// Its convolutions: 3x3 on images of side x side.
struct Convolution {
  Convolution(Index side, Index channels, Index filters, Index padding_)
      : in{side, side, channels},
        padding(padding_),
        direct{{side + 2 * padding, side + 2 * padding, channels}, 3, 1, filters} {}

  /// check(the padded image, i) for each sample.
  template <typename T, typename Check>
  void for_each_image(const MatrixOf<T>& x, Check&& check) const {
    std::vector<T> padded(static_cast<std::size_t>(direct.padded.size() + 3));  // int8_multiply reads behind the end
    for (Index i = 0; i < x.cols(); ++i) {
      pad(x.col(i).data(), in, padding, padding, 1, direct.padded, padded.data());
      check(padded.data(), i);
    }
  }
  Index origin(Index pixel) const { return direct.origin(pixel); }
  Index out_size() const { return direct.filters * direct.out_pixels(); }

  Shape in;
  Index padding;
  ConvolutionSizes direct;
};
const Convolution convolutions[] = {{28, 1, 32, 0},  {26, 32, 32, 0}, {12, 32, 64, 1},
                                    {12, 64, 64, 1}, {6, 64, 128, 1}, {6, 128, 128, 1}};

}  // namespace

TEST_CASE("at full size, gemm of whole numbers is exact") {
  for (const Product& product : products) {  // sums stay below 2^24
    Operands operands(product, true);
    operands.multiply(product.transpose_a, product.transpose_b);
    CHECK(operands.gap() == 0);
    operands.c(product.rows / 2, product.columns - 1) += 1;
    CHECK(operands.gap() == 1);
  }
}

TEST_CASE("at full size, gemm of any numbers is off by no more than its roundings") {
  for (const Product& product : products) {
    Operands operands(product, false);
    operands.multiply(product.transpose_a, product.transpose_b);
    const double allowed = tolerance(product.rows, gemm_error(operands.a, operands.b));
    CHECK(operands.gap() < allowed);
    CHECK(allowed < std::sqrt(static_cast<double>(product.depth)));  // so that a wrong value shows
  }
}

TEST_CASE("at full size, a product of packed weights has the bits of gemm") {
  Operands operands(products[0], false);
  operands.multiply(false, false);
  const auto [rows, columns, runs, depth, b_run] = operands.sizes;
  std::vector<float> packed(static_cast<std::size_t>(packed_size<float>(rows, depth)));
  pack_matrix(rows, depth, plain<float>(operands.a), packed.data());
  Matrix c(rows, columns);
  multiply_packed(rows, columns, depth, packed.data(), plain<float>(operands.b), c.data(), rows);
  CHECK(c == operands.c);
}

TEST_CASE("at full size, a product in bfloat16 of whole numbers is exact") {
  Operands operands(products[0], true);
  const Bf16Sizes sizes{operands.sizes.rows, operands.sizes.columns, 1, operands.sizes.depth, 0};
  const VectorOf<Bf16> b = operands.b.reshaped().cast<Bf16>();
  std::vector<Bf16> packed(static_cast<std::size_t>(sizes.packed_size()));
  bf16_pack(sizes, operands.a.data(), packed.data());
  bf16_multiply(
      sizes, packed.data(), b.data(), [&](Index j) { return operands.origin(j); }, {}, operands.c.data());
  CHECK(operands.gap() == 0);
}

TEST_CASE("at full size, direct convolution of whole numbers is exact") {
  for (const Convolution& convolution : convolutions) {
    const ConvolutionSizes& sizes = convolution.direct;
    // Most go by Winograd's way instead, and the direct one is slow under a sanitiser.
    const bool has_other_way = winograd_fits<float>(3, 1, convolution.in.channels, sizes.filters);
    const Matrix x = random_integers<float>(convolution.in.size(), has_other_way ? batch / 8 : batch, 1);
    const Matrix weights = random_integers<float>(sizes.filters, sizes.depth(), 2);
    std::vector<float> packed(static_cast<std::size_t>(packed_size<float>(sizes.filters, sizes.depth())));
    pack_filters(sizes, weights.data(), packed.data());
    const Projection projection(sizes_of(sizes), weights.data());
    Vector y(convolution.out_size());
    double gap = 0;
    convolution.for_each_image(x, [&](const float* image, Index) {
      convolve(sizes, image, packed.data(), {}, y.data());
      gap = std::max(gap, projection.gap(
                              image, [&](Index p) { return convolution.origin(p); }, y.data()));
    });
    CHECK(gap == 0);
  }
}

TEST_CASE("at full size, Winograd's convolution is off by no more than 1e-5 of the largest output") {
  for (const Convolution& convolution : convolutions) {
    const ConvolutionSizes& sizes = convolution.direct;
    if (!winograd_fits<float>(sizes.kernel, sizes.stride, convolution.in.channels, sizes.filters)) continue;
    const Matrix x = random_matrix<float>(convolution.in.size(), batch, 1);
    const Matrix weights = random_matrix<float>(sizes.filters, sizes.depth(), 2);
    std::vector<float> packed(static_cast<std::size_t>(winograd_points * convolution.in.channels * sizes.filters));
    winograd_pack(filter_taps(weights.data(), convolution.in.channels, sizes.filters), sizes.filters,
                  convolution.in.channels, packed.data());
    Matrix y(convolution.out_size(), batch);
    Buffer<float> memory;
    winograd_convolve<float>({convolution.in,
                              {sizes.out_height(), sizes.out_width(), sizes.filters},
                              convolution.padding,
                              convolution.padding},
                             batch, x.data(), packed.data(), {}, y.data(), memory);
    const Projection projection(sizes_of(sizes), weights.data());
    double gap = 0;
    convolution.for_each_image(x, [&](const float* image, Index i) {
      gap = std::max(gap, projection.gap(
                              image, [&](Index p) { return convolution.origin(p); }, y.col(i).data()));
    });
    const double allowed = tolerance(sizes.filters, 1e-5 * y.cwiseAbs().maxCoeff());
    CHECK(gap < allowed);
    CHECK(allowed < 0.1 * std::sqrt(static_cast<double>(sizes.depth())));  // so that a wrong value shows
  }
}

TEST_CASE("at full size, convolution in bytes is exact") {
  Rng rng(3);
  for (const Convolution& convolution : convolutions) {
    const auto [rows, columns, runs, depth, b_run] = sizes_of(convolution.direct);
    const Int8Sizes sizes{rows, columns, runs, depth, b_run};
    const Pixels x = test::random_pixels(convolution.in.size(), batch, 1);
    std::vector<std::int8_t> weights(static_cast<std::size_t>(rows * runs * depth));
    for (auto& weight : weights) weight = static_cast<std::int8_t>(static_cast<int>(rng.below(255)) - 127);
    std::vector<std::int8_t> packed(static_cast<std::size_t>(sizes.packed_size()));
    int8_pack(sizes, weights.data(), packed.data());
    const VectorOf<std::int32_t> start = VectorOf<std::int32_t>::Zero(sizes.padded_rows());
    const Vector factor = Vector::Ones(sizes.padded_rows());
    const Projection projection(sizes_of(convolution.direct), weights.data());
    Vector y(convolution.out_size());  // whole numbers, and of random operands below 2^24
    double gap = 0;
    convolution.for_each_image(x, [&](const std::uint8_t* image, Index) {
      const auto origin = [&](Index p) { return convolution.origin(p); };
      int8_multiply(sizes, packed.data(), image, origin, {start.data(), factor.data()}, y.data());
      gap = std::max(gap, projection.gap(image, origin, y.data()));
    });
    CHECK(gap == 0);
  }
}
