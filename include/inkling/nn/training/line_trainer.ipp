#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/range.hpp>
#include <inkling/nn/line_network.hpp>
#include <inkling/nn/training/backward.hpp>
#include <inkling/nn/training/ctc_loss.hpp>
#include <inkling/nn/training/line_trainer.hpp>
#include <inkling/nn/training/weight_average.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

INKLING_INLINE void LineTrainingOptions::check() const {
  std::visit([](const auto& rule) { rule.check(); }, optimizer);
  require<ValueError>(schedule != nullptr, "LineTrainingOptions::schedule: expected a function, got none");
  in_range("LineTrainingOptions::steps", steps, {1, 1e9});
  in_range("LineTrainingOptions::batch", batch, {1, 1e6});
  in_range("LineTrainingOptions::micro_batch", micro_batch, {1, 1e6});
  in_range("LineTrainingOptions::sorted", sorted, {1, 1e6});
  in_range("LineTrainingOptions::margin", margin, {0, 1024});
  in_range("LineTrainingOptions::average", average, {.low = 0, .high = 1, .below_high = true});
  in_range("LineTrainingOptions::threads", threads, {0, most_threads});
}

namespace detail {

/// Trains on `sorted` steps' lines at a time: they are drawn together and sorted by width, so that lines of about one
/// width can be filled up to the same. A micro-batch is one task on one thread.
class LineRun {
 public:
  LineRun(TrainingState& state, const LineSource& source, const LineTrainingOptions& options)
      : state_(state),
        source_(source),
        options_(options),
        workers_(static_cast<std::size_t>(thread_count(options.threads))) {}

  /// Returns the mean loss.
  double next_steps() {
    const Index steps = std::min(options_.sorted, options_.steps - state_.batch);
    draw_lines(steps * options_.batch);
    const std::vector<MicroBatch> parts = micro_batches();
    double loss = 0;
    Index lines = 0;
    const auto count = static_cast<Index>(parts.size());
    for (Index step = 0; step < steps; ++step, ++state_.batch) {
      const Index begin = count * step / steps;
      const Index end = count * (step + 1) / steps;
      if (begin == end) continue;
      loss += learn({parts.begin() + begin, parts.begin() + end});
      for (Index p = begin; p < end; ++p) lines += static_cast<Index>(parts[static_cast<std::size_t>(p)].lines.size());
    }
    require<Error>(lines > 0, "fit_line_network: every line is too narrow for its labels");
    return loss / static_cast<double>(lines);
  }

 private:
  struct MicroBatch {
    Index width = 0;  // of the input
    std::vector<std::size_t> lines;
  };

  double progress() const { return static_cast<double>(state_.batch) / static_cast<double>(options_.steps); }

  std::uint64_t seed(std::uint64_t stream, Index item) const {
    return derive_seed(options_.seed,
                       {stream, static_cast<std::uint64_t>(state_.batch), static_cast<std::uint64_t>(item)});
  }

  void draw_lines(Index count) {
    lines_.assign(static_cast<std::size_t>(count), {});
    const double now = progress();
    parallel_for(count, options_.threads, [&](Index i, int) {
      Rng rng(seed(1, i));
      lines_[static_cast<std::size_t>(i)] = source_(rng, now);
    });
    const Shape& input = state_.network.input_shape();
    const Index classes = state_.network.output_shape().channels;
    for (const TrainingLine& line : lines_) {
      if (line.ink.height() != input.height) {
        throw ShapeError("fit_line_network: expected lines of " + std::to_string(input.height) + " rows, got " +
                         std::to_string(line.ink.height()));
      }
      for (const Label label : line.labels)
        in_range("fit_line_network: a label", label, {0, static_cast<double>(classes - 2)});
    }
  }

