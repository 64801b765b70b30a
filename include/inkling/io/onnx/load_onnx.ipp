#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/io/detail/json.hpp>
#include <inkling/io/detail/memory_limits.hpp>
#include <inkling/io/model/model_info.hpp>
#include <inkling/io/model/state_dict.hpp>
#include <inkling/io/onnx/detail/graph_reader.hpp>
#include <inkling/io/onnx/load_onnx.hpp>
#include <inkling/io/safetensors/safetensors.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/network.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

namespace inkling::inline INKLING_ABI {

namespace detail {

/// Makes layers of a chain of operators, and a state dict of their weights, which ONNX orders as PyTorch does.
class OnnxChain {
 public:
  explicit OnnxChain(const OnnxFile& file)
      : file_(file), network_(input_shape(file.input_dims), 0), value_(file.input) {}

  nn::NetworkClassifier load(const OnnxLoadOptions& options) {
    for (const OnnxNode& node : file_.nodes) {
      if (node.op == "Softmax" && takes(node)) break;  // of what comes after it nothing changes the answer
      append(node);
    }
    fold_input_scale();
    nn::Network network = with_state_dict(std::move(network_), weights_);
    std::vector<std::string> names = class_names(options, network.output_shape().channels);
    nn::NetworkClassifier model(std::move(network), std::move(names));
    model.set_temperature(1 / output_scale_);
    return model;
  }

 private:
  static Shape input_shape(const std::vector<Index>& dims) {
    constexpr Index most = Index{1} << 20U;  // of a side, or channels
    const bool known = (dims.size() == 4 || dims.size() == 2) &&
                       std::all_of(dims.begin() + 1, dims.end(), [](Index dim) { return dim > 0 && dim <= most; });
    if (!known) throw FormatError("expected an input [n, channels, height, width] or [n, features] of known sides");
    const Shape shape = dims.size() == 4 ? Shape{dims[2], dims[3], dims[1]} : Shape{1, 1, dims[1]};
    if (shape.size() > most_layer_values) throw FormatError("expected a smaller input than " + to_string(shape));
    return shape;
  }

  std::vector<std::string> class_names(const OnnxLoadOptions& options, Index classes) const {
    if (!options.class_names.empty()) return options.class_names;
    std::vector<std::string> names;
    if (const auto found = file_.metadata.find("class_names"); found != file_.metadata.end()) {
      for (const Json& name : parse_json(found->second).elements) names.push_back(name.string);
    } else {
      for (Index i = 0; i < classes; ++i) names.push_back(std::to_string(i));
    }
    return names;
  }

  [[noreturn]] static void refuse(const OnnxNode& node, const std::string& why) {
    throw FormatError("node '" + node.name + "' (" + node.op + "): " + why);
  }

  bool takes(const OnnxNode& node) const { return !node.inputs.empty() && node.inputs.front() == value_; }

  const Shape& shape() const { return network_.output_shape(); }

  /// Of the layer that is appended next.
  std::string number() const { return std::to_string(network_.size()); }

  const OnnxTensor* constant(const OnnxNode& node, std::size_t input) const {
    if (node.inputs.size() <= input) return nullptr;
    const auto found = file_.constants.find(node.inputs[input]);
    return found == file_.constants.end() ? nullptr : &found->second;
  }

  const OnnxTensor& weights(const OnnxNode& node, std::size_t input, std::size_t dimensions) const {
    const OnnxTensor* const found = constant(node, input);
    if (found == nullptr || found->values.empty() || found->dims.size() != dimensions) {
      refuse(node, "expected float constants of " + std::to_string(dimensions) + " dimensions as input " +
                       std::to_string(input));
    }
    return *found;
  }

  void set(const std::string& name, std::vector<Index> dims, const std::vector<float>& values) {
    weights_.tensors[name] = make_tensor<float>(std::move(dims), values);
  }

