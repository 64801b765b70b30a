// What each effect of FoundInk is worth: a network that learned from EMNIST alone goes on with images as they are
// found, by all effects, with each one left out, and with none, and reads ink from elsewhere. Rows are written as they
// are done, and a run that finds some in its file goes on behind them; at the end the table is printed as Markdown.
//
//     inkling-found-ink-ablation NETWORK EMNIST FOUND ROWS.tsv [images=8000] [seeds=2] [threads=0]

#include <inkling/core/error.hpp>
#include <inkling/data/augmentation.hpp>
#include <inkling/data/emnist.hpp>
#include <inkling/data/found_ink.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/model/metrics.hpp>
#include <inkling/model/prior.hpp>
#include <inkling/model/restrict_to.hpp>
#include <inkling/model/scoring_classes.hpp>
#include <inkling/nn/network_classifier.hpp>
#include <inkling/nn/training/fine_tuning.hpp>
#include <inkling/nn/training/trainer.hpp>
#include <inkling/normalise/labelled_pictures.hpp>
#include <inkling/normalise/normalise.hpp>
#include <inkling/recipes.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "found_ink_effects.hpp"

namespace {

using namespace inkling;

struct FoundSet {
  std::string name;
  Dataset data;
  CharSet charset;
};

const std::vector<std::array<std::string, 3>> sets{{"usps", "USPS", "digits"},
                                                   {"semeion", "Semeion", "digits"},
                                                   {"optdigits-orig", "optdigits", "digits"},
                                                   {"nsysu-exam-digits", "NSYSU", "digits"},
                                                   {"dida", "DIDA", "digits"},
                                                   {"choice-cursive", "CHoiCe", "all"}};

std::vector<FoundSet> load_sets(const std::filesystem::path& folder, int threads) {
  std::vector<FoundSet> result;
  for (const auto& [name, shown, charset] : sets) {
    result.push_back({shown, load_labelled_pictures(folder / name, {}, threads).data, CharSet::parse(charset)});
  }
  return result;
}

bool read_again(const Pixels& picture, std::span<float> values) {
  try {
    const GreyImage image =
        normalise(GreyImage(picture.rows(), picture.cols(), {picture.data(), picture.data() + picture.size()}));
    std::transform(image.values().begin(), image.values().end(), values.begin(),
                   [](std::uint8_t value) { return static_cast<float>(value) / 255; });
    return true;
  } catch (const NoInkError&) {
    return false;
  }
}

/// Every image once, as found; as another hand might write it, where there are no effects.
nn::NetworkClassifier go_on(const nn::Network& start, const Dataset& train, const std::optional<FoundInk>& found,
                            std::uint64_t seed, int threads) {
  nn::Network network = start;
  nn::fix_statistics(network);
  return nn::fit_network(std::move(network), train,
                         {.optimizer = nn::AdamW{.learning_rate = 5e-4, .weight_decay = 0},
                          .schedule = nn::one_cycle(),
                          .epochs = 1,
                          .batch = 32,
                          .seed = seed,
                          .threads = threads,
                          .augment = found ? random_found_ink(*found, 1, train, read_again) : handwriting_variation()});
}

/// As `predict` reads: with the prior halfway taken out.
double accuracy_on(const Classifier& model, const FoundSet& set, const std::vector<double>& prior, int threads) {
  const ScoringClasses classes = scoring_classes(model.class_names(), set.data.class_names());
  const Matrix asked = restrict_to(set.charset, model.class_names(),
                                   with_uniform_prior(model.probabilities(set.data.pixels(), threads), prior));
  return accuracy(classes.of_data(set.data.labels()), best_classes(classes.of_model(asked)));
}

/// Half of how frequent the classes are, in logarithms.
std::vector<double> prior_of(const Dataset& data) {
  std::vector<Index> counts(static_cast<std::size_t>(data.num_classes()), 0);
  for (const Label label : data.labels()) ++counts[static_cast<std::size_t>(label)];
  return tempered_prior(class_prior(counts));
}

using Row = std::vector<double>;  // accuracy on EMNIST and on each set
using Rows = std::map<std::pair<std::string, std::uint64_t>, Row>;

Rows read_rows(const std::string& path) {
  Rows rows;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    std::uint64_t seed = 0;
    words >> name >> seed;
    Row row;
    for (double value = 0; words >> value;) row.push_back(value);
    if (row.size() == sets.size() + 1) rows[{name, seed}] = row;
  }
  return rows;
}

