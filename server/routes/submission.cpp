#include "routes/submission.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "http/base64.hpp"
#include "http/data_url.hpp"
#include "http/header_text.hpp"
#include "http/json.hpp"
#include "http/problem.hpp"
#include "routes/question.hpp"

namespace inkling::server {
namespace {

constexpr std::size_t pictures_limit = 256;
constexpr std::size_t fields_limit = 16;

bool has(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string joined(std::string text, std::span<const std::string_view> names) {
  for (const std::string_view name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

Problem unknown(const char* what, const std::string& names) {
  return {400, std::string(what) + " that is not known here. There are: " + names + '.'};
}

/// Such as "image/png" of "image/png; q=1".
std::string_view media_type(std::string_view content_type) {
  return trim(content_type.substr(0, content_type.find(';')));
}

bool is_picture(std::string_view type) {
  return equal_ignoring_case(type.substr(0, 6), "image/") || equal_ignoring_case(type, "application/octet-stream");
}

/// A field as a form would have it.
std::string field_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "1" : "0";
  if (value.is_number_integer()) return value.dump();
  throw Problem(400, "A member of the object is neither a text nor a whole number nor true or false.");
}

}  // namespace

Submission::Submission(const Request& request, std::span<const std::string_view> known) {
  for (const auto& [name, value] : request.query) {
    if (!has(known, name)) throw unknown("The address has a parameter", joined({}, known));
    add_field(name, value);
  }
  if (request.content_type.empty() || request.body.empty()) {
    throw Problem(400, "Send multipart/form-data with the picture in the field file.");
  }
  const std::string_view type = media_type(request.content_type);
  if (is_picture(type)) {
    add_picture({}, request.body);
  } else if (equal_ignoring_case(type, "application/json")) {
    read_object(request, known);
  } else {
    read_form(request, known);
  }
  if (!is_list() && pictures_.front().bytes.empty()) throw Problem(422, "The file is empty.");
}

void Submission::read_form(const Request& request, std::span<const std::string_view> known) {
  const MultipartLimits limits{.parts = pictures_limit + fields_limit};
  for (const Part& part : parse_multipart(request.body, multipart_boundary(request.content_type), limits)) {
    if (part.name == "file") {
      add_picture(part.file_name, decoded(part));
    } else if (has(known, part.name)) {
      add_field(part.name, std::string(decoded(part)));
    } else {
      throw unknown("The form has a field", joined("file", known));
    }
  }
  if (pictures_.empty()) throw Problem(400, "The form has no field file. Send the picture there.");
}

void Submission::read_object(const Request& request, std::span<const std::string_view> known) {
  const Json object = parse_json(request.body);
  if (!object.is_object()) throw Problem(400, "The JSON is no object with the picture in the member image.");
  for (const auto& [name, value] : object.items()) {
    if (name == "image") {
      if (!value.is_string()) throw Problem(400, "The member image is a text: base64, or a data URL.");
      add_encoded(value.get_ref<const std::string&>());
    } else if (name == "images") {
      list_ = true;
      if (!value.is_array()) throw Problem(400, "The member images is a list of texts.");
      for (const Json& text : value) {
        if (!text.is_string()) throw Problem(400, "The member images is a list of texts: base64, or data URLs.");
        add_encoded(text.get_ref<const std::string&>());
      }
    } else if (has(known, name)) {
      add_field(name, field_text(value));
    } else {
      throw unknown("The object has a member", joined("image, images", known));
    }
  }
  if (pictures_.empty()) throw Problem(400, "The object has no picture. Send it in the member image, as base64.");
}

void Submission::add_picture(std::string name, std::string_view bytes) {
  if (pictures_.size() == pictures_limit) {
    throw Problem(400, "The request has more than " + std::to_string(pictures_limit) + " pictures.");
  }
  pictures_.push_back({std::move(name), {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}});
}

void Submission::add_encoded(const std::string& text) {
  std::optional<std::string> bytes = decode_base64_or_data_url(text);
  if (!bytes) throw Problem(400, "A picture is neither base64 nor a data URL that holds base64.");
  add_picture({}, decoded_.emplace_back(*std::move(bytes)));
}

void Submission::add_field(const std::string& name, std::string value) {
  if (!fields_.emplace(name, std::move(value)).second) {
    throw Problem(400, "The request has the field " + name + " more than once.");
  }
}

/// What mails write for content that is sent as it is changes nothing (RFC 7578, section 4.7, has no other).
std::string_view Submission::decoded(const Part& part) {
  if (equal_ignoring_case(part.transfer_encoding, "base64")) {
    std::optional<std::string> bytes = decode_base64(part.data);
    if (!bytes) throw Problem(400, "A part of the form says that it is base64, and is not.");
    return decoded_.emplace_back(*std::move(bytes));
  }
  if (equal_ignoring_case(part.transfer_encoding, "quoted-printable")) {
    throw Problem(400, "A part of the form is quoted-printable: send it as it is, or as base64.");
  }
  return part.data;
}

std::optional<std::string_view> Submission::field(std::string_view name) const {
  const auto found = fields_.find(name);
  if (found == fields_.end()) return std::nullopt;
  return found->second;
}

bool Submission::flag(std::string_view name) const {
  const std::string_view text = field(name).value_or("0");
  if (text != "0" && text != "1") throw Problem(400, "The field " + std::string(name) + " is 0 or 1.");
  return text == "1";
}

Index Submission::number(std::string_view name, Index missing) const {
  const auto text = field(name);
  if (!text) return missing;
  Index value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size() || value < 1 || value > 100) {
    throw Problem(400, "The field " + std::string(name) + " is a number from 1 to 100.");
  }
  return value;
}

CharSet Submission::charset() const {
  const auto text = field("charset");
  return text && !text->empty() ? charset_of(*text) : CharSet{};
}

std::optional<Prior> Submission::prior() const {
  const auto text = field("prior");
  return text ? std::optional(prior_of(*text)) : std::nullopt;
}

}  // namespace inkling::server
