#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/io/detail/json.hpp>
#include <inkling/io/model/detail/architecture_text.hpp>
#include <inkling/io/model/model_info.hpp>
#include <inkling/version.hpp>

#include <algorithm>
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

namespace detail {

INKLING_INLINE Shape parse_shape(const std::string& text) {
  const Json dims = parse_json(text);
  bool valid = dims.elements.size() == 3;
  for (const Json& dim : dims.elements) valid = valid && dim.is_count() && dim.number.magnitude > 0;
  if (!valid) throw FormatError("expected [height,width,channels], all above 0, as input_shape, got " + text);
  const auto dim = [&](std::size_t i) { return static_cast<Index>(dims.elements[i].number.magnitude); };
  return {dim(0), dim(1), dim(2)};
}

INKLING_INLINE std::string shape_text(const Shape& shape) {
  return to_string(std::vector<Index>{shape.height, shape.width, shape.channels});
}

inline std::vector<std::string> parse_texts(const std::string& text) {
  Json list = parse_json(text);
  std::vector<std::string> texts;
  bool valid = list.kind == Json::Kind::array;
  for (Json& element : list.elements) {
    valid = valid && element.is_string();
    texts.push_back(std::move(element.string));
  }
  if (!valid) throw FormatError("expected a list of texts as class_names, got " + text.substr(0, 100));
  return texts;
}

INKLING_INLINE std::string version_text() {
  return std::to_string(version.major) + "." + std::to_string(version.minor) + "." + std::to_string(version.patch);
}

INKLING_INLINE std::string MetadataReader::take(std::string_view key) {
  const auto found = metadata_.find(std::string(key));
  if (found == metadata_.end()) throw FormatError("the metadata has no \"" + std::string(key) + '"');
  return std::move(metadata_.extract(found).mapped());
}

INKLING_INLINE void MetadataReader::expect(std::string_view key, std::string_view value) {
  const std::string got = take(key);
  if (got != value) {
    throw FormatError("expected " + std::string(key) + " \"" + std::string(value) + "\", got \"" + got + '"');
  }
}

INKLING_INLINE void check_class_names(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (!is_utf8(name)) throw ValueError("save_model: a class name is not UTF-8");
  }
}

INKLING_INLINE ModelInfo read_info(std::map<std::string, std::string> entries) {
  MetadataReader metadata(std::move(entries));
  metadata.expect("format", model_format);
  metadata.expect("format_version", model_format_version);
  metadata.take("written_by");
  ModelInfo info;
  info.kind = metadata.take("kind");
  info.input_shape = parse_shape(metadata.take("input_shape"));
  info.class_names = parse_texts(metadata.take("class_names"));
  info.temperature = parse_number<float>(metadata.take("temperature"));
  info.architecture = parse_architecture(metadata.take("architecture"));
  info.trained_on = metadata.take("trained_on");
  info.notes = std::move(metadata).rest();
  return info;
}

INKLING_INLINE std::map<std::string, std::string> metadata_of(const ModelInfo& info) {
  std::map<std::string, std::string> metadata{{"format", std::string(model_format)},
                                              {"format_version", std::string(model_format_version)},
                                              {"written_by", "inkling " + version_text()},
                                              {"kind", info.kind},
                                              {"input_shape", shape_text(info.input_shape)},
                                              {"class_names", json_text(info.class_names)},
                                              {"temperature", number_text(info.temperature)},
                                              {"architecture", architecture_text(info.architecture)},
                                              {"trained_on", info.trained_on}};
  for (const auto& [key, value] : info.notes) {
    if (!metadata.emplace(key, value).second) throw ValueError("save_model: a note cannot have the key " + key);
  }
  return metadata;
}

}  // namespace detail

INKLING_INLINE ModelInfo read_model_info(const std::filesystem::path& path) {
  SafetensorsHeader header = read_safetensors_header(path);
  return detail::naming_source(path.string(), [&] { return detail::read_info(std::move(header.metadata)); });
}

INKLING_INLINE ModelInfo read_model_info(std::span<const std::byte> bytes, const std::string& source) {
  Safetensors file = read_safetensors(bytes, source);
  return detail::naming_source(source, [&] { return detail::read_info(std::move(file.metadata)); });
}

}  // namespace inkling::inline INKLING_ABI
