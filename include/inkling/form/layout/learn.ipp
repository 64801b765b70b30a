#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/range.hpp>
#include <inkling/form/layout/cells.hpp>
#include <inkling/form/layout/learn.hpp>
#include <inkling/form/layout/ruled_lines.hpp>
#include <inkling/form/registration/cut.hpp>
#include <inkling/form/registration/ink_map.hpp>
#include <inkling/form/registration/register_page.hpp>
#include <inkling/picture/resize.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE void LearnOptions::check() const {
  require<ValueError>(!name.empty(), "LearnOptions::name: expected a name, got an empty text");
}

namespace detail {

/// Paper of any page is white here.
INKLING_INLINE GreyImage on_white(const GreyImage& page) {
  GreyImage white = ink_map(page, std::max<Index>(24, std::max(page.width(), page.height()) / 48));
  for (std::uint8_t& value : white.values()) value = static_cast<std::uint8_t>(255 - value);
  return white;
}

/// The darkest of 3 x 3 pixels.
INKLING_INLINE GreyImage darkest3(const GreyImage& image) {
  GreyImage down(image.width(), image.height());
  for (Index y = 0; y < image.height(); ++y) {
    const std::uint8_t* rows[3] = {image.row(std::max<Index>(0, y - 1)), image.row(y),
                                   image.row(std::min(image.height() - 1, y + 1))};
    for (Index x = 0; x < image.width(); ++x) down(x, y) = std::min({rows[0][x], rows[1][x], rows[2][x]});
  }
  GreyImage result(image.width(), image.height());
  for (Index y = 0; y < image.height(); ++y) {
    const std::uint8_t* row = down.row(y);
    for (Index x = 0; x < image.width(); ++x) {
      result(x, y) = std::min({row[std::max<Index>(0, x - 1)], row[x], row[std::min(image.width() - 1, x + 1)]});
    }
  }
  return result;
}

/// A run of cells side by side, as a person would fill them from left to right.
struct CellRow {
  std::vector<ClosedCell> cells;

  double left() const { return cells.front().box.x; }
  double right() const { return cells.back().box.x + cells.back().box.width; }
  double top() const { return cells.front().box.y; }
  double bottom() const { return cells.front().box.y + cells.front().box.height; }
  double height() const { return cells.front().box.height; }
  double width() const { return cells.front().box.width; }
};

INKLING_INLINE bool alike(double a, double b, double share) {
  return std::abs(a - b) <= share * std::max(a, b);
}

/// Rows of cells of one size whose gaps are at most `gap` cell widths.
INKLING_INLINE std::vector<CellRow> rows_of(std::vector<ClosedCell> cells, double gap) {
  std::sort(cells.begin(), cells.end(), [](const ClosedCell& a, const ClosedCell& b) { return a.box.x < b.box.x; });
  std::vector<CellRow> rows;
  for (const ClosedCell& cell : cells) {
    CellRow* best = nullptr;
    for (CellRow& row : rows) {
      const ClosedCell& last = row.cells.back();
      const double between = cell.box.x - (last.box.x + last.box.width);
      const bool level = std::abs(cell.box.y + cell.box.height / 2 - last.box.y - last.box.height / 2) <
                         0.25 * std::min(cell.box.height, last.box.height);
      if (level && cell.round == last.round && alike(cell.box.height, last.box.height, 0.25) &&
          alike(cell.box.width, last.box.width, 0.35) && between > -2 && between < gap * last.box.width &&
          (best == nullptr || last.box.x > best->cells.back().box.x)) {
        best = &row;
      }
    }
    if (best != nullptr) {
      best->cells.push_back(cell);
    } else {
      rows.push_back({{cell}});
    }
  }
  std::sort(rows.begin(), rows.end(),
            [](const CellRow& a, const CellRow& b) { return a.top() + a.height() / 2 < b.top() + b.height() / 2; });
  return rows;
}

/// Rows that stand on one another in equal columns, the first of each block first.
INKLING_INLINE std::vector<std::vector<CellRow>> blocks_of(const std::vector<CellRow>& rows, double gap) {
  std::vector<std::vector<CellRow>> blocks;
  for (const CellRow& row : rows) {
    std::vector<CellRow>* home = nullptr;
    for (auto& block : blocks) {
      const CellRow& last = block.back();
      const double between = row.top() - last.bottom();
      if (row.cells.size() == last.cells.size() && std::abs(row.left() - last.left()) < 0.3 * last.width() &&
          std::abs(row.right() - last.right()) < 0.3 * last.width() && between > -2 && between < gap * last.height()) {
        home = &block;
      }
    }
    if (home != nullptr) {
      home->push_back(row);
    } else {
      blocks.push_back({row});
    }
  }
  return blocks;
}

INKLING_INLINE Quad quad_of(const Box& box) {
  return upright(box.x, box.y, box.width, box.height);
}

/// The cells of a row, walls shared half and half.
INKLING_INLINE std::vector<Cell> cells_of_row(const CellRow& row) {
  std::vector<Cell> cells;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const Box& box = row.cells[i].box;
    double left = box.x;
    double right = box.x + box.width;
    // Walls between neighbours are thin; where there is more, the cells stand apart.
    if (i > 0) {
      const double before = row.cells[i - 1].box.x + row.cells[i - 1].box.width;
      if (left - before < 0.25 * box.width) left = (left + before) / 2;
    }
    if (i + 1 < row.cells.size()) {
      const double next = row.cells[i + 1].box.x;
      if (next - right < 0.25 * box.width) right = (right + next) / 2;
    }
    cells.push_back({.place = upright(left, row.top(), right - left, row.height()), .value = {}});
  }
  return cells;
}

