#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/io/detail/json.hpp>
#include <inkling/io/model/checkpoint.hpp>
#include <inkling/io/model/detail/architecture_text.hpp>
#include <inkling/io/model/detail/network_codec.hpp>
#include <inkling/io/model/model_info.hpp>
#include <inkling/io/safetensors/storage.hpp>
#include <inkling/io/safetensors/tensor_reader.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

inline constexpr std::string_view checkpoint_format = "inkling-checkpoint";

/// Moments that the optimiser keeps: 0 before the first step, 1 for SGD, 2 for AdamW.
inline int count_moments(const nn::OptimizerState<float>& optimizer) {
  const auto any = [](const std::vector<Matrix>& moments) {
    return std::any_of(moments.begin(), moments.end(), [](const Matrix& moment) { return moment.size() > 0; });
  };
  return any(optimizer.second) ? 2 : any(optimizer.first) ? 1 : 0;
}

inline void add_moments(const nn::Network& network, const std::vector<Matrix>& moments, const std::string& prefix,
                        std::map<std::string, Tensor>& tensors) {
  const auto names = network.parameter_names();
  const auto parameters = network.parameters();
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    if (parameters[p]->role == nn::Role::statistic) continue;
    tensors[prefix + names[p]] = stored_tensor(moments.at(p), parameters[p]->dims, Storage::f32);
  }
}

/// One matrix for each parameter, as the optimiser keeps them: empty for statistics, and when `present` is false.
inline std::vector<Matrix> take_moments(const nn::Network& network, bool present, const std::string& prefix,
                                        TensorReader& tensors) {
  const auto names = network.parameter_names();
  const auto parameters = network.parameters();
  std::vector<Matrix> moments(parameters.size());
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    if (!present || parameters[p]->role == nn::Role::statistic) continue;
    const std::vector<float> values = tensors.take_finite(prefix + names[p], parameters[p]->dims);
    moments[p] = Eigen::Map<const Matrix>(values.data(), parameters[p]->value.rows(), parameters[p]->value.cols());
  }
  return moments;
}

inline std::string notes_text(const CheckpointNotes& notes) {
  std::string text = "{";
  for (const auto& [key, value] : notes) {
    text.append(text.size() > 1 ? "," : "").append(json_text(key)).append(":").append(json_text(value));
  }
  return text += '}';
}

/// Throws FormatError unless these are the metadata of a checkpoint.
inline CheckpointNotes take_notes(MetadataReader& metadata) {
  metadata.expect("format", checkpoint_format);
  metadata.expect("format_version", model_format_version);
  Json said = parse_json(metadata.take("notes"));
  if (said.kind != Json::Kind::object) throw FormatError("expected an object of texts as notes");
  CheckpointNotes notes;
  for (auto& [key, value] : said.members) {
    if (!value.is_string()) throw FormatError("expected an object of texts as notes");
    notes.insert_or_assign(key, std::move(value.string));
  }
  return notes;
}

inline nn::TrainingState decode_checkpoint(Safetensors file, const nn::LayerRegistry& registry) {
  // Files from before this was counted had one micro-batch a step at least.
  if (const auto steps = file.metadata.find("optimizer_steps"); steps != file.metadata.end()) {
    file.metadata.try_emplace("optimizer_micro_batches", steps->second);
  }
  MetadataReader metadata(std::move(file.metadata));
  take_notes(metadata);
  TensorReader tensors(std::move(file.tensors));
  const Shape input = parse_shape(metadata.take("input_shape"));
  const Architecture architecture = parse_architecture(metadata.take("architecture"));

  nn::TrainingState state{.network = decode_network(input, architecture, registry, "network.", tensors)};
  state.epoch = parse_number<Index>(metadata.take("epoch"));
  state.batch = parse_number<Index>(metadata.take("batch"));
  state.batch_loss = parse_number<double>(metadata.take("batch_loss"));
  state.batch_correct = parse_number<Index>(metadata.take("batch_correct"));
  state.seconds = parse_number<double>(metadata.take("seconds"));
  state.best_accuracy = parse_number<double>(metadata.take("best_accuracy"));
  state.best_epoch = parse_number<Index>(metadata.take("best_epoch"));
  const std::string averages = metadata.take("averages");
  if (averages != "true" && averages != "false") {
    throw FormatError("expected averages to be true or false, got \"" + averages + '"');
  }
  if (averages == "true") {
    state.average = state.network;
    take_parameters(*state.average, "average.", tensors);
  }
  if (state.best_epoch > 0) {
    state.best = state.network;
    take_parameters(*state.best, "best.", tensors);
  }
  state.optimizer.steps = parse_number<Index>(metadata.take("optimizer_steps"));
  state.optimizer.micro_batches = parse_number<Index>(metadata.take("optimizer_micro_batches"));
  const auto moments = parse_number<int>(metadata.take("optimizer_moments"));
  if (state.epoch < 0 || state.batch < 0 || state.batch_correct < 0 || state.best_epoch < 0 ||
      state.best_epoch > state.epoch || state.optimizer.steps < 0 || state.optimizer.micro_batches < 0 || moments < 0 ||
      moments > 2) {
    throw FormatError("a count of the checkpoint is out of range");
  }
  if (moments > 0) {
    state.optimizer.first = take_moments(state.network, true, "optimizer.first.", tensors);
    state.optimizer.second = take_moments(state.network, moments == 2, "optimizer.second.", tensors);
  }
  tensors.finish();
  return state;
}

}  // namespace detail

