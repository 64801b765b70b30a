#pragma once

#include <inkling/io/atomic_file.hpp>
#include <inkling/io/detail/json.hpp>
#include <inkling/io/safetensors/safetensors.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE std::string to_string(std::span<const Index> dims) {
  std::string text;
  for (const Index dim : dims) text.append(text.empty() ? "[" : ",").append(std::to_string(dim));
  return text.empty() ? "[]" : text.append("]");
}

namespace detail {

INKLING_INLINE std::optional<std::uint64_t> tensor_bytes(Dtype dtype, std::span<const Index> dims) noexcept {
  std::uint64_t product = size_of(dtype);
  for (const Index dim : dims) {
    const auto factor = static_cast<std::uint64_t>(dim);
    if (dim < 0 || (factor != 0 && product > std::uint64_t{std::numeric_limits<std::int64_t>::max()} / factor)) {
      return std::nullopt;
    }
    product *= factor;
  }
  return product;
}

/// Takes the header's JSON as events, so that a repeated key is seen (a DOM keeps the last one) and an unexpected
/// nesting ends the parse at once. Offsets are left relative to the start of the data.
class SafetensorsHeaderParser final : public JsonListener {
 public:
  SafetensorsHeader take() { return std::move(header_); }

  void null() override { refuse("null"); }
  void boolean(bool) override { refuse("a boolean"); }

  void number(const JsonNumber& number) override {
    const bool natural = number.kind == JsonNumber::Kind::natural;
    if (state_ == State::shape && natural && number.magnitude <= largest_dimension) {
      place_.dims.push_back(static_cast<Index>(number.magnitude));
    } else if (state_ == State::offsets && natural && offsets_ < 2) {
      (offsets_++ == 0 ? place_.begin : place_.end) = number.magnitude;
    } else {
      const bool whole = number.kind == JsonNumber::Kind::negative;
      refuse((whole ? "" : "the number ") + std::string(number.text.substr(0, 40)));
    }
  }

  void string(std::string& text) override {
    if (state_ == State::metadata_value) {
      header_.metadata[key_] = std::move(text);
      state_ = State::metadata;
      return;
    }
    if (state_ != State::dtype) refuse("the string \"" + text + '"');
    std::size_t dtype = 0;
    while (dtype < dtype_table.size() && dtype_table[dtype].name != text) ++dtype;
    if (dtype == dtype_table.size()) refuse("the unknown type \"" + text + '"');
    place_.dtype = static_cast<Dtype>(dtype);
    state_ = State::tensor;
  }

  void begin_object() override {
    if (state_ == State::start) {
      state_ = State::top;
    } else if (state_ == State::top_value) {
      state_ = name_ == "__metadata__" ? State::metadata : State::tensor;
    } else {
      refuse("an object");
    }
  }

  void key(std::string& text) override {
    switch (state_) {
      case State::top:
        name_ = text;
        if (name_ == "__metadata__" ? std::exchange(has_metadata_, true) : header_.tensors.contains(name_)) {
          fail("the name comes twice");
        }
        place_ = {};
        has_dtype_ = has_shape_ = false;
        offsets_ = 0;
        state_ = State::top_value;
        return;
      case State::metadata:
        if (header_.metadata.contains(text)) fail("the key \"" + text + "\" comes twice");
        key_ = text;
        state_ = State::metadata_value;
        return;
      default:  // State::tensor: no other object is ever entered
        tensor_key(text);
    }
  }

  void end_object() override {
    if (state_ == State::tensor) {
      if (!has_dtype_ || !has_shape_ || offsets_ != 2) fail("expected dtype, shape and data_offsets");
      header_.tensors.emplace(name_, std::move(place_));
      place_ = {};
      state_ = State::top;
    } else {
      state_ = state_ == State::metadata ? State::top : State::end;
    }
  }

  void begin_array() override {
    if (state_ == State::shape_array) {
      state_ = State::shape;
    } else if (state_ == State::offsets_array) {
      state_ = State::offsets;
    } else {
      refuse("an array");
    }
  }

  void end_array() override {
    if (state_ == State::offsets && offsets_ != 2) refuse("too few numbers");
    state_ = State::tensor;
  }

 private:
  static constexpr std::uint64_t largest_dimension = std::numeric_limits<std::int64_t>::max();

  enum class State {
    start,
    top,             // the next event is a name
    top_value,       // a tensor or the metadata
    metadata,        // a key
    metadata_value,  // a string
    tensor,          // a key
    dtype,           // a string
    shape_array,     // an array
    shape,           // a number of the array
    offsets_array,
    offsets,
    end,
  };

  void tensor_key(const std::string& text) {
    bool repeated = false;
    if (text == "dtype") {
      repeated = std::exchange(has_dtype_, true);
      state_ = State::dtype;
    } else if (text == "shape") {
      repeated = std::exchange(has_shape_, true);
      state_ = State::shape_array;
    } else if (text == "data_offsets") {
      repeated = offsets_ > 0;
      state_ = State::offsets_array;
    } else {
      fail("expected dtype, shape or data_offsets, got the key \"" + text + '"');
    }
    if (repeated) fail("the key \"" + text + "\" comes twice");
  }

