#pragma once

#include <inkling/core/config.hpp>
#include <inkling/io/safetensors/safetensors.hpp>

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// Takes tensors out of a file by name, each with the type and dimensions that the reader expects, and reports what
/// nobody took. Every error is a FormatError that names the tensor; whoever knows the file adds its name.
class TensorReader {
 public:
  explicit TensorReader(std::map<std::string, Tensor> tensors) : tensors_(std::move(tensors)) {}

  bool has(const std::string& name) const { return tensors_.contains(name); }

  /// The bytes of the tensors that are still there.
  std::size_t bytes() const noexcept;

  /// The dimensions of a tensor that is still there.
  const std::vector<Index>& dims(const std::string& name) const { return find(name).dims; }

  template <TensorElement T>
  std::vector<T> take(const std::string& name, const std::vector<Index>& dims) {
    check_dims(name, dims);
    return naming(name, [&] { return tensor_values<T>(remove(name)); });
  }

  /// A tensor of one dimension, however long.
  template <TensorElement T>
  std::vector<T> take_list(const std::string& name) {
    const Tensor& tensor = find(name);
    if (tensor.dims.size() != 1) fail(name, "expected one dimension, got " + to_string(tensor.dims));
    return naming(name, [&] { return tensor_values<T>(remove(name)); });
  }

  /// Numbers stored as F32 or F16, all of them finite.
  std::vector<float> take_finite(const std::string& name, const std::vector<Index>& dims);
  /// The same, into memory for as many as `dims` has.
  void take_finite(const std::string& name, const std::vector<Index>& dims, std::span<float> to);

  /// Throws unless `name` is there with these dimensions.
  void check_dims(const std::string& name, std::span<const Index> dims) const;

  /// Throws when a tensor is left that nobody took.
  void finish() const;

 private:
  [[noreturn]] static void fail(const std::string& name, const std::string& what);

  const Tensor& find(const std::string& name) const;

  Tensor remove(const std::string& name) { return std::move(tensors_.extract(name).mapped()); }

  /// What `read` returns; its FormatError names the tensor.
  template <typename Read>
  static auto naming(const std::string& name, const Read& read) {
    try {
      return read();
    } catch (const FormatError& error) {
      fail(name, error.what());
    }
  }

  std::map<std::string, Tensor> tensors_;
};

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/io/safetensors/tensor_reader.ipp>
#endif