class FieldProposals {
 public:
  /// mm: pixels a millimetre, if the page's longer side is that of A4.
  explicit FieldProposals(double mm) : mm_(mm) {}

  void add_cells(const std::vector<ClosedCell>& found) {
    std::vector<ClosedCell> bubbles;
    std::vector<ClosedCell> small;
    std::vector<ClosedCell> boxes;
    std::vector<ClosedCell> wide;
    for (const ClosedCell& cell : found) {
      const double height = cell.box.height;
      const double width = cell.box.width;
      // Print inside a place makes it a label; letters in bubbles and guides in boxes stay small.
      if (cell.round && height > 1.8 * mm_ && height < 8 * mm_ && width < 3 * height && width > 0.6 * height) {
        if (cell.print < 0.45) bubbles.push_back(cell);
      } else if (!cell.round && height >= 2 * mm_ && height < 25 * mm_ && width < 1.7 * height &&
                 width > 0.35 * height) {
        const bool little = height < 3.6 * mm_;
        if (cell.print < 0.2 && (!little || cell.alone)) (little ? small : boxes).push_back(cell);
      } else if (!cell.round && height >= 3.5 * mm_ && width >= 1.7 * height && cell.print < 0.01) {
        wide.push_back(cell);
      } else if (!cell.round && height >= 18 * mm_ && width >= 18 * mm_ && cell.print < 0.01) {
        wide.push_back(cell);
      }
    }
    add_boxes(rows_of(boxes, 0.6));
    add_bubbles(rows_of(bubbles, 3));
    add_bubbles(rows_of(small, 1.6));
    add_wide(rows_of(wide, 0.15));
  }

