#pragma once

#include <string>

#include "http/exchange.hpp"
#include "http/http.hpp"
#include "models/recogniser.hpp"

/// The Open Inference Protocol, version 2, over HTTP: what clients of KServe, Triton and OpenVINO speak.
namespace inkling::server {

/// GET /v2
Response inference_server();

/// GET /v2/health/live: 200 as long as there is an answer.
Response inference_live();

/// GET /v2/health/ready: 200 when every model is ready; else throws Problem 503.
Response inference_ready(const ModelSet& models);

/// A model of a path. `version` empty: whichever there is.
struct ModelPath {
  std::string name;
  std::string version = {};
};

/// GET /v2/models/{model}. Throws Problem 404 for a model or a version that is not there.
Response inference_model(const ModelSet& models, const ModelPath& path);

/// GET /v2/models/{model}/ready. Throws as inference_model.
Response inference_model_ready(const ModelSet& models, const ModelPath& path);

/// POST /v2/models/{model}/infer. Throws as inference_model, and Problem for what is refused.
Response infer(const Recogniser& recogniser, const ModelPath& path, const Request& request);

/// Answers as `handler` does; a refusal at an address of the protocol has its text in the member `error` as well.
Response with_error_member(const Request& request, const Handler& handler);

}  // namespace inkling::server
