#pragma once

#include <inkling/core/error.hpp>
#include <inkling/io/model/detail/network_codec.hpp>
#include <inkling/io/model/detail/self_test.hpp>
#include <inkling/io/model/line_file.hpp>
#include <inkling/io/model/model_info.hpp>
#include <inkling/io/safetensors/tensor_reader.hpp>
#include <inkling/nn/inference/fuse.hpp>
#include <inkling/nn/network_classifier.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <utility>

namespace inkling::inline INKLING_ABI {

namespace detail {

inline const std::string margin_key = "margin";

/// What the network that reads puts out for pictures of bytes.
inline Matrix line_scores(const nn::Network& network, const Pixels& pictures) {
  Matrix input(pictures.rows(), pictures.cols());
  nn::to_unit_range(pictures.data(), pictures.size(), input.data());
  nn::Workspace workspace;
  return nn::fuse(network).forward(input, workspace);
}

inline nn::LineNetworkOptions line_options(ModelInfo& info) {
  nn::LineNetworkOptions options{.temperature = info.temperature};
  const auto margin = info.notes.extract(margin_key);
  if (!margin.empty()) options.margin = parse_number<int>(margin.mapped());
  return options;
}

inline nn::LineNetwork decode_lines(Safetensors file, const std::string& source, const nn::LayerRegistry& registry) {
  return naming_source(source, [&] {
    ModelInfo info = read_info(std::move(file.metadata));
    if (info.kind != lines_kind) {
      throw FormatError("expected a model that reads lines, got one of kind \"" + info.kind + '"');
    }
    TensorReader tensors(std::move(file.tensors));
    const std::size_t file_bytes = tensors.bytes();
    const Pixels pictures = take_self_test_images(info.input_shape, tensors);  // first: it bounds the shape by the file
    nn::Network network = decode_network(info.input_shape, info.architecture, registry, "", tensors);
    require_activations_fit(network, pictures.cols(), file_bytes);
    const Matrix scores = take_self_test_scores(pictures.cols(), network.output_shape().size(), tensors);
    tensors.finish();
    nn::LineNetwork lines(std::move(network), info.class_names, line_options(info));
    compare_self_test(line_scores(lines.network(), pictures), scores, 0);
    return lines;
  });
}

}  // namespace detail

INKLING_INLINE void save_line_network(const nn::LineNetwork& lines, const std::filesystem::path& path,
                                      const SaveOptions& options) {
  options.check();
  detail::check_class_names(lines.class_names());
  const nn::Network stored = detail::stored_network(lines.network(), options.storage);
  const Shape& in = stored.input_shape();
  auto notes = options.notes;
  if (!notes.emplace(detail::margin_key, std::to_string(lines.options().margin)).second) {
    throw ValueError("save_model: a note cannot have the key " + detail::margin_key);
  }
  Safetensors file{
      detail::metadata_of({std::string(detail::lines_kind), in, lines.class_names(), lines.options().temperature,
                           detail::architecture_of(stored), options.trained_on, std::move(notes)}),
      {}};
  detail::add_tensors(lines.network(), options.storage, "", file.tensors);
  const Pixels pictures = options.self_test.size() > 0 ? options.self_test : detail::made_up_images(in.size());
  if (pictures.rows() != in.size()) {
    throw ShapeError("save_line_network: the self-test's pictures have " + std::to_string(pictures.rows()) +
                     " values, the network takes " + to_string(in));
  }
  detail::add_self_test(in, pictures, detail::line_scores(stored, pictures), file.tensors);
  write_safetensors(path, file);
}

INKLING_INLINE nn::LineNetwork load_line_network(const std::filesystem::path& path, const nn::LayerRegistry& registry) {
  return detail::decode_lines(read_safetensors(path), path.string(), registry);
}

INKLING_INLINE nn::LineNetwork load_line_network(std::span<const std::byte> bytes, const std::string& source,
                                                 const nn::LayerRegistry& registry) {
  return detail::decode_lines(read_safetensors(bytes, source), source, registry);
}

INKLING_INLINE std::shared_ptr<const LineModel> find_lines(const std::filesystem::path& models_folder) {
  const std::filesystem::path file = models_folder / "lines" / "numbers.safetensors";
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return nullptr;
  return std::make_shared<nn::LineNetwork>(load_line_network(file));
}

}  // namespace inkling::inline INKLING_ABI
