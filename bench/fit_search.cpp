// Fits the prices of the search through a line (SearchOptions) on lines composed from the train part of EMNIST, and
// prints them. The score of a way through a lattice is linear in the prices, so they are the weights of a conditional
// random field over segmentations (Sarawagi and Cohen 2004); the cuts are hidden, and the likelihood is that of the
// text.
//
//     inkling-fit-search EMNIST models/cnn.safetensors [lines of digits=1200] [rows of letters=30] [steps=400]

#include <inkling/core/error.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/data/emnist.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/line/segment.hpp>
#include <inkling/read/read_field.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "read/composed_line.hpp"

namespace {

using namespace inkling;

struct Price {
  const char* name;
  double SearchOptions::*member;
};

constexpr std::array prices{
    Price{"strangeness", &SearchOptions::strangeness},     Price{"evidence", &SearchOptions::evidence},
    Price{"width_price", &SearchOptions::width_price},     Price{"low_price", &SearchOptions::low_price},
    Price{"ink_price", &SearchOptions::ink_price},         Price{"cut_price", &SearchOptions::cut_price},
    Price{"cut_ink_price", &SearchOptions::cut_ink_price}, Price{"dirt_price", &SearchOptions::dirt_price},
};
using Weights = Eigen::Array<double, static_cast<int>(prices.size()), 1>;

Weights weights_of(const SearchOptions& options) {
  Weights weights;
  for (std::size_t p = 0; p < prices.size(); ++p) weights[static_cast<Index>(p)] = options.*prices[p].member;
  return weights;
}

SearchOptions with_weights(const Weights& weights) {
  SearchOptions options;
  for (std::size_t p = 0; p < prices.size(); ++p) options.*prices[p].member = weights[static_cast<Index>(p)];
  return options;
}

/// Ink taken for a character, or for dirt: an edge of the graph whose nodes are the places between pieces.
struct Edge {
  std::size_t from;
  std::size_t to;
  double offset;     // of the score, which no price changes
  Weights features;  // what the prices are multiplied with
  Label label;       // none for dirt
};
constexpr Label none = -1;

struct Line {
  std::size_t pieces;
  std::vector<Edge> edges;  // ordered by their ends
  std::vector<Label> text;
};

/// The scores of all edges at these prices; marks the best label of each.
std::vector<double> score_edges(const Lattice& lattice, const CharSet& charset, const std::vector<std::string>& names,
                                const SearchOptions& options, std::vector<Edge>& edges) {
  const auto characters = detail::score_element(lattice, Pattern().elements().front(), charset, names, options);
  std::vector<double> scores;
  std::size_t arc = 0;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    Edge& edge = edges[i];
    if (i == 0 || edge.to != edges[i - 1].to) {  // the first edge to a place takes the piece before it for dirt
      scores.push_back(-detail::price_of_dirt(lattice, edge.from, options));
      continue;
    }
    scores.push_back(characters.score[arc] + detail::plausibility(lattice, lattice.arcs[arc], options) -
                     detail::cut_price(lattice, edge.from, options));
    edge.label = characters.label[arc++];
  }
  return scores;
}

/// Scores are linear in the prices: what each is multiplied with is what the score gains when it is 1 and not 0.
Line prepare(const Lattice& lattice, const CharSet& charset, const std::vector<std::string>& names,
             std::vector<Label> text) {
  Line line{lattice.pieces, {}, std::move(text)};
  for (std::size_t i = 0, place = 1; place <= lattice.pieces; ++place) {
    line.edges.push_back({place - 1, place, 0, Weights::Zero(), none});
    for (; i < lattice.arcs.size() && lattice.arcs[i].last == place; ++i) {
      line.edges.push_back({lattice.arcs[i].first, place, 0, Weights::Zero(), none});
    }
  }
  const auto scores = [&](const Weights& weights) {
    return score_edges(lattice, charset, names, with_weights(weights), line.edges);
  };
  const std::vector<double> free = scores(Weights::Zero());
  for (std::size_t i = 0; i < free.size(); ++i) line.edges[i].offset = free[i];
  for (Index p = 0; p < Weights::SizeAtCompileTime; ++p) {
    Weights one = Weights::Zero();
    one[p] = 1;
    const std::vector<double> priced = scores(one);
    for (std::size_t i = 0; i < free.size(); ++i) line.edges[i].features[p] = priced[i] - free[i];
  }
  return line;
}

