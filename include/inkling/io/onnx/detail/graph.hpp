#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/io/onnx/detail/protobuf_writer.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// A graph in the format of ONNX (https://onnx.ai), written operator by operator.
namespace inkling::inline INKLING_ABI::detail {

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

}  // namespace inkling::inline INKLING_ABI::detail
