#pragma once

#include <inkling/core/parallel.hpp>
#include <inkling/nn/network_classifier.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

INKLING_INLINE NetworkClassifier::NetworkClassifier(Network network, std::vector<std::string> class_names,
                                                    Precision precision)
    : Classifier(network.input_shape(), std::move(class_names)),
      network_(std::move(network)),
      fused_(fuse(network_, precision)) {
  if (network_.output_shape() != Shape{1, 1, num_classes()}) {
    throw ShapeError("NetworkClassifier: " + std::to_string(num_classes()) + " classes need an output of 1x1x" +
                     std::to_string(num_classes()) + ", the network puts out " + to_string(network_.output_shape()));
  }
}

INKLING_INLINE Recognition NetworkClassifier::recognise(const Pixels& images, int threads) const {
  check(images);
  const Matrix scores = logits(images, threads);
  const Vector largest = scores.colwise().maxCoeff().transpose();
  const Matrix scaled = (scores.rowwise() - largest.transpose()) / temperature();
  const Vector sums = scaled.array().exp().matrix().colwise().sum().transpose();
  return {.probabilities = softmax(scores, temperature()),
          .evidence = largest.array() / temperature() + sums.array().log()};
}

INKLING_INLINE Matrix NetworkClassifier::logits(const Pixels& images, int threads) const {
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

INKLING_INLINE void NetworkClassifier::compute_scores(const Pixels& images, Matrix& result, int threads) const {
  result = softmax(logits(images, threads), temperature());
}

}  // namespace inkling::inline INKLING_ABI::nn
