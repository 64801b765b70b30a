#include "routes/model_routes.hpp"

#include <inkling/form/run/sha256.hpp>

#include <span>
#include <utility>
#include <vector>

#include "http/entity_tag.hpp"
#include "http/json.hpp"
#include "http/problem.hpp"
#include "operations/file_bytes.hpp"

namespace inkling::server {
namespace {

Json to_json(const Model& model, bool is_default) {
  const auto& measured = model.accuracy;
  return {{"name", model.name},
          {"kind", model.classifier->kind()},
          {"default", is_default},
          {"accuracy", measured ? Json(measured->share) : Json()},
          {"accuracy_samples", measured ? Json(measured->samples) : Json()},
          {"accuracy_on", measured ? Json(measured->on) : Json()},
          {"parameters", model.classifier->parameter_count()},
          {"bytes", model.bytes},
          {"version", model.version()},
          {"sha256", model.sha256},
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

Response model_file(const Model& model, const Request& request) {
  const std::string etag = '"' + model.sha256 + '"';
  Response response{.content_type = "application/octet-stream",
                    .headers = {{"ETag", etag}, {"Cache-Control", "no-cache"}}};
  if (names_entity_tag(request.if_none_match, etag)) {
    response.status = 304;
    response.headers.emplace_back("Content-Length", std::to_string(model.bytes));  // of what is not sent again
    return response;
  }
  const std::vector<char> bytes = file_bytes(model.file);
  if (form::sha256(std::as_bytes(std::span(bytes))) != model.sha256) {
    throw Problem(503, "The model's file is not the one that was loaded.");
  }
  response.body.assign(bytes.begin(), bytes.end());
  return response;
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
