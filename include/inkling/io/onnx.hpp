#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/forest/random_forest.hpp>
#include <inkling/io/atomic_file.hpp>
#include <inkling/io/model_info.hpp>
#include <inkling/io/protobuf_writer.hpp>
#include <inkling/io/visit_model.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/nn/network_classifier.hpp>
#include <inkling/nn/option.hpp>
#include <inkling/nn/residual.hpp>
#include <inkling/svm/linear_svm.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Export to ONNX (https://onnx.ai): opset 13, and ai.onnx.ml 1 for forests.
///
/// Input "image": float [n, channels, height, width], pixels 0 (paper) to 255 (ink), as in Pixels. Output "scores":
/// float [n, classes], what Classifier::scores gives.
namespace inkling {

namespace detail {

/// One attribute of a node. Field and type numbers are those of onnx.proto3.
class OnnxAttribute {
 public:
  using Integers = std::vector<std::int64_t>;

  OnnxAttribute(std::string_view name, std::int64_t value) { begin(name, 2).integer(3, value); }
  OnnxAttribute(std::string_view name, float value) { begin(name, 1).real(2, value); }
  OnnxAttribute(std::string_view name, const char* value) { begin(name, 3).text(4, value); }
  OnnxAttribute(std::string_view name, const Integers& values) { begin(name, 7).integers(8, values); }
  OnnxAttribute(std::string_view name, const std::vector<float>& values) { begin(name, 6).reals(7, values); }
  OnnxAttribute(std::string_view name, const std::vector<std::string>& values) {
    begin(name, 8);
    for (const std::string& value : values) writer_.text(9, value);
  }

  const ProtobufWriter& writer() const noexcept { return writer_; }

 private:
  ProtobufWriter& begin(std::string_view name, std::int64_t type) { return writer_.text(1, name).integer(20, type); }

  ProtobufWriter writer_;
};

/// A graph that grows node by node. Each operator takes the value that the one before put out.
class OnnxGraph {
 public:
  OnnxGraph(const Shape& input, Index classes) : shape_(input) {
    graph_.text(2, "inkling");
    describe(11, "image", {-1, input.channels, input.height, input.width});
    describe(12, "scores", {-1, classes});
  }

  /// Appends an operator to the value at hand. `constants` follow it in the operator's inputs.
  void apply(std::string_view op, const std::vector<std::string>& constants = {},
             const std::vector<OnnxAttribute>& attributes = {}, std::string_view domain = "") {
    const std::string output = "value" + std::to_string(nodes_++);
    append(op, constants, output, attributes, domain);
    value_ = output;
  }

  /// The last operator: it puts the scores out.
  void finish(std::string_view op, const std::vector<OnnxAttribute>& attributes = {}, std::string_view domain = "") {
    append(op, {}, "scores", attributes, domain);
  }

  /// Adds a constant and returns its name. values: product(dims), the last one fastest.
  std::string constant(std::string name, const std::vector<Index>& dims, std::span<const float> values) {
    ProtobufWriter tensor;
    for (const Index dim : dims) tensor.integer(1, dim);
    const auto* const bytes = reinterpret_cast<const char*>(values.data());  // char may alias any object
    tensor.integer(2, float_type).text(8, name).text(9, std::string_view(bytes, values.size_bytes()));
    graph_.message(5, tensor);
    return name;
  }

  /// From [n, channels, height, width] to [n, values in the order of Shape].
  void flatten() {
    if (flat_) return;
    if (shape_.pixels() > 1 && shape_.channels > 1)
      apply("Transpose", {}, {{"perm", OnnxAttribute::Integers{0, 2, 3, 1}}});
    apply("Flatten", {}, {{"axis", std::int64_t{1}}});
    flat_ = true;
  }

  void scale(const std::string& name, float factor) { apply("Mul", {constant(name, {}, {&factor, 1})}); }

  const Shape& shape() const noexcept { return shape_; }
  void set_shape(const Shape& shape) noexcept { shape_ = shape; }
  bool is_flat() const noexcept { return flat_; }

  /// The value at hand, to come back to: two paths begin at one value, or meet.
  struct Position {
    std::string value;
    Shape shape;
    bool flat;
  };
  Position position() const { return {value_, shape_, flat_}; }
  void go_to(const Position& position) {
    value_ = position.value;
    shape_ = position.shape;
    flat_ = position.flat;
  }

