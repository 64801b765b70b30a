#pragma once

#include <inkling/core/error.hpp>
#include <inkling/io/detail/json.hpp>
#include <inkling/io/detail/memory_limits.hpp>
#include <inkling/io/detail/visit_model.hpp>
#include <inkling/io/model/activation_ranges_note.hpp>
#include <inkling/io/model/detail/forest_codec.hpp>
#include <inkling/io/model/detail/network_codec.hpp>
#include <inkling/io/model/detail/self_test.hpp>
#include <inkling/io/model/detail/svm_codec.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/io/model/model_info.hpp>
#include <inkling/io/safetensors/tensor_reader.hpp>
#include <inkling/nn/inference/int8.hpp>
#include <inkling/nn/kernels/int8.hpp>
#include <inkling/nn/network_classifier.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void SaveOptions::check() const {
  const auto check_text = [](const char* field, const std::string& text) {
    if (!detail::is_utf8(text)) throw ValueError(std::string("SaveOptions::") + field + ": expected UTF-8");
  };
  check_text("trained_on", trained_on);
  for (const auto& [key, value] : notes) {
    check_text("notes", key);
    check_text("notes", value);
  }
}

namespace detail {

inline ModelInfo info_of(const Classifier& model, Architecture architecture, const SaveOptions& options) {
  return {std::string(model.kind()), model.input_shape(), model.class_names(), model.temperature(),
          std::move(architecture),   options.trained_on,  options.notes};
}

/// images: of the self-test; file_bytes: of all tensors.
inline std::unique_ptr<Classifier> decode_model(const ModelInfo& info, const nn::LayerRegistry& registry,
                                                TensorReader& tensors, Index images, std::size_t file_bytes) {
  if (info.kind == "network") {
    nn::Network network = decode_network(info.input_shape, info.architecture, registry, "", tensors);
    require_activations_fit(network, images, file_bytes);
    return std::make_unique<nn::NetworkClassifier>(std::move(network), info.class_names);
  }
  if (info.kind == "svm") return decode_svm(info.input_shape, info.class_names, info.architecture, tensors);
  if (info.kind == "forest") return decode_forest(info.input_shape, info.class_names, info.architecture, tensors);
  throw FormatError("unknown kind of model \"" + info.kind + "\", expected network, svm or forest");
}

/// The network of bytes that the file's ranges make of the model.
inline std::unique_ptr<nn::NetworkClassifier> in_bytes(const Classifier& model, const ModelInfo& info) {
  const auto* const network = dynamic_cast<const nn::NetworkClassifier*>(&model);
  if (network == nullptr) throw ValueError("activation_ranges: expected a network, got " + std::string(model.kind()));
  auto bytes = std::make_unique<nn::NetworkClassifier>(network->network(), network->class_names(),
                                                       nn::fuse_int8(network->network(), activation_ranges(info)));
  bytes->set_temperature(model.temperature());
  return bytes;
}

/// The network of bytes, checked against the self-test's scores of bytes, where that is fast; else the model.
inline std::unique_ptr<Classifier> faster(std::unique_ptr<Classifier> model, const ModelInfo& info,
                                          const SelfTest& test, const Matrix& byte_scores) {
  if (byte_scores.size() == 0 || !nn::kernels::int8_is_fast) return model;
  try {
    std::unique_ptr<Classifier> bytes = in_bytes(*model, info);
    compare_self_test(bytes->scores(test.images, 1), byte_scores, 0);
    return bytes;
  } catch (const ValueError& error) {
    throw FormatError(error.what());
  }
}

inline std::unique_ptr<Classifier> decode_file(Safetensors file, const std::string& source,
                                               const nn::LayerRegistry& registry) {
  return naming_source(source, [&] {
    const ModelInfo info = read_info(std::move(file.metadata));
    if (info.kind == detail::lines_kind) {
      throw FormatError("it reads lines as a whole, and classifies no characters: load_line_network takes it");
    }
    TensorReader tensors(std::move(file.tensors));
    const std::size_t file_bytes = tensors.bytes();
    const SelfTest self_test = take_self_test(info, tensors);  // first: it bounds the input shape by the file's size
    Matrix byte_scores;
    if (!activation_ranges(info).empty()) {
      byte_scores =
          take_self_test_scores(self_test.images.cols(), self_test.scores.rows(), tensors, self_test_byte_scores);
    }
    std::unique_ptr<Classifier> model = decode_model(info, registry, tensors, self_test.images.cols(), file_bytes);
    tensors.finish();
    model->set_temperature(info.temperature);
    check_self_test(self_test, *model, score_slack(*model));
    return faster(std::move(model), info, self_test, byte_scores);
  });
}

}  // namespace detail

INKLING_INLINE Safetensors encode_model(const Classifier& model, const SaveOptions& options) {
  options.check();
  detail::check_class_names(model.class_names());
  return detail::visit_model(model, [&](const auto& known) {
    // With the rounded numbers, so that the self-test holds what the reader's model will give.
    const auto stored = detail::stored_model(known, options.storage);
    const ModelInfo info = detail::info_of(stored, detail::architecture_of(stored), options);
    Safetensors file{detail::metadata_of(info), {}};
    detail::add_tensors(known, options.storage, file.tensors);
    const Pixels images =
        options.self_test.size() > 0 ? options.self_test : detail::made_up_images(model.input_shape().size());
    detail::add_self_test(stored, images, file.tensors);
    if (!activation_ranges(info).empty()) {
      const Matrix scores = detail::in_bytes(stored, info)->scores(images, 1);
      file.tensors[detail::self_test_byte_scores] =
          make_tensor<float>({images.cols(), scores.rows()}, {scores.data(), static_cast<std::size_t>(scores.size())});
    }
    return file;
  });
}

INKLING_INLINE void save_model(const Classifier& model, const std::filesystem::path& path, const SaveOptions& options) {
  write_safetensors(path, encode_model(model, options));
}

INKLING_INLINE std::unique_ptr<Classifier> load_model(const std::filesystem::path& path,
                                                      const nn::LayerRegistry& registry) {
  return detail::decode_file(read_safetensors(path), path.string(), registry);
}

INKLING_INLINE std::unique_ptr<Classifier> load_model(std::span<const std::byte> bytes, const std::string& source,
                                                      const nn::LayerRegistry& registry) {
  return detail::decode_file(read_safetensors(bytes, source), source, registry);
}

}  // namespace inkling::inline INKLING_ABI