void append_row(const std::string& path, const std::string& name, std::uint64_t seed, const Row& row) {
  std::ofstream file(path, std::ios::app);
  file << name << '\t' << seed;
  for (const double value : row) file << '\t' << value;
  file << std::endl;
  if (!file) throw FileError(path + ": cannot write");
}

struct Mean {
  double value = 0;
  double deviation = 0;  // between seeds
  int count = 0;
};

Mean mean_of(const Rows& rows, const std::string& name, std::size_t column) {
  Mean mean;
  double squares = 0;
  for (const auto& [key, row] : rows) {
    if (key.first != name) continue;
    mean.value += row[column];
    squares += row[column] * row[column];
    ++mean.count;
  }
  mean.value /= mean.count;
  if (mean.count > 1) {
    mean.deviation = std::sqrt(std::max(0.0, (squares - mean.count * mean.value * mean.value) / (mean.count - 1)));
  }
  return mean;
}

void print_table(const Rows& rows, const std::vector<std::string>& names) {
  std::string head = "| | EMNIST held out |";
  for (const auto& set : sets) head += " " + set[1] + " |";
  std::cout << head << "\n|---|";
  for (std::size_t i = 0; i <= sets.size(); ++i) std::cout << "---|";
  std::cout << '\n';
  char text[64];
  for (const std::string& name : names) {
    std::cout << "| " << name << " |";
    for (std::size_t column = 0; column <= sets.size(); ++column) {
      const Mean mean = mean_of(rows, name, column);
      const Mean all = mean_of(rows, names.front(), column);
      if (name == names.front()) {
        std::snprintf(text, sizeof text, " %.2f ± %.2f %% |", 100 * mean.value, 100 * mean.deviation);
      } else {
        std::snprintf(text, sizeof text, " %+.2f |", 100 * (mean.value - all.value));
      }
      std::cout << text;
    }
    std::cout << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 5 || argc > 8) {
    std::cerr
        << "usage: inkling-found-ink-ablation NETWORK EMNIST FOUND ROWS.tsv [images=8000] [seeds=2] [threads=0]\n";
    return 2;
  }
  const auto number = [&](int i, long otherwise) { return argc > i ? std::atol(argv[i]) : otherwise; };
  const Index images = number(5, 8'000);
  const auto seeds = static_cast<std::uint64_t>(number(6, 2));
  const int threads = static_cast<int>(number(7, 0));
  const std::string path = argv[4];

  const auto model = load_model(argv[1]);
  const auto& network = dynamic_cast<const nn::NetworkClassifier&>(*model).network();
  const Dataset all = load_emnist(argv[2], Split::bymerge, Part::train).shuffled(1);
  const Dataset train = all.take(images);
  std::vector<Index> others;
  for (Index i = images; i < std::min(all.size(), images + 10'000); ++i) others.push_back(i);
  std::vector<FoundSet> measured{{"EMNIST", all.subset(others), CharSet()}};
  for (FoundSet& set : load_sets(argv[3], threads)) measured.push_back(std::move(set));
  const std::vector<double> prior = prior_of(all);

  std::vector<std::pair<std::string, std::optional<FoundInk>>> variants{{"all effects", FoundInk()}};
  variants.emplace_back("no found ink", std::nullopt);
  for (const FoundInkEffect& effect : found_ink_effects()) {
    FoundInk found;
    found.*effect.chance = 0;
    variants.emplace_back("no " + effect.name, found);
  }
  std::vector<std::string> names;
  for (const auto& variant : variants) names.push_back(variant.first);

  const auto in_file = [](std::string name) {
    std::replace(name.begin(), name.end(), ' ', '_');
    return name;
  };
  Rows done = read_rows(path);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    for (const auto& [name, found] : variants) {
      if (done.contains({in_file(name), seed})) continue;
      const auto tuned = go_on(network, train, found, seed, threads);
      Row row;
      for (const FoundSet& set : measured) row.push_back(accuracy_on(tuned, set, prior, threads));
      append_row(path, in_file(name), seed, row);
      done[{in_file(name), seed}] = row;
    }
  }
  Rows shown;
  for (const auto& [key, row] : done) {
    std::string name = key.first;
    std::replace(name.begin(), name.end(), '_', ' ');
    shown[{name, key.second}] = row;
  }
  print_table(shown, names);
  return 0;
} catch (const inkling::Error& error) {
  std::cerr << "inkling-found-ink-ablation: " << error.what() << '\n';
  return 1;
}
