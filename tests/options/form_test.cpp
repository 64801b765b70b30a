#include <inkling/core/rng.hpp>
#include <inkling/forest/random_forest.hpp>
#include <inkling/form/layout/cells.hpp>
#include <inkling/form/layout/ruled_lines.hpp>
#include <inkling/form/layout/table.hpp>
#include <inkling/form/read_cells.hpp>
#include <inkling/form/read_marks.hpp>
#include <inkling/form/read_page.hpp>
#include <inkling/form/read_table.hpp>
#include <inkling/form/registration/consensus.hpp>
#include <inkling/form/registration/corner_markers.hpp>
#include <inkling/form/registration/ink_map.hpp>
#include <inkling/form/registration/keypoints.hpp>
#include <inkling/form/registration/register_page.hpp>
#include <inkling/form/registration/warp_fit.hpp>
#include <inkling/form/rules/apply_rules.hpp>
#include <inkling/form/rules/joint_reading.hpp>
#include <inkling/form/rules/text_candidates.hpp>
#include <inkling/form/rules/value_list.hpp>
#include <inkling/form/run/review.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "options/walk.hpp"
#include "temporary_folder.hpp"

using namespace inkling;
using inkling::test::expect;
using inkling::test::Walk;
using namespace inkling::form;

namespace {

/// A page of random print, enough to be registered.
GreyImage print() {
  GreyImage page(420, 560, 250);
  Rng rng(4);
  for (int i = 0; i < 260; ++i) {
    const auto left = static_cast<Index>(rng.below(400));
    const auto top = static_cast<Index>(rng.below(540));
    const auto width = static_cast<Index>(2 + rng.below(16));
    const auto height = static_cast<Index>(2 + rng.below(16));
    for (Index y = top; y < top + height; ++y) {
      for (Index x = left; x < left + width; ++x) page(x, y) = 20;
    }
  }
  return page;
}

RandomForest one_leaf() {
  return {{28, 28, 1}, {"1", "2"}, {{}}, {0}, {}};
}

}  // namespace

TEST_CASE("options of registration") {
  const GreyImage page = print();
  const Features features = find_features(page);
  const std::vector<Match> matches = match_features(features, features);
  const ReferencePage reference(page);
  std::vector<BlockOffset> offsets;
  for (int i = 1; i < 9; ++i) {
    offsets.push_back({{40.0 * i, 60.0 * i}, {0.5, -0.5}, Eigen::Matrix2d::Identity(), 0.9, true});
  }
  Walk<FeatureOptions>({}, [&](const FeatureOptions& options) { find_features(page, options); })
      .field("count", &FeatureOptions::count)
      .field("levels", &FeatureOptions::levels)
      .field("step", &FeatureOptions::step)
      .field("threshold", &FeatureOptions::threshold);
  Walk<MatchOptions>({}, [&](const MatchOptions& options) { match_features(features, features, options); })
      .field("max_distance", &MatchOptions::max_distance)
      .field("max_ratio", &MatchOptions::max_ratio);
  Walk<ConsensusOptions>(
      {.trials = 50},
      [&](const ConsensusOptions& options) { find_consensus(features, features, matches, 420, 560, options); })
      .field("trials", &ConsensusOptions::trials)
      .field("threshold", &ConsensusOptions::threshold)
      .field("candidates", &ConsensusOptions::candidates);
  Walk<RegistrationOptions>({}, [&](const RegistrationOptions& options) { register_page(reference, page, options); })
      .field("least_agreement", &RegistrationOptions::least_agreement)
      .field("least_field_agreement", &RegistrationOptions::least_field_agreement)
      .field("least_coverage", &RegistrationOptions::least_coverage)
      .field("largest_residual", &RegistrationOptions::largest_residual);
  Walk<WarpFitOptions>({.spacing = 60, .outlier = 4},
                       [&](const WarpFitOptions& options) {
                         const Warp warp = fit_warp(offsets, {}, 420, 560, options);
                         expect(std::isfinite(warp({100, 100}).x));
                       })
      .field("spacing", &WarpFitOptions::spacing)
      .field("stiffness", &WarpFitOptions::stiffness)
      .field("outlier", &WarpFitOptions::outlier)
      .field("least_correlation", &WarpFitOptions::least_correlation);
}

