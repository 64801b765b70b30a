#include <inkling/core/error.hpp>
#include <inkling/io/model/activation_ranges_note.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/io/model/model_info.hpp>
#include <inkling/io/onnx/onnx.hpp>
#include <inkling/nn/inference/int8.hpp>
#include <inkling/nn/network_classifier.hpp>

#include <CLI/Option.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <vector>

#include "commands/commands.hpp"
#include "options/data_source.hpp"
#include "options/storage_option.hpp"
#include "options/usage_error.hpp"
#include "text/one_line.hpp"
#include "text/standard_output.hpp"
#include "text/with_commas.hpp"
#include "training/model_file.hpp"

namespace {

struct ExportOptions {
  std::filesystem::path model;
  std::filesystem::path out;
  bool only_scores = false;
  inkling::Storage storage = inkling::Storage::f16;
  DataOptions data;  // without a folder: none
};

/// The ranges of activations of the network for some of the images that others learn from.
std::vector<float> measure_ranges(const inkling::nn::NetworkClassifier& model, const DataOptions& options) {
  constexpr inkling::Index enough = 2000;
  const inkling::Dataset data = DataSource(options).load(inkling::Part::train);
  const inkling::Index count = std::min(enough, data.size());
  if (data.image_shape() != model.input_shape()) {
    throw inkling::ShapeError("--calibrate: expected images of " + to_string(model.input_shape()) + ", got " +
                              to_string(data.image_shape()));
  }
  inkling::Matrix inputs(data.image_shape().size(), count);
  for (inkling::Index i = 0; i < count; ++i) {
    const inkling::Pixels image = data.pixels(i * data.size() / count, 1);
    inkling::nn::to_unit_range(image.data(), image.size(), inputs.col(i).data());
  }
  return inkling::nn::activation_ranges(model.network(), inputs);
}

/// The same model with its weights stored otherwise.
void store(const inkling::Classifier& model, const ExportOptions& options) {
  const inkling::ModelInfo info = inkling::read_model_info(options.model);
  Provenance origin{.trained_on = info.trained_on, .notes = info.notes};
  if (options.storage == inkling::Storage::i8) {
    origin.trained_on += "; weights rounded to 8 bits";
    origin.notes.erase("accuracy");  // which was measured before
  }
  if (!options.data.folder.empty()) {
    const auto* const network = dynamic_cast<const inkling::nn::NetworkClassifier*>(&model);
    if (network == nullptr) throw inkling::ValueError("--calibrate: only a network computes in bytes");
    origin.notes.insert_or_assign("activation_ranges",
                                  inkling::activation_ranges_note(measure_ranges(*network, options.data)).second);
  }
  save_model_file(model, options.out, origin, options.storage);
}

void export_model(const ExportOptions& options, bool with_storage) {
  const bool stores = options.out.extension() == ".safetensors";
  if (with_storage && !stores) throw UsageError("--storage needs an --out that ends in .safetensors");
  if (!options.data.folder.empty() && options.storage != inkling::Storage::i8) {
    throw UsageError("--calibrate is for --storage i8");
  }
  if (options.only_scores && stores) throw UsageError("--only-scores: only ONNX files have more");
  const auto model = load_model_file(options.model);
  if (stores) {
    store(*model, options);
  } else {
    inkling::export_onnx(*model, options.out, {.only_scores = options.only_scores});
  }
  const auto bytes = static_cast<inkling::Index>(std::filesystem::file_size(options.out));
  print(fmt::format("{}: {}, {} bytes\n", one_line(options.out.string()), stores ? to_string(options.storage) : "ONNX",
                    with_commas(bytes)));
}

}  // namespace

void add_export(CLI::App& app) {
  const auto options = std::make_shared<ExportOptions>();
  CLI::App& command =
      *app.add_subcommand("export", "write a model as ONNX, for other programs, or with its weights stored otherwise");
  command.add_option("--model", options->model, "file of the model")->required()->type_name("FILE");
  command.add_option("--out", options->out, "file to write: ONNX, or a model file where it ends in .safetensors")
      ->required()
      ->type_name("FILE");
  command.add_flag("--only-scores", options->only_scores,
                   "leave probabilities and labels out of ONNX, for tools that know no text, such as OpenCV");
  add_storage_option(command, options->storage);
  command
      .add_option("--calibrate", options->data.folder,
                  "folder of images like those to be read: with --storage i8 the network computes in bytes, too, where "
                  "that is fast")
      ->type_name("DIR");
  command.add_option("--split", options->data.split, "its split")->type_name("NAME");
  command.callback([options, &command] { export_model(*options, command.count("--storage") > 0); });
}
