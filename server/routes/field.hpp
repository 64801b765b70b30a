#pragma once

#include "http/http.hpp"
#include "models/recogniser.hpp"

namespace inkling::server {

/// POST /predict/field: a line of characters. Throws Problem for what is refused.
Response predict_field(const Recogniser& recogniser, const Request& request);

}  // namespace inkling::server
