#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>

#include <Eigen/Core>

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// Tensors and strings in a file: https://github.com/huggingface/safetensors
///
///     8 bytes N, little-endian | N bytes of JSON | data
///
/// The JSON header gives each tensor's type, dimensions and place in the data, and strings under "__metadata__".
namespace inkling::inline INKLING_ABI {

/// The element types that this library stores, by their names in the file.
enum class Dtype { boolean, u8, i8, u16, i16, f16, bf16, u32, i32, f32, u64, i64, f64 };

namespace detail {

struct DtypeInfo {
  std::string_view name;
  std::size_t size;  // bytes of one element
};

/// In the order of Dtype.
inline constexpr std::array<DtypeInfo, 13> dtype_table{{{"BOOL", 1},
                                                        {"U8", 1},
                                                        {"I8", 1},
                                                        {"U16", 2},
                                                        {"I16", 2},
                                                        {"F16", 2},
                                                        {"BF16", 2},
                                                        {"U32", 4},
                                                        {"I32", 4},
                                                        {"F32", 4},
                                                        {"U64", 8},
                                                        {"I64", 8},
                                                        {"F64", 8}}};

template <typename T>
consteval Dtype dtype_of() {
  if constexpr (std::same_as<T, float>) return Dtype::f32;
  if constexpr (std::same_as<T, double>) return Dtype::f64;
  if constexpr (std::same_as<T, Eigen::half>) return Dtype::f16;
  if constexpr (std::same_as<T, Eigen::bfloat16>) return Dtype::bf16;
  if constexpr (std::same_as<T, std::uint8_t>) return Dtype::u8;
  if constexpr (std::same_as<T, std::int8_t>) return Dtype::i8;
  if constexpr (std::same_as<T, std::uint16_t>) return Dtype::u16;
  if constexpr (std::same_as<T, std::int16_t>) return Dtype::i16;
  if constexpr (std::same_as<T, std::uint32_t>) return Dtype::u32;
  if constexpr (std::same_as<T, std::int32_t>) return Dtype::i32;
  if constexpr (std::same_as<T, std::uint64_t>) return Dtype::u64;
  if constexpr (std::same_as<T, std::int64_t>) return Dtype::i64;
}

}  // namespace detail

/// Types with a Dtype of their own.
template <typename T>
concept TensorElement = std::same_as<T, float> || std::same_as<T, double> || std::same_as<T, Eigen::half> ||
    std::same_as<T, Eigen::bfloat16> || std::same_as<T, std::uint8_t> || std::same_as<T, std::int8_t> ||
    std::same_as<T, std::uint16_t> || std::same_as<T, std::int16_t> || std::same_as<T, std::uint32_t> ||
    std::same_as<T, std::int32_t> || std::same_as<T, std::uint64_t> || std::same_as<T, std::int64_t>;

template <TensorElement T>
inline constexpr Dtype dtype_of = detail::dtype_of<T>();

/// "F32": its name in the file.
inline std::string_view to_string(Dtype dtype) noexcept {
  return detail::dtype_table[static_cast<std::size_t>(dtype)].name;
}

/// Bytes of one element.
inline std::size_t size_of(Dtype dtype) noexcept {
  return detail::dtype_table[static_cast<std::size_t>(dtype)].size;
}

/// "[3,3,16,32]"
std::string to_string(std::span<const Index> dims);

namespace detail {

/// Bytes of a tensor, or nothing when they do not fit 63 bits.
std::optional<std::uint64_t> tensor_bytes(Dtype dtype, std::span<const Index> dims) noexcept;

}  // namespace detail

/// Numbers with dimensions, the last one fastest in memory (row-major, as in NumPy). No dimension: one number.
struct Tensor {
  Dtype dtype = Dtype::f32;
  std::vector<Index> dims;
  std::vector<std::byte> bytes;  // product(dims) * size_of(dtype), little-endian

