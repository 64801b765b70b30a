#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/io/detail/read_number.hpp>
#include <inkling/io/detail/write_number.hpp>
#include <inkling/io/safetensors/safetensors.hpp>
#include <inkling/model/architecture.hpp>

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <map>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// What a model file says about itself, without its weights.
struct ModelInfo {
  std::string kind;  // "network", "svm" or "forest", or "lines": see load_line_network
  Shape input_shape;
  std::vector<std::string> class_names;
  float temperature = 1;      // see Classifier::temperature
  Architecture architecture;  // of a network: its layers; of another model: the features that it works on, if any
  std::string trained_on;
  std::map<std::string, std::string> notes;
};

namespace detail {

inline constexpr std::string_view model_format = "inkling";
inline constexpr std::string_view model_format_version = "1";
inline constexpr std::string_view lines_kind = "lines";

/// Runs `body`. Whatever it finds wrong becomes a FormatError that names the file.
template <typename Body>
auto naming_source(const std::string& source, const Body& body) {
  try {
    return body();
  } catch (const Error& error) {
    throw FormatError(source + ": " + error.what());
  } catch (const std::bad_alloc&) {
    throw FormatError(source + ": it asks for more memory than there is");
  } catch (const std::length_error&) {
    throw FormatError(source + ": it asks for more memory than there is");
  }
}

/// The shortest text that reads back as the same number.
template <typename Number>
std::string number_text(Number value) {
  return shortest_text(value);
}

/// Throws FormatError unless all of `text` is a finite number.
template <typename Number>
Number parse_number(const std::string& text) {
  Number value = 0;
  const auto [end, error] = read_number(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(static_cast<double>(value))) {
    throw FormatError("expected a number, got \"" + text + '"');
  }
  return value;
}

/// "[28,28,1]": height, width, channels. Throws FormatError unless all three are above 0.
Shape parse_shape(const std::string& text);

std::string shape_text(const Shape& shape);

/// "0.1.0"
std::string version_text();

/// Takes the entries of "__metadata__" out one by one.
class MetadataReader {
 public:
  explicit MetadataReader(std::map<std::string, std::string> metadata) : metadata_(std::move(metadata)) {}

  std::string take(std::string_view key);
  void expect(std::string_view key, std::string_view value);
  std::map<std::string, std::string> rest() && { return std::move(metadata_); }

 private:
  std::map<std::string, std::string> metadata_;
};

/// Throws ValueError for a name that is not UTF-8.
void check_class_names(const std::vector<std::string>& names);

ModelInfo read_info(std::map<std::string, std::string> entries);

/// The inverse of read_info. Throws ValueError for a note with a key of the format's own.
std::map<std::string, std::string> metadata_of(const ModelInfo& info);

}  // namespace detail

/// What the file says about its model; reads the header alone, and does not run the self-test.
/// Throws FileError and FormatError.
ModelInfo read_model_info(const std::filesystem::path& path);

/// The same of a file in memory; `source` names the bytes in errors.
ModelInfo read_model_info(std::span<const std::byte> bytes, const std::string& source);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/io/model/model_info.ipp>
#endif
