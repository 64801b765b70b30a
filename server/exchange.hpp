#pragma once

#include <functional>
#include <string>

#include "http.hpp"
#include "problem.hpp"
#include "request_reader.hpp"

namespace inkling::server {

/// Must be callable from many threads at once.
using Handler = std::function<Response(const Request&)>;

/// The bytes that answer a request: request line and headers parsed, the handler asked, its response written. Whatever
/// the handler throws becomes a problem; only Problem's own text leaves the machine. Does not throw, but for memory.
std::string exchange(RawRequest request, const Handler& handler);

/// The bytes that refuse a request that could not be read.
std::string refusal(const Problem& problem);

}  // namespace inkling::server
