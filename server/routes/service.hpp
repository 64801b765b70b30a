#pragma once

#include "http/http.hpp"
#include "http/router.hpp"
#include "models/model_store.hpp"
#include "operations/metrics.hpp"

namespace inkling::server {

/// The routes: docs/http-api.md in code. A function of the request alone, so that tests need no socket. Const members
/// may be called from many threads at once.
class Service {
 public:
  /// Both must outlive the service.
  Service(const ModelStore& models, const Metrics& metrics);

  /// Refusals are answers, too.
  Response answer(const Request& request) const { return router_.answer(request); }

 private:
  Router router_;
};

}  // namespace inkling::server
