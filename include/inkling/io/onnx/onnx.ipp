#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/io/atomic_file.hpp>
#include <inkling/io/detail/json.hpp>
#include <inkling/io/detail/visit_model.hpp>
#include <inkling/io/model/model_info.hpp>
#include <inkling/io/onnx/detail/graph.hpp>
#include <inkling/io/onnx/detail/hog.hpp>
#include <inkling/io/onnx/detail/network.hpp>
#include <inkling/io/onnx/detail/protobuf_writer.hpp>
#include <inkling/io/onnx/onnx.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

/// A matrix product: more tools run it than LinearClassifier of ai.onnx.ml, and it gives the same margins.
inline void append_model(OnnxGraph& graph, const LinearSvm& model) {
  graph.scale("pixel_scale", 1.0F / 255.0F);
  if (model.hog()) append_hog(graph, *model.hog());
  graph.flatten();
  const Matrix& weights = model.weights();  // features x classes: in memory [classes][features]
  graph.apply("Gemm",
              {graph.constant("weight", {weights.cols(), weights.rows()}, values_of(weights)),
               graph.constant("bias", {model.bias().size()}, values_of(model.bias()))},
              {{"transB", std::int64_t{1}}});
  graph.finish("Identity");
}

/// The flat lists that TreeEnsembleRegressor takes.
struct TreeEnsemble {
  std::vector<std::int64_t> tree, node, feature, if_true, if_false;  // one entry a node
  std::vector<float> value;
  std::vector<std::string> mode;
  std::vector<std::int64_t> vote_tree, vote_node, vote_class;  // one entry for each class in a leaf
  std::vector<float> vote;
};

inline void append_votes(const RandomForest& forest, const forest::Node& leaf, TreeEnsemble& ensemble) {
  const auto vote = [&](std::int64_t label, float share) {
    ensemble.vote_tree.push_back(ensemble.tree.back());
    ensemble.vote_node.push_back(ensemble.node.back());
    ensemble.vote_class.push_back(label);
    ensemble.vote.push_back(share / static_cast<float>(forest.num_trees()));
  };
  if (!leaf.is_mixed()) return vote(leaf.child, 1);
  const auto record = forest.leaf_table().subspan(leaf.child);
  const auto pairs = record.subspan(1, std::size_t{2} * record[0]);  // class, count, class, count, ...
  float total = 0;
  for (std::size_t k = 1; k < pairs.size(); k += 2) total += static_cast<float>(pairs[k]);
  for (std::size_t k = 0; k < pairs.size(); k += 2) vote(pairs[k], static_cast<float>(pairs[k + 1]) / total);
}

/// What goes left: bytes up to this, or values of a plain feature.
inline float threshold_of(const RandomForest& forest, const forest::Node& node) {
  if (!forest.bins()) return static_cast<float>(node.threshold);
  const std::vector<float>& cuts = forest.bins()->cuts()[node.feature];
  return node.threshold < cuts.size() ? cuts[node.threshold] : std::numeric_limits<float>::max();
}

inline TreeEnsemble tree_ensemble(const RandomForest& forest) {
  TreeEnsemble ensemble;
  const auto roots = forest.roots();
  std::size_t tree = 0;
  for (std::size_t i = 0; i < forest.nodes().size(); ++i) {
    if (tree + 1 < roots.size() && roots[tree + 1] == i) ++tree;
    const forest::Node& node = forest.nodes()[i];
    const std::int64_t left = node.is_leaf() ? 0 : std::int64_t{node.child} - roots[tree];
    ensemble.tree.push_back(static_cast<std::int64_t>(tree));
    ensemble.node.push_back(static_cast<std::int64_t>(i) - roots[tree]);
    ensemble.feature.push_back(node.is_leaf() ? 0 : node.feature);
    ensemble.value.push_back(node.is_leaf() ? 0.0F : threshold_of(forest, node));
    ensemble.mode.emplace_back(node.is_leaf() ? "LEAF" : "BRANCH_LEQ");
    ensemble.if_true.push_back(left);
    ensemble.if_false.push_back(node.is_leaf() ? 0 : left + 1);
    if (node.is_leaf()) append_votes(forest, node, ensemble);
  }
  return ensemble;
}

inline constexpr std::string_view onnx_ml = "ai.onnx.ml";

