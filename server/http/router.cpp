#include "http/router.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "http/problem.hpp"

namespace inkling::server {
namespace {

Problem wrong_method(const std::string& method) {
  const std::string allowed = method == "GET" ? "GET, HEAD" : method;
  return {405, "This address takes " + allowed + " only.", {{"Allow", allowed}}};
}

/// People write "/predict/" and mean "/predict".
std::string_view without_end_slash(std::string_view path) {
  return path.size() > 1 && path.ends_with('/') && !path.ends_with("//") ? path.substr(0, path.size() - 1) : path;
}

/// What stands before the next slash, and drops both from `path`.
std::string_view take_part(std::string_view& path) {
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view part = path.substr(0, end);
  path.remove_prefix(std::min(end + 1, path.size()));
  return part;
}

std::optional<PathValues> match(std::string_view pattern, std::string_view path) {
  if (std::count(pattern.begin(), pattern.end(), '/') != std::count(path.begin(), path.end(), '/')) return std::nullopt;
  PathValues values;
  while (!pattern.empty() || !path.empty()) {
    const std::string_view expected = take_part(pattern);
    const std::string_view part = take_part(path);
    if (expected.starts_with('{') && !part.empty()) {
      values.emplace_back(part);
    } else if (expected != part) {
      return std::nullopt;
    }
  }
  return values;
}

}  // namespace

void Router::add(std::string method, std::string path, Handler function, std::string route) {
  add(
      std::move(method), std::move(path),
      [function = std::move(function)](const Request& request, const PathValues&) { return function(request); },
      std::move(route));
}

void Router::add(std::string method, std::string path, PatternHandler function, std::string route) {
  if (route.empty()) route = path;
  routes_.push_back({std::move(method), std::move(path), std::move(function), std::move(route)});
}

std::optional<Router::Found> Router::find(std::string_view path) const {
  path = without_end_slash(path);
  for (const Route& route : routes_) {
    if (std::optional<PathValues> values = match(route.path, path)) return Found{route, *std::move(values)};
  }
  return std::nullopt;
}

std::string Router::route_of(std::string_view path) const {
  const std::optional<Found> found = find(path);
  return found ? found->route.name : std::string();
}

Response Router::answer(const Request& request) const {
  const std::optional<Found> found = find(request.path);
  if (!found) return to_response(Problem(404, "There is nothing at this address."));
  const Route& route = found->route;
  const bool takes = request.method == route.method || (request.method == "HEAD" && route.method == "GET");
  Response response = takes ? ask([&](const Request& asked) { return route.function(asked, found->values); }, request)
                            : to_response(wrong_method(route.method));
  response.route = route.name;
  return response;
}

}  // namespace inkling::server
