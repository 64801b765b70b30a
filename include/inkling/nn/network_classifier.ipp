#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/nn/inference/fuse.hpp>
#include <inkling/nn/network_classifier.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

INKLING_INLINE NetworkClassifier::NetworkClassifier(Network network, std::vector<std::string> class_names)
    : Classifier(network.input_shape(), std::move(class_names)), network_(std::move(network)), fused_(fuse(network_)) {
  check_network();
}

INKLING_INLINE NetworkClassifier::NetworkClassifier(Network network, std::vector<std::string> class_names,
                                                    Network fused)
    : Classifier(network.input_shape(), std::move(class_names)),
      network_(std::move(network)),
      fused_(std::move(fused)) {
  check_network();
}

INKLING_INLINE void NetworkClassifier::check_network() const {
  for (const auto* parameter : network_.parameters()) {
    if (!parameter->value.allFinite()) {
      throw ValueError("NetworkClassifier: a '" + parameter->name + "' of the network has a value that is not finite");
    }
  }
  if (network_.output_shape() != Shape{1, 1, num_classes()}) {
    throw ShapeError("NetworkClassifier: " + std::to_string(num_classes()) + " classes need an output of 1x1x" +
                     std::to_string(num_classes()) + ", the network puts out " + to_string(network_.output_shape()));
  }
}

INKLING_INLINE Recognition NetworkClassifier::recognise(const Pixels& images, int threads) const {
  check(images);
  Recognition result;
  Vector evidence(images.cols());
  result.probabilities = softmax(logits(images, threads), temperature(), &evidence);
  result.evidence = std::move(evidence);
  return result;
}

INKLING_INLINE void to_unit_range(const std::uint8_t* pixels, Index count, float* values) noexcept {
  constexpr float share = 1.0F / 255.0F;
  for (Index i = 0; i < count; ++i) values[i] = static_cast<float>(pixels[i]) * share;
}

/// copy_input(first, values, to) writes the values that the network takes of samples from `first` on.
template <typename CopyInput>
Matrix NetworkClassifier::logits_of(Index count, int threads, const CopyInput& copy_input) const {
  constexpr Index block = 32;  // samples whose activations stay in the cache between layers
  Matrix result(num_classes(), count);
  const Index blocks = (count + block - 1) / block;
  parallel_for(blocks, threads, [&](Index b, int) {
    const auto worker = workers_.take();
    const Index first = b * block;
    auto input = worker->input.matrix(input_shape().size(), std::min(block, count - first));
    copy_input(first, input.size(), input.data());
    const auto scores = fused_.forward(input, worker->workspace);
    std::copy_n(scores.data(), scores.size(), result.col(first).data());
  });
  return result;
}

INKLING_INLINE Matrix NetworkClassifier::logits(const Pixels& images, int threads) const {
  return logits_of(images.cols(), threads,
                   [&](Index first, Index values, float* to) { to_unit_range(images.col(first).data(), values, to); });
}

INKLING_INLINE Matrix NetworkClassifier::compute_feature_scores(const Matrix& features, int threads) const {
  if (features.rows() != input_shape().size()) {
    throw ShapeError("NetworkClassifier: expected " + std::to_string(input_shape().size()) +
                     " features a sample, got " + std::to_string(features.rows()));
  }
  const Matrix logits = logits_of(features.cols(), threads, [&](Index first, Index values, float* to) {
    std::copy_n(features.col(first).data(), values, to);
  });
  return softmax(logits, temperature());
}

INKLING_INLINE void NetworkClassifier::compute_scores(const Pixels& images, Matrix& result, int threads) const {
  result = softmax(logits(images, threads), temperature());
}

}  // namespace inkling::inline INKLING_ABI::nn
