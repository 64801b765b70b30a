// Reads the fields of a folder of found pages, whose places are known, and counts what is right.
//
//     inkling-form-cells MODEL FOLDER [--set NAME]... [--part tune|last|all] [--show FILE.pgm] [--verbose] [--curve]
//                      [--without-lines]

#include <inkling/codec/decode.hpp>
#include <inkling/form/field_picture.hpp>
#include <inkling/form/read_cells.hpp>
#include <inkling/io/model/line_file.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/line/segment.hpp>
#include <inkling/picture/encode.hpp>

#include <Eigen/LU>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace inkling;
namespace fs = std::filesystem;

std::vector<std::uint8_t> bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> csv_row(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      cells.emplace_back();
    else if (c != '\r')
      cells.back() += c;
  }
  return cells;
}

struct Row {
  std::map<std::string, std::string> v;
};
std::vector<Row> read_csv(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  const auto names = csv_row(line);
  std::vector<Row> rows;
  while (std::getline(file, line)) {
    const auto cells = csv_row(line);
    Row row;
    for (std::size_t i = 0; i < names.size(); ++i) row.v[names[i]] = i < cells.size() ? cells[i] : "";
    rows.push_back(row);
  }
  return rows;
}

/// The picture of a quad with a margin, by a homography.
form::FieldPicture cut(const GreyImage& page, const std::array<double, 8>& q) {
  const double w = std::round(std::max(std::hypot(q[2] - q[0], q[3] - q[1]), std::hypot(q[4] - q[6], q[5] - q[7])));
  const double h = std::round(std::max(std::hypot(q[6] - q[0], q[7] - q[1]), std::hypot(q[4] - q[2], q[5] - q[3])));
  Eigen::Matrix<double, 8, 8> a;
  Eigen::Matrix<double, 8, 1> b;
  const double ux[4] = {0, w, w, 0}, uy[4] = {0, 0, h, h};
  for (int i = 0; i < 4; ++i) {
    const double x = q[static_cast<std::size_t>(2 * i)], y = q[static_cast<std::size_t>(2 * i + 1)];
    a.row(2 * i) << ux[i], uy[i], 1, 0, 0, 0, -ux[i] * x, -uy[i] * x;
    a.row(2 * i + 1) << 0, 0, 0, ux[i], uy[i], 1, -ux[i] * y, -uy[i] * y;
    b[2 * i] = x;
    b[2 * i + 1] = y;
  }
  const Eigen::Matrix<double, 8, 1> m = a.fullPivLu().solve(b);
  const double margin = std::round(0.4 * h);
  form::FieldPicture field;
  field.place = {margin, margin, w, h};
  field.picture = GreyImage(static_cast<Index>(w + 2 * margin), static_cast<Index>(h + 2 * margin));
  for (Index y = 0; y < field.picture.height(); ++y) {
    for (Index x = 0; x < field.picture.width(); ++x) {
      const double u = static_cast<double>(x) + 0.5 - margin, v = static_cast<double>(y) + 0.5 - margin;
      const double z = m[6] * u + m[7] * v + 1;
      const double px =
          std::clamp((m[0] * u + m[1] * v + m[2]) / z - 0.5, 0.0, static_cast<double>(page.width() - 1) - 1e-3);
      const double py =
          std::clamp((m[3] * u + m[4] * v + m[5]) / z - 0.5, 0.0, static_cast<double>(page.height() - 1) - 1e-3);
      const auto ix = static_cast<Index>(px), iy = static_cast<Index>(py);
      const double fx = px - static_cast<double>(ix), fy = py - static_cast<double>(iy);
      const Index jx = std::min(ix + 1, page.width() - 1), jy = std::min(iy + 1, page.height() - 1);
      field.picture(x, y) = static_cast<std::uint8_t>((1 - fy) * ((1 - fx) * page(ix, iy) + fx * page(jx, iy)) +
                                                      fy * ((1 - fx) * page(ix, jy) + fx * page(jx, jy)) + 0.5);
    }
  }
  return field;
}

struct Item {
  std::string set, file, name, kind, truth, text;
  form::Field field;
  form::FieldPicture picture;
};

