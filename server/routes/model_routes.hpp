#pragma once

#include "http/http.hpp"
#include "models/models.hpp"

namespace inkling::server {

/// GET /models: what each model is.
Response list_models(const ModelSet& models);

/// GET /health: 200 when every model file passed its self-test, or was replaced by the one that did; else 503. Why a
/// file was refused stands in the server's log; here only that it was.
Response health(const ModelSet& models);

}  // namespace inkling::server
