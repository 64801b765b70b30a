#pragma once

#include "http.hpp"
#include "recogniser.hpp"

namespace inkling::server {

/// The routes: docs/http-api.md in code. A function of the request alone, so that tests need no socket. Const members
/// may be called from many threads at once.
class Service {
 public:
  explicit Service(const Recogniser& recogniser) : recogniser_(recogniser) {}  // must outlive the service

  /// Throws Problem for what is refused.
  Response answer(const Request& request) const;

 private:
  Response predict(const Request& request) const;
  Response models(const Request& request) const;
  Response health(const Request& request) const;

  const Recogniser& recogniser_;
};

}  // namespace inkling::server