  void append(const OnnxNode& node) {
    const bool commutes = node.op == "Mul" || node.op == "Add";
    const bool second = commutes && node.inputs.size() == 2 && node.inputs[1] == value_;
    if (!takes(node) && !second) refuse(node, "expected a chain: it does not take what the node before puts out");
    if (second) {
      OnnxNode turned = node;
      std::swap(turned.inputs[0], turned.inputs[1]);
      append_layer(turned);
    } else {
      append_layer(node);
    }
    if (shape().size() > most_layer_values) refuse(node, "it puts out more values than a file may ask for");
    value_ = node.outputs.front();
  }

  void append_layer(const OnnxNode& node) {
    if (output_scale_ != 1) refuse(node, "expected nothing but Softmax after a product with a constant");
    if (node.op == "Conv") return convolve(node);
    if (node.op == "Gemm" || node.op == "MatMul") return multiply(node);
    if (node.op == "Add") return add(node);
    if (node.op == "BatchNormalization") return normalise(node);
    if (node.op == "Mul" || node.op == "Div") return scale(node);
    if (node.op == "MaxPool") return take_maximum(node);
    if (node.op == "Transpose") return transpose(node);
    if (node.op == "Flatten" || node.op == "Reshape" || node.op == "Squeeze") return flatten(node);
    unbiased_.reset();
    if (node.op == "Relu") {
      network_.add(nn::Relu());
    } else if (node.op == "Sigmoid") {
      network_.add(nn::Sigmoid());
      remember_first("");  // a scale of the input does not commute with it
    } else if (node.op == "GlobalAveragePool") {
      if (is_transposed_) refuse(node, "expected [n, channels, height, width]");
      network_.add(nn::GlobalAveragePool());
    } else if (node.op != "Identity" && node.op != "Dropout" && node.op != "Cast") {
      refuse(node, "there is no such layer");
    }
  }

  /// The side of a square, from an attribute that lists sides.
  static Index side_of(const OnnxNode& node, const std::string& attribute, Index otherwise) {
    const auto found = node.integers.find(attribute);
    if (found == node.integers.end() || found->second.empty()) return otherwise;
    for (const std::int64_t side : found->second) {
      if (side != found->second.front() || side < 1 || side > 1024)
        refuse(node, attribute + " must be equal and small");
    }
    return static_cast<Index>(found->second.front());
  }

  /// Which of our paddings the node has.
  nn::Padding padding_of(const OnnxNode& node, Index kernel, Index stride) const {
    const auto text = node.texts.find("auto_pad");
    if (text != node.texts.end() && text->second == "SAME_UPPER") return nn::Padding::same;
    if (text != node.texts.end() && text->second == "SAME_LOWER") {
      refuse(node, "expected auto_pad SAME_UPPER, VALID or NOTSET, got SAME_LOWER");
    }
    const auto found = node.integers.find("pads");
    std::vector<std::int64_t> pads(4);
    if (found != node.integers.end() && !found->second.empty()) pads = found->second;
    if (std::all_of(pads.begin(), pads.end(), [](std::int64_t pad) { return pad == 0; })) return nn::Padding::valid;
    const Index down = nn::border(nn::Padding::same, shape().height, kernel, stride);
    const Index across = nn::border(nn::Padding::same, shape().width, kernel, stride);
    const std::vector<std::int64_t> same{down / 2, across / 2, down - down / 2, across - across / 2};
    if (pads != same) refuse(node, "expected no padding, or that which keeps the size");
    return nn::Padding::same;
  }

  void convolve(const OnnxNode& node) {
    const OnnxTensor& weight = weights(node, 1, 4);
    const Index filters = weight.dims[0];
    const Index kernel = weight.dims[2];
    const Index groups = static_cast<Index>(node.integer("group", 1));
    const Index stride = side_of(node, "strides", 1);
    const nn::Padding padding = padding_of(node, kernel, stride);
    const bool bias = node.inputs.size() > 2;
    if (weight.dims[3] != kernel || side_of(node, "dilations", 1) != 1 || is_transposed_) {
      refuse(node, "expected square filters without dilation on [n, channels, height, width]");
    }
    const std::string name = number();
    if (groups == 1 && weight.dims[1] == shape().channels) {
      network_.add(
          nn::Conv2d({.filters = filters, .kernel = kernel, .stride = stride, .padding = padding, .bias = bias}));
    } else if (groups == shape().channels && filters == groups) {
      network_.add(nn::DepthwiseConv2d({.kernel = kernel, .stride = stride, .padding = padding, .bias = bias}));
    } else {
      refuse(node, "expected one group, or as many groups and filters as channels");
    }
    set(name + ".weight", weight.dims, weight.values);
    if (bias) set(name + ".bias", {filters}, weights(node, 2, 1).values);
    remember_first(name);
  }