TEST_CASE("options of layouts") {
  const GreyImage page = print();
  const GreyImage marker(20, 20, 0);
  const RandomForest model = one_leaf();
  Walk<ClosedCellOptions>({.least = 4}, [&](const ClosedCellOptions& options) { find_closed_cells(page, options); })
      .field("least", &ClosedCellOptions::least)
      .field("most", &ClosedCellOptions::most)
      .field("gap", &ClosedCellOptions::gap);
  Walk<RuledLineOptions>({}, [&](const RuledLineOptions& options) { follow_lines(ink_map(page), options); })
      .field("threshold", &RuledLineOptions::threshold)
      .field("min_length", &RuledLineOptions::min_length)
      .field("max_thickness", &RuledLineOptions::max_thickness)
      .field("max_gap", &RuledLineOptions::max_gap)
      .field("max_slope", &RuledLineOptions::max_slope)
      .field("min_seen", &RuledLineOptions::min_seen);
  Walk<TableOptions>({}, [&](const TableOptions& options) { find_tables(page, options); })
      .field("least_rows", &TableOptions::least_rows)
      .field("least_columns", &TableOptions::least_columns)
      .field("least_drawn", &TableOptions::least_drawn);
  Walk<CornerMarkerOptions>({}, [&](const CornerMarkerOptions& options) { find_corner_markers(page, marker, options); })
      .field("aspect", &CornerMarkerOptions::aspect)
      .field("least_match", &CornerMarkerOptions::least_match);
  Walk<TableReadingOptions>({.columns = {{.name = "a"}}},
                            [&](const TableReadingOptions& options) { read_table(page, model, options); })
      .field("rows", &TableReadingOptions::rows)
      .field("header", &TableReadingOptions::header)
      .field("accept", &TableReadingOptions::accept)
      .field("threads", &TableReadingOptions::threads);
}

TEST_CASE("options of readings") {
  const RandomForest model = one_leaf();
  const auto shared = std::make_shared<const RandomForest>(one_leaf());
  const GreyImage page = print();
  FormTemplate form;
  form.name = "form";
  form.page.width = 420;
  form.page.height = 560;
  PageReading reading;
  Field field;
  field.list = ValueList{.values = {"12", "21"}, .file = {}};
  const form::FieldReading read{.name = "number",
                                .cells = {{.candidates = {{"1", 0.9}, {"2", 0.1}}, .status = CellStatus::read},
                                          {.candidates = {{"2", 0.8}, {"1", 0.2}}, .status = CellStatus::read}}};
  const std::vector<JointField> fields{{.candidates = {{"1", -0.1}, {"2", -2.3}}, .values = {Value(), Value()}}};
  Walk<ReadCellsOptions>({},
                         [&](const ReadCellsOptions& options) { expect(read_cells({}, {}, model, options).empty()); })
      .field("candidates", &ReadCellsOptions::candidates)
      .field("threads", &ReadCellsOptions::threads);
  Walk<ReadMarksOptions>({}, [&](const ReadMarksOptions& options) { expect(read_marks({}, {}, options).empty()); })
      .field("faintest", &ReadMarksOptions::faintest)
      .field("sure", &ReadMarksOptions::sure)
      .field("full", &ReadMarksOptions::full);
  Walk<FormReaderOptions>({},
                          [&](const FormReaderOptions& options) {
                            expect(FormReader({{form, page}}, shared, options).forms().size() == 1);
                          })
      .field("accept", &FormReaderOptions::accept)
      .field("least_support", &FormReaderOptions::least_support);
  Walk<ApplyRulesOptions>({}, [&](const ApplyRulesOptions& options) { apply_rules(form, {}, reading, options); })
      .field("holds", &ApplyRulesOptions::holds)
      .field("accept", &ApplyRulesOptions::accept);
  Walk<TextCandidateOptions>(
      {}, [&](const TextCandidateOptions& options) { expect(!text_candidates(field, read, options).empty()); })
      .field("most", &TextCandidateOptions::most)
      .field("depth", &TextCandidateOptions::depth);
  Walk<ListMatchOptions>(
      {}, [&](const ListMatchOptions& options) { expect(!match_list(field, read, options).candidates.empty()); })
      .field("written", &ListMatchOptions::written)
      .field("gap", &ListMatchOptions::gap)
      .field("edit", &ListMatchOptions::edit)
      .field("most", &ListMatchOptions::most);
  Walk<JointSearchOptions>(
      {}, [&](const JointSearchOptions& options) { expect(!joint_search(fields, {}, options).assignments.empty()); })
      .field("assignments", &JointSearchOptions::assignments)
      .field("depth", &JointSearchOptions::depth)
      .field("spread", &JointSearchOptions::spread)
      .field("steps", &JointSearchOptions::steps);
}

TEST_CASE("options of a review") {
  const inkling::test::TemporaryFolder folder;
  Walk<ReviewOptions>({},
                      [&, number = 0](const ReviewOptions& options) mutable {
                        const auto run = folder / std::to_string(++number);
                        Run(run, Run::Access::add).add({.file = "a", .hash = "b"}, {.file = "a"});
                        expect(Review(run, options).next("Ann").empty());
                      })
      .field("least_sure", &ReviewOptions::least_sure)
      .field("double_key", &ReviewOptions::double_key)
      .field("claim", &ReviewOptions::claim);
}
