#include "report/comparison.hpp"

#include <nlohmann/json.hpp>

namespace {

using nlohmann::ordered_json;

ordered_json confusion_json(const inkling::ConfusionMatrix& confusion) {
  ordered_json rows = ordered_json::array();
  for (inkling::Label truth = 0; truth < confusion.num_classes(); ++truth) {
    ordered_json row = ordered_json::array();
    for (inkling::Label predicted = 0; predicted < confusion.num_classes(); ++predicted) {
      row.push_back(confusion(truth, predicted));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

/// An object for each epoch, with what was measured.
ordered_json curve_json(const LearningCurve& curve) {
  ordered_json epochs = ordered_json::array();
  for (const inkling::Progress& progress : curve) {
    ordered_json epoch{{"epoch", progress.step}};
    if (progress.loss) epoch["loss"] = *progress.loss;
    if (progress.accuracy) epoch["accuracy"] = *progress.accuracy;
    if (progress.validation_loss) epoch["validation_loss"] = *progress.validation_loss;
    if (progress.validation_accuracy) epoch["validation_accuracy"] = *progress.validation_accuracy;
    epochs.push_back(std::move(epoch));
  }
  return epochs;
}

ordered_json model_json(const ModelResult& model) {
  ordered_json json;
  json["name"] = model.name;
  json["accuracy"] = model.evaluation.accuracy;
  json["macro_f1"] = model.evaluation.macro_f1;
  json["train_seconds"] = model.train_seconds;
  json["predict_us"] = model.predict_us;
  json["bytes"] = model.bytes;
  json["confusion"] = confusion_json(model.evaluation.confusion);
  json["curve"] = curve_json(model.curve);
  return json;
}

}  // namespace

std::string results_json(const Comparison& comparison) {
  ordered_json json;
  json["data"] = {{"name", comparison.data},           {"split", comparison.split},
                  {"train", comparison.train_images},  {"test", comparison.test_images},
                  {"classes", comparison.class_names}, {"seed", comparison.seed}};
  json["machine"] = {{"processor", comparison.machine.processor},
                     {"system", comparison.machine.system},
                     {"compiler", comparison.machine.compiler},
                     {"threads", comparison.machine.threads}};
  json["models"] = ordered_json::array();
  for (const ModelResult& model : comparison.models) json["models"].push_back(model_json(model));
  return json.dump() + "\n";
}