/// As a template would say it.
void describe(Item& item, double ratio) {
  static const std::map<std::string, form::FieldKind> kinds{
      {"digits", form::FieldKind::digits},   {"printed", form::FieldKind::digits}, {"upper", form::FieldKind::upper},
      {"lower", form::FieldKind::lower},     {"mixed", form::FieldKind::mixed},    {"date", form::FieldKind::date},
      {"decimal", form::FieldKind::decimal}, {"grade", form::FieldKind::text},     {"words", form::FieldKind::text},
      {"amount", form::FieldKind::decimal}};
  const auto kind = kinds.find(item.kind.empty() ? "digits" : item.kind);
  item.field.kind = kind == kinds.end() ? form::FieldKind::mixed : kind->second;
  if (item.kind == "grade") item.field.charset = "A-H+-";
  const std::string& s = item.set;
  std::size_t cells = 0;
  if (s == "c1-forms") cells = item.name == "year" ? 4 : item.name == "day" || item.name == "month" ? 2 : 3;
  if (s == "c1-2014" || s == "c1-photos" || s == "tally-columns") cells = 3;
  if (s == "phone-forms" && item.kind == "digits") cells = ratio > 2.7 ? 3 : 2;
  if (s == "sudoku-photos") cells = 1;
  if (s == "marks-table-photo" && item.name[0] == 'q') cells = 1;
  if (s == "exam-covers" && (item.name == "student" || item.name == "exam")) cells = 8;
  if (s == "exam-covers" && item.kind == "upper") cells = 1;
  if (s == "quexf") cells = item.name == "amount" ? 4 : 24;
  if (s == "bubble-id") cells = item.text.size();
  if (s == "address_forms" && item.kind == "digits") cells = 6;
  if (s == "tally-columns" || s == "address_forms" || (s == "exam-covers" && cells == 0))
    item.field.style = form::CellStyle::line;
  item.field.even_cells = cells;
}

