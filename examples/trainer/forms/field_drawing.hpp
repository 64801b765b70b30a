#pragma once

#include <inkling/form/quad.hpp>
#include <inkling/picture/grey_image.hpp>

#include <string>
#include <vector>

/// A field where it lies on a picture.
struct DrawnField {
  std::string name;
  inkling::form::Quad place = {};
  std::vector<inkling::form::Quad> cells = {};
};

/// The picture with its fields, their cells and names over it, as SVG that holds the picture.
std::string draw_fields(const inkling::GreyImage& picture, const std::vector<DrawnField>& fields);
