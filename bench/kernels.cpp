#include <inkling/nn/kernels/bf16.hpp>
#include <inkling/nn/kernels/convolution.hpp>
#include <inkling/nn/kernels/depthwise.hpp>
#include <inkling/nn/kernels/gemm.hpp>
#include <inkling/nn/kernels/int8.hpp>
#include <inkling/nn/kernels/winograd.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "roofline.hpp"
#include "setup.hpp"

/// Each kernel alone, on one thread, at sizes of the shipped cnn and a micro-batch of 32. Bytes are those of operands
/// and result, each once.
namespace inkling::bench {
namespace {

using namespace nn::kernels;

constexpr Index micro_batch = 32;
constexpr Shape image{12, 12, 64};  // and as many filters, 3x3, inside a border of zeros
constexpr ConvolutionSizes convolution{{14, 14, 64}, 3, 1, 64};

double bytes_of(Index floats) {
  return static_cast<double>(floats) * sizeof(float);
}
double convolution_flop() {
  return 2.0 * static_cast<double>(convolution.filters * convolution.depth() * convolution.out_pixels() * micro_batch);
}

/// The machine itself.
void peak(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(measured_peak(1));
  state.counters["peak_flop_per_second"] = measured_peak(1);
  state.counters["peak_bytes_per_second"] = measured_bandwidth();
}

void dense(benchmark::State& state) {
  constexpr Index rows = 256, depth = 4608;
  const Matrix a = Matrix::Random(rows, depth), b = Matrix::Random(depth, micro_batch);
  std::vector<float> packed(static_cast<std::size_t>(packed_size<float>(rows, depth)));
  pack_matrix(rows, depth, plain<float>(a), packed.data());
  Matrix c(rows, micro_batch);
  for (auto _ : state) {
    multiply_packed(rows, micro_batch, depth, packed.data(), plain<float>(b), c.data(), rows);
    benchmark::ClobberMemory();
  }
  report_work(state, {2.0 * rows * depth * micro_batch, bytes_of(a.size() + b.size() + c.size())}, 1);
}

void square(benchmark::State& state) {
  constexpr Index side = 1024;
  const Matrix a = Matrix::Random(side, side), b = Matrix::Random(side, side);
  Matrix c(side, side);
  nn::Buffer<float> memory;
  for (auto _ : state) {
    gemm(side, side, side, plain<float>(a), plain<float>(b), c.data(), side, false, memory);
    benchmark::ClobberMemory();
  }
  report_work(state, {2.0 * side * side * side, bytes_of(3 * side * side)}, 1);
}

void direct(benchmark::State& state) {
  const Matrix x = Matrix::Random(convolution.padded.size(), micro_batch);
  const Matrix weights = Matrix::Random(convolution.filters, convolution.depth());
  std::vector<float> packed(static_cast<std::size_t>(packed_size<float>(convolution.filters, convolution.depth())));
  pack_filters(convolution, weights.data(), packed.data());
  Matrix y(convolution.filters * convolution.out_pixels(), micro_batch);
  for (auto _ : state) {
    for (Index i = 0; i < micro_batch; ++i) convolve(convolution, x.col(i).data(), packed.data(), {}, y.col(i).data());
    benchmark::ClobberMemory();
  }
  report_work(state, {convolution_flop(), bytes_of(x.size() + weights.size() + y.size())}, 1);
}

void by_winograd(benchmark::State& state) {
  const WinogradSizes sizes{image, image, 1, 1};
  const Matrix x = Matrix::Random(image.size(), micro_batch);
  const Matrix weights = Matrix::Random(convolution.filters, convolution.depth());
  std::vector<float> packed(static_cast<std::size_t>(winograd_points * image.channels * convolution.filters));
  winograd_pack(filter_taps(weights.data(), image.channels, convolution.filters), convolution.filters, image.channels,
                packed.data());
  Matrix y(image.size(), micro_batch);
  nn::Buffer<float> memory;
  for (auto _ : state) {
    winograd_convolve(sizes, micro_batch, x.data(), packed.data(), Epilogue<float>{}, y.data(), memory);
    benchmark::ClobberMemory();
  }
  const double flop =
      2.0 * static_cast<double>(winograd_points * image.channels * convolution.filters * sizes.tiles() * micro_batch);
  report_work(state, {flop, bytes_of(x.size() + static_cast<Index>(packed.size()) + y.size())}, 1);
}

void by_winograd_backwards(benchmark::State& state) {
  const WinogradSizes sizes{image, image, 1, 1};
  const Matrix x = Matrix::Random(image.size(), micro_batch), dy = Matrix::Random(image.size(), micro_batch);
  Matrix gradient(convolution.filters, convolution.depth());
  nn::Buffer<float> memory;
  for (auto _ : state) {
    winograd_weight_gradient(sizes, micro_batch, x.data(), dy.data(), gradient.data(), memory);
    benchmark::ClobberMemory();
  }
  const double flop =
      2.0 * static_cast<double>(winograd_points * image.channels * convolution.filters * sizes.tiles() * micro_batch);
  report_work(state, {flop, bytes_of(x.size() + dy.size() + gradient.size())}, 1);
}

void depthwise(benchmark::State& state) {
  const DepthwiseSizes sizes{image, image, 3, 1, 1, 1};
  const Matrix x = Matrix::Random(image.size(), micro_batch), weights = Matrix::Random(image.channels, 9);
  Matrix y(image.size(), micro_batch);
  for (auto _ : state) {
    for (Index i = 0; i < micro_batch; ++i) {
      depthwise_convolve(sizes, x.col(i).data(), weights.data(), Epilogue<float>{}, y.col(i).data());
    }
    benchmark::ClobberMemory();
  }
  report_work(
      state,
      {2.0 * 9 * static_cast<double>(image.size() * micro_batch), bytes_of(x.size() + weights.size() + y.size())}, 1);
}

/// The direct convolution in smaller numbers, and outputs in floats.
void in_bfloat16(benchmark::State& state) {
  const Bf16Sizes sizes{convolution.filters, convolution.out_pixels(), 3, convolution.row_depth(),
                        convolution.padded.width * convolution.padded.channels};
  const MatrixOf<Bf16> x = Matrix::Random(convolution.padded.size(), micro_batch).cast<Bf16>();
  const Matrix weights = Matrix::Random(convolution.filters, convolution.depth());
  std::vector<Bf16> packed(static_cast<std::size_t>(sizes.packed_size()));
  bf16_pack(sizes, weights.data(), packed.data());
  Matrix y(convolution.filters * convolution.out_pixels(), micro_batch);
  for (auto _ : state) {
    for (Index i = 0; i < micro_batch; ++i) {
      bf16_multiply(
          sizes, packed.data(), x.col(i).data(), [](Index p) { return convolution.origin(p); }, {}, y.col(i).data());
    }
    benchmark::ClobberMemory();
  }
  report_work(state, {convolution_flop(), bytes_of(y.size()) + 2.0 * static_cast<double>(x.size() + weights.size())},
              1);
}

void in_bytes(benchmark::State& state) {
  const Int8Sizes sizes{convolution.filters, convolution.out_pixels(), 3, convolution.row_depth(),
                        convolution.padded.width * convolution.padded.channels};
  const Pixels x = Pixels::Random(convolution.padded.size(), micro_batch);
  const MatrixOf<std::int8_t> weights = MatrixOf<std::int8_t>::Random(convolution.filters, convolution.depth());
  std::vector<std::int8_t> packed(static_cast<std::size_t>(sizes.packed_size()));
  int8_pack(sizes, weights.data(), packed.data());
  const VectorOf<std::int32_t> start = VectorOf<std::int32_t>::Zero(sizes.padded_rows());
  const Vector factor = Vector::Constant(sizes.padded_rows(), 1e-3F);
  Pixels y(convolution.filters * convolution.out_pixels(), micro_batch);
  for (auto _ : state) {
    for (Index i = 0; i < micro_batch; ++i) {
      int8_multiply(
          sizes, packed.data(), x.col(i).data(), [](Index p) { return convolution.origin(p); },
          {start.data(), factor.data()}, y.col(i).data());
    }
    benchmark::ClobberMemory();
  }
  report_work(state, {convolution_flop(), static_cast<double>(x.size() + weights.size() + y.size())}, 1);
}

}  // namespace

void register_kernels(const Settings&) {
  const auto add = [](const char* name, void (*run)(benchmark::State&)) {
    benchmark::RegisterBenchmark(name, run)->Unit(benchmark::kMicrosecond);
  };
  add("machine", peak);
  add("kernel/gemm, 1024", square);
  add("kernel/multiply_packed, dense", dense);
  add("kernel/convolve", direct);
  add("kernel/winograd_convolve", by_winograd);
  add("kernel/winograd_weight_gradient", by_winograd_backwards);
  add("kernel/depthwise_convolve", depthwise);
  add("kernel/bf16_multiply", in_bfloat16);
  add("kernel/int8_multiply", in_bytes);
}

}  // namespace inkling::bench
