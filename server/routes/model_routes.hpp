#pragma once

#include "http/http.hpp"
#include "models/models.hpp"

namespace inkling::server {

/// GET /models: what each model is.
Response list_models(const ModelSet& models);

/// The file of a model, for the reader in the browser. 503 while the file is another one than was loaded.
Response model_file(const Model& model, const Request& request);

/// GET /health: 200 when every model file passed its self-test, or was replaced by the one that did; else 503. Why a
/// file was refused stands in the server's log; here only that it was.
Response health(const ModelSet& models);

}  // namespace inkling::server
