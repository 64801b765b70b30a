#include "routes/form.hpp"

#include <inkling/core/error.hpp>

#include <algorithm>
#include <charconv>
#include <string>

#include "http/base64.hpp"
#include "http/header_text.hpp"
#include "http/problem.hpp"

namespace inkling::server {
namespace {

constexpr std::size_t charset_limit = 256;

std::string joined(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

}  // namespace

Form::Form(const Request& request, std::span<const std::string_view> known) {
  if (request.content_type.empty() || request.body.empty()) {
    throw Problem(400, "Send multipart/form-data with the picture in the field file.");
  }
  parts_ = parse_multipart(request.body, multipart_boundary(request.content_type));
  for (Part& part : parts_) {
    if (std::find(known.begin(), known.end(), part.name) == known.end()) {
      throw Problem(400, "The form has a field that is not known here. There are: " + joined(known) + ".");
    }
    decode(part);
  }
}

/// What mails write for content that is sent as it is changes nothing (RFC 7578, section 4.7, has no other).
void Form::decode(Part& part) {
  const std::string_view encoding = part.transfer_encoding;
  if (equal_ignoring_case(encoding, "base64")) {
    std::optional<std::string> bytes = decode_base64(part.data);
    if (!bytes) throw Problem(400, "A part of the form says that it is base64, and is not.");
    part.data = decoded_.emplace_back(*std::move(bytes));
  } else if (equal_ignoring_case(encoding, "quoted-printable")) {
    throw Problem(400, "A part of the form is quoted-printable: send it as it is, or as base64.");
  }
}

std::optional<std::string_view> Form::field(std::string_view name) const {
  const auto has_name = [&](const Part& part) { return part.name == name; };
  const auto found = std::find_if(parts_.begin(), parts_.end(), has_name);
  if (found == parts_.end()) return std::nullopt;
  if (std::count_if(parts_.begin(), parts_.end(), has_name) > 1) {
    throw Problem(400, "The form has the field " + std::string(name) + " more than once.");
  }
  return found->data;
}

std::span<const std::uint8_t> Form::picture() const {
  const auto file = field("file");
  if (!file) throw Problem(400, "The form has no field file. Send the picture there.");
  if (file->empty()) throw Problem(422, "The file is empty.");
  return {reinterpret_cast<const std::uint8_t*>(file->data()), file->size()};  // bytes, whatever their type is called
}

bool Form::flag(std::string_view name) const {
  const std::string_view text = field(name).value_or("0");
  if (text != "0" && text != "1") throw Problem(400, "The field " + std::string(name) + " is 0 or 1.");
  return text == "1";
}

Index Form::number(std::string_view name, Index missing) const {
  const auto text = field(name);
  if (!text) return missing;
  Index value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size() || value < 1 || value > 100) {
    throw Problem(400, "The field " + std::string(name) + " is a number from 1 to 100.");
  }
  return value;
}

CharSet Form::charset() const {
  const auto text = field("charset");
  if (!text || text->empty()) return {};
  if (text->size() > charset_limit) throw Problem(400, "The field charset is too long.");
  try {
    return CharSet::parse(*text);
  } catch (const ValueError&) {  // its text repeats the field
    throw Problem(400, "The field charset is digits, upper, lower, letters, all, or characters, as in 0-9A-F.");
  }
}

std::optional<Prior> Form::prior() const {
  const auto text = field("prior");
  if (!text) return std::nullopt;
  try {
    return parse_prior(*text);
  } catch (const ValueError&) {  // its text repeats the field
    throw Problem(400, "The field prior is natural, tempered or uniform.");
  }
}

void check_query(const Request& request, std::span<const std::string_view> known) {
  for (const auto& [name, value] : request.query) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    throw Problem(400, known.empty()
                           ? "The address takes no parameters."
                           : "The address has a parameter that is not known here. There are: " + joined(known) + ".");
  }
}

}  // namespace inkling::server
