#include "forms/field_drawing.hpp"

#include <inkling/picture/encode.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "text/base64.hpp"
#include "text/html.hpp"

namespace {

using inkling::form::Quad;

std::string polygon(const Quad& quad, const char* kind) {
  std::string points;
  for (const auto& corner : quad) points += fmt::format("{:.1f},", corner.x) + fmt::format("{:.1f} ", corner.y);
  return "<polygon class=\"" + std::string(kind) + "\" points=\"" + points + "\"/>\n";
}

}  // namespace

std::string draw_fields(const inkling::GreyImage& picture, const std::vector<DrawnField>& fields) {
  const std::string width = std::to_string(picture.width());
  const std::string height = std::to_string(picture.height());
  const double line = std::max(1.0, static_cast<double>(picture.width()) / 800);
  std::string svg =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + width + "\" height=\"" + height + "\" viewBox=\"0 0 " +
      width + " " + height + "\">\n<style>polygon{fill:none;stroke-width:" + fmt::format("{:.1f}", line) +
      "}.field{stroke:#06c}.cell{stroke:#0a0;stroke-width:" + fmt::format("{:.1f}", line / 2) +
      "}text{fill:#06c;font:" + fmt::format("{:.0f}", 12 * line) + "px sans-serif}</style>\n<image width=\"" + width +
      "\" height=\"" + height + "\" href=\"data:image/png;base64," + base64(inkling::encode_png(picture)) + "\"/>\n";
  for (const DrawnField& field : fields) {
    for (const Quad& cell : field.cells) svg += polygon(cell, "cell");
    svg += polygon(field.place, "field");
    svg += "<text x=\"" + fmt::format("{:.1f}", field.place[0].x) + "\" y=\"" +
           fmt::format("{:.1f}", field.place[0].y - 2 * line) + "\">" + escape_html(field.name) + "</text>\n";
  }
  return svg + "</svg>\n";
}
