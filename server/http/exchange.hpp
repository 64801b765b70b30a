#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "http/answer_record.hpp"
#include "http/http.hpp"
#include "http/problem.hpp"
#include "http/request_reader.hpp"

namespace inkling::server {

/// Must be callable from many threads at once.
using Handler = std::function<Response(const Request&)>;

/// What the handler answers. Whatever it throws becomes a problem; only Problem's own text leaves the machine.
Response ask(const Handler& handler, const Request& request);

struct ExchangeOptions {
  std::string id = {};                         // of the request
  bool keep_alive = false;                     // whether the connection takes another request,
  std::chrono::seconds idle_time{60};          // and how long it waits for that
  std::function<void(std::string)> send = {};  // takes what is ready of an answer that is made piece by piece
};

/// An answer as it goes out, and what is known of it; `time` is not filled in.
struct Exchange {
  std::string bytes;    // all of it, or what ExchangeOptions::send was not given
  AnswerRecord record;  // of all of it
  bool cut = false;     // the answer could not be finished: only the end of the connection can say so
};

/// Parses request line and headers, asks the handler, and writes its answer. One that is made piece by piece goes out
/// so, in the chunked coding (RFC 9112, section 7.1), where `send` is given and the client speaks HTTP/1.1. Does not
/// throw, but for memory.
Exchange exchange(RawRequest request, const Handler& handler, const ExchangeOptions& options);

/// Refuses a request that could not be read; the connection ends with it.
Exchange refuse(const Problem& problem, const std::string& id);

}  // namespace inkling::server
