#include "http/multipart.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "http/header_text.hpp"
#include "http/problem.hpp"

namespace inkling::server {
namespace {

/// Reads a value up to `;`, or a quoted one with backslash escapes, and drops it from `text`.
std::string take_value(std::string_view& text) {
  std::string value;
  if (text.empty() || text.front() != '"') {
    const std::size_t end = std::min(text.find(';'), text.size());
    value = trim(text.substr(0, end));
    text.remove_prefix(end);
    return value;
  }
  std::size_t i = 1;
  while (i < text.size() && text[i] != '"') {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    value.push_back(text[i++]);
  }
  text.remove_prefix(std::min(i + 1, text.size()));
  return value;
}

/// The parameter `name` of a header value such as `form-data; name="file"; filename="a;b.png"`.
std::optional<std::string> parameter(std::string_view value, std::string_view name) {
  value.remove_prefix(std::min(value.find(';'), value.size()));
  while (!value.empty()) {
    value.remove_prefix(1);  // the semicolon
    const std::size_t equals = value.find_first_of("=;");
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view key = trim(value.substr(0, equals));
    const bool has_value = value[equals] == '=';
    value.remove_prefix(equals);
    if (!has_value) continue;
    value.remove_prefix(1);
    value = trim(value);
    std::string found = take_value(value);
    if (equal_ignoring_case(key, name)) return found;
    value.remove_prefix(std::min(value.find(';'), value.size()));
  }
  return std::nullopt;
}

bool is_boundary_char(char c) {
  return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

void read_part_header(std::string_view line, Part& part) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) throw Problem(400, "A part of the form has a header line without a colon.");
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trim(line.substr(colon + 1));
  if (equal_ignoring_case(name, "Content-Disposition")) {
    part.name = parameter(value, "name").value_or("");
    part.file_name = parameter(value, "filename").value_or("");
  } else if (equal_ignoring_case(name, "Content-Type")) {
    part.content_type = value;
  } else if (equal_ignoring_case(name, "Content-Transfer-Encoding")) {
    part.transfer_encoding = value;
  }
}

/// Reads the headers at the front of `rest` and drops them, with the empty line that ends them.
Part read_part_headers(std::string_view& rest, const MultipartLimits& limits) {
  Part part;
  const std::string_view window = rest.substr(0, limits.header_bytes);
  std::size_t position = 0;
  std::string header;  // with the lines that go on with it, which begin with a blank (RFC 5322, section 2.2.3)
  for (;;) {
    const std::size_t end = window.find("\r\n", position);
    if (end == std::string_view::npos)
      throw Problem(400, "The headers of a part of the form are cut short or too long.");
    const std::string_view line = window.substr(position, end - position);
    position = end + 2;
    const bool folded = !header.empty() && !line.empty() && (line.front() == ' ' || line.front() == '\t');
    if (!folded && !header.empty()) read_part_header(std::exchange(header, {}), part);
    if (line.empty()) break;
    header += line;
  }
  rest.remove_prefix(position);
  return part;
}

}  // namespace

std::string multipart_boundary(std::string_view content_type) {
  constexpr std::size_t longest = 200;
  const std::string_view type = trim(content_type.substr(0, content_type.find(';')));
  if (!equal_ignoring_case(type, "multipart/form-data")) {
    throw Problem(415, "Expected multipart/form-data with the picture in the field file.");
  }
  std::optional<std::string> boundary = parameter(content_type, "boundary");
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
  const std::string delimiter = "\r\n--" + std::string(boundary);
  const std::string_view opening = std::string_view(delimiter).substr(2);  // the first one may stand at the very front

  if (body.substr(0, opening.size()) == opening) {
    body.remove_prefix(opening.size());
  } else if (const std::size_t start = body.find(delimiter); start != std::string_view::npos) {
    body.remove_prefix(start + delimiter.size());
  } else {
    throw Problem(400, "The form does not contain its boundary.");
  }

  std::vector<Part> parts;
  while (body.substr(0, 2) != "--") {
    while (!body.empty() && (body.front() == ' ' || body.front() == '\t')) body.remove_prefix(1);
    if (body.substr(0, 2) != "\r\n") throw Problem(400, "A boundary of the form is not followed by a line end.");
    body.remove_prefix(2);
    if (parts.size() == limits.parts) {
      throw Problem(400, "The form has more than " + std::to_string(limits.parts) + " parts.");
    }
    Part part = read_part_headers(body, limits);
    // An empty part: its delimiter's line end is the one that closed its headers.
    const bool empty = body.substr(0, opening.size()) == opening;
    const std::size_t end = empty ? 0 : body.find(delimiter);
    if (end == std::string_view::npos) throw Problem(400, "The form is cut short: its last boundary is missing.");
    part.data = body.substr(0, end);
    body.remove_prefix(end + (empty ? opening.size() : delimiter.size()));
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace inkling::server