  std::vector<Field> take() {
    // Little boxes in the place of another field are its guides.
    const std::vector<Field> all = fields_;
    std::erase_if(fields_, [&](const Field& field) {
      if (field.kind != FieldKind::tick && field.kind != FieldKind::choice) return false;
      const Quad small = bounds(field.place);
      return std::any_of(all.begin(), all.end(), [&](const Field& other) {
        const Quad box = bounds(other.place);
        return other.kind != FieldKind::tick && other.kind != FieldKind::choice && other.kind != FieldKind::picture &&
               small[0].x >= box[0].x && small[0].y >= box[0].y && small[2].x <= box[2].x && small[2].y <= box[2].y;
      });
    });
    // Reading order: lines of fields that overlap in height, from left to right.
    std::sort(fields_.begin(), fields_.end(), [](const Field& a, const Field& b) { return top(a) < top(b); });
    for (std::size_t begin = 0; begin < fields_.size();) {
      std::size_t end = begin + 1;
      const double limit = (top(fields_[begin]) + bounds(fields_[begin].place)[2].y) / 2;
      while (end < fields_.size() && top(fields_[end]) < limit) ++end;
      std::sort(fields_.begin() + static_cast<std::ptrdiff_t>(begin),
                fields_.begin() + static_cast<std::ptrdiff_t>(end),
                [](const Field& a, const Field& b) { return bounds(a.place)[0].x < bounds(b.place)[0].x; });
      begin = end;
    }
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      const std::string number = std::to_string(i + 1);
      fields_[i].name = "field" + (number.size() < 2 ? "0" + number : number);
    }
    return std::move(fields_);
  }

  /// A bare line to write on, and combs: a line with short bars on it. ink: at 1/factor of the page.
  void add_lines(const GreyImage& ink, double factor, const std::vector<ClosedCell>& cells);

 private:
  static double top(const Field& field) { return bounds(field.place)[0].y; }

  void add_boxes(const std::vector<CellRow>& rows) {
    for (const auto& block : blocks_of(rows, 0.3)) {
      const std::size_t columns = block[0].cells.size();
      if (block.size() >= 4 && columns >= 6) {
        add_table(block);
        continue;
      }
      for (const CellRow& row : block) {
        if (columns == 1) {
          if (!row.cells[0].alone || row.height() > 8 * mm_) {
            // A box for a number whose digits have no walls between them, or guides.
            if (row.height() >= 5 * mm_ && row.width() > 0.9 * row.height()) {
              fields_.push_back({.name = {}, .kind = FieldKind::digits, .place = quad_of(row.cells[0].box)});
            }
            continue;
          }
          fields_.push_back({.name = {}, .kind = FieldKind::tick, .place = quad_of(row.cells[0].box)});
        } else if (row.height() >= 3.5 * mm_) {
          add_row(row, FieldKind::digits);
        } else {
          for (const ClosedCell& cell : row.cells) {
            fields_.push_back({.name = {}, .kind = FieldKind::tick, .place = quad_of(cell.box)});
          }
        }
      }
    }
  }

  void add_row(const CellRow& row, FieldKind kind) {
    const Quad place = upright(row.left(), row.top(), row.right() - row.left(), row.height());
    Field field{.name = {}, .kind = kind, .place = place};
    field.style = CellStyle::boxes;
    field.cells = cells_of_row(row);
    // Even cells are told by their number alone.
    bool even = true;
    for (std::size_t i = 0; i < field.cells.size(); ++i) {
      const auto at = static_cast<double>(i) / static_cast<double>(field.cells.size());
      even = even && std::abs(field.cells[i].place[0].x - point_in(place, at, 0).x) < 0.12 * row.width();
    }
    if (even) {
      field.even_cells = field.cells.size();
      field.cells.clear();
    }
    fields_.push_back(std::move(field));
  }

  void add_bubbles(const std::vector<CellRow>& rows) {
    for (const auto& block : blocks_of(rows, 3)) {
      const std::size_t columns = block[0].cells.size();
      if (block.size() == 10 && columns != 10 && columns < 16) {
        // Ten rows for the ten digits: a number, a column for each of its digits.
        for (std::size_t c = 0; c < columns; ++c) {
          std::vector<Cell> cells;
          for (std::size_t r = 0; r < block.size(); ++r) {
            cells.push_back({.place = quad_of(block[r].cells[c].box), .value = std::to_string(r)});
          }
          add_choice(std::move(cells));
        }
        continue;
      }
      for (const CellRow& row : block) {
        std::vector<Cell> cells;
        for (std::size_t c = 0; c < row.cells.size(); ++c) {
          const std::string value(1, static_cast<char>('A' + static_cast<char>(c % 26)));
          cells.push_back({.place = quad_of(row.cells[c].box), .value = value});
        }
        if (cells.size() == 1) {
          // A lone circle is a letter.
          if (!row.cells[0].round) fields_.push_back({.name = {}, .kind = FieldKind::tick, .place = cells[0].place});
        } else {
          add_choice(std::move(cells));
        }
      }
    }
  }

  void add_choice(std::vector<Cell> cells) {
    const Quad first = cells.front().place;
    const Quad last = cells.back().place;
    Field field{.name = {},
                .kind = FieldKind::choice,
                .place = {first[0], {last[1].x, first[1].y}, last[2], {first[3].x, last[3].y}}};
    field.cells = std::move(cells);
    fields_.push_back(std::move(field));
  }

  void add_wide(const std::vector<CellRow>& rows) {
    for (const auto& block : blocks_of(rows, 0.3)) {
      if (block.size() >= 4 && block[0].cells.size() >= 2) {
        add_table(block);
        continue;
      }
      for (const CellRow& row : block) {
        for (const ClosedCell& cell : row.cells) {
          Field field{.name = {}, .kind = FieldKind::text, .place = quad_of(cell.box)};
          field.style = CellStyle::line;
          if (cell.box.height > 18 * mm_) field.kind = FieldKind::picture;
          fields_.push_back(std::move(field));
        }
      }
    }
  }

  void add_table(const std::vector<CellRow>& block) {
    Field field{.name = {},
                .kind = FieldKind::table,
                .place = upright(block[0].left(), block[0].top(), block[0].right() - block[0].left(),
                                 block.back().bottom() - block[0].top())};
    field.rows = block.size();
    for (std::size_t c = 0; c < block[0].cells.size(); ++c) {
      field.columns.push_back({.name = "column" + std::to_string(c + 1)});
    }
    fields_.push_back(std::move(field));
  }

  double mm_;
  std::vector<Field> fields_;
};

