#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/io/detail/visit_model.hpp>
#include <inkling/io/model/detail/forest_codec.hpp>
#include <inkling/io/model/detail/network_codec.hpp>
#include <inkling/io/model/detail/self_test.hpp>
#include <inkling/io/model/detail/svm_codec.hpp>
#include <inkling/io/model/model_info.hpp>
#include <inkling/io/safetensors/safetensors.hpp>
#include <inkling/io/safetensors/storage.hpp>
#include <inkling/io/safetensors/tensor_reader.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/nn/layer_registry.hpp>
#include <inkling/nn/network_classifier.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>

/// Models in files: safetensors with what a reader needs to know under "__metadata__". docs/model-files.md describes
/// the format for other programs.
namespace inkling::inline INKLING_ABI {

struct SaveOptions {
  Storage storage = Storage::f32;
  std::string trained_on = {};                    // "EMNIST bymerge, 697,932 images"
  std::map<std::string, std::string> notes = {};  // whatever else is worth knowing
  Pixels self_test = {};  // images (input_shape().size() x n) whose scores are checked at every load; empty: made up
};

namespace detail {

inline ModelInfo info_of(const Classifier& model, nlohmann::json architecture, const SaveOptions& options) {
  return {std::string(model.kind()), model.input_shape(), model.class_names(), model.temperature(),
          std::move(architecture),   options.trained_on,  options.notes};
}

inline std::unique_ptr<Classifier> decode_model(const ModelInfo& info, const nn::LayerRegistry& registry,
                                                TensorReader& tensors) {
  if (info.kind == "network") {
    nn::Network network = decode_network(info.input_shape, info.architecture, registry, "", tensors);
    return std::make_unique<nn::NetworkClassifier>(std::move(network), info.class_names);
  }
  if (info.kind == "svm") return decode_svm(info.input_shape, info.class_names, info.architecture, tensors);
  if (info.kind == "forest") return decode_forest(info.input_shape, info.class_names, info.architecture, tensors);
  throw FormatError("unknown kind of model \"" + info.kind + "\", expected network, svm or forest");
}

inline std::unique_ptr<Classifier> decode_file(Safetensors file, const std::string& source,
                                               const nn::LayerRegistry& registry) {
  return naming_source(source, [&] {
    const ModelInfo info = read_info(std::move(file.metadata));
    TensorReader tensors(std::move(file.tensors));
    const SelfTest self_test = take_self_test(info, tensors);  // first: it bounds the input shape by the file's size
    std::unique_ptr<Classifier> model = decode_model(info, registry, tensors);
    tensors.finish();
    model->set_temperature(info.temperature);
    check_self_test(self_test, *model, score_slack(*model));
    return model;
  });
}

}  // namespace detail

/// The model as a file holds it. Throws ValueError for a model of a kind that is not this library's, for numbers that
/// `storage` cannot hold, and for notes with a key of the format's own; ShapeError when the self-test's images have
/// another size.
inline Safetensors encode_model(const Classifier& model, const SaveOptions& options = {}) {
  return detail::visit_model(model, [&](const auto& known) {
    // With the rounded numbers, so that the self-test holds what the reader's model will give.
    const auto stored = detail::stored_model(known, options.storage);
    Safetensors file{detail::metadata_of(detail::info_of(stored, detail::architecture_of(stored), options)), {}};
    detail::add_tensors(stored, options.storage, file.tensors);
    const Pixels images =
        options.self_test.size() > 0 ? options.self_test : detail::made_up_images(model.input_shape().size());
    detail::add_self_test(stored, images, file.tensors);
    return file;
  });
}

/// Writes the model to a file, all or nothing (see write_atomically). Throws as encode_model, and FileError.
inline void save_model(const Classifier& model, const std::filesystem::path& path, const SaveOptions& options = {}) {
  write_safetensors(path, encode_model(model, options));
}

/// A new model from a file. `registry` makes the layers of a network; see nn::LayerRegistry for layers of your own.
///
/// Throws FileError when the file cannot be read, and FormatError with file, expected and got when it is damaged: a
/// broken container, a tensor that is missing, of another size, not finite or not needed, and scores of the self-test
/// that are not those stored.
inline std::unique_ptr<Classifier> load_model(const std::filesystem::path& path,
                                              const nn::LayerRegistry& registry = nn::LayerRegistry::standard()) {
  return detail::decode_file(read_safetensors(path), path.string(), registry);
}

/// The same from memory; `source` names the bytes in errors.
inline std::unique_ptr<Classifier> load_model(std::span<const std::byte> bytes, const std::string& source,
                                              const nn::LayerRegistry& registry = nn::LayerRegistry::standard()) {
  return detail::decode_file(read_safetensors(bytes, source), source, registry);
}

}  // namespace inkling::inline INKLING_ABI
