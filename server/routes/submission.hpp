#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/prior.hpp>

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/http.hpp"
#include "http/multipart.hpp"

namespace inkling::server {

/// A file that is to be read, as it came.
struct SentPicture {
  std::string name;  // as its sender calls it; usually empty
  std::span<const std::uint8_t> bytes;
};

/// What a request sends to be read: pictures, and the fields that say how. It comes in one of three ways:
/// - multipart/form-data, the pictures in `file`, the fields beside it;
/// - application/json, a picture as base64 or data URL in `image`, several in the list `images`, the fields beside it;
/// - a picture alone (image/… or application/octet-stream).
/// Fields may stand in the address in any case. Every member throws Problem 400 for a value that is not allowed.
class Submission {
 public:
  /// `known`: the names of the fields that the route reads, besides the pictures. The request must outlive the
  /// submission. Throws Problem: 400 without a picture, for what cannot be read, for a field that is there twice, or is
  /// not known, which lists those that are; 415 when the body is something else; 422 for an empty picture that is the
  /// only one.
  Submission(const Request& request, std::span<const std::string_view> known);
  Submission(const Submission&) = delete;
  Submission& operator=(const Submission&) = delete;
  ~Submission() = default;

  /// At least one.
  const std::vector<SentPicture>& pictures() const noexcept { return pictures_; }

  /// They were sent as a list, of whatever length.
  bool is_list() const noexcept { return list_ || pictures_.size() > 1; }

  /// Its text, if it is there.
  std::optional<std::string_view> field(std::string_view name) const;

  /// "0" or "1"; false when it is missing.
  bool flag(std::string_view name) const;

  /// A number from 1 to 100; `missing` without the field.
  Index number(std::string_view name, Index missing) const;

  /// The field `charset`; every character without it.
  CharSet charset() const;

  /// The field `prior`: "natural", "tempered" or "uniform"; nothing without it.
  std::optional<Prior> prior() const;

 private:
  void read_form(const Request& request, std::span<const std::string_view> known);
  void read_object(const Request& request, std::span<const std::string_view> known);
  void add_picture(std::string name, std::string_view bytes);
  void add_encoded(const std::string& text);
  void add_field(const std::string& name, std::string value);
  std::string_view decoded(const Part& part);

  std::list<std::string> decoded_;     // pictures that came as base64
  std::vector<SentPicture> pictures_;  // views into the request, or into decoded_
  std::map<std::string, std::string, std::less<>> fields_;
  bool list_ = false;
};

}  // namespace inkling::server
