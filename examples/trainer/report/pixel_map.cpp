#include "report/pixel_map.hpp"

#include <algorithm>
#include <sstream>

Picture pixel_map(std::span<const double> values, const inkling::Shape& image) {
  constexpr inkling::Index side = 10;  // of a pixel
  constexpr double faintest = 0.005;   // that is drawn
  const double most = std::ranges::max(values);
  const inkling::Index width = side * image.width;
  const inkling::Index height = side * image.height;
  std::ostringstream out;
  for (inkling::Index i = 0; i < image.pixels(); ++i) {
    const double share = most > 0 ? values[static_cast<std::size_t>(i)] / most : 0;
    if (share < faintest) continue;
    out << "<rect class=\"right\" x=\"" << side * (i % image.width) << "\" y=\"" << side * (i / image.width)
        << "\" width=\"" << side << "\" height=\"" << side << "\" fill-opacity=\"" << share << "\"/>";
  }
  out << "<rect class=\"frame\" width=\"" << width << "\" height=\"" << height << "\"/>";
  return {.width = static_cast<int>(width),
          .height = static_cast<int>(height),
          .title = "How much each pixel matters",
          .description = "The darker a place, the more the splits that look at it part the classes.",
          .elements = out.str()};
}
