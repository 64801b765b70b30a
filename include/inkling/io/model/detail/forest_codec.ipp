#pragma once

#include <inkling/io/detail/deflate.hpp>
#include <inkling/io/detail/memory_limits.hpp>
#include <inkling/io/model/detail/forest_codec.hpp>
#include <inkling/io/model/detail/hog_codec.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

INKLING_INLINE Architecture architecture_of(const RandomForest& forest) {
  return hog_architecture(forest.hog());
}

INKLING_INLINE const RandomForest& stored_model(const RandomForest& forest, Storage) {
  return forest;
}

INKLING_INLINE float score_slack(const Classifier& model) {
  constexpr float turned_trees = 3;
  const auto* const forest = dynamic_cast<const RandomForest*>(&model);
  return forest != nullptr && forest->hog() ? turned_trees / static_cast<float>(forest->num_trees()) : 0;
}

/// Gives the children of one tree their places. `is_split(place)` is asked once for every place, and `place_children`
/// told where the children of a split come. Stops before place `limit`. Result: the number of nodes.
template <typename IsSplit, typename PlaceChildren>
std::size_t lay_out_tree(std::size_t limit, IsSplit&& is_split, PlaceChildren&& place_children) {
  std::size_t size = 1;
  std::vector<std::size_t> open{0};
  while (!open.empty()) {
    const std::size_t place = open.back();
    open.pop_back();
    if (!is_split(place)) continue;
    if (limit - size < 2) return limit + 1;
    place_children(place, size);
    open.push_back(size + 1);
    open.push_back(size);
    size += 2;
  }
  return size;
}

/// The low bytes, then the high bytes.
inline std::vector<std::uint8_t> byte_planes(std::span<const std::uint16_t> values) {
  std::vector<std::uint8_t> planes(2 * values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    planes[i] = static_cast<std::uint8_t>(values[i] & 0xFFU);
    planes[values.size() + i] = static_cast<std::uint8_t>(values[i] >> 8U);
  }
  return planes;
}

inline std::vector<std::uint16_t> from_byte_planes(std::span<const std::uint8_t> planes) {
  std::vector<std::uint16_t> values(planes.size() / 2);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<std::uint16_t>(planes[i] | planes[values.size() + i] << 8);
  }
  return values;
}

inline void add_bins(const QuantileBins& bins, std::map<std::string, Tensor>& tensors) {
  std::vector<std::uint8_t> counts;
  std::vector<float> all;
  for (const std::vector<float>& cuts : bins.cuts()) {
    counts.push_back(static_cast<std::uint8_t>(cuts.size()));
    all.insert(all.end(), cuts.begin(), cuts.end());
  }
  tensors["bins.count"] = make_tensor<std::uint8_t>({static_cast<Index>(counts.size())}, counts);
  tensors["bins.cut"] = make_tensor<float>({static_cast<Index>(all.size())}, all);
}

/// Whether a forest of so many nodes and shares of leaves may come from so many bytes: it takes about 16 bytes a node
/// while it is read, and 10 a share. Compressed numbers could ask for a thousand times their size.
inline bool fits_file(std::size_t nodes, std::size_t shares, std::size_t bytes) noexcept {
  constexpr std::size_t most = std::size_t{1} << (sizeof(std::size_t) < 8 ? 26U : 40U);
  return nodes < most && shares < most && may_ask_for(static_cast<double>(16 * nodes + 10 * shares), bytes);
}

INKLING_INLINE void add_tensors(const RandomForest& forest, Storage, std::map<std::string, Tensor>& tensors) {
  std::vector<std::uint32_t> tree_nodes;
  std::vector<std::uint8_t> is_split;
  std::vector<std::uint16_t> features;
  std::vector<std::uint8_t> thresholds;
  std::vector<std::uint16_t> leaf_classes;
  std::vector<std::uint16_t> classes;
  std::vector<std::uint16_t> counts;
  std::size_t bits = 0;
  const auto add_node = [&](const forest::Node& node) {
    if (bits % 8 == 0) is_split.push_back(0);
    if (!node.is_leaf()) {
      is_split.back() = static_cast<std::uint8_t>(is_split.back() | 1U << bits % 8);
      features.push_back(node.feature);
      thresholds.push_back(node.threshold);
    } else if (!node.is_mixed()) {
      leaf_classes.push_back(1);
      classes.push_back(static_cast<std::uint16_t>(node.child));
    } else {
      const auto record = forest.leaf_table().subspan(node.child);
      leaf_classes.push_back(record[0]);
      for (std::size_t k = 0; k < record[0]; ++k) {
        classes.push_back(record[1 + 2 * k]);
        counts.push_back(record[2 + 2 * k]);
      }
    }
    ++bits;
  };
  for (const std::uint32_t root : forest.roots()) {
    const auto nodes = forest.nodes();
    std::vector<std::uint32_t> order{root};  // where the node of each place stands
    lay_out_tree(
        nodes.size(), [&](std::size_t place) { return !nodes[order[place]].is_leaf(); },
        [&](std::size_t place, std::size_t) {
          const std::uint32_t child = nodes[order[place]].child;
          order.push_back(child);
          order.push_back(child + 1);
        });
    for (const std::uint32_t node : order) add_node(nodes[node]);
    tree_nodes.push_back(static_cast<std::uint32_t>(order.size()));
  }
  tensors["tree.nodes"] = make_tensor<std::uint32_t>({static_cast<Index>(tree_nodes.size())}, tree_nodes);
  std::size_t size = 0;
  const auto add = [&](const char* name, std::span<const std::uint8_t> bytes, bool packs) {
    const std::vector<std::uint8_t> packed = deflate_bytes(bytes, packs);
    size += packed.size();
    tensors[name] = make_tensor<std::uint8_t>({static_cast<Index>(packed.size())}, packed);
  };
  const auto add_all = [&](bool packs) {
    size = 4 * tree_nodes.size();
    add("node.is_split", is_split, packs);
    add("split.feature", byte_planes(features), packs);
    add("split.threshold", thresholds, packs);
    add("leaf.classes", byte_planes(leaf_classes), packs);
    add("leaf.class", byte_planes(classes), packs);
    add("leaf.count", byte_planes(counts), packs);
  };
  add_all(true);
  if (!fits_file(bits, classes.size(), size)) add_all(false);  // readers would refuse what packs so well
  if (forest.bins()) add_bins(*forest.bins(), tensors);
}