INKLING_INLINE void save_checkpoint(const nn::TrainingState& state, const std::filesystem::path& path,
                                    const CheckpointNotes& notes) {
  const int moments = detail::count_moments(state.optimizer);
  Safetensors file;
  file.metadata = {{"format", std::string(detail::checkpoint_format)},
                   {"format_version", std::string(detail::model_format_version)},
                   {"written_by", "inkling " + detail::version_text()},
                   {"notes", detail::notes_text(notes)},
                   {"input_shape", detail::shape_text(state.network.input_shape())},
                   {"architecture", detail::architecture_text(detail::architecture_of(state.network))},
                   {"epoch", detail::number_text(state.epoch)},
                   {"batch", detail::number_text(state.batch)},
                   {"batch_loss", detail::number_text(state.batch_loss)},
                   {"batch_correct", detail::number_text(state.batch_correct)},
                   {"seconds", detail::number_text(state.seconds)},
                   {"best_accuracy", detail::number_text(state.best_accuracy)},
                   {"best_epoch", detail::number_text(state.best ? state.best_epoch : 0)},
                   {"averages", state.average ? "true" : "false"},
                   {"optimizer_steps", detail::number_text(state.optimizer.steps)},
                   {"optimizer_micro_batches", detail::number_text(state.optimizer.micro_batches)},
                   {"optimizer_moments", detail::number_text(moments)}};
  detail::add_tensors(detail::stored_network(state.network, Storage::f32), Storage::f32, "network.", file.tensors);
  if (state.average) {
    detail::add_tensors(detail::stored_network(*state.average, Storage::f32), Storage::f32, "average.", file.tensors);
  }
  if (state.best) {
    detail::add_tensors(detail::stored_network(*state.best, Storage::f32), Storage::f32, "best.", file.tensors);
  }
  if (moments > 0) detail::add_moments(state.network, state.optimizer.first, "optimizer.first.", file.tensors);
  if (moments > 1) detail::add_moments(state.network, state.optimizer.second, "optimizer.second.", file.tensors);
  write_safetensors(path, file);
}

INKLING_INLINE nn::TrainingState load_checkpoint(const std::filesystem::path& path, const nn::LayerRegistry& registry) {
  Safetensors file = read_safetensors(path);
  return detail::naming_source(path.string(), [&] { return detail::decode_checkpoint(std::move(file), registry); });
}

INKLING_INLINE CheckpointNotes read_checkpoint_notes(const std::filesystem::path& path) {
  SafetensorsHeader header = read_safetensors_header(path);
  return detail::naming_source(path.string(), [&] {
    detail::MetadataReader metadata(std::move(header.metadata));
    return detail::take_notes(metadata);
  });
}

INKLING_INLINE void require_checkpoint_notes(const std::filesystem::path& path, const CheckpointNotes& notes) {
  const CheckpointNotes written = read_checkpoint_notes(path);
  std::string differences;
  for (const auto& [key, value] : notes) {
    const auto found = written.find(key);
    const std::string then = found == written.end() ? "none" : found->second;
    if (then != value) differences += (differences.empty() ? "" : "; ") + key + ": " + value + ", it has " + then;
  }
  if (!differences.empty()) {
    throw ValueError(path.string() + ": cannot go on from the checkpoint of another run: " + differences);
  }
}

}  // namespace inkling::inline INKLING_ABI
