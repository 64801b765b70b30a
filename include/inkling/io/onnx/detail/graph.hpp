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
  OnnxAttribute(std::string_view name, const std::vector<std::string>& values);

  const ProtobufWriter& writer() const noexcept { return writer_; }

 private:
  ProtobufWriter& begin(std::string_view name, std::int64_t type) { return writer_.text(1, name).integer(20, type); }

  ProtobufWriter writer_;
};

/// A graph that grows node by node. Each operator takes the value that the one before put out.
class OnnxGraph {
 public:
  OnnxGraph(const Shape& input, Index classes);

  /// Appends an operator to the value at hand. `constants` follow it in the operator's inputs.
  void apply(std::string_view op, const std::vector<std::string>& constants = {},
             const std::vector<OnnxAttribute>& attributes = {}, std::string_view domain = "");

  /// Appends an operator to any values and constants, and returns the name of what it puts out: the value at hand.
  std::string apply_to(std::string_view op, const std::vector<std::string>& inputs,
                       const std::vector<OnnxAttribute>& attributes = {}, std::string_view domain = "");

  /// Puts the value at hand out under another name as well. type: float_type or string_type.
  void put_out(std::string_view name, std::int64_t type, const std::vector<std::int64_t>& dims);

  /// The last operator of the model: it puts the scores out.
  void finish(std::string_view op, const std::vector<OnnxAttribute>& attributes = {}, std::string_view domain = "");

  /// Adds a constant and returns its name. values: product(dims), the last one fastest.
  std::string constant(std::string name, const std::vector<Index>& dims, std::span<const float> values);

  std::string integers(std::string name, const std::vector<std::int64_t>& values);
  std::string texts(std::string name, const std::vector<std::string>& values);

  /// From [n, channels, height, width] to [n, values in the order of Shape].
  void flatten();

  void scale(const std::string& name, float factor) { apply("Mul", {constant(name, {}, {&factor, 1})}); }

  const Shape& shape() const noexcept { return shape_; }
  void set_shape(const Shape& shape) noexcept { shape_ = shape; }
  bool is_flat() const noexcept { return flat_; }
  /// The value at hand has become [n, shape.size()].
  void set_flat(const Shape& shape) noexcept {
    shape_ = shape;
    flat_ = true;
  }

  /// The value at hand, to come back to: two paths begin at one value, or meet.
  struct Position {
    std::string value;
    Shape shape;
    bool flat;
  };
  Position position() const { return {value_, shape_, flat_}; }
  void go_to(const Position& position);

  const ProtobufWriter& writer() const noexcept { return graph_; }

  static constexpr std::int64_t float_type = 1;  // of TensorProto.DataType
  static constexpr std::int64_t integer_type = 7;
  static constexpr std::int64_t string_type = 8;

 private:
  void append(std::string_view op, const std::vector<std::string>& inputs, const std::string& output,
              const std::vector<OnnxAttribute>& attributes, std::string_view domain);

  /// An input (field 11) or output (field 12) of the graph; -1 is the number of images.
  void describe(int field, std::string_view name, std::int64_t type, const std::vector<std::int64_t>& dims);

  ProtobufWriter graph_;
  std::string value_ = "image";  // what the next operator takes
  Shape shape_;                  // of that value, for one image
  bool flat_ = false;            // it is [n, values]
  int nodes_ = 0;
};

std::span<const float> values_of(const Matrix& matrix);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/io/onnx/detail/graph.ipp>
#endif
