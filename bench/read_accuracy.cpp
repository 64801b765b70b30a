// How well a model reads fields: the pictures of a folder with labels.csv (file,text), and lines composed of the
// characters of an EMNIST split.
//
//     inkling-read-accuracy --model models/cnn.safetensors --data EMNIST --fields FOLDER

#include <inkling/data/emnist.hpp>
#include <inkling/image/decode.hpp>
#include <inkling/io/model_file.hpp>
#include <inkling/read/read_field.hpp>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <numeric>
#include <string>
#include <vector>

#include "read/composed_line.hpp"

namespace {

using namespace inkling;

/// Levenshtein's distance: insertions, deletions and substitutions that make one text of the other.
std::size_t edits(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i] != b[j] ? 1 : 0);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substituted, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

class Score {
 public:
  explicit Score(std::string name, bool verbose) : name_(std::move(name)), verbose_(verbose) {}

  void add(const std::string& id, const std::string& truth, const std::string& text) {
    if (verbose_ && text != truth) std::printf("  %s: %s read as %s\n", id.c_str(), truth.c_str(), text.c_str());
    ++lines_;
    right_ += text == truth ? 1 : 0;
    characters_ += truth.size();
    errors_ += edits(truth, text);
  }

  ~Score() {
    if (lines_ == 0) return;
    std::printf("%-28s %5zu of %5zu right (%6.2f %%), character error rate %5.2f %%\n", name_.c_str(), right_, lines_,
                100.0 * static_cast<double>(right_) / static_cast<double>(lines_),
                100.0 * static_cast<double>(errors_) / static_cast<double>(characters_));
  }
  Score(const Score&) = delete;
  Score& operator=(const Score&) = delete;

 private:
  std::string name_;
  bool verbose_;
  std::size_t lines_ = 0;
  std::size_t right_ = 0;
  std::size_t characters_ = 0;
  std::size_t errors_ = 0;
};

GreyImage read_image(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  return decode_image({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::string text_of(const GreyImage& picture, const Classifier& model, const ReadOptions& options) {
  try {
    return read_field(picture, model, options).text;
  } catch (const NoInkError&) {
    return "";
  }
}

void score_fields(const std::filesystem::path& folder, const Classifier& model, const ReadOptions& options,
                  bool verbose) {
  Score score("fields", verbose);
  std::ifstream labels(folder / "labels.csv");
  std::string row;
  std::getline(labels, row);
  while (std::getline(labels, row)) {
    const std::size_t comma = row.find(',');
    const std::string file = row.substr(0, comma);
    score.add(file, row.substr(comma + 1), text_of(read_image(folder / file), model, options));
  }
}

void score_lines(const Dataset& characters, const std::string& name, Index lines, const Classifier& model,
                 const ReadOptions& options, bool verbose) {
  Score apart(name + ", none touching", verbose);
  Score touching(name + ", some touching", verbose);
  Rng rng(1);
  for (Index i = 0; i < lines; ++i) {
    const Index length = 4 + static_cast<Index>(rng.below(9));
    const auto line = test::compose_line(characters, test::draw_samples(length, characters.size(), rng), {}, rng);
    (line.touching ? touching : apart).add(std::to_string(i), line.text, text_of(line.picture, model, options));
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::filesystem::path model_file;
  std::filesystem::path data;
  std::filesystem::path fields;
  std::string charset = "digits";
  std::string split = "digits";
  std::string part = "train";
  Index lines = 500;
  bool verbose = false;
  CLI::App app("Reads fields whose text is known, and counts what is right.");
  app.add_option("--model", model_file)->required();
  app.add_option("--data", data, "folder of EMNIST; lines are composed of it");
  app.add_option("--split", split, "of EMNIST: digits, letters, bymerge ...");
  app.add_option("--part", part, "train or test");
  app.add_option("--charset", charset);
  app.add_option("--lines", lines, "number of lines to compose");
  app.add_option("--fields", fields, "folder of pictures with labels.csv: file,text");
  app.add_flag("--verbose", verbose, "print what was misread");
  CLI11_PARSE(app, argc, argv);

  const auto model = load_model(model_file);
  const ReadOptions options{.charset = CharSet::parse(charset)};
  if (!fields.empty()) score_fields(fields, *model, options, verbose);
  if (!data.empty()) {
    const Dataset characters = load_emnist(data, parse_split(split), part == "test" ? Part::test : Part::train);
    score_lines(characters, "lines of " + split, lines, *model, options, verbose);
  }
}
