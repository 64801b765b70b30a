#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/range.hpp>
#include <inkling/data/fingerprint.hpp>
#include <inkling/io/file_lock.hpp>
#include <inkling/io/model/checkpoint.hpp>
#include <inkling/line/line_image.hpp>
#include <inkling/line_recipe.hpp>
#include <inkling/nn/training/schedule.hpp>
#include <inkling/nn/zoo.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE const std::vector<std::string>& line_classes() {
  static const std::vector<std::string> classes = {"0", "1", "2", "3", "4", "5", "6", "7",
                                                   "8", "9", ".", ",", "-", "/", "="};
  return classes;
}

INKLING_INLINE void LineRecipeOptions::check() const {
  in_range("LineRecipeOptions::steps", steps, {1, 1e9});
  habits.check();
  in_range("LineRecipeOptions::threads", threads, {0, most_threads});
}

namespace detail {

constexpr double short_lines_until = 0.1;  // of the run

/// Most characters of the lines at this point of the run.
inline std::size_t longest_text(double progress) {
  if (progress >= short_lines_until) return 100;
  return progress < short_lines_until / 2 ? 3 : 6;
}

inline std::vector<Label> labels_of(std::string_view text) {
  const std::vector<std::string>& classes = line_classes();
  std::vector<Label> labels;
  for (const char c : text) {
    const auto found = std::find(classes.begin(), classes.end(), std::string(1, c));
    labels.push_back(static_cast<Label>(found - classes.begin()));
  }
  return labels;
}

/// A line, and what is made of it by another estimate of its height, slant and place than the best one.
inline FloatImage seen_line(const Pixels& picture, Rng& rng) {
  LineImageOptions options;
  options.body *= std::exp(0.1 * static_cast<double>(rng.normal()));
  options.body = std::clamp(options.body, 0.3, 1.0);
  options.slant_share = static_cast<double>(rng.uniform(0.7F, 1.0F));
  const GreyImage grey(picture.rows(), picture.cols(), {picture.data(), picture.data() + picture.size()});
  return line_image(grey, options).ink;
}

}  // namespace detail

INKLING_INLINE nn::LineSource written_lines(std::vector<Dataset> hands, const LineHabits& habits) {
  auto writer = std::make_shared<const LineWriter>(std::move(hands), habits);
  return [writer](Rng& rng, double progress) {
    constexpr int most_attempts = 100;
    for (int attempt = 1;; ++attempt) {
      std::string text = written_number(rng);
      while (text.size() > detail::longest_text(progress)) text = written_number(rng);
      try {
        return nn::TrainingLine{detail::seen_line(writer->write(text, rng), rng), detail::labels_of(text)};
      } catch (const Error&) {  // too faint to be found, or taken for no line
        if (attempt == most_attempts) throw;
      }
    }
  };
}

namespace detail {

/// What decides the bits of a run, for its checkpoints.
inline CheckpointNotes line_notes(const std::vector<Dataset>& hands, const LineRecipeOptions& options) {
  std::string images;
  for (const Dataset& hand : hands) {
    images +=
        (images.empty() ? "" : ", ") + std::to_string(hand.size()) + " (" + std::to_string(fingerprint(hand)) + ")";
  }
  Fingerprint habits;
  habits.add(&options.habits, sizeof options.habits);  // shares alone
  return {{"model", "lines"},
          {"steps", std::to_string(options.steps)},
          {"seed", std::to_string(options.seed)},
          {"hands", images},
          {"habits", std::to_string(habits.value())}};
}

}  // namespace detail

INKLING_INLINE nn::LineNetwork train_lines(std::vector<Dataset> hands, const LineRecipeOptions& options) {
  options.check();
  const CheckpointNotes notes = detail::line_notes(hands, options);
  nn::LineTrainingOptions fit{.steps = options.steps, .seed = options.seed, .threads = options.threads};
  fit.margin = nn::LineNetworkOptions().margin;
  fit.optimizer = nn::AdamW{.learning_rate = 2e-3};
  fit.schedule = nn::one_cycle({.peak_at = 0.1});
  bool stopped = false;
  fit.on_progress = [&](const Progress& progress) {
    stopped = options.on_progress && options.on_progress(progress) == Flow::stop;
    return stopped ? Flow::stop : Flow::go_on;
  };
  std::optional<FileLock> lock;
  if (!options.checkpoint.empty()) {
    constexpr Index between = 400;  // steps: some minutes
    lock.emplace(options.checkpoint);
    fit.on_checkpoint = [&](const nn::TrainingState& state) {
      if (!stopped && state.batch % between >= fit.sorted && state.batch < options.steps) return;
      save_checkpoint(state, options.checkpoint, notes);
    };
  }
  const auto classes = static_cast<Index>(line_classes().size());
  nn::TrainingState state{.network = nn::line_cnn(LineImageOptions().height, classes, options.seed)};
  if (options.resume && std::filesystem::exists(options.checkpoint)) {
    require_checkpoint_notes(options.checkpoint, notes);
    state = load_checkpoint(options.checkpoint);
  }
  const nn::LineSource source = written_lines(std::move(hands), options.habits);
  return nn::LineNetwork(nn::fit_line_network(std::move(state), source, fit), line_classes());
}

}  // namespace inkling::inline INKLING_ABI
