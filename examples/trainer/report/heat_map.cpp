#include "report/heat_map.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

#include "text/html.hpp"
#include "text/with_commas.hpp"

namespace {

using inkling::ConfusionMatrix;
using inkling::Index;
using inkling::Label;

constexpr int side = 400;    // of the matrix
constexpr int margin = 44;   // for names and titles
constexpr int legend = 36;   // below
constexpr int swatch = 12;   // of the legend
constexpr int padding = 10;  // right and below

std::vector<Label> used_classes(const ConfusionMatrix& confusion) {
  std::vector<Label> used;
  for (Label c = 0; c < confusion.num_classes(); ++c) {
    if (confusion.counts().row(c).sum() + confusion.counts().col(c).sum() > 0) used.push_back(c);
  }
  return used;
}

/// Mistakes are rare: the square root makes one in a hundred visible.
double opacity(double share) {
  return 0.06 + 0.94 * std::sqrt(share);
}

class HeatMap {
 public:
  HeatMap(const ConfusionMatrix& confusion, const std::vector<std::string>& class_names)
      : confusion_(confusion),
        names_(class_names),
        classes_(used_classes(confusion)),
        cell_(static_cast<double>(side) / static_cast<double>(std::max<std::size_t>(1, classes_.size()))) {}

  Picture draw() {
    out_ << "<rect class=\"frame\" x=\"" << margin << "\" y=\"" << margin << "\" width=\"" << side << "\" height=\""
         << side << "\"/>";
    for (std::size_t row = 0; row < classes_.size(); ++row) draw_row(row);
    draw_titles();
    draw_legend();
    return {.width = margin + side + padding,
            .height = margin + side + legend + padding,
            .title = "Confusion matrix",
            .description = description(),
            .elements = out_.str()};
  }

 private:
  const std::string& name(Label c) const { return names_[static_cast<std::size_t>(c)]; }
  double position(std::size_t i) const { return margin + static_cast<double>(i) * cell_; }
  bool shows_counts() const { return classes_.size() <= 12; }

  void draw_row(std::size_t row) {
    const Index samples = confusion_.counts().row(classes_[row]).sum();
    for (std::size_t column = 0; column < classes_.size(); ++column) draw_cell(row, column, samples);
    const double centre = position(row) + cell_ / 2;
    const double size = std::min(13.0, cell_ * 0.95);
    draw_name(margin - 6, centre, size, "end", classes_[row]);
    draw_name(centre, margin - 6 - size / 3, size, "middle", classes_[row]);
  }

  void draw_cell(std::size_t row, std::size_t column, Index samples) {
    const Index count = confusion_(classes_[row], classes_[column]);
    if (count == 0) return;
    const double share = static_cast<double>(count) / static_cast<double>(samples);
    out_ << "<rect class=\"" << (row == column ? "right" : "wrong") << "\" x=\"" << position(column) << "\" y=\""
         << position(row) << "\" width=\"" << cell_ << "\" height=\"" << cell_ << "\" fill-opacity=\"" << opacity(share)
         << "\"><title>true " << escape_html(name(classes_[row])) << ", predicted "
         << escape_html(name(classes_[column])) << ": " << count << " of " << samples << "</title></rect>";
    if (!shows_counts()) return;
    out_ << "<text class=\"middle count" << (share > 0.4 ? " on" : "") << "\" x=\"" << position(column) + cell_ / 2
         << "\" y=\"" << position(row) + cell_ / 2 << "\">" << count << "</text>";
  }

  void draw_name(double x, double y, double size, const char* anchor, Label c) {
    out_ << "<text class=\"" << anchor << "\" x=\"" << x << "\" y=\"" << y << "\" style=\"font-size: " << size
         << "px\">" << escape_html(name(c)) << "</text>";
  }

  void draw_titles() {
    constexpr double centre = margin + side / 2.0;
    out_ << "<text class=\"heading middle\" x=\"" << centre << "\" y=\"12\">predicted</text>"
         << "<text class=\"heading middle\" x=\"12\" y=\"" << centre << "\" transform=\"rotate(-90 12 " << centre
         << ")\">true</text>";
  }

  /// What share of the row a colour stands for: right in the upper, wrong in the lower half of each swatch.
  void draw_legend() {
    struct Step {
      double share;
      const char* text;
    };
    constexpr std::array steps{Step{0.001, "0.1 %"}, Step{0.01, "1 %"}, Step{0.1, "10 %"}, Step{1, "100 %"}};
    constexpr double top = margin + side + legend - swatch;
    constexpr double middle = top + swatch / 2.0;
    constexpr double width = 66;  // of a swatch and its text
    double x = margin + side - width * steps.size();
    out_ << "<text class=\"end\" x=\"" << x - 10 << "\" y=\"" << middle << "\">share of the row</text>";
    for (const Step& step : steps) {
      for (const bool right : {true, false}) {
        out_ << "<rect class=\"" << (right ? "right" : "wrong") << "\" x=\"" << x + (right ? 0 : swatch) << "\" y=\""
             << top << "\" width=\"" << swatch << "\" height=\"" << swatch << "\" fill-opacity=\""
             << opacity(step.share) << "\"/>";
      }
      out_ << "<text x=\"" << x + 2 * swatch + 4 << "\" y=\"" << middle << "\">" << step.text << "</text>";
      x += width;
    }
  }

  std::string description() const {
    std::ostringstream text;
    text.precision(4);
    text << "Rows are the true classes of " << with_commas(confusion_.samples()) << " images, columns the predicted "
         << "ones. " << 100 * confusion_.accuracy() << " % are on the diagonal.";
    const auto pairs = confusion_.most_confused(5);
    for (const auto& pair : pairs) {
      text << (&pair == &pairs.front() ? " Confused most often: " : ", ") << name(pair.truth) << " taken for "
           << name(pair.predicted) << " " << pair.count << (pair.count == 1 ? " time" : " times");
    }
    return text.str() + (pairs.empty() ? "" : ".");
  }

  const ConfusionMatrix& confusion_;
  const std::vector<std::string>& names_;
  std::vector<Label> classes_;
  double cell_;
  std::ostringstream out_;
};

}  // namespace

Picture heat_map(const inkling::ConfusionMatrix& confusion, const std::vector<std::string>& class_names) {
  return HeatMap(confusion, class_names).draw();
}