  /// Of lines that have room for their labels, in an order that the seed decides.
  std::vector<MicroBatch> micro_batches() {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      const Index steps = network_for(width_for(lines_[i])).output_shape().width;
      if (ctc_least_steps(lines_[i].labels) <= steps) order.push_back(i);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return lines_[a].ink.width() < lines_[b].ink.width(); });
    const auto count = static_cast<Index>(order.size());
    const Index parts = (count + options_.micro_batch - 1) / options_.micro_batch;
    std::vector<MicroBatch> result;
    for (Index p = 0; p < parts; ++p) {
      result.push_back({0, {order.begin() + count * p / parts, order.begin() + count * (p + 1) / parts}});
      result.back().width = width_for(lines_[result.back().lines.back()]);
    }
    Rng(seed(2, 0)).shuffle(std::span(result));
    return result;
  }

  Index width_for(const TrainingLine& line) const {
    return padded_width(state_.network.input_shape().width, line.ink.width(), {.margin = options_.margin});
  }

  /// The run's network for lines of another width.
  Network& network_for(Index width) {
    const auto found = of_width_.find(width);
    if (found != of_width_.end()) return found->second;
    const Shape input{state_.network.input_shape().height, width, 1};
    return of_width_.try_emplace(width, for_input(state_.network, input)).first->second;
  }

  void copy_weights(Network& to) const {
    const auto from = state_.network.parameters();
    const auto copies = to.parameters();
    for (std::size_t p = 0; p < from.size(); ++p) copies[p]->value = from[p]->value;
  }

  /// One step of the optimiser. Returns the sum of the losses.
  double learn(const std::vector<MicroBatch>& parts) {
    const double factor = options_.schedule(progress());
    in_range("LineTrainingOptions::schedule: the factor", factor, {0, 1e6});
    Index lines = 0;
    for (const MicroBatch& part : parts) {
      copy_weights(network_for(part.width));
      lines += static_cast<Index>(part.lines.size());
    }
    gradients_.resize(parts.size());
    std::vector<double> losses(parts.size());
    parallel_for(static_cast<Index>(parts.size()), options_.threads, [&](Index p, int worker) {
      const auto part = static_cast<std::size_t>(p);
      losses[part] = micro_batch(parts[part], p, 1.0F / static_cast<float>(lines),
                                 workers_[static_cast<std::size_t>(worker)], gradients_[part]);
    });
    const double loss = std::accumulate(losses.begin(), losses.end(), 0.0);
    if (!std::isfinite(loss)) {
      throw Error("fit_line_network: the loss is not finite in step " + std::to_string(state_.batch + 1) +
                  "; a lower learning rate may help");
    }
    const auto parameters = state_.network.parameters();
    optimizer_step<float>(options_.optimizer, factor, parameters, gradients_, state_.optimizer, options_.threads);
    if (state_.average) {
      update_average(state_.network, state_.optimizer.steps, options_.average, *state_.average, options_.threads);
    }
    return loss;
  }

  double micro_batch(const MicroBatch& part, Index number, float scale, Workspace& workspace,
                     std::vector<Matrix>& gradients) const {
    const Network& network = of_width_.at(part.width);
    const auto count = static_cast<Index>(part.lines.size());
    Matrix input(network.input_shape().size(), count);
    for (Index i = 0; i < count; ++i) {
      const FloatImage& ink = lines_[part.lines[static_cast<std::size_t>(i)]].ink;
      copy_line(ink, part.width, options_.margin, input.col(i).data());
    }
    workspace.seed(seed(3, number));
    const auto output = network.forward(input, workspace, Mode::training);
    const Shape& shape = network.output_shape();
    Matrix output_gradient(output.rows(), count);
    double loss = 0;
    for (Index i = 0; i < count; ++i) {
      const Eigen::Map<const Matrix> logits(output.col(i).data(), shape.channels, shape.width);
      Eigen::Map<Matrix> gradient(output_gradient.col(i).data(), shape.channels, shape.width);
      loss += ctc_loss<float>(logits, lines_[part.lines[static_cast<std::size_t>(i)]].labels, scale, gradient);
    }
    network.backward(input, output_gradient, workspace, gradients);
    return loss;
  }

  TrainingState& state_;
  const LineSource& source_;
  const LineTrainingOptions& options_;
  std::vector<TrainingLine> lines_;
  std::vector<Workspace> workers_;              // one a thread
  std::map<Index, Network> of_width_;           // with the weights of the step that last used it
  std::vector<std::vector<Matrix>> gradients_;  // [micro-batch][parameter]
};

}  // namespace detail

INKLING_INLINE Network fit_line_network(TrainingState state, const LineSource& source,
                                        const LineTrainingOptions& options) {
  options.check();
  require<ValueError>(source != nullptr, "fit_line_network: expected a source of lines, got none");
  const Shape& out = state.network.output_shape();
  if (state.network.input_shape().channels != 1 || out.height != 1 || out.channels < 2) {
    throw ShapeError("fit_line_network: expected height x width x 1 in and 1 x steps x (classes + 1) out, got " +
                     to_string(state.network.input_shape()) + " in and " + to_string(out) + " out");
  }
  if (options.average > 0 && !state.average) state.average = state.network;
  detail::LineRun run(state, source, options);
  while (state.batch < options.steps) {
    const auto start = std::chrono::steady_clock::now();
    const double loss = run.next_steps();
    state.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const Progress progress{.step = state.batch, .steps = options.steps, .seconds = state.seconds, .loss = loss};
    const bool stopped = options.on_progress && options.on_progress(progress) == Flow::stop;
    if (options.on_checkpoint) options.on_checkpoint(state);
    if (stopped) break;
  }
  return state.current();
}

}  // namespace inkling::inline INKLING_ABI::nn
