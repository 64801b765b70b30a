#pragma once

#include <inkling/core/collective.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/range.hpp>
#include <inkling/data/fingerprint.hpp>
#include <inkling/nn/training/backward.hpp>
#include <inkling/nn/training/detail/gather_shares.hpp>
#include <inkling/nn/training/loss.hpp>
#include <inkling/nn/training/trainer.hpp>
#include <inkling/nn/training/weight_average.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

INKLING_INLINE void NetworkOptions::check() const {
  std::visit([](const auto& rule) { rule.check(); }, optimizer);
  require<ValueError>(schedule != nullptr, "NetworkOptions::schedule: expected a function, got none");
  in_range("NetworkOptions::epochs", epochs, {1, 1e6});
  in_range("NetworkOptions::batch", batch, {1, 1e9});
  in_range("NetworkOptions::micro_batch", micro_batch, {1, 1e6});
  in_range("NetworkOptions::label_smoothing", label_smoothing, {.low = 0, .high = 1, .below_high = true});
  for (const double weight : class_weights) {
    in_range("NetworkOptions::class_weights", weight, {0, 1e6});
    require<ValueError>(
        weight > 0 || label_smoothing == 0,
        "NetworkOptions::label_smoothing: it gives every class a share: none of class_weights can be 0");
    require<ValueError>(weight > 0 || teacher == nullptr,
                        "NetworkOptions::teacher: it gives every class a share: none of class_weights can be 0");
  }
  in_range("NetworkOptions::teacher_share", teacher_share, {0, 1});
  in_range("NetworkOptions::average", average, {.low = 0, .high = 1, .below_high = true});
  in_range("NetworkOptions::patience", patience, {});
  in_range("NetworkOptions::threads", threads, {0, most_threads});
  in_range("NetworkOptions::augment_until", augment_until, {0, 1});
  require<ValueError>(patience == 0 || validation.has_value(),
                      "NetworkOptions::patience: it needs a validation set, got none");
}

namespace detail {

/// What keeps one kind of random number apart from another with the same seed.
enum class Stream : std::uint64_t { order = 1, dropout = 2, augmentation = 3 };

inline std::uint64_t stream_seed(const NetworkOptions& options, Stream stream, Index epoch, Index item = 0) {
  return derive_seed(options.seed, {static_cast<std::uint64_t>(stream), static_cast<std::uint64_t>(epoch),
                                    static_cast<std::uint64_t>(item)});
}

/// What a network learns from: images, whose bytes become 0 .. 1, or plain features.
class TrainingSamples {
 public:
  TrainingSamples(const Dataset& images)
      : images_(&images),
        size_(images.size()),
        shape_(images.image_shape()),
        labels_(images.labels()),
        class_names_(images.class_names()) {}

  /// Of the shape that the network takes. Throws ShapeError and ValueError.
  TrainingSamples(const Matrix& features, const Shape& shape, std::span<const Label> labels,
                  std::vector<std::string> class_names)
      : features_(&features),
        size_(features.cols()),
        shape_(shape),
        labels_(labels.begin(), labels.end()),
        class_names_(std::move(class_names)) {
    if (features.rows() != shape.size() || features.cols() != static_cast<Index>(labels.size())) {
      throw ShapeError("fit_network: expected " + std::to_string(shape.size()) + " features for each of " +
                       std::to_string(labels.size()) + " labels, got " + std::to_string(features.rows()) + " x " +
                       std::to_string(features.cols()));
    }
    require<ValueError>(features.allFinite(), "fit_network: a feature is not a finite number");
    for (const Label label : labels) {
      if (label < 0 || label >= num_classes()) {
        throw ValueError("fit_network: label " + std::to_string(label) + " of " + std::to_string(num_classes()) +
                         " classes");
      }
    }
  }

  Index size() const noexcept { return size_; }
  const Shape& image_shape() const noexcept { return shape_; }
  Index num_classes() const noexcept { return static_cast<Index>(class_names_.size()); }
  const std::vector<std::string>& class_names() const noexcept { return class_names_; }
  Label label(Index i) const noexcept { return labels_[static_cast<std::size_t>(i)]; }