  void multiply(const OnnxNode& node) {
    const OnnxTensor& weight = weights(node, 1, 2);
    const bool turned = node.op == "Gemm" && node.integer("transB", 0) != 0;  // [units][inputs]
    const Index units = weight.dims[turned ? 0 : 1];
    const Index inputs = weight.dims[turned ? 1 : 0];
    const auto real = [&](const char* name) { return node.reals.contains(name) ? node.reals.at(name) : 1.0F; };
    if (inputs != shape().size() || shape().pixels() != 1 || node.integer("transA", 0) != 0 || real("alpha") != 1 ||
        real("beta") != 1) {
      refuse(node, "expected a product of " + std::to_string(shape().size()) + " flat values with a matrix");
    }
    std::vector<float> values(weight.values.size());
    for (Index unit = 0; unit < units; ++unit) {
      for (Index i = 0; i < inputs; ++i) {
        const Index from = turned ? unit * inputs + i : i * units + unit;
        values[static_cast<std::size_t>(unit * inputs + place_of(i))] = weight.values[static_cast<std::size_t>(from)];
      }
    }
    const std::string name = number();
    network_.add(nn::Dense({.units = units}));
    set(name + ".weight", {units, inputs}, values);
    const bool bias = node.op == "Gemm" && node.inputs.size() > 2;
    const std::vector<float> offsets = bias ? weights(node, 2, 1).values : std::vector<float>();
    set(name + ".bias", {units}, bias ? offsets : std::vector<float>(static_cast<std::size_t>(units)));
    channels_last_.reset();
    remember_first(name);
    unbiased_ = bias ? std::nullopt : std::optional(name);
  }

  /// Of a bias to the product before it.
  void add(const OnnxNode& node) {
    if (!unbiased_) refuse(node, "expected the bias of a product; paths that meet are not read");
    const OnnxTensor& bias = weights(node, 1, 1);
    if (static_cast<Index>(bias.values.size()) != shape().channels) refuse(node, "expected a value a unit");
    set(*unbiased_ + ".bias", {shape().channels}, bias.values);
    unbiased_.reset();
  }

  void normalise(const OnnxNode& node) {
    const Index channels = shape().channels;
    if (is_transposed_) refuse(node, "expected [n, channels, height, width]");
    const std::string name = number();
    const double epsilon = node.reals.contains("epsilon") ? static_cast<double>(node.reals.at("epsilon")) : 1e-5;
    network_.add(nn::BatchNorm({.epsilon = epsilon}));
    const char* const names[] = {".weight", ".bias", ".running_mean", ".running_var"};
    for (std::size_t k = 0; k < 4; ++k) {
      const std::vector<float>& given = weights(node, k + 1, 1).values;
      if (static_cast<Index>(given.size()) != channels) refuse(node, "expected a value a channel");
      std::vector<float> values(given.size());
      for (Index i = 0; i < channels; ++i) {
        values[static_cast<std::size_t>(place_of(i))] = given[static_cast<std::size_t>(i)];
      }
      set(name + names[k], {channels}, values);
    }
    remember_first("");
    unbiased_.reset();
  }

  /// Of pixels before the first layer, or of scores after the last one.
  void scale(const OnnxNode& node) {
    const OnnxTensor* const factor = constant(node, 1);
    if (factor == nullptr || factor->values.size() != 1 || !(factor->values[0] > 0)) {
      refuse(node, "expected a constant above 0");
    }
    const float by = node.op == "Mul" ? factor->values[0] : 1 / factor->values[0];
    if (network_.size() == 0) {
      input_scale_ = input_scale_.value_or(1.0F) * by;
    } else {
      output_scale_ = by;
    }
  }