double log_sum(double a, double b) {
  const double larger = std::max(a, b);
  return std::isinf(larger) ? larger : larger + std::log1p(std::exp(std::min(a, b) - larger));
}

/// The log of the summed exponentials of the ways through a line, and its gradient. With `spelled` only ways that read
/// the text count.
struct Partition {
  double log_sum = 0;
  Weights gradient = Weights::Zero();
};

Partition partition(const Line& line, const Weights& weights, bool spelled) {
  constexpr double never = -std::numeric_limits<double>::infinity();
  const std::size_t states = spelled ? line.text.size() + 1 : 1;
  const auto node = [&](std::size_t place, std::size_t read) { return place * states + read; };
  std::vector<double> forward((line.pieces + 1) * states, never);
  std::vector<double> backward(forward.size(), never);
  forward.front() = 0;
  backward.back() = 0;
  std::vector<double> scores;
  for (const Edge& edge : line.edges) scores.push_back(edge.offset + (edge.features * weights).sum());
  const auto for_each = [&](std::size_t i, auto&& visit) {
    const Edge& edge = line.edges[i];
    for (std::size_t read = 0; read < states; ++read) {
      const bool advances = spelled && edge.label != none;
      if (advances && (read + 1 == states || line.text[read] != edge.label)) continue;
      visit(node(edge.from, read), node(edge.to, read + (advances ? 1 : 0)));
    }
  };
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for_each(i,
             [&](std::size_t from, std::size_t to) { forward[to] = log_sum(forward[to], forward[from] + scores[i]); });
  }
  for (std::size_t i = scores.size(); i-- > 0;) {
    for_each(i, [&](std::size_t from, std::size_t to) {
      backward[from] = log_sum(backward[from], backward[to] + scores[i]);
    });
  }
  Partition result{.log_sum = forward.back()};
  if (std::isinf(result.log_sum)) return result;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for_each(i, [&](std::size_t from, std::size_t to) {
      result.gradient += std::exp(forward[from] + scores[i] + backward[to] - result.log_sum) * line.edges[i].features;
    });
  }
  return result;
}

/// The labels of a text among those that the set admits: a small c is the class C when small letters are read.
std::vector<Label> labels_of(const std::string& text, const CharSet& charset, const std::vector<std::string>& names) {
  const std::vector<std::string> shown = shown_labels(charset, names);
  const std::vector<Label> admitted = admitted_classes(charset, names);
  std::vector<Label> labels;
  for (const char character : text) {
    for (const Label label : admitted) {
      if (shown[static_cast<std::size_t>(label)] == std::string(1, character)) labels.push_back(label);
    }
  }
  return labels;
}

struct Source {
  Split split;
  const char* charset;
  Index lines;
  std::uint32_t shortest, longest;  // characters
};

void compose(const Source& source, const std::string& folder, const Classifier& model, std::vector<Line>& lines) {
  const Dataset characters = load_emnist(folder, source.split, Part::train);
  const CharSet charset = CharSet::parse(source.charset);
  std::vector<Index> pool;
  for (Index i = 0; i < characters.size(); ++i) {
    if (charset.contains(characters.class_names()[static_cast<std::size_t>(characters.label(i))].front())) {
      pool.push_back(i);
    }
  }
  const std::size_t first = lines.size();
  lines.resize(first + static_cast<std::size_t>(source.lines));
  parallel_for(source.lines, 0, [&](Index i, int) {
    Rng rng(derive_seed(9101, {static_cast<std::uint64_t>(i)}));
    const Index length = source.shortest + rng.below(source.longest - source.shortest + 1);
    std::vector<Index> samples = test::draw_samples(length, static_cast<Index>(pool.size()), rng);
    for (Index& sample : samples) sample = pool[static_cast<std::size_t>(sample)];
    const test::ComposedLine line = test::compose_line(characters, samples, {}, rng);
    const Lattice lattice = build_lattice(segment(line.picture), model, {.threads = 1});
    lines[first + static_cast<std::size_t>(i)] =
        prepare(lattice, charset, model.class_names(), labels_of(line.text, charset, model.class_names()));
  });
}

