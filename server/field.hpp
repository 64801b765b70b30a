#pragma once

#include <inkling/model/charset.hpp>
#include <inkling/read/pattern.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <span>

#include "models.hpp"

namespace inkling::server {

struct FieldQuestion {
  CharSet charset = {};
  Pattern pattern = {};
  bool uniform_prior = false;  // as if all classes of the model were equally frequent
  Index top = 5;               // candidates of each character at most
};

/// Reads a line of characters: the answer to POST /predict/field. picture: a PNG or JPEG file. Throws what decode_image
/// and read_field throw, and FormatError when a uniform prior is asked of a model whose file does not say how frequent
/// its classes were.
nlohmann::ordered_json read_field(const Model& model, std::span<const std::uint8_t> picture,
                                  const FieldQuestion& question);

}  // namespace inkling::server
