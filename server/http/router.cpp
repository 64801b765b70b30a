#include "http/router.hpp"

#include <algorithm>
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

}  // namespace

void Router::add(std::string method, std::string path, Handler function, std::string route) {
  if (route.empty()) route = path;
  routes_.push_back({std::move(method), std::move(path), std::move(function), std::move(route)});
}

Response Router::answer(const Request& request) const {
  const std::string_view path = without_end_slash(request.path);
  const auto found =
      std::find_if(routes_.begin(), routes_.end(), [&](const Route& route) { return route.path == path; });
  if (found == routes_.end()) return to_response(Problem(404, "There is nothing at this address."));
  const bool takes = request.method == found->method || (request.method == "HEAD" && found->method == "GET");
  Response response = takes ? ask(found->function, request) : to_response(wrong_method(found->method));
  response.route = found->name;
  return response;
}

}  // namespace inkling::server
