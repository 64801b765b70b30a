#pragma once

#include <string>
#include <string_view>

/// A picture in SVG that suits light and dark pages: its colours are the variables of palette_css, its elements have
/// the classes of picture_css.
struct Picture {
  int width = 0;
  int height = 0;
  std::string title;        // what it is, for those who cannot see it
  std::string description;  // and what it says
  std::string elements;     // of the drawing
};

/// The CSS variables --page, --card, --text, --soft, --grid, --right, --wrong, --on and --best.
extern const std::string_view palette_css;

extern const std::string_view picture_css;

/// For an HTML page that has both styles.
std::string inline_svg(const Picture& picture);

/// For a file of its own; `scale`: its size in pixels, for each unit of the picture.
std::string svg_file(const Picture& picture, double scale = 1);