  std::uint64_t fingerprint() const {
    if (images_ != nullptr) return inkling::fingerprint(*images_);
    Fingerprint sum(static_cast<std::uint64_t>(size_));
    sum.add(labels_.data(), labels_.size() * sizeof(Label));
    sum.add(features_->data(), static_cast<std::size_t>(features_->size()) * sizeof(float));
    return sum.value();
  }

  /// to: image_shape().size() values.
  void copy(Index i, float* to) const noexcept {
    if (images_ != nullptr) {
      to_unit_range(images_->image(i).data(), shape_.size(), to);
    } else {
      std::copy_n(features_->col(i).data(), shape_.size(), to);
    }
  }

 private:
  const Dataset* images_ = nullptr;  // these, or those
  const Matrix* features_ = nullptr;
  Index size_;
  Shape shape_;
  std::vector<Label> labels_;
  std::vector<std::string> class_names_;
};

/// Images in the smallest micro-batch. Batches are of equal size, give or take one, and so are the parts of a batch.
inline Index smallest_micro_batch(Index images, const NetworkOptions& options) {
  const Index batches = (images + options.batch - 1) / options.batch;
  Index smallest = images;
  for (const Index count : {images / batches, (images + batches - 1) / batches}) {
    smallest = std::min(smallest, count / ((count + options.micro_batch - 1) / options.micro_batch));
  }
  return smallest;
}

/// The name of the first parameter that has a value which is not finite; empty when all are.
inline std::string not_finite(const Network& network) {
  const auto parameters = network.parameters();
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    if (!parameters[p]->value.allFinite()) return network.parameter_names()[p];
  }
  return {};
}

/// Whether batch norm has statistics of some training: a new one has 0 and 1.
inline bool has_measured_statistics(const Network& network) {
  const auto parameters = network.parameters();
  return std::any_of(parameters.begin(), parameters.end(), [](const auto* parameter) {
    const auto& values = parameter->value.array();
    return parameter->role == Role::statistic && !(values == 0).all() && !(values == 1).all();
  });
}

inline void check(const NetworkOptions& options, const TrainingSamples& train, const Network& network) {
  options.check();
  require<ValueError>(train.size() > 0, "fit_network: the training set is empty");
  if (!options.class_weights.empty() && std::ssize(options.class_weights) != train.num_classes()) {
    throw ValueError("fit_network: class_weights: expected one for each of the " + std::to_string(train.num_classes()) +
                     " classes, got " + std::to_string(options.class_weights.size()));
  }
  if (train.image_shape() != network.input_shape()) {
    throw ShapeError("fit_network: the network expects images of " + to_string(network.input_shape()) +
                     ", the data are " + to_string(train.image_shape()));
  }
  if (options.validation && (options.validation->image_shape() != train.image_shape() ||
                             options.validation->num_classes() != train.num_classes())) {
    throw ShapeError("fit_network: the validation set has other images or classes than the training set");
  }
  if (options.teacher != nullptr && (options.teacher->input_shape() != network.input_shape() ||
                                     options.teacher->output_shape() != network.output_shape())) {
    throw ShapeError("fit_network: expected a teacher from " + to_string(network.input_shape()) + " to " +
                     to_string(network.output_shape()) + ", got one from " + to_string(options.teacher->input_shape()) +
                     " to " + to_string(options.teacher->output_shape()));
  }
  require<ValueError>(!options.validation || options.validation->size() > 0,
                      "fit_network: the validation set is empty");
  const auto parameters = network.parameters();
  const bool has_statistics = std::any_of(parameters.begin(), parameters.end(),
                                          [](const auto* p) { return p->role == Role::statistic && !p->fixed; });
  if (has_statistics && smallest_micro_batch(train.size(), options) < 2) {
    throw ValueError("NetworkOptions::micro_batch: batch norm needs at least 2 images in each; " +
                     std::to_string(train.size()) + " images in batches of " + std::to_string(options.batch) +
                     " and micro-batches of " + std::to_string(options.micro_batch) + " leave 1");
  }
  if (const std::string name = not_finite(network); !name.empty()) {
    throw ValueError("fit_network: parameter " + name + " of the network has a value that is not finite");
  }
}

