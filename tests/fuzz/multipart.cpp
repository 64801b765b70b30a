#include <functional>
#include <http/multipart.hpp>
#include <http/problem.hpp>

#include "fuzz_target.hpp"

/// The first line is the Content-Type, the rest the body.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace server = inkling::server;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\n'), size);
  const std::string_view body = input.substr(std::min(end + 1, size));
  try {
    const server::MultipartLimits limits{};
    const std::string boundary = server::multipart_boundary(input.substr(0, end));
    const auto parts = server::parse_multipart(body, boundary, limits);
    inkling::fuzz::expect(parts.size() <= limits.parts);
    const char* last = body.data();
    for (const server::Part& part : parts) {  // they lie in the body, one behind the other
      inkling::fuzz::expect(std::less_equal<>()(last, part.data.data()));
      last = part.data.data() + part.data.size();
      inkling::fuzz::expect(std::less_equal<>()(last, body.data() + body.size()));
    }
  } catch (const server::Problem& problem) {
    inkling::fuzz::expect(problem.status == 400 || problem.status == 415);
  }
  return 0;
}
