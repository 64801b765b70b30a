#pragma once

#include <inkling/core/error.hpp>
#include <inkling/io/model/detail/network_codec.hpp>
#include <inkling/io/model/detail/self_test.hpp>
#include <inkling/io/model/line_file.hpp>
#include <inkling/io/model/model_info.hpp>
#include <inkling/io/safetensors/tensor_reader.hpp>
#include <inkling/nn/network_classifier.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

inline constexpr std::string_view lines_kind = "lines";

/// What the network puts out for pictures of bytes.
inline Matrix line_scores(const nn::Network& network, const Pixels& pictures) {
  Matrix input(pictures.rows(), pictures.cols());
  nn::to_unit_range(pictures.data(), pictures.size(), input.data());
  nn::Workspace workspace;
  return network.forward(input, workspace);
}

inline nn::LineNetwork decode_lines(Safetensors file, const std::string& source, const nn::LayerRegistry& registry) {
  return naming_source(source, [&] {
    const ModelInfo info = read_info(std::move(file.metadata));
    if (info.kind != lines_kind) {
      throw FormatError("expected a model that reads lines, got one of kind \"" + info.kind + '"');
    }
    TensorReader tensors(std::move(file.tensors));
    const std::vector<Index>& dims = tensors.dims(self_test_input);  // first: it bounds the shape by the file's size
    const Shape& in = info.input_shape;
    if (dims.empty() || dims[0] == 0) throw FormatError("the self-test has no picture");
    const Index count = dims[0];
    const auto bytes = tensors.take<std::uint8_t>(self_test_input, {count, in.height, in.width, in.channels});
    const Pixels pictures = Eigen::Map<const Pixels>(bytes.data(), in.size(), count);
    nn::Network network = decode_network(in, info.architecture, registry, "", tensors);
    const Index size = network.output_shape().size();
    const std::vector<float> scores = tensors.take_finite(self_test_scores, {count, size});
    tensors.finish();
    nn::LineNetwork lines(std::move(network), info.class_names, {.temperature = info.temperature});
    compare_self_test(line_scores(lines.network(), pictures), Eigen::Map<const Matrix>(scores.data(), size, count), 0);
    return lines;
  });
}

}  // namespace detail

INKLING_INLINE void save_line_network(const nn::LineNetwork& lines, const std::filesystem::path& path,
                                      const SaveOptions& options) {
  options.check();
  const nn::Network stored = detail::stored_network(lines.network(), options.storage);
  const Shape& in = stored.input_shape();
  Safetensors file{
      detail::metadata_of({std::string(detail::lines_kind), in, lines.class_names(), lines.options().temperature,
                           detail::architecture_of(stored), options.trained_on, options.notes}),
      {}};
  detail::add_tensors(stored, options.storage, "", file.tensors);
  const Pixels pictures = options.self_test.size() > 0 ? options.self_test : detail::made_up_images(in.size());
  if (pictures.rows() != in.size()) {
    throw ShapeError("save_line_network: the self-test's pictures have " + std::to_string(pictures.rows()) +
                     " values, the network takes " + to_string(in));
  }
  const Matrix scores = detail::line_scores(stored, pictures);
  file.tensors[detail::self_test_input] =
      make_tensor<std::uint8_t>({pictures.cols(), in.height, in.width, in.channels},
                                {pictures.data(), static_cast<std::size_t>(pictures.size())});
  file.tensors[detail::self_test_scores] =
      make_tensor<float>({scores.cols(), scores.rows()}, {scores.data(), static_cast<std::size_t>(scores.size())});
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
