#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/exchange.hpp"
#include "http/http.hpp"

namespace inkling::server {

/// What an address has in the places of a pattern that stand in braces, in their order.
using PathValues = std::vector<std::string>;

/// Must be callable from many threads at once.
using PatternHandler = std::function<Response(const Request&, const PathValues&)>;

/// Finds who answers an address. A function of the request alone, so that tests need no socket.
class Router {
 public:
  /// `function` answers `method` at `path`, with or without a slash at its end; for GET also HEAD. A part of the path
  /// in braces, as in "/forms/{name}", stands for any text without a slash but the empty one. Of several that match,
  /// the first added answers. `route` is what log and metrics call it; empty: as its path.
  void add(std::string method, std::string path, Handler function, std::string route = {});
  void add(std::string method, std::string path, PatternHandler function, std::string route = {});

  /// Refusals included: whatever a route throws becomes a problem. 404 when there is no such path, 405 when it takes
  /// another method. May be called by many threads at once.
  Response answer(const Request& request) const;

  /// What log and metrics call who answers at a path; empty when nobody does.
  std::string route_of(std::string_view path) const;

 private:
  struct Route;
  struct Found {
    const Route& route;
    PathValues values;
  };
  std::optional<Found> find(std::string_view path) const;

  struct Route {
    std::string method;
    std::string path;
    PatternHandler function;
    std::string name;
  };

  std::vector<Route> routes_;
};

}  // namespace inkling::server