inline void add_weights(Fingerprint& sum, const Network& network) {
  for (const Parameter<float>* parameter : network.parameters()) {
    sum.add(parameter->value.data(), static_cast<std::size_t>(parameter->value.size()) * sizeof(float));
  }
}

/// Of what decides the bits of a run, but for the network and the samples. Functions are told apart by some values.
inline std::uint64_t fingerprint(const NetworkOptions& options) {
  Fingerprint sum(options.seed);
  if (const auto* adam = std::get_if<AdamW>(&options.optimizer)) {
    for (const double value : {adam->learning_rate, adam->beta1, adam->beta2, adam->epsilon, adam->weight_decay}) {
      sum.add(value);
    }
  } else if (const auto* sgd = std::get_if<Sgd>(&options.optimizer)) {
    for (const double value : {sgd->learning_rate, sgd->momentum, sgd->weight_decay}) sum.add(value);
  }
  for (const Index value : {options.epochs, options.batch, options.micro_batch, options.patience}) {
    sum.add(static_cast<std::uint64_t>(value));
  }
  for (const double value : {options.label_smoothing, options.average, options.augment_until}) sum.add(value);
  for (const double weight : options.class_weights) sum.add(weight);
  for (const double progress : {0.0, 0.1, 0.5, 0.9}) sum.add(options.schedule(progress));
  sum.add(static_cast<std::uint64_t>((options.augment ? 1 : 0) + (options.augment_after ? 2 : 0)));
  if (options.validation) sum.add(inkling::fingerprint(*options.validation));
  if (options.teacher != nullptr) {
    sum.add(options.teacher_share);
    add_weights(sum, *options.teacher);
  }
  return sum.value();
}

inline std::uint64_t fingerprint(const TrainingState& state) {
  Fingerprint sum;
  const auto add = [&sum](const Matrix& values) {
    sum.add(values.data(), static_cast<std::size_t>(values.size()) * sizeof(float));
  };
  add_weights(sum, state.network);
  if (state.average) add_weights(sum, *state.average);
  if (state.best) add_weights(sum, *state.best);
  for (const Matrix& moment : state.optimizer.first) add(moment);
  for (const Matrix& moment : state.optimizer.second) add(moment);
  for (const Index value : {state.optimizer.steps, state.optimizer.micro_batches, state.epoch, state.batch,
                            state.batch_correct, state.best_epoch}) {
    sum.add(static_cast<std::uint64_t>(value));
  }
  sum.add(state.best_accuracy);
  return sum.value();
}

/// Ranks that went on with different things would give a model of nothing.
inline void require_same_run(Collective& ranks, const TrainingState& state, const TrainingSamples& train,
                             const NetworkOptions& options) {
  if (ranks.size() == 1) return;
  require_same(ranks, train.fingerprint(), "the training data");
  require_same(ranks, fingerprint(options), "the options of the training");
  require_same(ranks, fingerprint(state), "the weights and moments to begin with");
}

/// The memory of one thread.
struct TrainingWorker {
  Workspace workspace;
  Workspace teacher;
  Buffer<float> input;            // pixels x micro-batch
  Buffer<float> logits;           // classes x micro-batch, without those of the classes that take no part
  Buffer<float> output_gradient;  // classes x micro-batch
  std::vector<Label> labels;
};

/// One pass over the training samples.
class Epoch {
 public:
  Epoch(TrainingState& state, const TrainingSamples& train, const NetworkOptions& options, Collective& ranks)
      : state_(state),
        train_(train),
        options_(options),
        ranks_(ranks),
        parameters_(state.network.parameters()),
        order_(static_cast<std::size_t>(train.size())),
        workers_(static_cast<std::size_t>(thread_count(options.threads))) {
    std::iota(order_.begin(), order_.end(), Index{0});
    Rng(stream_seed(options, Stream::order, state.epoch)).shuffle(std::span(order_));
  }

