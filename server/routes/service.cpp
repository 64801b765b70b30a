#include "routes/service.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "http/entity_tag.hpp"
#include "routes/assets.hpp"
#include "routes/field.hpp"
#include "routes/form_routes.hpp"
#include "routes/inference.hpp"
#include "routes/model_routes.hpp"
#include "routes/predict.hpp"
#include "routes/review_routes.hpp"

namespace inkling::server {
namespace {

Response serve(const Asset& asset, const Request& request) {
  Response response{.content_type = std::string(asset.content_type),
                    .headers = {{"ETag", std::string(asset.etag)}, {"Cache-Control", "no-cache"}}};
  if (names_entity_tag(request.if_none_match, asset.etag)) {
    response.status = 304;
    response.headers.emplace_back("Content-Length", std::to_string(asset.bytes.size()));  // of what is not sent again
  } else {
    response.body = asset.bytes;
  }
  return response;
}

}  // namespace

Service::Service(const ModelStore& models, const FormStore& forms, const Metrics& metrics, ReviewDesk* desk,
                 bool local) {
  router_.add("POST", "/predict", [&](const Request& request) { return predict(models.current(), request); });
  router_.add("POST", "/predict/field",
              [&](const Request& request) { return predict_field(models.current(), request); });
  router_.add("GET", "/models", [&](const Request&) { return list_models(models.current()->models()); });
  router_.add("GET", "/health", [&](const Request&) { return health(models.current()->models()); });
  router_.add("GET", "/metrics", [&](const Request&) {
    return Response{.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics.text()};
  });
  add_forms(models, forms);
  add_review_routes(router_, desk, local);
  add_inference(models);
  for (const Asset& asset : assets()) {
    router_.add(
        "GET", std::string(asset.path), [&asset](const Request& request) { return serve(asset, request); },
        /*route=*/"asset");
    if (asset.path == "/reader/inkling.wasm") {
      router_.add("GET", "/reader/model.safetensors", [&](const Request& request) {
        return model_file(models.current()->models().loaded.front(), request);
      });
    }
  }
}

Response Service::answer(const Request& request) const {
  return with_error_member(request, [this](const Request& asked) { return router_.answer(asked); });
}

bool Service::is_open(const Request& request) const {
  constexpr std::array<std::string_view, 4> open = {"asset", "/health", "/v2/health/live", "/v2/health/ready"};
  return std::find(open.begin(), open.end(), router_.route_of(request.path)) != open.end();
}

void Service::add_forms(const ModelStore& models, const FormStore& forms) {
  router_.add("GET", "/forms", [&](const Request&) { return list_forms(*forms.current()); });
  // Before the names of forms: one that is called so can be read, and not shown.
  router_.add("POST", "/forms/learn", [](const Request& request) { return learn_form(request); });
  router_.add("POST", "/forms/read",
              [&](const Request& request) { return read_sent_form(sent_forms_, models.current()->models(), request); });
  router_.add("GET", "/forms/{name}",
              [&](const Request&, const PathValues& values) { return show_form(*forms.current(), values[0]); });
  router_.add("POST", "/forms/{name}/read", [&](const Request& request, const PathValues& values) {
    return read_form(forms.current(), values[0], request);
  });
}

void Service::add_inference(const ModelStore& models) {
  const auto named = [](const PathValues& values) {
    return ModelPath{.name = values[0], .version = values.size() > 1 ? values[1] : ""};
  };
  router_.add("GET", "/v2", [](const Request&, const PathValues&) { return inference_server(); });
  router_.add("GET", "/v2/health/live", [](const Request&, const PathValues&) { return inference_live(); });
  router_.add("GET", "/v2/health/ready",
              [&](const Request&, const PathValues&) { return inference_ready(models.current()->models()); });
  for (const std::string path : {"/v2/models/{model}", "/v2/models/{model}/versions/{version}"}) {
    router_.add("GET", path, [&models, named](const Request&, const PathValues& values) {
      return inference_model(models.current()->models(), named(values));
    });
    router_.add("GET", path + "/ready", [&models, named](const Request&, const PathValues& values) {
      return inference_model_ready(models.current()->models(), named(values));
    });
    router_.add("POST", path + "/infer", [&models, named](const Request& request, const PathValues& values) {
      return infer(*models.current(), named(values), request);
    });
  }
}

}  // namespace inkling::server
