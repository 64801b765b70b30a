#include "http/multipart.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "http/header_text.hpp"
#include "http/multipart_parser.hpp"
#include "http/problem.hpp"

namespace inkling::server {
namespace {

using Parser = MultipartParser<std::char_traits<char>>;

bool is_boundary_char(char c) {
  return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

}  // namespace

std::string multipart_boundary(std::string_view content_type) {
  constexpr std::size_t longest = 200;
  const std::string_view type = trim(content_type.substr(0, content_type.find(';')));
  if (!equal_ignoring_case(type, "multipart/form-data")) {
    throw Problem(415, "Expected multipart/form-data with the picture in the field file.");
  }
  std::optional<std::string> boundary = Parser::parameter(content_type, "boundary");
  if (!boundary || boundary->empty()) {
    throw Problem(400,
                  "The Content-Type has no boundary: let your client set this header, for it knows the boundary of "
                  "the form that it writes.");
  }
  if (boundary->size() > longest || boundary->back() == ' ' ||
      !std::all_of(boundary->begin(), boundary->end(), is_boundary_char)) {
    throw Problem(400,
                  "The boundary of the Content-Type is longer than 200 characters or has one that cannot be used.");
  }
  return *std::move(boundary);
}

std::vector<Part> parse_multipart(std::string_view body, std::string_view boundary, const MultipartLimits& limits) {
  return Parser::parse(body, boundary, limits);
}

}  // namespace inkling::server