  [[noreturn]] void fail(const std::string& what) const {
    const bool in_tensor = !name_.empty() && name_ != "__metadata__";
    throw FormatError((in_tensor ? "tensor '" + name_ + "'" : "header") + ": " + what);
  }

  [[noreturn]] void refuse(const std::string& got) const {
    static constexpr std::array<const char*, 12> expected{"an object",        "a name",
                                                          "an object",        "a key",
                                                          "a string",         "a key",
                                                          "a type's name",    "an array as shape",
                                                          "a dimension",      "an array as data_offsets",
                                                          "two offsets >= 0", "the end"};
    fail("expected " + std::string(expected[static_cast<std::size_t>(state_)]) + ", got " + got);
  }

  SafetensorsHeader header_;
  State state_ = State::start;
  bool has_metadata_ = false;
  std::string name_;   // of the tensor at hand
  std::string key_;    // of the metadata at hand
  TensorPlace place_;  // of the tensor at hand
  bool has_dtype_ = false;
  bool has_shape_ = false;
  int offsets_ = 0;  // numbers of data_offsets that came
};

/// Every tensor has the bytes that its dimensions ask for, and together they fill [data_begin, size) without a hole or
/// an overlap. Makes the offsets absolute.
inline void place_tensors(SafetensorsHeader& header, std::uint64_t data_begin, std::uint64_t size,
                          const std::string& source) {
  std::vector<std::pair<const std::string, TensorPlace>*> order;
  order.reserve(header.tensors.size());
  for (auto& entry : header.tensors) order.push_back(&entry);
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return std::pair(a->second.begin, a->second.end) < std::pair(b->second.begin, b->second.end);
  });
  std::uint64_t end = 0;  // of the tensor before, from data_begin
  for (auto* const entry : order) {
    TensorPlace& place = entry->second;
    const std::string where = source + ": tensor '" + entry->first + "': ";
    const std::string got =
        std::string("[").append(std::to_string(place.begin)).append(",").append(std::to_string(place.end)).append("]");
    if (place.begin != end) {
      throw FormatError(where + "expected data_offsets to begin at " + std::to_string(end) +
                        ", where the tensor before ends, got " + got);
    }
    const std::optional<std::uint64_t> bytes = tensor_bytes(place.dtype, place.dims);
    if (!bytes || place.end < place.begin || place.end - place.begin != *bytes) {
      throw FormatError(where + "expected data_offsets " + (bytes ? std::to_string(*bytes) : "more than 2^63") +
                        " bytes apart for " + std::string(to_string(place.dtype)) + to_string(place.dims) + ", got " +
                        got);
    }
    end = place.end;
    if (end > size - data_begin) break;  // the check below names both sizes
    place.begin += data_begin;
    place.end += data_begin;
  }
  if (end != size - data_begin) {
    throw FormatError(source + ": expected " + std::to_string(end) + " bytes of data, got " +
                      std::to_string(size - data_begin));
  }
}

/// `read(offset, destination)` fills destination with the bytes of the file from offset.
template <typename Read>
SafetensorsHeader read_safetensors_header(std::uint64_t size, const std::string& source, const Read& read) {
  std::array<unsigned char, 8> prefix{};
  if (size < prefix.size()) {
    throw FormatError(source + ": expected at least 8 bytes, got " + std::to_string(size));
  }
  read(0, std::as_writable_bytes(std::span(prefix)));
  std::uint64_t length = 0;
  for (std::size_t i = prefix.size(); i-- > 0;) length = length << 8U | prefix[i];
  const std::uint64_t limit = std::min(max_safetensors_header, size - prefix.size());
  if (length > limit) {
    throw FormatError(source + ": expected a header of at most " + std::to_string(limit) + " bytes, got " +
                      std::to_string(length));
  }
  std::string text(length, '\0');
  read(prefix.size(), std::as_writable_bytes(std::span(text)));
  // The JSON parser would skip leading white space and take a zero byte for the end of the text.
  const std::size_t last = text.find_last_not_of(' ');
  if (last == std::string::npos || text.front() != '{' || text[last] != '}' || text.find('\0') != std::string::npos) {
    throw FormatError(source + ": expected a JSON object as header, with nothing but spaces after it");
  }
  SafetensorsHeaderParser parser;
  try {
    read_json(text, parser);
  } catch (const FormatError& error) {
    throw FormatError(source + ": " + error.what());
  }
  SafetensorsHeader header = parser.take();
  place_tensors(header, prefix.size() + length, size, source);
  return header;
}

template <typename Read>
Safetensors read_safetensors(std::uint64_t size, const std::string& source, const Read& read) {
  SafetensorsHeader header = read_safetensors_header(size, source, read);
  Safetensors file{std::move(header.metadata), {}};
  for (auto& [name, place] : header.tensors) {
    Tensor tensor{place.dtype, std::move(place.dims), std::vector<std::byte>(place.end - place.begin)};
    read(place.begin, std::span(tensor.bytes));
    file.tensors.emplace_hint(file.tensors.end(), name, std::move(tensor));
  }
  return file;
}

