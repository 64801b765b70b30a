#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/prior.hpp>

#include <cstdint>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/http.hpp"
#include "http/multipart.hpp"

namespace inkling::server {

/// The fields of a multipart form that a request sends. Every member throws Problem 400 for a field that is there twice
/// or has a value that is not allowed.
class Form {
 public:
  /// `known`: the names of the fields that the route reads. The request must outlive the form. Throws Problem: 400
  /// without a form, with one that cannot be read, or with a field that is not known, which lists those that are; 415
  /// when the body is something else.
  Form(const Request& request, std::span<const std::string_view> known);

  /// Its bytes, if it is there.
  std::optional<std::string_view> field(std::string_view name) const;

  /// The field `file`. Throws Problem 400 when there is none, 422 when it is empty.
  std::span<const std::uint8_t> picture() const;

  /// "0" or "1"; false when it is missing.
  bool flag(std::string_view name) const;

  /// A number from 1 to 100; `missing` without the field.
  Index number(std::string_view name, Index missing) const;

  /// The field `charset`; every character without it.
  CharSet charset() const;

  /// The field `prior`: "natural", "tempered" or "uniform"; nothing without it.
  std::optional<Prior> prior() const;

 private:
  void decode(Part& part);

  std::list<std::string> decoded_;  // contents that came as base64
  std::vector<Part> parts_;         // views into the request, or into decoded_
};

/// Throws Problem 400, which lists the known ones, for another parameter in the address.
void check_query(const Request& request, std::span<const std::string_view> known);

}  // namespace inkling::server
