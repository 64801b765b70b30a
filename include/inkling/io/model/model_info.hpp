#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/io/safetensors/safetensors.hpp>
#include <inkling/version.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <map>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// What a model file says about itself, without its weights.
struct ModelInfo {
  std::string kind;  // "network", "svm" or "forest"
  Shape input_shape;
  std::vector<std::string> class_names;
  float temperature = 1;        // see Classifier::temperature
  nlohmann::json architecture;  // of a network: its layers, each with kind and options; else empty
  std::string trained_on;
  std::map<std::string, std::string> notes;
};

namespace detail {

inline constexpr std::string_view model_format = "inkling";
inline constexpr std::string_view model_format_version = "1";

/// Runs `body`. Whatever it finds wrong becomes a FormatError that names the file.
template <typename Body>
auto naming_source(const std::string& source, const Body& body) {
  try {
    return body();
  } catch (const Error& error) {
    throw FormatError(source + ": " + error.what());
  } catch (const nlohmann::json::exception& error) {
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
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

/// Throws FormatError unless all of `text` is a finite number.
template <typename Number>
Number parse_number(const std::string& text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(static_cast<double>(value))) {
    throw FormatError("expected a number, got \"" + text + '"');
  }
  return value;
}

/// JSON of a few levels: what works on a value later (and recurses) needs no bound of its own.
inline nlohmann::json parse_json(const std::string& text) {
  constexpr int max_depth = 32;
  return nlohmann::json::parse(text, [](int depth, nlohmann::json::parse_event_t, const nlohmann::json&) {
    if (depth > max_depth) throw FormatError("the JSON is nested too deeply");
    return true;
  });
}

/// "[28,28,1]": height, width, channels. Throws FormatError unless all three are above 0.
inline Shape parse_shape(const std::string& text) {
  const nlohmann::json dims = parse_json(text);
  const bool valid = dims.is_array() && dims.size() == 3 && std::all_of(dims.begin(), dims.end(), [](const auto& dim) {
                       return dim.is_number_unsigned() && dim.template get<Index>() > 0;
                     });
  if (!valid) throw FormatError("expected [height,width,channels], all above 0, as input_shape, got " + text);
  return {dims[0].get<Index>(), dims[1].get<Index>(), dims[2].get<Index>()};
}

inline std::string shape_text(const Shape& shape) {
  return nlohmann::json{shape.height, shape.width, shape.channels}.dump();
}

/// "0.1.0"
inline std::string version_text() {
  return std::to_string(version.major) + "." + std::to_string(version.minor) + "." + std::to_string(version.patch);
}

/// Takes the entries of "__metadata__" out one by one.
class MetadataReader {
 public:
  explicit MetadataReader(std::map<std::string, std::string> metadata) : metadata_(std::move(metadata)) {}

  std::string take(std::string_view key) {
    const auto found = metadata_.find(std::string(key));
    if (found == metadata_.end()) throw FormatError("the metadata has no \"" + std::string(key) + '"');
    return std::move(metadata_.extract(found).mapped());
  }
  void expect(std::string_view key, std::string_view value) {
    const std::string got = take(key);
    if (got != value) {
      throw FormatError("expected " + std::string(key) + " \"" + std::string(value) + "\", got \"" + got + '"');
    }
  }
  std::map<std::string, std::string> rest() && { return std::move(metadata_); }

 private:
  std::map<std::string, std::string> metadata_;
};

inline ModelInfo read_info(std::map<std::string, std::string> entries) {
  MetadataReader metadata(std::move(entries));
  metadata.expect("format", model_format);
  metadata.expect("format_version", model_format_version);
  metadata.take("written_by");
  ModelInfo info;
  info.kind = metadata.take("kind");
  info.input_shape = parse_shape(metadata.take("input_shape"));
  info.class_names = parse_json(metadata.take("class_names")).get<std::vector<std::string>>();
  info.temperature = parse_number<float>(metadata.take("temperature"));
  info.architecture = parse_json(metadata.take("architecture"));
  info.trained_on = metadata.take("trained_on");
  info.notes = std::move(metadata).rest();
  return info;
}

/// The inverse of read_info. Throws ValueError for a note with a key of the format's own.
inline std::map<std::string, std::string> metadata_of(const ModelInfo& info) {
  std::map<std::string, std::string> metadata{{"format", std::string(model_format)},
                                              {"format_version", std::string(model_format_version)},
                                              {"written_by", "inkling " + version_text()},
                                              {"kind", info.kind},
                                              {"input_shape", shape_text(info.input_shape)},
                                              {"class_names", nlohmann::json(info.class_names).dump()},
                                              {"temperature", number_text(info.temperature)},
                                              {"architecture", info.architecture.dump()},
                                              {"trained_on", info.trained_on}};
  for (const auto& [key, value] : info.notes) {
    if (!metadata.emplace(key, value).second) throw ValueError("save_model: a note cannot have the key " + key);
  }
  return metadata;
}

}  // namespace detail

/// What the file says about its model; reads the header alone, and does not run the self-test.
/// Throws FileError and FormatError.
inline ModelInfo read_model_info(const std::filesystem::path& path) {
  SafetensorsHeader header = read_safetensors_header(path);
  return detail::naming_source(path.string(), [&] { return detail::read_info(std::move(header.metadata)); });
}

}  // namespace inkling::inline INKLING_ABI
