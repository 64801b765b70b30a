#include <http/problem.hpp>
#include <http/request_reader.hpp>
#include <optional>
#include <vector>

#include "fuzz_target.hpp"

namespace {

using namespace inkling::server;

/// What became of a stream of bytes.
struct Outcome {
  std::vector<std::string> requests;
  int status = 0;  // of the request that was refused
  bool operator==(const Outcome&) const = default;
};

/// Reads requests one after another, as a connection does, from pieces of at most `step` bytes.
Outcome read_all(std::string_view stream, std::size_t step) {
  const RequestReader::Limits limits{.head_bytes = 512, .head_lines = 8, .body_bytes = 256};
  Outcome outcome;
  RequestReader reader(limits);
  try {
    while (!stream.empty()) {
      const std::string_view piece = stream.substr(0, step);
      const std::size_t taken = reader.append(piece);
      inkling::fuzz::expect(taken == piece.size() || reader.complete());
      stream.remove_prefix(taken);
      if (!reader.complete()) continue;
      const bool keep_alive = reader.keep_alive();
      const RawRequest request = reader.take();
      inkling::fuzz::expect(request.body.size() <= limits.body_bytes && request.head.ends_with("\r\n\r\n"));
      for (const char c : request.head) {
        inkling::fuzz::expect(static_cast<unsigned char>(c) >= 0x20 || c == '\r' || c == '\n');
      }
      outcome.requests.push_back(request.head + request.body);
      if (!keep_alive) break;
      reader = RequestReader(limits);
    }
  } catch (const Problem& problem) {
    inkling::fuzz::expect(problem.status >= 400 && problem.status <= 505);
    outcome.status = problem.status;
  }
  return outcome;
}

}  // namespace

/// However a stream is cut into pieces, the same requests come out of it.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view stream(reinterpret_cast<const char*>(data), size);
  const Outcome whole = read_all(stream, size);
  for (const std::size_t step : {1, 7}) inkling::fuzz::expect(read_all(stream, step) == whole);
  return 0;
}
