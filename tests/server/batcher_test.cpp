#include "models/batcher.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "gate.hpp"

using namespace inkling;
using namespace inkling::server;
using inkling::server::test::Gate;

namespace {

/// The probability of class 1 is the first pixel / 255. An image of 254 makes it wait at the gate, one of 253 throw.
class Slow final : public Classifier {
 public:
  explicit Slow(Gate& gate) : Classifier({1, 1, 1}, {"a", "b"}), gate_(&gate) {}

  std::string_view kind() const noexcept override { return "network"; }
  ScoreKind score_kind() const noexcept override { return ScoreKind::probability; }
  std::unique_ptr<Classifier> clone() const override { return std::make_unique<Slow>(*this); }
  Index parameter_count() const noexcept override { return 0; }

 private:
  void compute_scores(const Pixels& images, Matrix& result, int) const override {
    for (Index i = 0; i < images.cols(); ++i) {
      if (images(0, i) == 254) gate_->pass();
      if (images(0, i) == 253) throw std::runtime_error("broken");
      result(1, i) = static_cast<float>(images(0, i)) / 255;
      result(0, i) = 1 - result(1, i);
    }
  }

  Gate* gate_;
};

Pixels image(int value) {
  return Pixels::Constant(1, 1, static_cast<std::uint8_t>(value));
}

struct Sizes {
  std::mutex mutex;
  std::vector<std::size_t> sizes;

  void add(const Batch& batch) {
    const std::lock_guard lock(mutex);
    sizes.push_back(batch.size);
  }
};

}  // namespace

TEST_CASE("a lone image is a batch of one, at once") {
  Gate gate;
  const Slow model(gate);
  Sizes sizes;
  Batcher batcher(model, {.observer = [&](const Batch& batch) { sizes.add(batch); }});
  CHECK(batcher.recognise(image(51)).probabilities(1) == doctest::Approx(0.2));
  CHECK(sizes.sizes == std::vector<std::size_t>{1});
  CHECK_THROWS_AS(batcher.recognise(Pixels::Zero(2, 1)), ShapeError);
  CHECK_THROWS_AS(batcher.recognise(Pixels::Zero(1, 2)), ShapeError);
}

TEST_CASE("what comes during a call is the next batch, at most as large as allowed, and all get their own answer") {
  Gate gate;
  const Slow model(gate);
  Sizes sizes;
  Batcher batcher(model, {.calls = 1, .largest = 4, .observer = [&](const Batch& batch) { sizes.add(batch); }});
  std::jthread first([&] { batcher.recognise(image(254)); });
  gate.await(1);
  std::atomic<int> right = 0;
  std::vector<std::jthread> others;
  for (int i = 0; i < 10; ++i) {
    others.emplace_back([&, i] {
      if (batcher.recognise(image(i)).probabilities(1) == static_cast<float>(i) / 255) ++right;
    });
  }
  while (batcher.waiting() < 10) std::this_thread::yield();
  gate.open();
  others.clear();
  first.join();
  CHECK(right == 10);
  CHECK(sizes.sizes == std::vector<std::size_t>{1, 4, 4, 2});
}

TEST_CASE("what the model throws reaches those of the batch, and the next are answered") {
  Gate gate;
  const Slow model(gate);
  Batcher batcher(model, {});
  CHECK_THROWS_AS(batcher.recognise(image(253)), std::runtime_error);
  CHECK(batcher.recognise(image(255)).probabilities(1) == 1);
}
