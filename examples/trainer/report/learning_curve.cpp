#include "report/learning_curve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>
#include <string>

#include "report/axis.hpp"

namespace {

using inkling::Progress;

constexpr double left = 46;     // of the plots
constexpr double right = 384;   // leaves room for the names of the lines
constexpr double height = 150;  // of a plot
constexpr int width = 460;

using Measure = std::optional<double> Progress::*;

/// One of the two plots.
struct Plot {
  const char* title;
  const char* unit;
  double scale;  // from the measure to the unit
  Measure training;
  Measure validation;
};

constexpr Plot accuracy_plot{"Accuracy in %", " %", 100, &Progress::accuracy, &Progress::validation_accuracy};
constexpr Plot loss_plot{"Loss", "", 1, &Progress::loss, &Progress::validation_loss};

std::string fixed(double value, int decimals) {
  return fmt::format("{:.{}f}", value, decimals);
}

/// The epoch whose weights are kept; nothing without validation.
const Progress* best_epoch(const LearningCurve& curve) {
  const auto best = std::max_element(curve.begin(), curve.end(), [](const Progress& a, const Progress& b) {
    return a.validation_accuracy < b.validation_accuracy;
  });
  return best->validation_accuracy ? &*best : nullptr;
}

std::string best_text(const Progress& best) {
  return "best validation " + fixed(100 * *best.validation_accuracy, 2) + " %, epoch " + std::to_string(best.step);
}

/// From the measures of a plot to its place in the picture.
class Panel {
 public:
  Panel(const Plot& plot, const LearningCurve& curve, double top, std::ostream& out)
      : plot_(plot), curve_(curve), top_(top), epochs_(epoch_axis(curve)), values_(value_axis()), out_(out) {}

  void draw(const std::string& note) {
    out_ << "<text class=\"heading\" x=\"" << left << "\" y=\"" << top_ - 22 << "\">" << plot_.title << "</text>"
         << "<text class=\"end\" x=\"" << right << "\" y=\"" << top_ - 22 << "\">" << note << "</text>";
    draw_axes();
    draw_line(plot_.training, "training");
    draw_line(plot_.validation, "validation");
    draw_names();
  }

 private:
  static Axis epoch_axis(const LearningCurve& curve) {
    const auto first = static_cast<double>(curve.front().step);
    const auto last = static_cast<double>(curve.back().step);
    Axis axis = make_axis(first, last, 8, 1);
    axis.low = first;  // the ends are those of the run; ticks outside are not drawn
    axis.high = std::max(first + 1, last);
    return axis;
  }

  Axis value_axis() const {
    double low = 1e300;
    double high = -1e300;
    for (const Progress& epoch : curve_) {
      for (const Measure measure : {plot_.training, plot_.validation}) {
        if (!(epoch.*measure)) continue;
        low = std::min(low, plot_.scale * *(epoch.*measure));
        high = std::max(high, plot_.scale * *(epoch.*measure));
      }
    }
    return low <= high ? make_axis(low, high, 5) : make_axis(0, 1, 5);
  }

  double x(const Progress& epoch) const { return x(static_cast<double>(epoch.step)); }
  double x(double epoch) const { return left + (right - left) * epochs_.position(epoch); }
  double y(double value) const { return top_ + height * (1 - values_.position(value)); }
  double y(const Progress& epoch, Measure measure) const { return y(plot_.scale * *(epoch.*measure)); }

  void draw_axes() {
    for (const double tick : values_.ticks) {
      out_ << "<line class=\"rule\" x1=\"" << left << "\" x2=\"" << right << "\" y1=\"" << y(tick) << "\" y2=\""
           << y(tick) << "\"/><text class=\"end\" x=\"" << left - 8 << "\" y=\"" << y(tick) << "\">"
           << fixed(tick, values_.decimals) << "</text>";
    }
    for (const double tick : epochs_.ticks) {
      if (tick < epochs_.low || tick > epochs_.high) continue;
      out_ << "<text class=\"middle\" x=\"" << x(tick) << "\" y=\"" << top_ + height + 16 << "\">" << fixed(tick, 0)
           << "</text>";
    }
    out_ << "<text x=\"" << right + 16 << "\" y=\"" << top_ + height + 16 << "\">epoch</text>";
  }

  void draw_line(Measure measure, const char* name) {
    out_ << "<polyline class=\"line " << name << "\" points=\"";
    for (const Progress& epoch : curve_) {
      if (epoch.*measure) out_ << x(epoch) << ',' << y(epoch, measure) << ' ';
    }
    out_ << "\"/>";
    const Progress* best = measure == &Progress::validation_accuracy ? best_epoch(curve_) : nullptr;
    for (const Progress& epoch : curve_) {
      if (!(epoch.*measure)) continue;
      out_ << "<circle class=\"point " << name << (&epoch == best ? " best" : "") << "\" cx=\"" << x(epoch)
           << "\" cy=\"" << y(epoch, measure) << "\" r=\"" << (&epoch == best ? 5 : 3) << "\"><title>epoch "
           << epoch.step << ": " << name << ' ' << fixed(plot_.scale * *(epoch.*measure), 3) << plot_.unit
           << "</title></circle>";
    }
  }

  /// Beside the ends of the lines, at a distance that can be read.
  void draw_names() {
    constexpr double apart = 15;
    const Progress& last = curve_.back();
    std::optional<double> training;
    std::optional<double> validation;
    if (last.*plot_.training) training = y(last, plot_.training);
    if (last.*plot_.validation) validation = y(last, plot_.validation);
    if (training && validation && std::abs(*training - *validation) < apart) {
      const double middle = (*training + *validation) / 2;
      const double shift = *training < *validation ? -apart / 2 : apart / 2;
      training = middle + shift;
      validation = middle - shift;
    }
    const auto draw = [&](const std::optional<double>& at, const char* name) {
      if (at) out_ << "<text class=\"name\" x=\"" << right + 12 << "\" y=\"" << *at << "\">" << name << "</text>";
    };
    draw(training, "training");
    draw(validation, "validation");
  }

  const Plot& plot_;
  const LearningCurve& curve_;
  double top_;
  Axis epochs_;
  Axis values_;
  std::ostream& out_;
};

std::string description(const LearningCurve& curve) {
  const Progress& last = curve.back();
  std::string text = "Epochs " + std::to_string(curve.front().step) + " to " + std::to_string(last.step) + ".";
  if (last.accuracy) text += " Training accuracy at the end: " + fixed(100 * *last.accuracy, 2) + " %.";
  if (const Progress* best = best_epoch(curve)) text += " The " + best_text(*best) + ".";
  return text;
}

}  // namespace

Picture draw_learning_curve(const LearningCurve& curve) {
  constexpr double first_top = 40;
  constexpr double second_top = first_top + height + 76;
  std::ostringstream out;
  const Progress* best = best_epoch(curve);
  Panel(accuracy_plot, curve, first_top, out).draw(best != nullptr ? best_text(*best) : "");
  Panel(loss_plot, curve, second_top, out).draw("");
  return {.width = width,
          .height = static_cast<int>(second_top + height) + 34,
          .title = "Learning curve",
          .description = description(curve),
          .elements = out.str()};
}
