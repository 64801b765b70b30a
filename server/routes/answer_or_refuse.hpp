#pragma once

#include <functional>

#include "http/http.hpp"

namespace inkling::server {

/// What `answer` returns. What the library throws about a picture or a question becomes the Problem that fits: 413 for
/// too large a picture, 415 for another format, 422 for a damaged one or one without ink, 400 for the rest.
Response answer_or_refuse(const std::function<Response()>& answer);

}  // namespace inkling::server