INKLING_INLINE void FieldProposals::add_lines(const GreyImage& ink, double factor,
                                              const std::vector<ClosedCell>& cells) {
  const double mm = mm_ / factor;
  const RuledLineOptions options{.threshold = print_threshold(ink),
                                 .min_length = static_cast<Index>(12 * mm),
                                 .max_thickness = std::max<Index>(3, static_cast<Index>(1.2 * mm)),
                                 .max_gap = std::max<Index>(3, static_cast<Index>(0.6 * mm)),
                                 .max_slope = 0.03,
                                 .min_seen = 0.9};
  for (const RuledLine& line : follow_lines(transposed(ink), options)) {
    const auto length = static_cast<double>(line.centre.size());
    if (length < 20 * mm) continue;
    const auto middle = static_cast<double>(line.first) + length / 2;
    const double y = line.at(middle);
    // Lines that close a box in are not to write on.
    const bool closing = std::any_of(cells.begin(), cells.end(), [&](const ClosedCell& cell) {
      const double left = cell.box.x / factor;
      const double right = (cell.box.x + cell.box.width) / factor;
      const double upper = cell.box.y / factor;
      const double lower = (cell.box.y + cell.box.height) / factor;
      const bool beside = right > static_cast<double>(line.first) && left < static_cast<double>(line.end());
      return beside && (std::abs(upper - y) < 2 * mm || std::abs(lower - y) < 2 * mm);
    });
    if (closing) continue;
    // Ink in a band above it: bars of a comb stand at even distances, and a place to write on is empty.
    const auto above = [&](Index x, double from, double to) {
      int count = 0;
      for (auto v = static_cast<Index>(y - to); v < static_cast<Index>(y - from); ++v) {
        if (v >= 0) count += ink(x, v) >= options.threshold ? 1 : 0;
      }
      return count / std::max(1.0, to - from);
    };
    std::vector<double> bars;
    double high = 0;
    for (Index x = line.first; x < line.end(); ++x) {
      const auto thick = static_cast<double>(line.thickness);
      const bool bar = above(x, thick, thick + 1.2 * mm) > 0.75;
      high += above(x, 3.2 * mm, 6 * mm) > 0 ? 1 : 0;
      if (bar && (bars.empty() || static_cast<double>(x) - bars.back() > 1.5 * mm))
        bars.push_back(static_cast<double>(x));
    }
    if (high > 0.12 * length) continue;
    std::vector<double> steps;
    for (std::size_t i = 0; i + 1 < bars.size(); ++i) steps.push_back(bars[i + 1] - bars[i]);
    std::vector<double> sorted = steps;
    std::sort(sorted.begin(), sorted.end());
    const bool even = steps.size() >= 3 && sorted[sorted.size() / 2] > 2.5 * mm &&
                      sorted[sorted.size() / 2] < 12 * mm &&
                      std::count_if(steps.begin(), steps.end(), [&](double step) {
                        return alike(step, sorted[sorted.size() / 2], 0.15);
                      }) >= static_cast<std::ptrdiff_t>(0.8 * static_cast<double>(steps.size()));
    Field field{.name = {}, .kind = FieldKind::text, .place = {}};
    field.style = CellStyle::line;
    if (even) {
      field.kind = FieldKind::mixed;
      field.style = CellStyle::comb;
      const double pitch = sorted[sorted.size() / 2];
      const double left =
          bars.front() - static_cast<double>(line.first) > 0.6 * pitch ? bars.front() - pitch : bars.front();
      const double right =
          static_cast<double>(line.end()) - bars.back() > 0.6 * pitch ? bars.back() + pitch : bars.back();
      field.even_cells = static_cast<std::size_t>(std::lround((right - left) / pitch));
      field.place = upright(left * factor, (y - 6 * mm) * factor, (right - left) * factor, 6 * mm * factor);
    } else {
      field.place =
          upright(static_cast<double>(line.first) * factor, (y - 7 * mm) * factor, length * factor, 7 * mm * factor);
    }
    if (field.place[0].y >= 0) fields_.push_back(std::move(field));
  }
}