  /// Steps through the samples in batches of equal size (give or take one), the largest that `batch` allows, from where
  /// the run is. False when it was stopped on the way.
  bool run() {
    const Index batches = (train_.size() + options_.batch - 1) / options_.batch;
    for (Index& b = state_.batch; b < batches;) {
      const double progress =
          (static_cast<double>(state_.epoch) + static_cast<double>(b) / static_cast<double>(batches)) /
          static_cast<double>(options_.epochs);
      const double factor = options_.schedule(progress);
      in_range("NetworkOptions::schedule: the factor", factor, {0, 1e6});
      const LossSum sum = step(b, batches, factor);
      state_.batch_loss += sum.loss;
      state_.batch_correct += sum.correct;
      ++b;
      if (b < batches && wants_to_stop()) return false;
    }
    return true;
  }

 private:
  /// One step of the optimiser, on its share of the order.
  LossSum step(Index batch, Index batches, double rate_factor) {
    const Index begin = train_.size() * batch / batches;
    const Index count = train_.size() * (batch + 1) / batches - begin;
    const Index tasks = (count + options_.micro_batch - 1) / options_.micro_batch;
    gradients_.resize(static_cast<std::size_t>(tasks));
    std::vector<LossSum> sums(static_cast<std::size_t>(tasks));
    const RankShare share = share_of(tasks, ranks_.rank(), ranks_.size());
    parallel_for(share.size(), options_.threads, [&](Index i, int worker) {
      const Index m = share.first + i;
      const auto task = static_cast<std::size_t>(m);
      sums[task] =
          micro_batch(begin + count * m / tasks, begin + count * (m + 1) / tasks, 1.0F / static_cast<float>(count),
                      workers_[static_cast<std::size_t>(worker)], gradients_[task]);
    });
    gather_shares(ranks_, tasks, 1, sums.data());
    LossSum sum;
    for (const LossSum& part : sums) sum += part;
    if (!std::isfinite(sum.loss)) fail("the loss", batch);
    optimizer_step<float>(options_.optimizer, rate_factor, parameters_, gradients_, state_.optimizer, options_.threads,
                          &ranks_);
    // The loss would not show it: a ReLU makes 0 of NaN.
    if (const std::string name = not_finite(state_.network); !name.empty()) fail("parameter " + name, batch);
    if (state_.average) {
      update_average(state_.network, state_.optimizer.steps, options_.average, *state_.average, options_.threads);
    }
    return sum;
  }

  bool wants_to_stop() const { return ranks_.any(options_.stop && options_.stop()); }

  [[noreturn]] void fail(const std::string& what, Index batch) const {
    throw Error("fit_network: " + what + " is not finite in epoch " + std::to_string(state_.epoch + 1) + ", batch " +
                std::to_string(batch + 1) + "; a lower learning rate may help");
  }

  /// Changes one image. A value that is not finite would spoil every weight.
  template <typename Change>
  void change(const Change& augmentation, std::span<float> image, Index sample) const {
    Rng rng(stream_seed(options_, Stream::augmentation, state_.epoch, sample));
    augmentation(image, train_.image_shape(), rng);
    if (std::all_of(image.begin(), image.end(), [](float value) { return std::isfinite(value); })) return;
    throw Error("fit_network: NetworkOptions::augment made a value that is not finite of image " +
                std::to_string(sample) + " in epoch " + std::to_string(state_.epoch + 1));
  }

