#include "http/router.hpp"

#include <algorithm>
#include <utility>

#include "http/problem.hpp"

namespace inkling::server {
namespace {

Problem wrong_method(const std::string& method) {
  const std::string allowed = method == "GET" ? "GET, HEAD" : method;
  return {405, "This address takes " + allowed + " only.", {{"Allow", allowed}}};
}

}  // namespace

void Router::add(std::string method, std::string path, Handler function, std::string route) {
  if (route.empty()) route = path;
  routes_.push_back({std::move(method), std::move(path), std::move(function), std::move(route)});
}

Response Router::answer(const Request& request) const {
  const auto found =
      std::find_if(routes_.begin(), routes_.end(), [&](const Route& route) { return route.path == request.path; });
  if (found == routes_.end()) return to_response(Problem(404, "There is nothing at this address."));
  const bool takes = request.method == found->method || (request.method == "HEAD" && found->method == "GET");
  Response response = takes ? ask(found->function, request) : to_response(wrong_method(found->method));
  response.route = found->name;
  return response;
}

}  // namespace inkling::server