INKLING_INLINE std::array<std::uint8_t, 3> colour_of(FieldKind kind) {
  switch (kind) {
    case FieldKind::tick:
    case FieldKind::choice:
      return {200, 60, 20};
    case FieldKind::table:
      return {130, 50, 180};
    case FieldKind::text:
    case FieldKind::picture:
      return {20, 110, 60};
    default:
      return {20, 70, 200};
  }
}

/// A straight line, `thick` pixels wide.
INKLING_INLINE void draw_line(RgbImage& image, const Point& a, const Point& b, double thick,
                              const std::array<std::uint8_t, 3>& colour) {
  const double length = std::max(1.0, std::hypot(b.x - a.x, b.y - a.y));
  for (double t = 0; t <= length; t += 0.5) {
    const double x = a.x + (b.x - a.x) * t / length;
    const double y = a.y + (b.y - a.y) * t / length;
    for (auto v = static_cast<Index>(y - thick / 2); v <= static_cast<Index>(y + thick / 2); ++v) {
      for (auto u = static_cast<Index>(x - thick / 2); u <= static_cast<Index>(x + thick / 2); ++u) {
        if (u >= 0 && v >= 0 && u < image.width() && v < image.height()) image(u, v) = colour;
      }
    }
  }
}

}  // namespace detail

