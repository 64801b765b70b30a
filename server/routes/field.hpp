#pragma once

#include <memory>

#include "http/http.hpp"
#include "models/recogniser.hpp"

namespace inkling::server {

/// POST /predict/field: a line of characters of each picture. Throws Problem for what is refused.
Response predict_field(std::shared_ptr<const Recogniser> recogniser, const Request& request);

}  // namespace inkling::server
