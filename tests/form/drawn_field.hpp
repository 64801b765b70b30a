#pragma once

#include <inkling/core/rng.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/form/field_picture.hpp>
#include <inkling/picture/bounding_box.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/picture/resize.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Fields of a form with printed cells, drawn line by line, and the digits of a data set written into them.
namespace inkling::form::test {

struct FieldDrawing {
  double cell = 60;    // width and height of a cell, pixels
  double gap = 0;      // between cells
  double print = 0.8;  // ink of lines
  double thickness = 2;
  bool upper_line = true;   // else a comb
  bool between = true;      // lines between cells
  bool ends = true;         // at both ends of the field
  bool guides = false;      // an 8 of straight lines in each cell
  double character = 0.62;  // height, in cells
  double pen = 0.9;
  double noise = 5;  // standard deviation in grey levels
};

class DrawnField {
 public:
  DrawnField(std::size_t cells, const FieldDrawing& drawing)
      : drawing_(drawing),
        margin_(drawing.cell / 2),
        ink_(static_cast<Index>(width(cells) + 2 * margin_), static_cast<Index>(drawing.cell + 2 * margin_)) {
    for (std::size_t k = 0; k < cells; ++k) {
      const double x = left(k);
      const double right = x + drawing.cell;
      if (drawing.upper_line) line(x, margin_, right, margin_);
      line(x, margin_ + drawing.cell, right, margin_ + drawing.cell);
      if (k == 0 ? drawing.ends : drawing.between) line(x, margin_, x, margin_ + drawing.cell);
      if (k + 1 == cells ? drawing.ends : drawing.between) line(right, margin_, right, margin_ + drawing.cell);
      if (drawing.guides) {
        const double u0 = x + 0.3 * drawing.cell, u1 = x + 0.7 * drawing.cell;
        const double v0 = margin_ + 0.2 * drawing.cell, v1 = margin_ + 0.8 * drawing.cell;
        for (const double v : {v0, (v0 + v1) / 2, v1}) line(u0, v, u1, v);
        for (const double u : {u0, u1}) line(u, v0, u, v1);
      }
    }
    place_ = {margin_, margin_, width(cells), drawing.cell};
  }

  double left(std::size_t cell) const { return margin_ + static_cast<double>(cell) * (drawing_.cell + drawing_.gap); }

  /// Writes an image of white ink on black, so high as the drawing says, its middle a little off the middle of the
  /// cell.
  void write(std::size_t cell, const GreyImage& image, double dx = 0, double dy = 0) {
    const Box box = bounding_box<std::uint8_t>(image, 64).value();
    const double scale = drawing_.character * drawing_.cell / box.height;
    FloatImage amount(image.width(), image.height());
    std::transform(image.values().begin(), image.values().end(), amount.values().begin(),
                   [](std::uint8_t value) { return static_cast<float>(value) / 255; });
    const auto width = static_cast<Index>(std::ceil(box.width * scale));
    const auto height = static_cast<Index>(std::ceil(box.height * scale));
    const FloatImage drawn = resize(amount, box, width, height);
    const auto x0 = static_cast<Index>(left(cell) + drawing_.cell / 2 + dx - static_cast<double>(width) / 2);
    const auto y0 = static_cast<Index>(margin_ + drawing_.cell / 2 + dy - static_cast<double>(height) / 2);
    for (Index y = 0; y < height; ++y) {
      for (Index x = 0; x < width; ++x) darken(x0 + x, y0 + y, drawing_.pen * static_cast<double>(drawn(x, y)));
    }
  }

  /// A straight stroke of the pen between shares of a cell.
  void stroke(std::size_t cell, double u0, double v0, double u1, double v1) {
    const auto x = [&](double u) { return left(cell) + u * drawing_.cell; };
    const auto y = [&](double v) { return margin_ + v * drawing_.cell; };
    line(x(u0), y(v0), x(u1), y(v1), 3.5, drawing_.pen);
  }

  /// A rule that comes in from the left edge of the picture, and ends so far within the field.
  void rule_from_left(double v, double length) {
    const double y = margin_ + v * drawing_.cell;
    line(0, y, margin_ + length, y);
  }

  void cross(std::size_t cell) {
    stroke(cell, 0.2, 0.2, 0.8, 0.8);
    stroke(cell, 0.8, 0.2, 0.2, 0.8);
  }

  /// A printed H, so large as a hint in a cell is.
  void print_hint(std::size_t cell, double u, double v) {
    const double x = left(cell) + u * drawing_.cell, y = margin_ + v * drawing_.cell;
    const double side = 0.3 * drawing_.cell;
    line(x, y, x, y + side);
    line(x + side, y, x + side, y + side);
    line(x, y + side / 2, x + side, y + side / 2);
  }

  /// `dx`, `dy`: how far off the place is told.
  FieldPicture picture(Rng& rng, double dx = 0, double dy = 0) const {
    FieldPicture field;
    field.picture = GreyImage(ink_.width(), ink_.height());
    for (Index i = 0; i < ink_.size(); ++i) {
      const double noise = drawing_.noise * static_cast<double>(rng.normal());
      const double light = 225 * (1 - static_cast<double>(ink_.row(0)[i])) + 10 + noise;
      field.picture.row(0)[i] = static_cast<std::uint8_t>(std::clamp(light, 0.0, 255.0));
    }
    field.place = {place_.x + dx, place_.y + dy, place_.width, place_.height};
    return field;
  }

 private:
  double width(std::size_t cells) const {
    return static_cast<double>(cells) * drawing_.cell + static_cast<double>(cells - 1) * drawing_.gap;
  }
  void darken(Index x, Index y, double amount) {
    if (x < 0 || y < 0 || x >= ink_.width() || y >= ink_.height()) return;
    ink_(x, y) = 1 - (1 - ink_(x, y)) * static_cast<float>(1 - std::clamp(amount, 0.0, 1.0));
  }
  void line(double x0, double y0, double x1, double y1) { line(x0, y0, x1, y1, drawing_.thickness, drawing_.print); }
  void line(double x0, double y0, double x1, double y1, double thickness, double amount) {
    for (Index y = 0; y < ink_.height(); ++y) {
      for (Index x = 0; x < ink_.width(); ++x) {
        const double px = static_cast<double>(x) + 0.5 - x0, py = static_cast<double>(y) + 0.5 - y0;
        const double length = std::hypot(x1 - x0, y1 - y0);
        const double along = std::clamp((px * (x1 - x0) + py * (y1 - y0)) / (length * length), 0.0, 1.0);
        const double apart = std::hypot(px - along * (x1 - x0), py - along * (y1 - y0));
        const double cover = std::clamp(thickness / 2 - apart + 0.5, 0.0, 1.0);
        if (cover > 0) ink_(x, y) = std::max(ink_(x, y), static_cast<float>(amount * cover));
      }
    }
  }

  FieldDrawing drawing_;
  double margin_;
  FloatImage ink_;
  Box place_;
};

}  // namespace inkling::form::test
