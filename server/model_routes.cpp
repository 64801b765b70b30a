#include "model_routes.hpp"

#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "json.hpp"
#include "problem.hpp"

namespace inkling::server {
namespace {

/// The number that a note begins with, as in "0.9069".
std::optional<double> number_in(const std::map<std::string, std::string>& notes, const std::string& name) {
  const auto note = notes.find(name);
  if (note == notes.end()) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(note->second.data(), note->second.data() + note->second.size(), value);
  return error == std::errc{} ? std::optional(value) : std::nullopt;
}

Json to_json(const Model& model, bool is_default) {
  const auto accuracy = number_in(model.notes, "test_accuracy");
  return {{"name", model.name},
          {"kind", model.classifier->kind()},
          {"default", is_default},
          {"accuracy", accuracy ? Json(*accuracy) : Json()},
          {"parameters", model.classifier->parameter_count()},
          {"bytes", model.bytes},
          {"trained_on", model.trained_on},
          {"notes", model.notes},
          {"classes", model.classifier->class_names()}};
}

}  // namespace

Response list_models(const ModelSet& models) {
  Json list = Json::array();
  for (const Model& model : models.loaded) list.push_back(to_json(model, list.empty()));
  return json_response({{"models", std::move(list)}});
}

Response health(const ModelSet& models) {
  Json refused = Json::array();
  Json stale = Json::array();
  for (const RefusedModel& model : models.refused) (model.replaced ? stale : refused).push_back(model.name);
  if (!refused.empty()) {
    Response response = to_response(Problem(503, "Not every model passed its self-test."));
    Json body = Json::parse(response.body);
    body["refused"] = std::move(refused);
    response.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    return response;
  }
  Json body = {{"status", "ok"}, {"models", models.loaded.size()}};
  if (!stale.empty()) body["stale"] = std::move(stale);
  return json_response(body);
}

}  // namespace inkling::server
