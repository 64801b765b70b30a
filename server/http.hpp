#pragma once

#include <string>
#include <utility>
#include <vector>

namespace inkling::server {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// What a route needs to know of a request; the body is complete and without its framing.
struct Request {
  std::string method;
  std::string path;  // percent-decoded, without the query
  std::string content_type = {};
  std::string if_none_match = {};
  std::string body = {};
};

struct Response {
  int status = 200;
  std::string content_type = {};
  std::string body = {};
  Headers headers = {};
};

}  // namespace inkling::server
