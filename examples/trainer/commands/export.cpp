#include <inkling/io/onnx/onnx.hpp>

#include <CLI/Option.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "commands/commands.hpp"
#include "text/one_line.hpp"
#include "text/standard_output.hpp"
#include "text/with_commas.hpp"
#include "training/model_file.hpp"

namespace {

struct ExportOptions {
  std::filesystem::path model;
  std::filesystem::path out;
  bool only_scores = false;
};

void export_model(const ExportOptions& options) {
  inkling::export_onnx(*load_model_file(options.model), options.out, {.only_scores = options.only_scores});
  const auto bytes = static_cast<inkling::Index>(std::filesystem::file_size(options.out));
  print(fmt::format("{}: ONNX, {} bytes\n", one_line(options.out.string()), with_commas(bytes)));
}

}  // namespace

void add_export(CLI::App& app) {
  const auto options = std::make_shared<ExportOptions>();
  CLI::App& command = *app.add_subcommand("export", "write a model as ONNX, for other programs");
  command.add_option("--model", options->model, "file of the model")->required()->type_name("FILE");
  command.add_option("--out", options->out, "file to write")->required()->type_name("FILE.onnx");
  command.add_flag("--only-scores", options->only_scores,
                   "leave probabilities and labels out, for tools that know no text, such as OpenCV");
  command.callback([options] { export_model(*options); });
}
