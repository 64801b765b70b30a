#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace inkling::server {

/// What log and metrics are told of an answered request: nothing that the client wrote, but a method of at most 16
/// letters and symbols that need no escape, and the hexadecimal digits of a trace.
struct AnswerRecord {
  std::string id = {};         // also in the answer, as X-Request-Id
  std::string method = {};     // empty when the request could not be read
  std::string route = {};      // the pattern that matched: "/predict"; empty when none did
  std::string model = {};      // that was asked, if one was
  std::string trace_id = {};   // of the trace that the request belongs to (W3C Trace Context), if it says so
  std::string parent_id = {};  // of the span that it comes from
  int status = 0;
  std::size_t request_bytes = 0;                     // of the body
  std::size_t response_bytes = 0;                    // with the headers
  std::chrono::duration<double, std::milli> time{};  // from the last byte of the request to the answer
};

/// Called by several threads at once; must not throw.
using Observer = std::function<void(const AnswerRecord&)>;

}  // namespace inkling::server