  void take_maximum(const OnnxNode& node) {
    const Index window = side_of(node, "kernel_shape", 1);
    const Index stride = side_of(node, "strides", 1);
    if (padding_of(node, window, stride) != nn::Padding::valid || node.integer("ceil_mode", 0) != 0 ||
        side_of(node, "dilations", 1) != 1 || is_transposed_) {
      refuse(node, "expected windows inside the image");
    }
    network_.add(nn::MaxPool2d({.window = window, .stride = stride}));
  }

  /// To [n, height, width, channels], before it is made flat.
  void transpose(const OnnxNode& node) {
    const auto found = node.integers.find("perm");
    if (found == node.integers.end() || found->second != std::vector<std::int64_t>{0, 2, 3, 1}) {
      refuse(node, "expected [0, 2, 3, 1]");
    }
    is_transposed_ = true;
  }

  void flatten(const OnnxNode& node) {
    const OnnxTensor* const dims = constant(node, 1);
    if (node.op == "Reshape" && (dims == nullptr || dims->numbers.size() != 2)) refuse(node, "expected [n, values]");
    if (node.op == "Flatten" && node.integer("axis", 1) != 1) refuse(node, "expected the axis 1");
    if (node.op == "Squeeze" && shape().pixels() != 1) refuse(node, "expected one pixel");
    if (is_transposed_ && shape().pixels() > 1 && shape().channels > 1) channels_last_ = shape();
    is_transposed_ = false;
    network_.add(nn::Flatten());
  }

  /// Where value i of the graph stands when an image is made flat with the channel slowest.
  Index place_of(Index i) const {
    if (!channels_last_) return i;
    return i % channels_last_->channels * channels_last_->pixels() + i / channels_last_->channels;
  }

  /// The layer whose weights take up what pixels are multiplied by; "": one that cannot.
  void remember_first(const std::string& name) {
    if (!first_) first_ = name;
  }

  void fold_input_scale() {
    if (!input_scale_) return;  // it takes 0 .. 1 as our networks do
    const float factor = *input_scale_ * 255;
    if (std::abs(factor - 1) < 1e-6F) return;
    if (!first_ || first_->empty()) throw FormatError("expected a Conv or Gemm behind the scale of the pixels");
    Tensor& weight = weights_.tensors.at(*first_ + ".weight");
    std::vector<float> values = tensor_values<float>(weight);
    for (float& value : values) value *= factor;
    weight = make_tensor<float>(weight.dims, values);
  }

  const OnnxFile& file_;
  nn::Network network_;
  Safetensors weights_;
  std::string value_;                         // what the next node takes
  std::optional<float> input_scale_ = {};     // what pixels are multiplied by
  float output_scale_ = 1;                    // what scores are multiplied by
  std::optional<std::string> first_ = {};     // layer with weights
  std::optional<std::string> unbiased_ = {};  // product that may get a bias
  bool is_transposed_ = false;                // [n, height, width, channels]
  std::optional<Shape> channels_last_ = {};   // it was made flat in that order
};

}  // namespace detail

INKLING_INLINE nn::NetworkClassifier load_onnx(std::span<const std::byte> bytes, const std::string& source,
                                               const OnnxLoadOptions& options) {
  return detail::naming_source(source, [&] {
    const auto* const text = reinterpret_cast<const char*>(bytes.data());  // char may alias any object
    const detail::OnnxFile file = detail::parse_onnx({text, bytes.size()});
    return detail::OnnxChain(file).load(options);
  });
}

INKLING_INLINE nn::NetworkClassifier load_onnx(const std::filesystem::path& path, const OnnxLoadOptions& options) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw FileError(path.string() + ": cannot open");
  const std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
  return load_onnx(std::as_bytes(std::span(bytes)), path.string(), options);
}

}  // namespace inkling::inline INKLING_ABI
