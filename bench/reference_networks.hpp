#pragma once

#include <inkling/nn/network.hpp>
#include <inkling/nn/zoo.hpp>

#include <functional>
#include <string>
#include <vector>

namespace inkling::bench {

/// A network that the peers are measured on, too; peers/torch_peer.py defines the same.
struct ReferenceNetwork {
  std::string name;
  Index classes;
  Index train_samples;  // a run
  Index micro_batch;    // batch norm wants the usual 32; without it, larger ones move the weights less often
  std::function<nn::Network(const Shape&, Index, std::uint64_t)> make;
};

inline std::vector<ReferenceNetwork> reference_networks() {
  const auto vgg = [](const Shape& image, Index classes, std::uint64_t seed) { return nn::vgg(image, classes, seed); };
  return {
      {"lenet", 10, 6400, 64, nn::lenet<float>}, {"vgg", 47, 6400, 32, vgg}, {"mlp", 10, 60000, 64, nn::mlp<float>}};
}

}  // namespace inkling::bench