/// A regression on the votes. TreeEnsembleClassifier would give the same scores and a label beside them, but with two
/// classes ONNX Runtime (1.30) follows rules of its own, and gives others.
inline void append_model(OnnxGraph& graph, const RandomForest& model) {
  if (model.hog()) {  // as Hog::byte_features rounds them
    constexpr float levels = 255;
    constexpr float half = 0.5F;
    graph.scale("pixel_scale", 1.0F / levels);
    append_hog(graph, *model.hog());
    graph.scale("feature_scale", levels);
    graph.apply("Add", {graph.constant("half", {}, {&half, 1})});
    graph.apply("Floor");
  }
  graph.flatten();
  const TreeEnsemble ensemble = tree_ensemble(model);
  graph.finish("TreeEnsembleRegressor",
               {{"n_targets", std::int64_t{model.num_classes()}},
                {"nodes_treeids", ensemble.tree},
                {"nodes_nodeids", ensemble.node},
                {"nodes_featureids", ensemble.feature},
                {"nodes_values", ensemble.value},
                {"nodes_modes", ensemble.mode},
                {"nodes_truenodeids", ensemble.if_true},
                {"nodes_falsenodeids", ensemble.if_false},
                {"target_treeids", ensemble.vote_tree},
                {"target_nodeids", ensemble.vote_node},
                {"target_ids", ensemble.vote_class},
                {"target_weights", ensemble.vote},
                {"aggregate_function", "SUM"},
                {"post_transform", "NONE"}},
               onnx_ml);
}

/// What makes probabilities of the scores at hand.
inline void append_probabilities(OnnxGraph&, const nn::NetworkClassifier&) {}

inline void append_softmax(OnnxGraph& graph, float temperature) {
  graph.scale("inverse_temperature", 1.0F / temperature);
  graph.apply("Softmax", {}, {{"axis", std::int64_t{1}}});
}

inline void append_probabilities(OnnxGraph& graph, const LinearSvm& model) {
  if (model.sigmoids().empty()) return append_softmax(graph, model.temperature());
  std::vector<float> slopes;
  std::vector<float> offsets;
  for (const PlattSigmoid& sigmoid : model.sigmoids()) {  // 1 / (1 + exp(slope * margin + offset))
    slopes.push_back(-sigmoid.slope);
    offsets.push_back(-sigmoid.offset);
  }
  graph.apply("Mul", {graph.constant("slopes", {model.num_classes()}, slopes)});
  graph.apply("Add", {graph.constant("offsets", {model.num_classes()}, offsets)});
  graph.apply("Sigmoid");
  const std::string shares = graph.position().value;
  graph.apply("ReduceSum", {graph.integers("classes_axis", {1})}, {{"keepdims", std::int64_t{1}}});
  graph.apply_to("Div", {shares, graph.position().value});
}

inline void append_probabilities(OnnxGraph& graph, const RandomForest& model) {
  if (model.temperature() == 1) return;
  constexpr float least = 1e-4F;  // see vote_logits
  graph.apply("Max", {graph.constant("least_share", {}, {&least, 1})});
  graph.apply("Log");
  append_softmax(graph, model.temperature());
}

/// The name of the class with the highest score.
inline void append_label(OnnxGraph& graph, const std::vector<std::string>& class_names) {
  const std::string best =
      graph.apply_to("ArgMax", {"scores"}, {{"axis", std::int64_t{1}}, {"keepdims", std::int64_t{0}}});
  graph.apply_to("Gather", {graph.texts("class_names", class_names), best});
}

}  // namespace detail

INKLING_INLINE std::string onnx_bytes(const Classifier& model, const OnnxOptions& options) {
  detail::OnnxGraph graph(model.input_shape(), model.num_classes());
  detail::visit_model(model, [&](const auto& known) {
    detail::append_model(graph, known);
    if (options.only_scores) return;
    detail::append_probabilities(graph, known);
    graph.put_out("probabilities", detail::OnnxGraph::float_type, {-1, model.num_classes()});
    detail::append_label(graph, model.class_names());
    graph.put_out("label", detail::OnnxGraph::string_type, {-1});
  });

  const auto opset = [](std::string_view domain, std::int64_t number) {
    return ProtobufWriter().text(1, domain).integer(2, number);
  };
  const auto property = [](std::string_view key, const std::string& value) {
    return ProtobufWriter().text(1, key).text(2, value);
  };
  ProtobufWriter file;
  file.integer(1, 8);  // ir_version
  file.text(2, "inkling").text(3, detail::version_text());
  file.message(7, graph.writer());
  file.message(8, opset("", 13)).message(8, opset(detail::onnx_ml, 1));
  file.message(14, property("kind", std::string(model.kind())));
  file.message(14, property("class_names", detail::json_text(model.class_names())));
  return file.bytes();
}

INKLING_INLINE void export_onnx(const Classifier& model, const std::filesystem::path& path,
                                const OnnxOptions& options) {
  const std::string bytes = onnx_bytes(model, options);
  write_atomically(path, std::as_bytes(std::span(bytes)));
}

}  // namespace inkling::inline INKLING_ABI
