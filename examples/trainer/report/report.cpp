#include "report/report.hpp"

#include <inkling/picture/encode.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <string_view>
#include <vector>

#include "report/heat_map.hpp"
#include "report/learning_curve.hpp"
#include "report/picture.hpp"
#include "report/pixel_map.hpp"
#include "text/base64.hpp"
#include "text/html.hpp"
#include "text/with_commas.hpp"

namespace {

using inkling::Index;
using inkling::Label;

constexpr std::string_view style = R"css(
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text);
       font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 48px 24px 72px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.02em; }
h2 { font-size: 20px; margin: 52px 0 14px; letter-spacing: -0.01em; }
h3 { font-size: 17px; margin: 0 0 10px; }
p { margin: 0 0 10px; max-width: 72ch; }
.soft, figcaption, footer { color: var(--soft); font-size: 14px; }
.card { background: var(--card); border: 1px solid var(--grid); border-radius: 12px; padding: 20px; }
.wide { overflow-x: auto; padding: 6px 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 10px 20px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--grid); }
tr:last-child td { border-bottom: 0; }
th { font-size: 13px; font-weight: 600; color: var(--soft); }
th:first-child, td:first-child { text-align: left; }
td:first-child { font-weight: 600; }
td.best { color: var(--best); font-weight: 600; }
td small { display: block; color: var(--soft); font-weight: 400; font-size: 12px; }
.grid { display: grid; gap: 20px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 430px), 1fr)); }
.pair { display: flex; align-items: center; gap: 14px; padding: 8px 0; border-bottom: 1px solid var(--grid); }
.pair:last-child { border-bottom: 0; }
.pair .names { flex: 0 0 128px; font-size: 14px; color: var(--soft); }
.pair .names b { color: var(--text); font-size: 18px; }
.pair .images { display: flex; flex-wrap: wrap; gap: 5px; }
.pair img { width: 42px; height: 42px; border-radius: 4px; image-rendering: pixelated; display: block; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 6px 20px; margin: 0; font-size: 14px; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
footer { margin-top: 48px; }
)css";

std::string percent(double share) {
  return fmt::format("{:.2f} %", 100 * share);
}

std::string file_size(std::uintmax_t bytes) {
  return bytes < 100'000 ? fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3)
                         : fmt::format("{:.2f} MB", static_cast<double>(bytes) / 1e6);
}

std::string_view full_name(std::string_view name) {
  if (name == "cnn") return "Convolutional network";
  if (name == "mlp") return "Multilayer perceptron";
  if (name == "svm") return "Linear SVM";
  return "Random forest";
}

/// A cell of the table, marked when it holds the best value of its column.
std::string cell(const std::string& text, bool best, const std::string& note = {}) {
  return std::string("<td") + (best ? " class=\"best\"" : "") + ">" + text +
         (note.empty() ? "" : "<small>" + note + "</small>") + "</td>";
}

template <typename Value>
auto best_value(const std::vector<ModelResult>& models, const Value& value, bool highest) {
  auto best = value(models.front());
  for (const ModelResult& model : models) {
    best = highest ? std::max(best, value(model)) : std::min(best, value(model));
  }
  return best;
}

void write_table(std::ostream& out, const std::vector<ModelResult>& models) {
  const auto accuracy = [](const ModelResult& m) { return m.evaluation.accuracy; };
  const auto f1 = [](const ModelResult& m) { return m.evaluation.macro_f1; };
  const auto seconds = [](const ModelResult& m) { return m.train_seconds; };
  const auto predict = [](const ModelResult& m) { return m.predict_us; };
  const auto bytes = [](const ModelResult& m) { return m.bytes; };
  out << "<div class=\"card wide\"><table><thead><tr><th>Model</th><th>Accuracy</th><th>Macro F1</th>"
      << "<th>Training</th><th>Prediction</th><th>File</th></tr></thead><tbody>";
  for (const ModelResult& m : models) {
    const auto interval = m.evaluation.accuracy_interval();
    out << "<tr><td>" << escape_html(m.name) << "<small>" << full_name(m.name) << "</small></td>"
        << cell(percent(accuracy(m)), accuracy(m) == best_value(models, accuracy, true),
                fmt::format("{:.2f} to {:.2f}", 100 * interval.low, 100 * interval.high))
        << cell(percent(f1(m)), f1(m) == best_value(models, f1, true))
        << cell(fmt::format("{:.1f} s", seconds(m)), seconds(m) == best_value(models, seconds, false))
        << cell(fmt::format("{:.1f} µs", predict(m)), predict(m) == best_value(models, predict, false), "per image")
        << cell(file_size(bytes(m)), bytes(m) == best_value(models, bytes, false),
                with_commas(m.parameters) + (m.name == "forest" ? " nodes" : " weights"))
        << "</tr>";
  }
  out << "</tbody></table></div><p class=\"soft\" style=\"margin-top:10px\">Below the accuracy stands its 95 % "
      << "interval (Wilson). Prediction is timed on one thread.</p>";
  for (const ModelResult& m : models) {
    if (!m.warning.empty()) out << "<p><b>" << escape_html(m.name) << ":</b> " << escape_html(m.warning) << ".</p>";
  }
}

void write_curves(std::ostream& out, const std::vector<ModelResult>& models) {
  const auto has_curve = [](const ModelResult& m) { return !m.curve.empty(); };
  if (std::none_of(models.begin(), models.end(), has_curve)) return;
  out << "<h2>Learning curves</h2><p class=\"soft\">Training images are distorted and seen while the network still "
      << "changes, so it often does better on the images that were held out for validation.</p><div class=\"grid\">";
  for (const ModelResult& m : models) {
    if (!has_curve(m)) continue;
    out << "<section class=\"card\"><h3>" << escape_html(m.name) << "</h3>" << inline_svg(draw_learning_curve(m.curve))
        << "</section>";
  }
  out << "</div>";
}