  const ProtobufWriter& writer() const noexcept { return graph_; }

 private:
  static constexpr std::int64_t float_type = 1;

  void append(std::string_view op, const std::vector<std::string>& constants, const std::string& output,
              const std::vector<OnnxAttribute>& attributes, std::string_view domain) {
    ProtobufWriter node;
    node.text(1, value_);
    for (const std::string& name : constants) node.text(1, name);
    node.text(2, output).text(3, std::string(op) + "." + output).text(4, op);
    for (const OnnxAttribute& attribute : attributes) node.message(5, attribute.writer());
    if (!domain.empty()) node.text(7, domain);
    graph_.message(1, node);
  }

  /// An input (field 11) or output (field 12) of the graph; -1 is the number of images.
  void describe(int field, std::string_view name, const std::vector<std::int64_t>& dims) {
    ProtobufWriter shape;
    for (const std::int64_t dim : dims) {
      ProtobufWriter entry;
      if (dim < 0) {
        entry.text(2, "n");
      } else {
        entry.integer(1, dim);
      }
      shape.message(1, entry);
    }
    const ProtobufWriter tensor = ProtobufWriter().integer(1, float_type).message(2, shape);
    const ProtobufWriter value_type = ProtobufWriter().message(1, tensor);
    graph_.message(field, ProtobufWriter().text(1, name).message(2, value_type));
  }

