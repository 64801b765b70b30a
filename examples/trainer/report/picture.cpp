#include "report/picture.hpp"

#include <sstream>

#include "text/html.hpp"

const std::string_view palette_css = R"css(
:root { color-scheme: light dark; --page: #fbfbfa; --card: #fff; --text: #1c1e21; --soft: #646b75; --grid: #e4e5e8;
        --right: #2563a8; --wrong: #d9480f; --on: #fff; --best: #0b7a4b; }
@media (prefers-color-scheme: dark) {
  :root { --page: #131517; --card: #1b1e21; --text: #e8e9eb; --soft: #9aa2ad; --grid: #2f343a;
          --right: #5aa2ee; --wrong: #ff8a4c; --on: #0d1013; --best: #4cc38a; } }
)css";

const std::string_view picture_css = R"css(
.picture { width: 100%; height: auto; display: block; }
.picture text { fill: var(--soft); dominant-baseline: central; font-size: 12px; font-family: inherit;
                font-variant-numeric: tabular-nums; }
.picture .heading { fill: var(--text); font-size: 13px; font-weight: 600; }
.picture .middle { text-anchor: middle; } .picture .end { text-anchor: end; }
.picture .frame { fill: none; stroke: var(--grid); }
.picture .right { fill: var(--right); } .picture .wrong { fill: var(--wrong); }
.picture .count { fill: var(--text); font-size: 11px; pointer-events: none; } .picture .count.on { fill: var(--on); }
.picture .rule { stroke: var(--grid); }
.picture .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.picture .validation { stroke: var(--right); } .picture .training { stroke: var(--wrong); stroke-dasharray: 1 5; }
.picture .point { stroke: var(--card); stroke-width: 1; } .picture .point.best { stroke-width: 2; }
.picture .point.validation { fill: var(--right); stroke: var(--card); }
.picture .point.training { fill: var(--wrong); stroke: var(--card); stroke-dasharray: none; }
.picture .name { fill: var(--text); }
)css";

namespace {

/// What stands inside of the <svg> element.
std::string content(const Picture& picture) {
  return "<title>" + escape_html(picture.title) + "</title><desc>" + escape_html(picture.description) + "</desc>" +
         picture.elements;
}

std::string view_box(const Picture& picture) {
  return "viewBox=\"0 0 " + std::to_string(picture.width) + " " + std::to_string(picture.height) + "\" role=\"img\"";
}

}  // namespace

std::string inline_svg(const Picture& picture) {
  return "<svg class=\"picture\" " + view_box(picture) + ">" + content(picture) + "</svg>";
}

std::string svg_file(const Picture& picture, double scale) {
  std::ostringstream out;
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"picture\" " << view_box(picture) << " width=\""
      << picture.width * scale << "\" height=\"" << picture.height * scale << "\"><style>" << palette_css
      << ":root { font-family: system-ui, -apple-system, \"Segoe UI\", Roboto, \"Helvetica Neue\", sans-serif; }"
      << picture_css << ".picture { width: auto; }</style><rect width=\"" << picture.width << "\" height=\""
      << picture.height << "\" style=\"fill: var(--card)\"/>" << content(picture) << "</svg>\n";
  return out.str();
}