  /// Forward and backward on order_[first, last), on the calling thread.
  LossSum micro_batch(Index first, Index last, float scale, TrainingWorker& worker,
                      std::vector<Matrix>& gradients) const {
    const Index count = last - first;
    auto input = worker.input.matrix(train_.image_shape().size(), count);
    worker.labels.resize(static_cast<std::size_t>(count));
    for (Index i = 0; i < count; ++i) {
      const Index sample = order_[static_cast<std::size_t>(first + i)];
      train_.copy(sample, input.col(i).data());
      worker.labels[static_cast<std::size_t>(i)] = train_.label(sample);
      if (const auto& augmentation = this->augmentation()) {
        change(augmentation, std::span<float>(input.col(i).data(), static_cast<std::size_t>(input.rows())), sample);
      }
    }
    worker.workspace.seed(stream_seed(options_, Stream::dropout, state_.epoch, first));
    const auto outputs = state_.network.forward(input, worker.workspace, Mode::training);
    auto logits = worker.logits.matrix(outputs.rows(), count);
    logits = outputs;
    leave_out_classes(logits, worker.labels);
    auto output_gradient = worker.output_gradient.matrix(logits.rows(), count);
    const LossSum sum =
        softmax_cross_entropy<float>(logits, worker.labels, options_.label_smoothing, scale, output_gradient);
    if (options_.teacher != nullptr) {
      const auto known = options_.teacher->forward(input, worker.teacher);
      distil<float>(logits, known, options_.teacher_share, scale, output_gradient);
    }
    weigh(output_gradient, worker.labels);
    state_.network.backward(input, output_gradient, worker.workspace, gradients);
    return sum;
  }

  /// A class of weight 0 gets no probability, but of its own samples, which do not count.
  void leave_out_classes(MatrixRef<float> logits, std::span<const Label> labels) const {
    constexpr float never = -1e4F;
    for (std::size_t c = 0; c < options_.class_weights.size(); ++c) {
      if (options_.class_weights[c] > 0) continue;
      for (Index i = 0; i < logits.cols(); ++i) {
        if (labels[static_cast<std::size_t>(i)] != static_cast<Label>(c)) logits(static_cast<Index>(c), i) = never;
      }
    }
  }

  void weigh(MatrixRef<float> output_gradient, std::span<const Label> labels) const {
    if (options_.class_weights.empty()) return;
    for (Index i = 0; i < output_gradient.cols(); ++i) {
      const auto label = static_cast<std::size_t>(labels[static_cast<std::size_t>(i)]);
      output_gradient.col(i) *= static_cast<float>(options_.class_weights[label]);
    }
  }

  /// That of this epoch, if it has one.
  const decltype(NetworkOptions::augment)& augmentation() const {
    const double until = options_.augment_until * static_cast<double>(options_.epochs);
    return static_cast<double>(state_.epoch) < until ? options_.augment : options_.augment_after;
  }

  TrainingState& state_;
  const TrainingSamples& train_;
  const NetworkOptions& options_;
  Collective& ranks_;
  std::vector<Parameter<float>*> parameters_;
  std::vector<Index> order_;                    // training samples, shuffled for this epoch
  std::vector<TrainingWorker> workers_;         // one a thread
  std::vector<std::vector<Matrix>> gradients_;  // [micro-batch][parameter]
};

/// Loss without smoothing, and accuracy, in inference mode.
inline LossSum measure(const Network& network, const Dataset& data, int threads, Collective& ranks) {
  constexpr Index block = 64;
  const Index blocks = (data.size() + block - 1) / block;
  std::vector<TrainingWorker> workers(static_cast<std::size_t>(thread_count(threads)));
  std::vector<LossSum> sums(static_cast<std::size_t>(blocks));
  const RankShare share = share_of(blocks, ranks.rank(), ranks.size());
  parallel_for(share.size(), threads, [&](Index i, int w) {
    TrainingWorker& worker = workers[static_cast<std::size_t>(w)];
    const Index b = share.first + i;
    const Index first = b * block;
    const Index count = std::min(block, data.size() - first);
    auto input = worker.input.matrix(data.image_shape().size(), count);
    worker.labels.resize(static_cast<std::size_t>(count));
    for (Index k = 0; k < count; ++k) {
      to_unit_range(data.image(first + k).data(), input.rows(), input.col(k).data());
      worker.labels[static_cast<std::size_t>(k)] = data.label(first + k);
    }
    const auto logits = network.forward(input, worker.workspace);
    sums[static_cast<std::size_t>(b)] = softmax_cross_entropy<float>(
        logits, worker.labels, 0, 1.0F, worker.output_gradient.matrix(logits.rows(), count));
  });
  gather_shares(ranks, blocks, 1, sums.data());
  return std::accumulate(sums.begin(), sums.end(), LossSum{}, [](LossSum a, const LossSum& b) { return a += b; });
}