/// A file as the readers above want it. Throws FileError.
class FileBytes {
 public:
  explicit FileBytes(const std::filesystem::path& path) : path_(path) {
    std::error_code error;
    size_ = std::filesystem::file_size(path, error);
    if (error) throw FileError(path.string() + ": cannot read: " + error.message());
    stream_.open(path, std::ios::binary);
    if (!stream_) throw_file_error(path, "cannot open", errno);
  }

  std::uint64_t size() const noexcept { return size_; }

  void read(std::uint64_t offset, std::span<std::byte> destination) {
    stream_.seekg(static_cast<std::streamoff>(offset));
    // char may alias any object
    stream_.read(reinterpret_cast<char*>(destination.data()), static_cast<std::streamsize>(destination.size()));
    if (!stream_) {
      throw FileError(path_.string() + ": cannot read " + std::to_string(destination.size()) + " bytes at " +
                      std::to_string(offset));
    }
  }

 private:
  std::filesystem::path path_;
  std::uint64_t size_ = 0;
  std::ifstream stream_;
};

}  // namespace detail

INKLING_INLINE Safetensors read_safetensors(const std::filesystem::path& path) {
  detail::FileBytes file(path);
  return detail::read_safetensors(file.size(), path.string(),
                                  [&](std::uint64_t at, std::span<std::byte> to) { file.read(at, to); });
}

INKLING_INLINE Safetensors read_safetensors(std::span<const std::byte> bytes, const std::string& source) {
  return detail::read_safetensors(bytes.size(), source, [&](std::uint64_t at, std::span<std::byte> to) {
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), to.size(), to.begin());
  });
}

INKLING_INLINE SafetensorsHeader read_safetensors_header(const std::filesystem::path& path) {
  detail::FileBytes file(path);
  return detail::read_safetensors_header(file.size(), path.string(),
                                         [&](std::uint64_t at, std::span<std::byte> to) { file.read(at, to); });
}

namespace detail {

/// The header up to its first tensor.
inline std::string header_text(const std::map<std::string, std::string>& metadata) {
  std::string text = "{";
  if (metadata.empty()) return text;
  for (const auto& [key, value] : metadata) {
    text.append(text.size() > 1 ? "," : R"("__metadata__":{)")
        .append(json_text(key))
        .append(":")
        .append(json_text(value));
  }
  return text += '}';
}

}  // namespace detail

INKLING_INLINE std::vector<std::byte> safetensors_bytes(const Safetensors& file) {
  std::vector<const std::pair<const std::string, Tensor>*> order;
  order.reserve(file.tensors.size());
  for (const auto& entry : file.tensors) order.push_back(&entry);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto* a, const auto* b) { return size_of(a->second.dtype) > size_of(b->second.dtype); });

  std::string text = detail::header_text(file.metadata);
  std::uint64_t end = 0;
  for (const auto* const entry : order) {
    const auto& [name, tensor] = *entry;
    if (name == "__metadata__") throw ValueError("safetensors: a tensor cannot have the name __metadata__");
    if (detail::tensor_bytes(tensor.dtype, tensor.dims) != tensor.bytes.size()) {
      throw ShapeError("safetensors: tensor '" + name + "': " + std::string(to_string(tensor.dtype)) +
                       to_string(tensor.dims) + " does not have " + std::to_string(tensor.bytes.size()) + " bytes");
    }
    const std::uint64_t begin = std::exchange(end, end + tensor.bytes.size());
    text.append(text.size() > 1 ? "," : "").append(detail::json_text(name)).append(R"(:{"dtype":")");
    text.append(to_string(tensor.dtype)).append(R"(","shape":)").append(to_string(tensor.dims));
    text.append(R"(,"data_offsets":[)")
        .append(std::to_string(begin))
        .append(",")
        .append(std::to_string(end))
        .append("]}");
  }

  text += '}';
  text.resize((text.size() + 7) / 8 * 8, ' ');  // so that the data is aligned, too
  require<ValueError>(text.size() <= max_safetensors_header, "safetensors: the header is longer than readers accept");

  std::vector<std::byte> bytes;
  bytes.reserve(8 + text.size() + end);
  for (unsigned shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<std::byte>(text.size() >> shift));
  const auto header_bytes = std::as_bytes(std::span(text));
  bytes.insert(bytes.end(), header_bytes.begin(), header_bytes.end());
  for (const auto* const entry : order) {
    bytes.insert(bytes.end(), entry->second.bytes.begin(), entry->second.bytes.end());
  }
  return bytes;
}

INKLING_INLINE void write_safetensors(const std::filesystem::path& path, const Safetensors& file) {
  write_atomically(path, safetensors_bytes(file));
}

}  // namespace inkling::inline INKLING_ABI
