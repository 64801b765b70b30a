#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace inkling::server {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// What a route needs to know of a request; the body is complete and without its framing.
struct Request {
  std::string method;
  std::string path;                                    // percent-decoded, without the query
  std::multimap<std::string, std::string> query = {};  // decoded
  std::string content_type = {};
  std::string if_none_match = {};
  std::string origin = {};            // of the page whose script asks; empty for anything but such a script
  std::string requested_method = {};  // of a CORS preflight
  std::string body = {};
};

struct Response {
  int status = 200;
  std::string content_type = {};
  std::string body = {};
  Headers headers = {};
  // For log and metrics; the client does not see them.
  std::string route = {};  // the pattern that matched: "/predict"; empty when none did
  std::string model = {};  // that was asked, if one was
};

}  // namespace inkling::server
