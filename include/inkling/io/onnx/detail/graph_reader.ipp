#pragma once

#include <inkling/io/onnx/detail/graph_reader.hpp>
#include <inkling/io/onnx/detail/protobuf_reader.hpp>

#include <cstddef>
#include <cstring>
#include <utility>

namespace inkling::inline INKLING_ABI::detail {

INKLING_INLINE std::int64_t OnnxNode::integer(const std::string& attribute, std::int64_t otherwise) const {
  const auto found = integers.find(attribute);
  return found == integers.end() || found->second.empty() ? otherwise : found->second.front();
}

/// The numbers of little-endian bytes.
template <typename T>
std::vector<T> raw_values(std::string_view raw) {
  std::vector<T> values(raw.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), raw.data(), values.size() * sizeof(T));
  return values;
}

/// Field numbers, here and below, are those of onnx.proto3.
inline std::pair<std::string, OnnxTensor> parse_tensor(std::string_view bytes) {
  constexpr std::int64_t float_type = 1;
  constexpr std::int64_t integer_type = 7;
  constexpr std::int64_t elsewhere = 1;
  std::string name;
  OnnxTensor tensor;
  std::vector<std::int64_t> dims;
  std::int64_t type = 0;
  std::string_view raw;
  for (ProtobufReader reader(bytes); reader.next();) {
    if (reader.field() == 1) reader.append_integers(dims);
    if (reader.field() == 2) type = reader.integer();
    if (reader.field() == 4) reader.append_reals(tensor.values);
    if (reader.field() == 7) reader.append_integers(tensor.numbers);
    if (reader.field() == 8) name = reader.text();
    if (reader.field() == 9) raw = reader.text();
    if (reader.field() == 14 && reader.integer() == elsewhere) {
      throw FormatError("ONNX: tensor '" + name + "' lies in another file, which is not read");
    }
  }
  if (type == float_type && !raw.empty()) tensor.values = raw_values<float>(raw);
  if (type == integer_type && !raw.empty()) tensor.numbers = raw_values<std::int64_t>(raw);
  std::uint64_t size = 1;
  for (const std::int64_t dim : dims) {
    constexpr std::int64_t most = std::int64_t{1} << 31U;
    if (dim < 0 || dim > most || (dim > 0 && size > (std::uint64_t{1} << 40U) / static_cast<std::uint64_t>(dim))) {
      throw FormatError("ONNX: tensor '" + name + "' has impossible dimensions");
    }
    size *= static_cast<std::uint64_t>(dim);
    tensor.dims.push_back(static_cast<Index>(dim));
  }
  const std::size_t held = type == integer_type ? tensor.numbers.size() : tensor.values.size();
  if ((type == float_type || type == integer_type) && held != size) {
    throw FormatError("ONNX: tensor '" + name + "' has " + std::to_string(held) + " numbers, its dimensions ask for " +
                      std::to_string(size));
  }
  return {std::move(name), std::move(tensor)};
}

inline void parse_attribute(std::string_view bytes, OnnxNode& node, OnnxTensor& constant) {
  std::string name;
  std::vector<std::int64_t> integers;
  for (ProtobufReader reader(bytes); reader.next();) {
    if (reader.field() == 1) name = reader.text();
    if (reader.field() == 2) node.reals[name] = reader.real();
    if (reader.field() == 3 || reader.field() == 8) reader.append_integers(integers);
    if (reader.field() == 4) node.texts[name] = reader.text();
    if (reader.field() == 5) constant = parse_tensor(reader.text()).second;
  }
  node.integers[name] = std::move(integers);
}

inline void parse_node(std::string_view bytes, OnnxFile& file) {
  OnnxNode node;
  OnnxTensor constant;
  for (ProtobufReader reader(bytes); reader.next();) {
    if (reader.field() == 1) node.inputs.emplace_back(reader.text());
    if (reader.field() == 2) node.outputs.emplace_back(reader.text());
    if (reader.field() == 3) node.name = reader.text();
    if (reader.field() == 4) node.op = reader.text();
    if (reader.field() == 5) parse_attribute(reader.text(), node, constant);
  }
  if (node.outputs.empty()) throw FormatError("ONNX: node '" + node.name + "' puts nothing out");
  if (node.op == "Constant") {
    file.constants[node.outputs.front()] = std::move(constant);
  } else {
    file.nodes.push_back(std::move(node));
  }
}

/// Name and dimensions of an input.
inline std::pair<std::string, std::vector<Index>> parse_value(std::string_view bytes) {
  std::string name;
  std::vector<Index> dims;
  for (ProtobufReader value(bytes); value.next();) {
    if (value.field() == 1) name = value.text();
    if (value.field() != 2) continue;
    for (ProtobufReader type(value.text()); type.next();) {
      if (type.field() != 1) continue;
      for (ProtobufReader tensor(type.text()); tensor.next();) {
        if (tensor.field() != 2) continue;
        for (ProtobufReader shape(tensor.text()); shape.next();) {
          Index dim = -1;
          for (ProtobufReader side(shape.text()); side.next();) {
            if (side.field() == 1) dim = static_cast<Index>(side.integer());
          }
          dims.push_back(dim);
        }
      }
    }
  }
  return {std::move(name), std::move(dims)};
}

inline void parse_graph(std::string_view bytes, OnnxFile& file) {
  std::vector<std::pair<std::string, std::vector<Index>>> inputs;
  for (ProtobufReader reader(bytes); reader.next();) {
    if (reader.field() == 1) parse_node(reader.text(), file);
    if (reader.field() == 5) file.constants.insert(parse_tensor(reader.text()));
    if (reader.field() == 11) inputs.push_back(parse_value(reader.text()));
  }
  for (auto& [name, dims] : inputs) {
    if (file.constants.contains(name)) continue;  // as old exporters list them
    if (!file.input.empty()) throw FormatError("ONNX: expected one input, got '" + file.input + "' and '" + name + "'");
    file.input = std::move(name);
    file.input_dims = std::move(dims);
  }
  if (file.input.empty()) throw FormatError("ONNX: the graph has no input");
}

INKLING_INLINE OnnxFile parse_onnx(std::string_view bytes) {
  OnnxFile file;
  for (ProtobufReader reader(bytes); reader.next();) {
    if (reader.field() == 7) parse_graph(reader.text(), file);
    if (reader.field() != 14) continue;
    std::string key;
    for (ProtobufReader entry(reader.text()); entry.next();) {
      if (entry.field() == 1) key = entry.text();
      if (entry.field() == 2) file.metadata[key] = entry.text();
    }
  }
  if (file.input.empty()) throw FormatError("ONNX: there is no graph");
  return file;
}

}  // namespace inkling::inline INKLING_ABI::detail
