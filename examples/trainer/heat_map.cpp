#include "heat_map.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "html.hpp"

namespace {

using inkling::ConfusionMatrix;
using inkling::Index;
using inkling::Label;

constexpr int side = 400;   // of the matrix
constexpr int margin = 44;  // for names and titles

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

  std::string draw() {
    const int extent = side + margin + 4;
    out_ << "<svg class=\"heat\" viewBox=\"0 0 " << extent << ' ' << extent
         << "\" role=\"img\" aria-label=\"Confusion matrix: rows are true classes, columns predicted ones\">";
    out_ << "<rect class=\"frame\" x=\"" << margin << "\" y=\"" << margin << "\" width=\"" << side << "\" height=\""
         << side << "\"/>";
    for (std::size_t row = 0; row < classes_.size(); ++row) draw_row(row);
    draw_titles();
    out_ << "</svg>";
    return out_.str();
  }

 private:
  std::string name(std::size_t i) const { return escape_html(names_[static_cast<std::size_t>(classes_[i])]); }
  double position(std::size_t i) const { return margin + static_cast<double>(i) * cell_; }
  bool shows_counts() const { return classes_.size() <= 12; }

  void draw_row(std::size_t row) {
    const Index samples = confusion_.counts().row(classes_[row]).sum();
    for (std::size_t column = 0; column < classes_.size(); ++column) draw_cell(row, column, samples);
    const double centre = position(row) + cell_ / 2;
    const double size = std::min(13.0, cell_ * 0.95);
    draw_text(margin - 6, centre, size, "end", name(row));
    draw_text(centre, margin - 6 - size / 3, size, "middle", name(row));
  }

  void draw_cell(std::size_t row, std::size_t column, Index samples) {
    const Index count = confusion_(classes_[row], classes_[column]);
    if (count == 0) return;
    const double share = static_cast<double>(count) / static_cast<double>(samples);
    out_ << "<rect class=\"" << (row == column ? "right" : "wrong") << "\" x=\"" << position(column) << "\" y=\""
         << position(row) << "\" width=\"" << cell_ << "\" height=\"" << cell_ << "\" fill-opacity=\"" << opacity(share)
         << "\"><title>true " << name(row) << ", predicted " << name(column) << ": " << count << " of " << samples
         << "</title></rect>";
    if (!shows_counts()) return;
    out_ << "<text class=\"count" << (share > 0.4 ? " on" : "") << "\" x=\"" << position(column) + cell_ / 2
         << "\" y=\"" << position(row) + cell_ / 2 << "\" font-size=\"11\" text-anchor=\"middle\">" << count
         << "</text>";
  }

  void draw_text(double x, double y, double size, const char* anchor, const std::string& text) {
    out_ << "<text x=\"" << x << "\" y=\"" << y << "\" font-size=\"" << size << "\" text-anchor=\"" << anchor << "\">"
         << text << "</text>";
  }

  void draw_titles() {
    constexpr double centre = margin + side / 2.0;
    out_ << "<text class=\"title\" x=\"" << centre << "\" y=\"12\" font-size=\"13\" text-anchor=\"middle\">predicted"
         << "</text><text class=\"title\" x=\"12\" y=\"" << centre << "\" font-size=\"13\" text-anchor=\"middle\" "
         << "transform=\"rotate(-90 12 " << centre << ")\">true</text>";
  }

  const ConfusionMatrix& confusion_;
  const std::vector<std::string>& names_;
  std::vector<Label> classes_;
  double cell_;
  std::ostringstream out_;
};

}  // namespace

std::string heat_map(const ConfusionMatrix& confusion, const std::vector<std::string>& class_names) {
  return HeatMap(confusion, class_names).draw();
}
