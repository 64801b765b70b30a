#pragma once

#include <string>
#include <vector>

#include "http/exchange.hpp"
#include "http/http.hpp"

namespace inkling::server {

/// Finds who answers an address. A function of the request alone, so that tests need no socket.
class Router {
 public:
  /// `function` answers `method` at `path`, with or without a slash at its end; for GET also HEAD. `route` is what log
  /// and metrics call it; empty: as its path.
  void add(std::string method, std::string path, Handler function, std::string route = {});

  /// Refusals included: whatever a route throws becomes a problem. 404 when there is no such path, 405 when it takes
  /// another method. May be called by many threads at once.
  Response answer(const Request& request) const;

 private:
  struct Route {
    std::string method;
    std::string path;
    Handler function;
    std::string name;
  };

  std::vector<Route> routes_;
};

}  // namespace inkling::server
