#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/pool.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/nn/network.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

/// Bytes 0..255 to 0..1, the range that every network of the library is trained on.
void to_unit_range(const std::uint8_t* pixels, Index count, float* values) noexcept;

/// A trained network with the names of its classes.
class NetworkClassifier final : public Classifier {
 public:
  /// Throws ShapeError when the network's output does not have one value a class, ValueError when a weight is not
  /// finite.
  NetworkClassifier(Network network, std::vector<std::string> class_names);
  /// `fused`: what classifies, where it is not fuse(network), such as fuse_bf16(network).
  NetworkClassifier(Network network, std::vector<std::string> class_names, Network fused);

  std::string_view kind() const noexcept override { return "network"; }
  ScoreKind score_kind() const noexcept override { return ScoreKind::probability; }
  std::unique_ptr<Classifier> clone() const override { return std::make_unique<NetworkClassifier>(*this); }
  Index parameter_count() const override { return network_.parameter_count(); }

  const Network& network() const noexcept { return network_; }

  Recognition recognise(const Pixels& images, int threads = 0) const override;

  /// images: input_shape().size() x n. Result: classes x n, before softmax.
  Matrix logits(const Pixels& images, int threads = 0) const;

 private:
  void check_network() const;
  void compute_scores(const Pixels& images, Matrix& result, int threads) const override;
  Matrix compute_feature_scores(const Matrix& features, int threads) const override;
  template <typename CopyInput>
  Matrix logits_of(Index count, int threads, const CopyInput& copy_input) const;

  struct Worker {
    Workspace workspace;
    Buffer<float> input;
  };

  Network network_;
  Network fused_;  // the same function, for speed
  mutable Pool<Worker> workers_;
};

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/network_classifier.ipp>
#endif
