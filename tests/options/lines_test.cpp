#include <inkling/line/line_image.hpp>
#include <inkling/line/segment.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/nn/layers/conv2d.hpp>
#include <inkling/nn/line_network.hpp>
#include <inkling/read/candidate.hpp>
#include <inkling/read/lattice.hpp>
#include <inkling/read/read_character.hpp>
#include <inkling/read/read_field.hpp>
#include <inkling/read/search.hpp>
#include <inkling/read/sequence_search.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <string_view>
#include <vector>

#include "options/walk.hpp"

using namespace inkling;
using inkling::test::expect;
using inkling::test::Walk;

namespace {

class Sure final : public Classifier {
 public:
  Sure() : Classifier({28, 28, 1}, {"0", "1"}) {}
  std::string_view kind() const noexcept override { return "sure"; }
  ScoreKind score_kind() const noexcept override { return ScoreKind::probability; }
  std::unique_ptr<Classifier> clone() const override { return std::make_unique<Sure>(*this); }
  Index parameter_count() const override { return 0; }

 private:
  void compute_scores(const Pixels&, Matrix& result, int) const override {
    result.row(0).setConstant(0.75F);
    result.row(1).setConstant(0.25F);
  }
};

/// Three bars side by side.
GreyImage bars() {
  GreyImage picture(150, 110, 240);
  for (Index y = 20; y < 90; ++y) {
    for (const Index x : {30, 70, 110}) {
      for (Index i = 0; i < 8; ++i) picture(x + i, y) = 20;
    }
  }
  return picture;
}

}  // namespace

TEST_CASE("options of lines of characters") {
  const GreyImage picture = bars();
  const Sure model;
  const Segmentation line = segment(picture);
  const Lattice lattice = build_lattice(line, model);
  Walk<SegmentOptions>({},
                       [&](const SegmentOptions& options) {
                         try {
                           expect(!segment(picture, options).pieces.empty());
                         } catch (const FormatError&) {  // more parts than were asked for
                         }
                       })
      .field("largest_height", &SegmentOptions::largest_height)
      .field("smallest_height", &SegmentOptions::smallest_height)
      .field("slant_share", &SegmentOptions::slant_share)
      .field("max_cut", &SegmentOptions::max_cut)
      .field("cut_distance", &SegmentOptions::cut_distance)
      .field("max_parts", &SegmentOptions::max_parts);
  Walk<LatticeOptions>(
      {.prior = std::vector<double>{0.5, 0.5}},
      [&](const LatticeOptions& options) { expect(build_lattice(line, model, options).probabilities.allFinite()); })
      .field("max_pieces", &LatticeOptions::max_pieces)
      .field("max_width", &LatticeOptions::max_width)
      .field("prior", &LatticeOptions::prior)
      .field("threads", &LatticeOptions::threads);
  Walk<SearchOptions>({},
                      [&](const SearchOptions& options) {
                        const ReadPath path = find_read_path(lattice, {}, {}, model.class_names(), options);
                        expect(std::isfinite(path.score));
                        const double share = text_probability(lattice, {}, {}, model.class_names(), path, options);
                        expect(share >= 0 && share <= 1);
                      })
      .field("strangeness", &SearchOptions::strangeness)
      .field("evidence", &SearchOptions::evidence)
      .field("usual_evidence", &SearchOptions::usual_evidence)
      .field("widest", &SearchOptions::widest)
      .field("width_price", &SearchOptions::width_price)
      .field("lowest", &SearchOptions::lowest)
      .field("low_price", &SearchOptions::low_price)
      .field("most_ink", &SearchOptions::most_ink)
      .field("ink_price", &SearchOptions::ink_price)
      .field("gap_price", &SearchOptions::gap_price)
      .field("widest_gap", &SearchOptions::widest_gap)
      .field("wide_gap_price", &SearchOptions::wide_gap_price)
      .field("cut_price", &SearchOptions::cut_price)
      .field("cut_ink_price", &SearchOptions::cut_ink_price)
      .field("dirt_price", &SearchOptions::dirt_price)
      .field("missing_mark", &SearchOptions::missing_mark)
      .field("written_mark", &SearchOptions::written_mark)
      .field("missing_character", &SearchOptions::missing_character)
      .field("temperature", &SearchOptions::temperature);
  Walk<ReadOptions>({.prior = std::vector<double>{0.5, 0.5}},
                    [&](const ReadOptions& options) { expect(!read_field(picture, model, options).text.empty()); })
      .field("prior", &ReadOptions::prior)
      .field("candidates", &ReadOptions::candidates)
      .field("lattice_depth", &ReadOptions::lattice_depth)
      .field("largest_misfit", &ReadOptions::largest_misfit)
      .field("threads", &ReadOptions::threads);
  Walk<CharacterOptions>(
      {.prior = std::vector<double>{0.5, 0.5}},
      [&](const CharacterOptions& options) { expect(!read_character(picture, model, options).label.empty()); })
      .field("prior", &CharacterOptions::prior)
      .field("candidates", &CharacterOptions::candidates)
      .field("views", &CharacterOptions::views);
  Walk<CandidateOptions>({.prior = std::vector<double>{0.5, 0.5}},
                         [&](const CandidateOptions& options) {
                           expect(best_candidates(Matrix{{0.75F}, {0.25F}}, model.class_names(), options).size() <= 2);
                         })
      .field("prior", &CandidateOptions::prior)
      .field("candidates", &CandidateOptions::candidates);
}

TEST_CASE("options of lines that are read as a whole") {
  const GreyImage picture = bars();
  Walk<LineImageOptions>({},
                         [&](const LineImageOptions& options) {
                           try {
                             expect(line_image(picture, options).ink.height() == options.height);
                           } catch (const FormatError&) {  // wider than was asked for
                           }
                         })
      .field("height", &LineImageOptions::height)
      .field("body", &LineImageOptions::body)
      .field("slant_share", &LineImageOptions::slant_share)
      .field("largest_width", &LineImageOptions::largest_width);
  const FloatImage ink = line_image(picture).ink;
  nn::Network steps({40, 40, 1});
  steps.add(nn::Conv2d({.filters = 3, .kernel = 40}));
  Walk<nn::LineNetworkOptions>({},
                               [&](const nn::LineNetworkOptions& options) {
                                 const nn::LineNetwork lines(steps, {"0", "1"}, options);
                                 expect(lines.steps(ink).log_probabilities.allFinite());
                               })
      .field("margin", &nn::LineNetworkOptions::margin)
      .field("width_step", &nn::LineNetworkOptions::width_step)
      .field("temperature", &nn::LineNetworkOptions::temperature);
  const Matrix seen = nn::LineNetwork(steps, {"0", "1"}).steps(ink).log_probabilities;
  Walk<SequenceSearchOptions>({},
                              [&](const SequenceSearchOptions& options) {
                                const auto texts = find_texts(seen, {}, CharSet::parse("01"), {"0", "1"}, 3, options);
                                expect(!texts.empty() && std::isfinite(texts.front().score));
                              })
      .field("beam", &SequenceSearchOptions::beam)
      .field("unlikely", &SequenceSearchOptions::unlikely)
      .field("missing_mark", &SequenceSearchOptions::missing_mark)
      .field("date", &SequenceSearchOptions::date)
      .field("missing_character", &SequenceSearchOptions::missing_character)
      .field("temperature", &SequenceSearchOptions::temperature);
}
