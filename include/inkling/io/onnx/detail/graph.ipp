#pragma once

#include <inkling/io/onnx/detail/graph.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

INKLING_INLINE OnnxAttribute::OnnxAttribute(std::string_view name, const std::vector<std::string>& values) {
  begin(name, 8);
  for (const std::string& value : values) writer_.text(9, value);
}

INKLING_INLINE OnnxGraph::OnnxGraph(const Shape& input, Index classes) : shape_(input) {
  graph_.text(2, "inkling");
  describe(11, "image", float_type, {-1, input.channels, input.height, input.width});
  describe(12, "scores", float_type, {-1, classes});
}

INKLING_INLINE void OnnxGraph::apply(std::string_view op, const std::vector<std::string>& constants,
                                     const std::vector<OnnxAttribute>& attributes, std::string_view domain) {
  std::vector<std::string> inputs{value_};
  inputs.insert(inputs.end(), constants.begin(), constants.end());
  apply_to(op, inputs, attributes, domain);
}

INKLING_INLINE std::string OnnxGraph::apply_to(std::string_view op, const std::vector<std::string>& inputs,
                                               const std::vector<OnnxAttribute>& attributes, std::string_view domain) {
  const std::string output = "value" + std::to_string(nodes_++);
  append(op, inputs, output, attributes, domain);
  value_ = output;
  return output;
}

INKLING_INLINE void OnnxGraph::put_out(std::string_view name, std::int64_t type,
                                       const std::vector<std::int64_t>& dims) {
  append("Identity", {value_}, std::string(name), {}, "");
  describe(12, name, type, dims);
}

INKLING_INLINE void OnnxGraph::finish(std::string_view op, const std::vector<OnnxAttribute>& attributes,
                                      std::string_view domain) {
  append(op, {value_}, "scores", attributes, domain);
  value_ = "scores";
}

INKLING_INLINE std::string OnnxGraph::constant(std::string name, const std::vector<Index>& dims,
                                               std::span<const float> values) {
  ProtobufWriter tensor;
  for (const Index dim : dims) tensor.integer(1, dim);
  const auto* const bytes = reinterpret_cast<const char*>(values.data());  // char may alias any object
  tensor.integer(2, float_type).text(8, name).text(9, std::string_view(bytes, values.size_bytes()));
  graph_.message(5, tensor);
  return name;
}

INKLING_INLINE std::string OnnxGraph::integers(std::string name, const std::vector<std::int64_t>& values) {
  ProtobufWriter tensor;
  const auto* const bytes = reinterpret_cast<const char*>(values.data());  // char may alias any object
  tensor.integer(1, static_cast<std::int64_t>(values.size())).integer(2, integer_type).text(8, name);
  tensor.text(9, std::string_view(bytes, values.size() * sizeof(std::int64_t)));
  graph_.message(5, tensor);
  return name;
}

INKLING_INLINE std::string OnnxGraph::texts(std::string name, const std::vector<std::string>& values) {
  ProtobufWriter tensor;
  tensor.integer(1, static_cast<std::int64_t>(values.size())).integer(2, string_type);
  for (const std::string& value : values) tensor.text(6, value);
  tensor.text(8, name);
  graph_.message(5, tensor);
  return name;
}

INKLING_INLINE void OnnxGraph::flatten() {
  if (flat_) return;
  if (shape_.pixels() > 1 && shape_.channels > 1)
    apply("Transpose", {}, {{"perm", OnnxAttribute::Integers{0, 2, 3, 1}}});
  apply("Flatten", {}, {{"axis", std::int64_t{1}}});
  flat_ = true;
}

INKLING_INLINE void OnnxGraph::go_to(const Position& position) {
  value_ = position.value;
  shape_ = position.shape;
  flat_ = position.flat;
}

INKLING_INLINE void OnnxGraph::append(std::string_view op, const std::vector<std::string>& inputs,
                                      const std::string& output, const std::vector<OnnxAttribute>& attributes,
                                      std::string_view domain) {
  ProtobufWriter node;
  for (const std::string& name : inputs) node.text(1, name);
  node.text(2, output).text(3, std::string(op) + "." + output).text(4, op);
  for (const OnnxAttribute& attribute : attributes) node.message(5, attribute.writer());
  if (!domain.empty()) node.text(7, domain);
  graph_.message(1, node);
}

INKLING_INLINE void OnnxGraph::describe(int field, std::string_view name, std::int64_t type,
                                        const std::vector<std::int64_t>& dims) {
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
  const ProtobufWriter tensor = ProtobufWriter().integer(1, type).message(2, shape);
  const ProtobufWriter value_type = ProtobufWriter().message(1, tensor);
  graph_.message(field, ProtobufWriter().text(1, name).message(2, value_type));
}

INKLING_INLINE std::span<const float> values_of(const Matrix& matrix) {
  return {matrix.data(), static_cast<std::size_t>(matrix.size())};
}

}  // namespace inkling::inline INKLING_ABI::detail
