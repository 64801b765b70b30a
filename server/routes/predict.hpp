#pragma once

#include <memory>

#include "http/http.hpp"
#include "models/recogniser.hpp"

namespace inkling::server {

/// POST /predict: one character of each picture. Throws Problem for what is refused.
Response predict(std::shared_ptr<const Recogniser> recogniser, const Request& request);

}  // namespace inkling::server
