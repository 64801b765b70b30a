#include <inkling/codec/decode.hpp>
#include <inkling/nn/network_classifier.hpp>
#include <inkling/nn/zoo.hpp>
#include <inkling/normalise/normalise.hpp>
#include <inkling/picture/encode.hpp>
#include <inkling/read/read_field.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "roofline.hpp"
#include "setup.hpp"

namespace inkling::bench {
namespace {

/// A test image, each pixel drawn `scale` times in both directions, dark ink on light paper.
GreyImage enlarged(Index sample, Index scale) {
  const auto image = test_images().image(sample);
  const Index side = test_images().image_shape().width;
  GreyImage result(side * scale, side * scale);
  for (Index y = 0; y < side * scale; ++y) {
    for (Index x = 0; x < side * scale; ++x) {
      result(x, y) = static_cast<std::uint8_t>(255 - image[static_cast<std::size_t>(y / scale * side + x / scale)]);
    }
  }
  return result;
}

void normalise_side(benchmark::State& state, Index scale) {
  const GreyImage image = enlarged(0, scale);
  for (auto _ : state) benchmark::DoNotOptimize(normalise(image));
  state.SetItemsProcessed(state.iterations());
}

/// A picture that has EMNIST's form already.
void normalise_normalised(benchmark::State& state) {
  const GreyImage image = normalise(enlarged(0, 4));
  for (auto _ : state) benchmark::DoNotOptimize(normalise(image));
  state.SetItemsProcessed(state.iterations());
}

/// Five test images side by side.
GreyImage field() {
  constexpr Index scale = 3;
  constexpr Index count = 5;
  const Index side = test_images().image_shape().width * scale;
  GreyImage result(count * side, side);
  for (Index i = 0; i < count; ++i) {
    const GreyImage character = enlarged(i, scale);
    for (Index y = 0; y < side; ++y) std::copy_n(character.row(y), side, result.row(y) + i * side);
  }
  return result;
}

nn::NetworkClassifier classifier() {
  std::vector<std::string> names;
  for (int c = 0; c < 47; ++c) names.push_back(std::to_string(c));
  return {nn::vgg({28, 28, 1}, 47, 1), names};
}

/// A network that counts the images that it classifies.
class CountingClassifier final : public Classifier {
 public:
  explicit CountingClassifier(nn::NetworkClassifier model)
      : Classifier(model.input_shape(), model.class_names()), model_(std::move(model)) {}

  std::string_view kind() const noexcept override { return model_.kind(); }
  ScoreKind score_kind() const noexcept override { return model_.score_kind(); }
  std::unique_ptr<Classifier> clone() const override { return std::make_unique<CountingClassifier>(*this); }
  Index parameter_count() const override { return model_.parameter_count(); }
  Index images() const noexcept { return images_; }

 private:
  void compute_scores(const Pixels& images, Matrix& result, int threads) const override {
    images_ += images.cols();
    result = model_.scores(images, threads);
  }

  nn::NetworkClassifier model_;
  mutable Index images_ = 0;  // of one thread
};

/// Of the network alone, and the pixels of the picture.
Work picture_work(const nn::NetworkClassifier& model, Index looks, const GreyImage& picture) {
  Work work = inference_work(model.network(), looks);
  work.bytes += static_cast<double>(picture.width() * picture.height());
  return work;
}

}  // namespace

void register_images(const Settings& settings) {
  benchmark::RegisterBenchmark("normalise/28", normalise_side, 1)->Unit(benchmark::kMicrosecond);
  benchmark::RegisterBenchmark("normalise/normalised", normalise_normalised)->Unit(benchmark::kMicrosecond);
  benchmark::RegisterBenchmark("normalise/1008", normalise_side, 36)->Unit(benchmark::kMicrosecond);
  benchmark::RegisterBenchmark("predict/end_to_end", [](benchmark::State& state) {
    const nn::NetworkClassifier model = classifier();
    const auto png = encode_png(enlarged(0, 10));
    for (auto _ : state) {
      const GreyImage seen = normalise(decode_image(png));
      benchmark::DoNotOptimize(model.predict(Eigen::Map<const Pixels>(seen.values().data(), 784, 1), 1));
    }
    state.SetItemsProcessed(state.iterations());
    report_work(state, picture_work(model, 1, decode_image(png)), 1);
  })->Unit(benchmark::kMicrosecond);
  benchmark::RegisterBenchmark("read/field", [=](benchmark::State& state) {
    const nn::NetworkClassifier model = classifier();
    const auto png = encode_png(field());
    const ReadOptions options{.threads = settings.threads};
    for (auto _ : state) benchmark::DoNotOptimize(read_field(decode_image(png), model, options));
    state.SetItemsProcessed(state.iterations());
    const CountingClassifier counting(model);
    read_field(field(), counting, options);
    report_work(state, picture_work(model, counting.images(), field()), settings.threads);
  })->Unit(benchmark::kMicrosecond);
}

}  // namespace inkling::bench
