#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::server {

/// One field of a form; the views point into the body that was parsed.
struct Part {
  std::string name;
  std::string file_name;          // as its sender calls it; empty when the part does not say
  std::string content_type;       // empty when the part does not say
  std::string transfer_encoding;  // as that of mails; empty when the part does not say
  std::string_view data;          // as it came
};

struct MultipartLimits {
  std::size_t parts = 16;
  std::size_t header_bytes = 4096;  // of one part
};

/// The boundary of a `multipart/form-data` content type. RFC 2046 allows 1 to 70 characters, letters, digits and some
/// symbols; clients that are in use write others, too (`*****`), so any printable ASCII but quotes and backslashes is
/// taken, up to 200. Throws Problem: 415 for another type, 400 for one without such a boundary.
std::string multipart_boundary(std::string_view content_type);

/// Parses a form (RFC 7578), header lines that are folded included, in time linear in its size. Throws Problem 400 for
/// a form that is malformed, cut short, or beyond the limits.
std::vector<Part> parse_multipart(std::string_view body, std::string_view boundary, const MultipartLimits& limits = {});

}  // namespace inkling::server