int main(int argc, char** argv) try {
  std::set<std::string> only;
  std::string part = "tune", show;
  bool verbose = false, curve = false, without_lines = false;
  for (int i = 3; i < argc; ++i) {
    const std::string a = argv[i];
    if (a == "--set")
      only.insert(argv[++i]);
    else if (a == "--part")
      part = argv[++i];
    else if (a == "--show")
      show = argv[++i];
    else if (a == "--verbose")
      verbose = true;
    else if (a == "--curve")
      curve = true;
    else if (a == "--without-lines")
      without_lines = true;
  }
  const auto model = load_model(argv[1]);
  const auto lines = without_lines ? nullptr : find_lines(fs::path(argv[1]).parent_path());
  struct Count {
    int n = 0, right = 0;
    int chars = 0, errors = 0;
  };
  std::map<std::string, Count> counts;
  std::vector<std::pair<double, bool>> confidences;
  double seconds = 0;
  long cells_read = 0;
  std::vector<GreyImage> shown;
  for (const std::string& set : std::set<std::string>{
           "c1-forms", "c1-2014", "c1-photos", "phone-forms", "marksheets", "sudoku-photos", "tally-columns",
           "exam-covers", "quexf", "kyc-form", "sample_cheques", "address_forms", "bubble-id", "marks-table-photo"}) {
    if (!only.empty() && !only.contains(set)) continue;
    const fs::path folder = fs::path(argv[2]) / set;
    std::map<std::string, std::vector<Row>> pages;
    for (const Row& row : read_csv(folder / "fields.csv")) pages[row.v.at("file")].push_back(row);
    std::size_t number = 0;
    for (const auto& [file, rows] : pages) {
      const bool tuning = number++ % 2 == 0;
      if ((part == "tune" && !tuning) || (part == "last" && tuning)) continue;
      const auto bytes = bytes_of(folder / file);
      const GreyImage page =
          decode_image(bytes, {.bytes = 1U << 28U, .side = 16384, .pixels = 1 << 28, .memory = 1U << 30U});
      std::vector<Item> items;
      for (const Row& row : rows) {
        Item item;
        item.set = set;
        item.file = file;
        item.name = row.v.at("field");
        item.kind = row.v.at("kind");
        item.text = row.v.at("text");
        item.truth = row.v.contains("digits") && !row.v.at("digits").empty() ? row.v.at("digits") : item.text;
        std::erase(item.truth, ' ');
        if (item.kind == "digits") std::erase_if(item.truth, [](char c) { return c < '0' || c > '9'; });
        std::array<double, 8> q{};
        const std::string quad = row.v.contains("quad") ? row.v.at("quad") : "";
        if (!quad.empty()) {
          std::istringstream in(quad);
          for (double& value : q) in >> value;
        } else {
          const double x = std::stod(row.v.at("x")), y = std::stod(row.v.at("y")), w = std::stod(row.v.at("w")),
                       h = std::stod(row.v.at("h"));
          q = {x, y, x + w, y, x + w, y + h, x, y + h};
        }
        item.picture = cut(page, q);
        describe(item, item.picture.place.width / item.picture.place.height);
        item.field.name = item.name;
        items.push_back(std::move(item));
      }
      std::vector<form::Field> fields;
      std::vector<form::FieldPicture> pictures;
      for (const Item& item : items) {
        fields.push_back(item.field);
        pictures.push_back(item.picture);
      }
      const auto start = std::chrono::steady_clock::now();
      form::ReadCellsOptions options{.lines = lines};
      if (!show.empty())
        options.on_step = [&](std::size_t index, std::string_view, const GreyImage& clean) {
          const Index w = std::min<Index>(clean.width(), 780);
          GreyImage both(1600, clean.height() + 10, 160);
          const GreyImage& p = pictures[index].picture;
          const double scale = static_cast<double>(clean.height()) / static_cast<double>(p.height());
          for (Index y = 0; y < clean.height(); ++y) {
            for (Index x = 0; x < w; ++x) {
              both(x, y) =
                  p(std::min<Index>(p.width() - 1, static_cast<Index>((static_cast<double>(x) + 0.5) / scale)),
                    std::min<Index>(p.height() - 1, static_cast<Index>((static_cast<double>(y) + 0.5) / scale)));
              both(w + 5 + x, y) = clean(x, y);
            }
          }
          shown.push_back(std::move(both));
        };
      const std::size_t shown_before = shown.size();
      const auto readings = form::read_cells(fields, pictures, *model, options);
      seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      std::vector<GreyImage> keep;
      for (std::size_t i = 0; i < items.size(); ++i) {
        const Item& item = items[i];
        cells_read += static_cast<long>(readings[i].cells.size());
        std::string got = readings[i].text;
        std::erase(got, ' ');
        if (item.kind == "date" &&
            std::all_of(item.truth.begin(), item.truth.end(), [](char c) { return c >= '0' && c <= '9'; })) {
          std::erase_if(got, [](char c) { return c < '0' || c > '9'; });
        }
        const auto fold = [&](std::string t) {
          if (item.kind != "digits")
            for (char& c : t) c = static_cast<char>(std::toupper(c));
          return t;
        };
        const bool right = fold(got) == fold(item.truth);
        const std::string key = set + " " + item.kind;
        if (set == "sample_cheques" && item.kind == "mixed") continue;
        const std::string label = item.truth.empty() ? set + " empty" : key;
        Count& count = counts[label];
        ++count.n;
        count.right += right;
        {
          const std::string a = fold(got), b = fold(item.truth);
          std::vector<int> d(b.size() + 1);
          for (std::size_t k = 0; k <= b.size(); ++k) d[k] = static_cast<int>(k);
          for (std::size_t r = 1; r <= a.size(); ++r) {
            int diagonal = d[0];
            d[0] = static_cast<int>(r);
            for (std::size_t k = 1; k <= b.size(); ++k) {
              const int next = std::min({d[k] + 1, d[k - 1] + 1, diagonal + (a[r - 1] != b[k - 1])});
              diagonal = d[k];
              d[k] = next;
            }
          }
          count.chars += static_cast<int>(b.size());
          count.errors += d.back();
        }
        if (!item.truth.empty()) confidences.emplace_back(readings[i].confidence, right);
        if (!right && verbose) {
          std::cout << "  " << set << " " << file << " " << item.name << " " << item.kind << ": " << item.text << " -> "
                    << got << "  " << readings[i].confidence
                    << (readings[i].cells.size() ? " cells " + std::to_string(readings[i].cells.size()) : "");
          for (const auto& c : readings[i].cells)
            std::cout << " "
                      << (c.status == form::CellStatus::read      ? c.candidates.front().label
                          : c.status == form::CellStatus::crossed ? "x"
                                                                  : "_")
                      << ":" << (c.candidates.empty() ? 0.0 : std::round(100 * c.candidates.front().probability));
          std::cout << "\n";
        }
        if (!show.empty() && !right && shown_before + i < shown.size()) keep.push_back(shown[shown_before + i]);
      }
      shown.resize(shown_before);
      for (auto& k : keep) shown.push_back(std::move(k));
    }
  }
  for (const auto& [key, c] : counts) {
    std::printf("%-28s %4d fields, %5.1f %% right, characters wrong %5.2f %%\n", key.c_str(), c.n,
                100.0 * c.right / c.n, c.chars ? 100.0 * c.errors / c.chars : 0.0);
  }
  std::sort(confidences.rbegin(), confidences.rend());
  for (const double limit : {0.005, 0.01, 0.02}) {
    int wrong = 0;
    std::size_t accepted = 0;
    for (std::size_t i = 0; i < confidences.size(); ++i) {
      wrong += !confidences[i].second;
      if (wrong <= limit * static_cast<double>(i + 1)) accepted = i + 1;
    }
    std::printf("accepted at %.1f %% error: %.1f %%\n", 100 * limit,
                100.0 * static_cast<double>(accepted) / static_cast<double>(confidences.size()));
  }
  if (curve && !confidences.empty()) {
    // What a look at the least sure leaves: confidences are sorted, the surest first.
    const auto wrong_among = [&](std::size_t surest) {
      return std::count_if(confidences.begin(), confidences.begin() + static_cast<std::ptrdiff_t>(surest),
                           [](const auto& field) { return !field.second; });
    };
    const auto all = wrong_among(confidences.size());
    for (const double looked : {0.05, 0.1, 0.15, 0.3}) {
      const auto kept =
          confidences.size() - static_cast<std::size_t>(std::ceil(looked * static_cast<double>(confidences.size())));
      std::printf("the least sure %2.0f %% looked at: %ld of %ld wrong fields left, at least %ld\n", 100 * looked,
                  static_cast<long>(wrong_among(kept)), static_cast<long>(all),
                  std::max(0L, static_cast<long>(all) - static_cast<long>(confidences.size() - kept)));
    }
    // How true confidences are: of the fields between two of them, the share that is right.
    for (const auto& [low, high] : {std::pair{0.0, 0.5},
                                    {0.5, 0.8},
                                    {0.8, 0.9},
                                    {0.9, 0.95},
                                    {0.95, 0.98},
                                    {0.98, 0.99},
                                    {0.99, 0.995},
                                    {0.995, 0.999},
                                    {0.999, 1.01}}) {
      int n = 0;
      int right = 0;
      double sum = 0;
      for (const auto& [confidence, good] : confidences) {
        if (confidence < low || confidence >= high) continue;
        ++n;
        right += good;
        sum += confidence;
      }
      if (n > 0)
        std::printf("confidence %.3f to %.3f: %4d fields, told %.3f, right %.3f\n", low, std::min(high, 1.0), n,
                    sum / n, 1.0 * right / n);
    }
  }
  std::printf("%ld cells, %.3f s, %.2f ms a cell\n", cells_read, seconds,
              1000 * seconds / static_cast<double>(cells_read));
  if (!show.empty()) {
    int sheet = 0;
    for (std::size_t first = 0; first < shown.size();) {
      Index height = 0;
      std::size_t last = first;
      while (last < shown.size() && height + shown[last].height() < 1500) height += shown[last++].height();
      if (last == first) ++last, height = shown[first].height();
      GreyImage all(1600, height, 255);
      Index y = 0;
      for (; first < last; ++first) {
        std::copy(shown[first].values().begin(), shown[first].values().end(), all.row(y));
        y += shown[first].height();
      }
      const auto png = encode_png(all);
      std::ofstream(show + std::to_string(sheet++) + ".png", std::ios::binary)
          .write(reinterpret_cast<const char*>(png.data()), static_cast<std::streamsize>(png.size()));
    }
  }
} catch (const std::exception& error) {
  std::cerr << "form_cells: " << error.what() << "\n";
  return 1;
}