inline std::optional<QuantileBins> take_bins(Index features, TensorReader& tensors) {
  if (!tensors.has("bins.count")) return std::nullopt;
  const auto counts = tensors.take<std::uint8_t>("bins.count", {features});
  Index total = 0;
  for (const std::uint8_t count : counts) total += count;
  const std::vector<float> all = tensors.take_finite("bins.cut", {total});
  std::vector<std::vector<float>> cuts;
  auto next = all.begin();
  for (const std::uint8_t count : counts) {
    cuts.emplace_back(next, next + count);
    next += count;
  }
  return QuantileBins(std::move(cuts));
}

INKLING_INLINE std::unique_ptr<RandomForest> decode_forest(const Shape& input, std::vector<std::string> class_names,
                                                           const Architecture& architecture, TensorReader& tensors) {
  const auto take = [&](const char* name, std::size_t bytes) {
    try {
      return inflate_bytes(tensors.take_list<std::uint8_t>(name), bytes);
    } catch (const FormatError& error) {
      throw FormatError(std::string("tensor '") + name + "': " + error.what());
    }
  };
  const std::size_t file_bytes = tensors.bytes();
  const auto tree_nodes = tensors.take_list<std::uint32_t>("tree.nodes");
  std::size_t node_count = 0;
  for (const std::uint32_t nodes : tree_nodes) node_count += nodes;
  const auto require_fit = [&](std::size_t shares) {
    if (fits_file(node_count, shares, file_bytes)) return;
    throw FormatError("tensor 'tree.nodes': " + std::to_string(node_count) + " nodes with " + std::to_string(shares) +
                      " shares of classes are more than a file of " + std::to_string(file_bytes) + " bytes may hold");
  };
  require_fit(0);
  const std::vector<std::uint8_t> bits = take("node.is_split", (node_count + 7) / 8);
  const auto is_split = [&](std::size_t node) { return (bits[node / 8] >> node % 8 & 1) != 0; };
  std::size_t splits = 0;
  for (std::size_t i = 0; i < node_count; ++i) splits += is_split(i) ? 1 : 0;
  const std::size_t leaves = node_count - splits;

  const auto features = from_byte_planes(take("split.feature", 2 * splits));
  const auto thresholds = take("split.threshold", splits);
  const auto leaf_classes = from_byte_planes(take("leaf.classes", 2 * leaves));
  std::size_t class_entries = 0;
  std::size_t count_entries = 0;
  for (const std::uint16_t n : leaf_classes) {
    if (n == 0) throw FormatError("tensor 'leaf.classes': a leaf holds at least one class");
    class_entries += n;
    count_entries += n > 1 ? n : 0;
  }
  require_fit(class_entries);
  const auto classes = from_byte_planes(take("leaf.class", 2 * class_entries));
  const auto counts = from_byte_planes(take("leaf.count", 2 * count_entries));

  forest::Trees trees;
  trees.nodes.resize(node_count);
  std::size_t split = 0;
  std::size_t leaf = 0;
  std::size_t entry = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < node_count; ++i) {
    forest::Node& node = trees.nodes[i];
    if (is_split(i)) {
      node = {0, features[split], thresholds[split]};
      ++split;
      if (node.is_leaf()) throw FormatError("tensor 'split.feature': 65535 is no feature");
      continue;
    }
    const std::uint16_t size = leaf_classes[leaf++];
    if (size == 1) {
      node.child = classes[entry++];
      continue;
    }
    node = {static_cast<std::uint32_t>(trees.leaf_table.size()), forest::Node::leaf, 1};
    trees.leaf_table.push_back(size);
    for (std::size_t k = 0; k < size; ++k) {
      trees.leaf_table.push_back(classes[entry++]);
      trees.leaf_table.push_back(counts[count++]);
    }
  }
  std::size_t root = 0;
  for (std::size_t t = 0; t < tree_nodes.size(); ++t) {
    trees.roots.push_back(static_cast<std::uint32_t>(root));
    const std::size_t laid_out = tree_nodes[t] == 0
                                     ? 1
                                     : lay_out_tree(
                                           tree_nodes[t], [&](std::size_t place) { return is_split(root + place); },
                                           [&](std::size_t place, std::size_t child) {
                                             trees.nodes[root + place].child = static_cast<std::uint32_t>(root + child);
                                           });
    if (laid_out != tree_nodes[t]) {
      throw FormatError("tensor 'node.is_split': tree " + std::to_string(t) + " has not the " +
                        std::to_string(tree_nodes[t]) + " nodes that 'tree.nodes' says");
    }
    root += tree_nodes[t];
  }
  return std::make_unique<RandomForest>(input, std::move(class_names), std::move(trees.nodes), std::move(trees.roots),
                                        std::move(trees.leaf_table), decode_hog(architecture), ForestTraining{},
                                        take_bins(input.size(), tensors));
}

}  // namespace inkling::inline INKLING_ABI::detail
