#include "routes/service.hpp"

#include <string>

#include "http/entity_tag.hpp"
#include "routes/assets.hpp"
#include "routes/field.hpp"
#include "routes/model_routes.hpp"
#include "routes/predict.hpp"

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

Service::Service(const ModelStore& models, const Metrics& metrics) {
  router_.add("POST", "/predict", [&](const Request& request) { return predict(*models.current(), request); });
  router_.add("POST", "/predict/field",
              [&](const Request& request) { return predict_field(*models.current(), request); });
  router_.add("GET", "/models", [&](const Request&) { return list_models(models.current()->models()); });
  router_.add("GET", "/health", [&](const Request&) { return health(models.current()->models()); });
  router_.add("GET", "/metrics", [&](const Request&) {
    return Response{.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics.text()};
  });
  for (const Asset& asset : assets()) {
    router_.add(
        "GET", std::string(asset.path), [&asset](const Request& request) { return serve(asset, request); },
        /*route=*/"asset");
  }
}

}  // namespace inkling::server
