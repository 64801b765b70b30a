#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
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
  std::string accept = {};
  std::string if_none_match = {};
  std::string authorization = {};
  std::string api_key = {};           // X-API-Key
  std::string host = {};              // that the client called, with its port
  std::string origin = {};            // of the page whose script asks; empty for anything but such a script
  std::string requested_method = {};  // of a CORS preflight
  std::string json_length = {};       // Inference-Header-Content-Length: of the JSON before binary tensors
  std::string body = {};
};

/// Takes the next bytes of a body.
using Sink = std::function<void(std::string_view)>;

struct Response {
  int status = 200;
  std::string content_type = {};
  std::string body = {};
  /// Instead of a body: writes it piece by piece, and each is on its way before the next is made. Called at most once,
  /// while the request is still there.
  std::function<void(const Sink&)> stream = {};
  Headers headers = {};
  // For log and metrics; the client does not see them.
  std::string route = {};  // the pattern that matched: "/predict"; empty when none did
  std::string model = {};  // that was asked, if one was
};

}  // namespace inkling::server