INKLING_INLINE GreyImage learn_print(std::span<const GreyImage> pages, std::vector<std::string>& remarks) {
  require<ValueError>(!pages.empty(), "learn_print: at least one page expected");
  GreyImage first = detail::on_white(pages[0]);
  if (pages.size() == 1) {
    remarks.push_back(
        "one page: all that is on it counts as print; where it is filled in, give two or three more pages");
    return first;
  }
  const ReferencePage reference(pages[0]);
  std::vector<GreyImage> others;
  for (std::size_t i = 1; i < pages.size(); ++i) {
    const Registration registration = register_page(reference, pages[i]);
    if (!registration.registered) {
      remarks.push_back("page " + std::to_string(i + 1) + " was left out: " + registration.reason);
      continue;
    }
    const Quad whole = upright(0, 0, reference.width(), reference.height());
    const GreyImage page =
        cut<std::uint8_t>(detail::on_white(pages[i]), registration.map, whole, first.width(), first.height(), 0);
    others.push_back(detail::darkest3(detail::darkest3(page)));
  }
  if (others.size() < 2) {
    remarks.push_back("only " + std::to_string(others.size() + 1) +
                      " pages lie on one another: writing at the same place on all of them counts as print; three or "
                      "more tell them apart");
  }
  if (others.empty()) return first;
  // The brightest, but for one in four pages that may be damaged there.
  const std::size_t rank = others.size() - 1 - others.size() / 4;
  std::vector<std::uint8_t> levels(others.size());
  for (Index y = 0; y < first.height(); ++y) {
    for (Index x = 0; x < first.width(); ++x) {
      if (first(x, y) == 255) continue;
      for (std::size_t i = 0; i < others.size(); ++i) levels[i] = others[i](x, y);
      std::nth_element(levels.begin(), levels.begin() + static_cast<std::ptrdiff_t>(rank), levels.end());
      first(x, y) = std::max(first(x, y), levels[rank]);
    }
  }
  return first;
}

INKLING_INLINE std::vector<Field> propose_fields(const GreyImage& print) {
  const Index side = std::max(print.width(), print.height());
  const Index factor = std::max<Index>(1, side / 1750);
  const GreyImage small = shrink(print, factor);
  const double mm = static_cast<double>(std::max(small.width(), small.height())) / 297;
  std::vector<ClosedCell> cells = find_closed_cells(
      small, {.least = std::max(6.0, 1.8 * mm), .gap = std::max<Index>(4, static_cast<Index>(1.6 * mm))});
  const auto scale = static_cast<double>(factor);
  for (ClosedCell& cell : cells) {
    cell.box = {cell.box.x * scale, cell.box.y * scale, cell.box.width * scale, cell.box.height * scale};
  }
  detail::FieldProposals proposals(mm * scale);
  proposals.add_cells(cells);
  proposals.add_lines(ink_map(small), scale, cells);
  return proposals.take();
}

INKLING_INLINE LearntForm learn_form(std::span<const GreyImage> pages, const LearnOptions& options) {
  options.check();
  LearntForm learnt;
  learnt.print = learn_print(pages, learnt.remarks);
  learnt.form.name = options.name;
  learnt.form.page.width = static_cast<double>(pages[0].width());
  learnt.form.page.height = static_cast<double>(pages[0].height());
  learnt.form.fields = propose_fields(learnt.print);
  if (learnt.form.fields.empty()) learnt.remarks.push_back("no boxes, lines or bubbles were found: add fields by hand");
  return learnt;
}

INKLING_INLINE RgbImage draw_fields(const GreyImage& page, std::span<const Field> fields) {
  RgbImage image(page.width(), page.height());
  for (Index y = 0; y < page.height(); ++y) {
    for (Index x = 0; x < page.width(); ++x) {
      // Paler, so that the colours stand out.
      const auto grey = static_cast<std::uint8_t>(255 - (255 - page(x, y)) * 6 / 10);
      image(x, y) = {grey, grey, grey};
    }
  }
  const double thick = std::max(1.0, static_cast<double>(std::max(page.width(), page.height())) / 900);
  for (const Field& field : fields) {
    const auto colour = detail::colour_of(field.kind);
    const auto outline = [&](const Quad& quad, double width) {
      for (std::size_t i = 0; i < 4; ++i) detail::draw_line(image, quad[i], quad[(i + 1) % 4], width, colour);
    };
    outline(field.place, 2 * thick);
    for (const Cell& cell : cells_of(field)) outline(cell.place, thick);
  }
  return image;
}

}  // namespace inkling::inline INKLING_ABI::form