struct Likelihood {
  double sum = 0;
  Weights gradient = Weights::Zero();
  Index lines = 0;  // that some way through their lattice spells
};

Likelihood likelihood(const std::vector<Line>& lines, const Weights& weights) {
  std::vector<Likelihood> parts(lines.size());
  parallel_for(static_cast<Index>(lines.size()), 0, [&](Index i, int) {
    const Line& line = lines[static_cast<std::size_t>(i)];
    const Partition right = partition(line, weights, true);
    if (std::isinf(right.log_sum)) return;
    const Partition all = partition(line, weights, false);
    parts[static_cast<std::size_t>(i)] = {right.log_sum - all.log_sum, right.gradient - all.gradient, 1};
  });
  return std::accumulate(parts.begin(), parts.end(), Likelihood{}, [](Likelihood a, const Likelihood& b) {
    return Likelihood{a.sum + b.sum, a.gradient + b.gradient, a.lines + b.lines};
  });
}

/// The most probable prices under a weak normal prior around those of now, which keeps what the lines say little about.
/// Adam (Kingma and Ba 2015, arXiv:1412.6980), each price in its own unit, with steps that shrink to nothing.
Weights fit(const std::vector<Line>& lines, Weights weights, int steps) {
  constexpr double precision = 0.1;  // of the prior, in nats^-2
  const Weights start = weights;
  const Weights unit = weights.abs().max(0.3);
  Weights mean = Weights::Zero();
  Weights square = Weights::Zero();
  for (int step = 1; step <= steps; ++step) {
    const Likelihood now = likelihood(lines, weights);
    if (step == 1 || step == steps) {
      std::fprintf(stderr, "step %d: log-likelihood %.4f a line, of %td of %zu lines\n", step,
                   now.sum / static_cast<double>(now.lines), now.lines, lines.size());
    }
    const Weights gradient = (now.gradient - precision * (weights - start)) * unit / static_cast<double>(now.lines);
    mean = 0.9 * mean + 0.1 * gradient;
    square = 0.98 * square + 0.02 * gradient.square();
    const double rate = 0.1 * (1 - static_cast<double>(step - 1) / steps);
    weights += rate * unit * (mean / (1 - std::pow(0.9, step))) / ((square / (1 - std::pow(0.98, step))).sqrt() + 1e-9);
  }
  return weights;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 3 || argc > 6) {
    std::cerr << "usage: inkling-fit-search EMNIST MODEL [lines of digits=1200] [rows of letters=30] [steps=400]\n";
    return 2;
  }
  const auto number = [&](int i, int otherwise) { return argc > i ? std::atoi(argv[i]) : otherwise; };
  const auto model = load_model(argv[2]);
  std::vector<Line> lines;
  compose({Split::digits, "digits", number(3, 1200), 4, 12}, argv[1], *model, lines);
  compose({Split::byclass, "lower", number(4, 30), 26, 26}, argv[1], *model, lines);
  compose({Split::byclass, "upper", number(4, 30), 26, 26}, argv[1], *model, lines);
  const Weights weights = fit(lines, weights_of({}), number(5, 400));
  for (std::size_t p = 0; p < prices.size(); ++p) {
    std::printf("%-15s %8.3f\n", prices[p].name, weights[static_cast<Index>(p)]);
  }
  return 0;
} catch (const inkling::Error& error) {
  std::cerr << "inkling-fit-search: " << error.what() << '\n';
  return 1;
}
