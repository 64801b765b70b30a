#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/pool.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/nn/inference/fuse.hpp>
#include <inkling/nn/network.hpp>

#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

/// Bytes 0..255 to 0..1, the range that every network of the library is trained on. An expression over `pixels`: assign
/// it.
template <typename Bytes>
auto to_unit_range(const Bytes& pixels) {
  return pixels.template cast<float>() * (1.0F / 255.0F);
}

/// A trained network with the names of its classes.
class NetworkClassifier final : public Classifier {
 public:
  /// Throws ShapeError when the network's output does not have one value a class.
  NetworkClassifier(Network network, std::vector<std::string> class_names, Precision precision = Precision::f32)
      : Classifier(network.input_shape(), std::move(class_names)),
        network_(std::move(network)),
        fused_(fuse(network_, precision)) {
    if (network_.output_shape() != Shape{1, 1, num_classes()}) {
      throw ShapeError("NetworkClassifier: " + std::to_string(num_classes()) + " classes need an output of 1x1x" +
                       std::to_string(num_classes()) + ", the network puts out " + to_string(network_.output_shape()));
    }
  }

  std::string_view kind() const noexcept override { return "network"; }
  ScoreKind score_kind() const noexcept override { return ScoreKind::probability; }
  std::unique_ptr<Classifier> clone() const override { return std::make_unique<NetworkClassifier>(*this); }
  Index parameter_count() const override { return network_.parameter_count(); }

  const Network& network() const noexcept { return network_; }

  Recognition recognise(const Pixels& images, int threads = 0) const override {
    check(images);
    const Matrix scores = logits(images, threads);
    const Vector largest = scores.colwise().maxCoeff().transpose();
    const Matrix scaled = (scores.rowwise() - largest.transpose()) / temperature();
    const Vector sums = scaled.array().exp().matrix().colwise().sum().transpose();
    return {.probabilities = softmax(scores, temperature()),
            .evidence = largest.array() / temperature() + sums.array().log()};
  }

  /// images: input_shape().size() x n. Result: classes x n, before softmax.
  Matrix logits(const Pixels& images, int threads = 0) const {
    constexpr Index block = 32;  // images whose activations stay in the cache between layers
    Matrix result(num_classes(), images.cols());
    const Index blocks = (images.cols() + block - 1) / block;
    parallel_for(blocks, threads, [&](Index b, int) {
      const auto worker = workers_.take();
      const Index first = b * block;
      const Index count = std::min(block, images.cols() - first);
      auto input = worker->input.matrix(images.rows(), count);
      input = to_unit_range(images.middleCols(first, count));
      result.middleCols(first, count) = fused_.forward(input, worker->workspace);
    });
    return result;
  }

 private:
  void compute_scores(const Pixels& images, Matrix& result, int threads) const override {
    result = softmax(logits(images, threads), temperature());
  }

  struct Worker {
    Workspace workspace;
    Buffer<float> input;
  };

  Network network_;
  Network fused_;  // the same function, for speed
  mutable Pool<Worker> workers_;
};

}  // namespace inkling::inline INKLING_ABI::nn
