#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/forest/random_forest.hpp>
#include <inkling/io/safetensors.hpp>
#include <inkling/io/storage.hpp>
#include <inkling/io/tensor_reader.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// Random forests as tensors, and back. See forest::Node for what the numbers mean.
///
///     node.child      U32 [nodes]
///     node.feature    U16 [nodes]
///     node.threshold  U8  [nodes]
///     root            U32 [trees]    the number of each tree's first node
///     leaf            U16 [values]   classes and counts of the leaves that hold several classes
namespace inkling::detail {

/// It has no options.
inline nlohmann::json architecture_of(const RandomForest&) {
  return nlohmann::json::array();
}

/// A forest holds integers: every storage keeps them.
inline const RandomForest& stored_model(const RandomForest& forest, Storage) {
  return forest;
}

inline void add_tensors(const RandomForest& forest, Storage, std::map<std::string, Tensor>& tensors) {
  const std::span<const forest::Node> nodes = forest.nodes();
  std::vector<std::uint32_t> children;
  std::vector<std::uint16_t> features;
  std::vector<std::uint8_t> thresholds;
  for (const forest::Node& node : nodes) {
    children.push_back(node.child);
    features.push_back(node.feature);
    thresholds.push_back(node.threshold);
  }
  const auto list = []<TensorElement T>(std::span<const T> values) {
    return make_tensor<T>({static_cast<Index>(values.size())}, values);
  };
  tensors["node.child"] = list(std::span<const std::uint32_t>(children));
  tensors["node.feature"] = list(std::span<const std::uint16_t>(features));
  tensors["node.threshold"] = list(std::span<const std::uint8_t>(thresholds));
  tensors["root"] = list(forest.roots());
  tensors["leaf"] = list(forest.leaf_table());
}

inline std::unique_ptr<RandomForest> decode_forest(const Shape& input, std::vector<std::string> class_names,
                                                   TensorReader& tensors) {
  const auto children = tensors.take_list<std::uint32_t>("node.child");
  const std::vector<Index> dims{static_cast<Index>(children.size())};
  const auto features = tensors.take<std::uint16_t>("node.feature", dims);
  const auto thresholds = tensors.take<std::uint8_t>("node.threshold", dims);
  std::vector<forest::Node> nodes(children.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i] = {children[i], features[i], thresholds[i]};
  return std::make_unique<RandomForest>(input, std::move(class_names), std::move(nodes),
                                        tensors.take_list<std::uint32_t>("root"),
                                        tensors.take_list<std::uint16_t>("leaf"));
}

}  // namespace inkling::detail