  bool operator==(const Tensor&) const = default;
};

/// Throws ShapeError unless there are product(dims) values.
template <TensorElement T>
Tensor make_tensor(std::vector<Index> dims, std::span<const T> values) {
  static_assert(std::endian::native == std::endian::little, "safetensors are little-endian");
  Tensor tensor{dtype_of<T>, std::move(dims), {}};
  if (detail::tensor_bytes(tensor.dtype, tensor.dims) != values.size_bytes()) {
    throw ShapeError("Tensor: dimensions " + to_string(tensor.dims) + " do not hold " + std::to_string(values.size()) +
                     " values");
  }
  tensor.bytes.resize(values.size_bytes());
  if (!values.empty()) std::memcpy(tensor.bytes.data(), values.data(), values.size_bytes());
  return tensor;
}

/// The values of a tensor of T, as numbers of type To. Throws FormatError when it holds another type, or another number
/// of values.
template <TensorElement T, typename To>
void copy_values(const Tensor& tensor, std::span<To> to) {
  if (tensor.dtype != dtype_of<T>) {
    throw FormatError("expected type " + std::string(to_string(dtype_of<T>)) + ", got " +
                      std::string(to_string(tensor.dtype)));
  }
  if (to.size() * sizeof(T) != tensor.bytes.size()) {
    throw FormatError("expected " + std::to_string(to.size() * sizeof(T)) + " bytes, got " +
                      std::to_string(tensor.bytes.size()));
  }
  if constexpr (std::is_same_v<T, To>) {
    if (!to.empty()) std::memcpy(static_cast<void*>(to.data()), tensor.bytes.data(), tensor.bytes.size());
  } else {
    for (std::size_t i = 0; i < to.size(); ++i) {
      T value{};
      std::memcpy(static_cast<void*>(&value), tensor.bytes.data() + i * sizeof(T), sizeof(T));
      to[i] = static_cast<To>(value);
    }
  }
}

/// All values of a tensor. Throws FormatError where its type is another.
template <TensorElement T>
std::vector<T> tensor_values(const Tensor& tensor) {
  std::vector<T> values(tensor.bytes.size() / sizeof(T));
  copy_values<T>(tensor, std::span(values));
  return values;
}

/// What a file holds.
struct Safetensors {
  std::map<std::string, std::string> metadata;
  std::map<std::string, Tensor> tensors;  // by name

  bool operator==(const Safetensors&) const = default;
};

/// Where a tensor stands in a file.
struct TensorPlace {
  Dtype dtype = Dtype::f32;
  std::vector<Index> dims;
  std::uint64_t begin = 0;  // bytes from the start of the file
  std::uint64_t end = 0;
};

/// What the header of a file says, checked against the file's size.
struct SafetensorsHeader {
  std::map<std::string, std::string> metadata;
  std::map<std::string, TensorPlace> tensors;  // by name
};

/// Longest header that is read, as in the reference implementation.
inline constexpr std::uint64_t max_safetensors_header = 100'000'000;

/// Reads a whole file. Throws FileError when the system cannot read it, FormatError with file, tensor, expected and got
/// when it breaks a rule of the format: sizes, JSON, repeated names, types, dimensions, holes, overlaps, stray bytes.
Safetensors read_safetensors(const std::filesystem::path& path);

/// The same from memory; `source` names the bytes in errors.
Safetensors read_safetensors(std::span<const std::byte> bytes, const std::string& source);

/// Reads the header alone, however large the file; its checks include the file's size.
SafetensorsHeader read_safetensors_header(const std::filesystem::path& path);

/// The bytes of a file: tensors by falling element size, then by name, so that each is aligned to its elements.
/// Throws ShapeError when a tensor has another number of bytes than its dimensions ask for, ValueError for the name
/// "__metadata__" and for text that is not UTF-8.
std::vector<std::byte> safetensors_bytes(const Safetensors& file);

/// Writes a file, all or nothing. Throws as safetensors_bytes and write_atomically do.
void write_safetensors(const std::filesystem::path& path, const Safetensors& file);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/io/safetensors/safetensors.ipp>
#endif