  ProtobufWriter graph_;
  std::string value_ = "image";  // what the next operator takes
  Shape shape_;                  // of that value, for one image
  bool flat_ = false;            // it is [n, values]
  int nodes_ = 0;
};

inline std::span<const float> values_of(const Matrix& matrix) {
  return {matrix.data(), static_cast<std::size_t>(matrix.size())};
}

/// [ky][kx][in][out] to [out][in][ky][kx]. weight: out x (ky * kx * in).
inline std::vector<float> onnx_filters(const Matrix& weight, Index kernel, Index channels) {
  std::vector<float> result;
  result.reserve(static_cast<std::size_t>(weight.size()));
  for (Index out = 0; out < weight.rows(); ++out) {
    for (Index in = 0; in < channels; ++in) {
      for (Index k = 0; k < kernel * kernel; ++k) result.push_back(weight(out, k * channels + in));
    }
  }
  return result;
}

inline void append_convolution(OnnxGraph& graph, const nn::Layer& layer, const std::string& name, const Shape& out) {
  const nlohmann::json options = layer.options();
  const auto kernel = nn::option<Index>(options, "kernel");
  const auto stride = nn::option<Index>(options, "stride");
  const Shape in = graph.shape();
  // The border of zeros around "same": as even as it can be, the odd row at the bottom. None around "valid".
  const Index vertical = std::max<Index>(0, (out.height - 1) * stride + kernel - in.height);
  const Index horizontal = std::max<Index>(0, (out.width - 1) * stride + kernel - in.width);
  using Integers = OnnxAttribute::Integers;
  const auto parameters = layer.parameters();
  std::vector<std::string> constants{graph.constant(name + ".weight", {out.channels, in.channels, kernel, kernel},
                                                    onnx_filters(parameters[0].value, kernel, in.channels))};
  if (parameters.size() > 1) {
    constants.push_back(graph.constant(name + ".bias", {out.channels}, values_of(parameters[1].value)));
  }
  graph.apply("Conv", constants,
              {{"kernel_shape", Integers{kernel, kernel}},
               {"strides", Integers{stride, stride}},
               {"pads", Integers{vertical / 2, horizontal / 2, vertical - vertical / 2, horizontal - horizontal / 2}}});
}

inline void append_network(OnnxGraph& graph, const nn::Network& network, const std::string& prefix);

inline void append_residual(OnnxGraph& graph, const nn::Residual& block, const std::string& name) {
  const auto before = graph.position();
  append_network(graph, *block.path(), name + ".");
  const auto path = graph.position();
  graph.go_to(before);
  if (block.shortcut() != nullptr) append_network(graph, *block.shortcut(), name + ".shortcut.");
  if (path.flat && !graph.is_flat()) graph.flatten();
  graph.apply("Add", {path.value});
}

/// Throws ValueError for a kind of layer that has no counterpart here.
inline void append_layer(OnnxGraph& graph, const nn::Layer& layer, const std::string& name, const Shape& out) {
  using Integers = OnnxAttribute::Integers;
  const std::string_view kind = layer.kind();
  const auto parameters = layer.parameters();
  if (graph.is_flat() && (kind == "conv2d" || kind == "max_pool2d")) {
    throw ValueError("export_onnx: layer " + name + " (" + std::string(kind) + ") after flatten is not supported");
  }
  if (kind == "conv2d") {
    append_convolution(graph, layer, name, out);
  } else if (kind == "max_pool2d") {
    const auto window = nn::option<Index>(layer.options(), "window");
    const auto stride = nn::option<Index>(layer.options(), "stride");
    graph.apply("MaxPool", {}, {{"kernel_shape", Integers{window, window}}, {"strides", Integers{stride, stride}}});
  } else if (kind == "batch_norm") {
    std::vector<std::string> constants;  // in the order of the operator's inputs, which is ours
    for (const char* const constant : {".scale", ".shift", ".running_mean", ".running_variance"}) {
      const auto& parameter = parameters[constants.size()];
      constants.push_back(graph.constant(name + constant, parameter.dims, values_of(parameter.value)));
    }
    const auto epsilon = static_cast<float>(nn::option<double>(layer.options(), "epsilon"));
    graph.apply("BatchNormalization", constants, {{"epsilon", epsilon}});
  } else if (const auto* const block = dynamic_cast<const nn::Residual*>(&layer)) {
    append_residual(graph, *block, name);
  } else if (kind == "global_average_pool") {
    if (!graph.is_flat()) graph.apply("GlobalAveragePool");
  } else if (kind == "relu") {
    graph.apply("Relu");
  } else if (kind == "flatten") {
    graph.flatten();
  } else if (kind == "dense") {
    graph.flatten();
    graph.apply("Gemm", {graph.constant(name + ".weight", parameters[0].dims, values_of(parameters[0].value)),
                         graph.constant(name + ".bias", parameters[1].dims, values_of(parameters[1].value))});
  } else if (kind != "dropout") {  // which does nothing to a trained network
    throw ValueError("export_onnx: layer " + name + " (" + std::string(kind) + ") has no counterpart in ONNX");
  }
  graph.set_shape(out);
}

/// `prefix` comes before the number of each layer in the names of its constants.
inline void append_network(OnnxGraph& graph, const nn::Network& network, const std::string& prefix) {
  for (Index i = 0; i < network.size(); ++i) {
    append_layer(graph, network.layer(i), prefix + std::to_string(i), network.output_shape(i));
  }
}

inline void append_model(OnnxGraph& graph, const nn::NetworkClassifier& model) {
  graph.scale("pixel_scale", 1.0F / 255.0F);
  append_network(graph, model.network(), "");
  graph.flatten();
  if (model.temperature() != 1) graph.scale("inverse_temperature", 1.0F / model.temperature());
  graph.finish("Softmax", {{"axis", std::int64_t{1}}});
}

/// A matrix product: more tools run it than LinearClassifier of ai.onnx.ml, and it gives the same margins.
inline void append_model(OnnxGraph& graph, const LinearSvm& model) {
  graph.scale("pixel_scale", 1.0F / 255.0F);
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
    ensemble.value.push_back(node.is_leaf() ? 0.0F : static_cast<float>(node.threshold));
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

}  // namespace detail

/// The bytes of an .onnx file. metadata_props holds "kind" and "class_names" (a JSON array).
/// Throws ValueError for a model that is not this library's, and for a layer that has no counterpart in ONNX.
inline std::string onnx_bytes(const Classifier& model) {
  detail::OnnxGraph graph(model.input_shape(), model.num_classes());
  detail::visit_model(model, [&](const auto& known) { detail::append_model(graph, known); });

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
  file.message(14, property("class_names", nlohmann::json(model.class_names()).dump()));
  return file.bytes();
}

/// Writes onnx_bytes to a file, all or nothing. Throws as onnx_bytes and write_atomically do.
inline void export_onnx(const Classifier& model, const std::filesystem::path& path) {
  const std::string bytes = onnx_bytes(model);
  write_atomically(path, std::as_bytes(std::span(bytes)));
}

}  // namespace inkling
