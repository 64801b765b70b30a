#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::server {

/// One field of a form; the views point into the body that was parsed.
struct Part {
  std::string name;
  std::string content_type;  // empty when the part does not say
  std::string_view data;
};

struct MultipartLimits {
  std::size_t parts = 16;
  std::size_t header_bytes = 4096;  // of one part
};

/// The boundary of a `multipart/form-data` content type; nothing for another type or a boundary that RFC 2046 does not
/// allow (1 to 70 characters).
std::optional<std::string> multipart_boundary(std::string_view content_type);

/// Parses a form (RFC 7578) in time linear in its size. Throws Problem 400 for a form that is malformed, cut short, or
/// beyond the limits.
std::vector<Part> parse_multipart(std::string_view body, std::string_view boundary, const MultipartLimits& limits = {});

}  // namespace inkling::server