void write_heat_maps(std::ostream& out, const std::vector<ModelResult>& models) {
  out << "<h2>Confusion matrices</h2><p class=\"soft\">Rows are true classes, columns predicted ones. The stronger a "
      << "colour, the larger the share of the row, on a square-root scale; mistakes are orange.</p><div "
         "class=\"grid\">";
  for (const ModelResult& m : models) {
    out << "<section class=\"card\"><h3>" << escape_html(m.name) << "</h3>"
        << inline_svg(heat_map(m.evaluation.confusion, m.evaluation.class_names)) << "</section>";
  }
  out << "</div>";
}

void write_importance(std::ostream& out, const Comparison& comparison) {
  for (const ModelResult& m : comparison.models) {
    if (m.importance.empty() || comparison.image.channels != 1) continue;
    out << "<h2>Where the " << escape_html(m.name) << " looks</h2><p class=\"soft\">By how much splits at each place "
        << "part the classes: the mean decrease in Gini impurity.</p><div class=\"grid\"><section class=\"card\">"
        << inline_svg(pixel_map(m.importance, comparison.image)) << "</section></div>";
  }
}

/// The image in black ink on white paper.
std::string picture(std::span<const std::uint8_t> ink, const inkling::Shape& shape) {
  std::vector<std::uint8_t> values(ink.begin(), ink.end());
  for (std::uint8_t& value : values) value = static_cast<std::uint8_t>(255 - value);
  const auto png = inkling::encode_png(inkling::GreyImage(shape.width, shape.height, std::move(values)));
  return "<img alt=\"\" src=\"data:image/png;base64," + base64(png) + "\">";
}

void write_pair(std::ostream& out, const Evaluation& evaluation, const inkling::ConfusionMatrix::Confusion& pair) {
  constexpr int most_pictures = 7;
  const auto name = [&](Label c) { return escape_html(evaluation.class_names[static_cast<std::size_t>(c)]); };
  out << "<div class=\"pair\"><div class=\"names\"><b>" << name(pair.truth) << "</b> read as <b>"
      << name(pair.predicted) << "</b><br>" << pair.count << (pair.count == 1 ? " time" : " times")
      << "</div><div class=\"images\">";
  int pictures = 0;
  for (Index i = 0; i < evaluation.images.size() && pictures < most_pictures; ++i) {
    const auto sample = static_cast<std::size_t>(i);
    if (evaluation.truth[sample] != pair.truth || evaluation.predicted[sample] != pair.predicted) continue;
    out << picture(evaluation.images.image(i), evaluation.images.image_shape());
    ++pictures;
  }
  out << "</div></div>";
}

void write_mistakes(std::ostream& out, const std::vector<ModelResult>& models) {
  out << "<h2>What is confused most often</h2><div class=\"grid\">";
  for (const ModelResult& m : models) {
    out << "<section class=\"card\"><h3>" << escape_html(m.name) << "</h3>";
    const auto pairs = m.evaluation.confusion.most_confused(6);
    if (pairs.empty()) out << "<p class=\"soft\">Nothing: every image was read correctly.</p>";
    for (const auto& pair : pairs) write_pair(out, m.evaluation, pair);
    out << "</section>";
  }
  out << "</div>";
}

void write_conditions(std::ostream& out, const Comparison& comparison) {
  const auto entry = [&](const char* term, const std::string& text) {
    out << "<dt>" << term << "</dt><dd>" << escape_html(text) << "</dd>";
  };
  std::string classes;
  for (const std::string& name : comparison.class_names) classes += (classes.empty() ? "" : " ") + name;
  out << "<h2>Data and machine</h2><div class=\"card\"><dl>";
  entry("Data", comparison.data);
  entry("Trained on", with_commas(comparison.train_images) + " images");
  entry("Tested on", with_commas(comparison.test_images) + " other images");
  entry("Classes", std::to_string(comparison.class_names.size()) + ": " + classes);
  entry("Seed", std::to_string(comparison.seed));
  entry("Processor", comparison.machine.processor + ", " + std::to_string(comparison.machine.threads) +
                         (comparison.machine.threads == 1 ? " thread" : " threads"));
  entry("System", comparison.machine.system);
  entry("Compiler", comparison.machine.compiler);
  out << "</dl></div>";
}

}  // namespace

std::string report_html(const Comparison& comparison) {
  std::ostringstream out;
  out << "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
      << "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Inkling: "
      << escape_html(comparison.data) << "</title><style>" << palette_css << style << picture_css
      << "</style></head><body><main><h1>" << comparison.models.size()
      << (comparison.models.size() == 1 ? " model" : " models") << " read handwriting</h1>"
      << "<p class=\"soft\">" << escape_html(comparison.data) << ": trained on " << with_commas(comparison.train_images)
      << " images, tested on " << with_commas(comparison.test_images) << " others, " << comparison.class_names.size()
      << " classes</p><h2>Results</h2>";
  write_table(out, comparison.models);
  write_curves(out, comparison.models);
  write_heat_maps(out, comparison.models);
  write_importance(out, comparison);
  write_mistakes(out, comparison.models);
  write_conditions(out, comparison);
  out << "<footer>Written by <code>inkling compare</code>.</footer></main></body></html>\n";
  return out.str();
}
