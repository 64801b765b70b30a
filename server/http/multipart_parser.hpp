#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/header_text.hpp"
#include "http/multipart.hpp"
#include "http/problem.hpp"

namespace inkling::server {

/// The parser behind parse_multipart. But for trim() and equal_ignoring_case(), which look at one value once, all its
/// comparing and searching of bytes goes through Traits, those of a text's characters: a test that counts them sees how
/// the work grows with the form.
template <typename Traits>
class MultipartParser {
 public:
  using Text = std::basic_string<char, Traits>;
  using View = std::basic_string_view<char, Traits>;

  /// The parts of a form; throws as parse_multipart does.
  static std::vector<Part> parse(View body, View boundary, const MultipartLimits& limits) {
    const Text delimiter = Text("\r\n--") + Text(boundary);
    const View opening = View(delimiter).substr(2);  // the first one may stand at the very front
    if (body.substr(0, opening.size()) == opening) {
      body.remove_prefix(opening.size());
    } else if (const std::size_t start = body.find(delimiter); start != View::npos) {
      body.remove_prefix(start + delimiter.size());
    } else {
      throw Problem(400, "The form does not contain its boundary.");
    }

    std::vector<Part> parts;
    while (body.substr(0, 2) != "--") {
      while (!body.empty() && is_blank(body.front())) body.remove_prefix(1);
      if (body.substr(0, 2) != "\r\n") throw Problem(400, "A boundary of the form is not followed by a line end.");
      body.remove_prefix(2);
      if (parts.size() == limits.parts) {
        throw Problem(400, "The form has more than " + std::to_string(limits.parts) + " parts.");
      }
      Part part = read_headers(body, limits);
      // An empty part: its delimiter's line end is the one that closed its headers.
      const bool empty = body.substr(0, opening.size()) == opening;
      const std::size_t end = empty ? 0 : body.find(delimiter);
      if (end == View::npos) throw Problem(400, "The form is cut short: its last boundary is missing.");
      part.data = plain(body.substr(0, end));
      body.remove_prefix(end + (empty ? opening.size() : delimiter.size()));
      parts.push_back(std::move(part));
    }
    return parts;
  }

  /// The parameter `name` of a header value such as `form-data; name="file"; filename="a;b.png"`.
  static std::optional<std::string> parameter(View value, std::string_view name) {
    value.remove_prefix(std::min(value.find(';'), value.size()));
    while (!value.empty()) {
      value.remove_prefix(1);  // the semicolon
      const std::size_t equals = value.find_first_of("=;");
      if (equals == View::npos) return std::nullopt;
      const std::string_view key = trim(plain(value.substr(0, equals)));
      const bool has_value = Traits::eq(value[equals], '=');
      value.remove_prefix(equals);
      if (!has_value) continue;
      value.remove_prefix(1);
      while (!value.empty() && is_blank(value.front())) value.remove_prefix(1);
      std::string found = take_value(value);
      if (equal_ignoring_case(key, name)) return found;
      value.remove_prefix(std::min(value.find(';'), value.size()));
    }
    return std::nullopt;
  }

 private:
  static std::string_view plain(View text) noexcept { return {text.data(), text.size()}; }

  static bool is_blank(char c) noexcept { return Traits::eq(c, ' ') || Traits::eq(c, '\t'); }

  /// Reads a value up to `;`, or a quoted one with backslash escapes, and drops it from `text`.
  static std::string take_value(View& text) {
    if (text.empty() || !Traits::eq(text.front(), '"')) {
      const std::size_t end = std::min(text.find(';'), text.size());
      const std::string value(trim(plain(text.substr(0, end))));
      text.remove_prefix(end);
      return value;
    }
    std::string value;
    std::size_t i = 1;
    while (i < text.size() && !Traits::eq(text[i], '"')) {
      if (Traits::eq(text[i], '\\') && i + 1 < text.size()) ++i;
      value.push_back(text[i++]);
    }
    text.remove_prefix(std::min(i + 1, text.size()));
    return value;
  }

  static void read_header(View line, Part& part) {
    const std::size_t colon = line.find(':');
    if (colon == View::npos) throw Problem(400, "A part of the form has a header line without a colon.");
    const std::string_view name = plain(line.substr(0, colon));
    const std::string_view value = trim(plain(line.substr(colon + 1)));
    if (equal_ignoring_case(name, "Content-Disposition")) {
      const View parameters(value.data(), value.size());
      part.name = parameter(parameters, "name").value_or("");
      part.file_name = parameter(parameters, "filename").value_or("");
    } else if (equal_ignoring_case(name, "Content-Type")) {
      part.content_type = value;
    } else if (equal_ignoring_case(name, "Content-Transfer-Encoding")) {
      part.transfer_encoding = value;
    }
  }

  /// Reads the headers at the front of `rest` and drops them, with the empty line that ends them.
  static Part read_headers(View& rest, const MultipartLimits& limits) {
    Part part;
    const View window = rest.substr(0, limits.header_bytes);
    std::size_t position = 0;
    Text header;  // with the lines that go on with it, which begin with a blank (RFC 5322, section 2.2.3)
    for (;;) {
      const std::size_t end = window.find("\r\n", position);
      if (end == View::npos) throw Problem(400, "The headers of a part of the form are cut short or too long.");
      const View line = window.substr(position, end - position);
      position = end + 2;
      const bool folded = !header.empty() && !line.empty() && is_blank(line.front());
      if (!folded && !header.empty()) read_header(std::exchange(header, {}), part);
      if (line.empty()) break;
      header += line;
    }
    rest.remove_prefix(position);
    return part;
  }
};

}  // namespace inkling::server