inline void keep_best(TrainingState& state, double accuracy) {
  if (accuracy <= state.best_accuracy) return;
  state.best = state.current();
  state.best_accuracy = accuracy;
  state.best_epoch = state.epoch;
}

inline NetworkClassifier fit(TrainingState state, const TrainingSamples& train, const NetworkOptions& options) {
  check(options, train, state.network);
  require<ValueError>(state.batch >= 0 && state.batch * options.batch < train.size() + options.batch,
                      "fit_network: the run is beyond the last batch of its epoch");
  const NetworkClassifier fits(state.network, train.class_names());  // throws when the output does not fit the classes
  const auto out_of_patience = [&] {  // a run that stopped early does not go on when it is resumed
    return options.patience > 0 && state.best && state.epoch - state.best_epoch >= options.patience;
  };
  // Statistics of a training that came before are worth keeping; those of a new batch norm mean nothing.
  constexpr Index many = 1000;
  if (state.optimizer.steps == 0 && has_measured_statistics(state.network)) state.optimizer.micro_batches = many;
  if (options.average > 0 && !state.average) state.average = state.network;
  Collective alone;
  Collective& ranks = options.ranks != nullptr ? *options.ranks : alone;
  require_same_run(ranks, state, train, options);
  const bool checkpoints = ranks.any(options.on_checkpoint != nullptr);
  const auto checkpoint = [&] {
    if (!checkpoints) return;
    const std::vector<Parameter<float>*> parameters = state.network.parameters();
    gather_moments<float>(parameters, state.optimizer, ranks);
    if (options.on_checkpoint) options.on_checkpoint(state);
  };
  while (state.epoch < options.epochs && !out_of_patience()) {
    const auto start = std::chrono::steady_clock::now();
    if (!Epoch(state, train, options, ranks).run()) {
      state.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      checkpoint();
      break;
    }
    ++state.epoch;
    state.batch = 0;
    const double loss = std::exchange(state.batch_loss, 0);
    const Index correct = std::exchange(state.batch_correct, 0);
    Progress progress{.step = state.epoch, .steps = options.epochs};
    const auto samples = static_cast<double>(train.size());
    progress.loss = loss / samples;
    progress.accuracy = static_cast<double>(correct) / samples;
    if (options.validation) {
      const LossSum validation = measure(state.current(), *options.validation, options.threads, ranks);
      const auto size = static_cast<double>(options.validation->size());
      progress.validation_loss = validation.loss / size;
      progress.validation_accuracy = static_cast<double>(validation.correct) / size;
      keep_best(state, *progress.validation_accuracy);
    }
    state.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    progress.seconds = state.seconds;
    checkpoint();
    bool stop = options.on_progress && options.on_progress(progress) == Flow::stop;
    stop = stop || (options.stop && options.stop());
    if (ranks.any(stop)) break;
  }
  const bool choose_best = options.validation && state.best;
  return NetworkClassifier(choose_best ? *state.best : state.current(), train.class_names());
}

}  // namespace detail

INKLING_INLINE NetworkClassifier fit_network(TrainingState state, const Dataset& train, const NetworkOptions& options) {
  return detail::fit(std::move(state), train, options);
}

INKLING_INLINE NetworkClassifier fit_network(Network network, const Dataset& train, const NetworkOptions& options) {
  return fit_network(TrainingState{.network = std::move(network)}, train, options);
}

INKLING_INLINE NetworkClassifier fit_network(Network network, const Matrix& features, std::span<const Label> labels,
                                             std::vector<std::string> class_names, const NetworkOptions& options) {
  const detail::TrainingSamples train(features, network.input_shape(), labels, std::move(class_names));
  return detail::fit(TrainingState{.network = std::move(network)}, train, options);
}

}  // namespace inkling::inline INKLING_ABI::nn
