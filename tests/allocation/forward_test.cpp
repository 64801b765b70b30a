// Counts every allocation: Eigen asks before each of its own, and everything else goes through operator new.
#define EIGEN_RUNTIME_NO_MALLOC
#include <stdexcept>
#define eigen_assert(condition)                           \
  do {                                                    \
    if (!(condition)) throw std::logic_error(#condition); \
  } while (false)

#include <inkling/nn/inference/fuse.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/layers/global_average_pool.hpp>
#include <inkling/nn/layers/residual.hpp>
#include <inkling/nn/layers/squeeze_excite.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/training/backward.hpp>
#include <inkling/nn/zoo.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<long> allocations{0};

}  // namespace

// Not inlined: GCC 12 would see malloc and delete meet, and warn of a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

using namespace inkling;
using namespace inkling::nn;

namespace {

/// Residual blocks with and without a projection.
Network residual_network() {
  const Conv2d same({.filters = 32, .padding = Padding::same});
  Network network({12, 12, 1}, 1);
  network.add(Residual(same, BatchNorm(), Relu()))
      .add(Relu())
      .add(Residual(DepthwiseConv2d({.stride = 2, .padding = Padding::same}), BatchNorm()))
      .add(SqueezeExcite({.units = 8}))
      .add(GlobalAveragePool())
      .add(Dense({.units = 4}));
  return network;
}

/// The number of allocations of `work`; one of Eigen's throws.
template <typename Work>
long count_allocations(Work&& work) {
  const long before = allocations;
  Eigen::internal::set_is_malloc_allowed(false);
  try {
    work();
  } catch (...) {
    Eigen::internal::set_is_malloc_allowed(true);
    throw;
  }
  Eigen::internal::set_is_malloc_allowed(true);
  return allocations - before;
}

}  // namespace

TEST_CASE("allocations are seen") {
  CHECK(count_allocations([] { ::operator delete(::operator new(1)); }) == 1);
  CHECK_THROWS_AS(count_allocations([] { Matrix matrix = Matrix::Zero(100, 100); }), std::logic_error);
}

TEST_CASE("a warm workspace forwards without an allocation, and so does a smaller batch") {
  const Matrix x = Matrix::Constant(12 * 12, 5, 0.5F);
  for (const Network& network :
       {lenet({12, 12, 1}, 4, 1), vgg({12, 12, 1}, 4, 1, {.width = 3, .dense = 7}),
        vgg({12, 12, 1}, 4, 1, {.width = 32, .dense = 7}), mlp({12, 12, 1}, 4, 1), residual_network()}) {
    for (const Mode mode : {Mode::inference, Mode::training}) {
      Workspace workspace;
      network.forward(x, workspace, mode);
      CHECK(count_allocations([&] { network.forward(x, workspace, mode); }) == 0);
      CHECK(count_allocations([&] { network.forward(x.leftCols(2), workspace, mode); }) == 0);
    }
  }
}

TEST_CASE("a fused network forwards without an allocation") {
  const Matrix x = Matrix::Constant(12 * 12, 5, 0.5F);
  for (const Network& network : {lenet({12, 12, 1}, 4, 1), vgg({12, 12, 1}, 4, 1, {.width = 32, .dense = 7}),
                                 mlp({12, 12, 1}, 4, 1), residual_network()}) {
    const Network fused = fuse(network);
    Workspace workspace;
    fused.forward(x, workspace);
    CHECK(count_allocations([&] { fused.forward(x, workspace); }) == 0);
    CHECK(count_allocations([&] { fused.forward(x.leftCols(1), workspace); }) == 0);
  }
}

TEST_CASE("backward with a warm workspace allocates no matrix") {
  const Matrix x = Matrix::Constant(12 * 12, 5, 0.5F);
  const Matrix dy = Matrix::Constant(4, 5, 0.1F);
  for (const Network& network : {lenet({12, 12, 1}, 4, 1), vgg({12, 12, 1}, 4, 1, {.width = 3, .dense = 7}),
                                 vgg({12, 12, 1}, 4, 1, {.width = 32, .dense = 7}), residual_network()}) {
    Workspace workspace;
    std::vector<Matrix> gradients;
    network.forward(x, workspace, Mode::training);
    network.backward(x, dy, workspace, gradients);
    // What is left is the list of parameters, which grows a few times.
    CHECK(count_allocations([&] { network.backward(x, dy, workspace, gradients); }) <= 8);
  }
}
