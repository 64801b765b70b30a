#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// What stands in an .onnx file, as far as networks need it.
namespace inkling::inline INKLING_ABI::detail {

struct OnnxTensor {
  std::vector<Index> dims;
  std::vector<float> values;          // product(dims), the last one fastest; or
  std::vector<std::int64_t> numbers;  // these
};

struct OnnxNode {
  std::string op;
  std::string name;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::map<std::string, std::vector<std::int64_t>> integers;  // attributes
  std::map<std::string, float> reals;
  std::map<std::string, std::string> texts;

  std::int64_t integer(const std::string& attribute, std::int64_t otherwise) const;
};

struct OnnxFile {
  std::vector<OnnxNode> nodes;  // in the order of computation, without Constant
  std::map<std::string, OnnxTensor> constants;
  std::string input;              // the name of the one that is no constant
  std::vector<Index> input_dims;  // -1: any
  std::map<std::string, std::string> metadata;
};

/// Throws FormatError for what is damaged, and for a graph without exactly one input.
OnnxFile parse_onnx(std::string_view bytes);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/io/onnx/detail/graph_reader.ipp>
#endif
