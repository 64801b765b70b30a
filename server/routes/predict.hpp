#pragma once

#include "http/http.hpp"
#include "models/recogniser.hpp"

namespace inkling::server {

/// POST /predict: one character of a picture. Throws Problem for what is refused.
Response predict(const Recogniser& recogniser, const Request& request);

}  // namespace inkling::server
