#pragma once

#include <inkling/core/error.hpp>
#include <inkling/nn/network.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

namespace detail {

/// Of a layer that is built already, such as the clone of another network's.
template <typename S>
std::vector<MatrixOf<S>> weights(const BasicLayer<S>& layer) {
  std::vector<const Parameter<S>*> parameters;
  layer.append_parameters(parameters);
  std::vector<MatrixOf<S>> values;
  for (const Parameter<S>* parameter : parameters) values.push_back(parameter->value);
  return values;
}

template <typename S>
void set_weights(BasicLayer<S>& layer, const std::vector<MatrixOf<S>>& values) {
  std::vector<const Parameter<S>*> parameters;
  layer.append_parameters(parameters);
  if (parameters.size() != values.size()) {
    throw ShapeError("it was built for another input: it had " + std::to_string(values.size()) +
                     " tensors, here it would have " + std::to_string(parameters.size()));
  }
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    MatrixOf<S>& value = const_cast<MatrixOf<S>&>(parameters[p]->value);  // NOLINT(*-const-cast): the layer is ours
    if (value.rows() != values[p].rows() || value.cols() != values[p].cols()) {
      throw ShapeError("it was built for another input: its " + parameters[p]->name + " has " +
                       std::to_string(values[p].size()) + " values, here it would have " +
                       std::to_string(value.size()));
    }
    value = values[p];
  }
}

}  // namespace detail

template <typename S>
BasicNetwork<S>::BasicNetwork(Shape input, std::uint64_t seed) : shapes_{input}, seed_(seed) {
  input.check("Network");
}

template <typename S>
void BasicNetwork<S>::append_parameters(std::vector<const Parameter<S>*>& all) const {
  for (const auto& layer : layers_) layer->append_parameters(all);
}

template <typename S>
BasicNetwork<S>& BasicNetwork<S>::add(std::unique_ptr<BasicLayer<S>> layer) {
  return build_and_append(std::move(layer), [this](BasicLayer<S>& added, const Shape& in) {
    const std::vector<MatrixOf<S>> weights = detail::weights(added);
    if (weights.empty()) {
      Rng rng(derive_seed(seed_, {layers_.size()}));
      return added.build(in, rng);
    }
    const Shape out = added.build_to_fill(in);
    detail::set_weights(added, weights);
    return out;
  });
}

template <typename S>
BasicNetwork<S>& BasicNetwork<S>::add_to_fill(std::unique_ptr<BasicLayer<S>> layer) {
  return build_and_append(std::move(layer),
                          [](BasicLayer<S>& added, const Shape& in) { return added.build_to_fill(in); });
}

template <typename S>
template <typename Build>
BasicNetwork<S>& BasicNetwork<S>::build_and_append(std::unique_ptr<BasicLayer<S>> layer, const Build& build) {
  require<ValueError>(layer != nullptr, "Network: expected a layer, got a null pointer");
  try {
    const Shape out = build(*layer, shapes_.back());
    if (out.size() <= 0) throw ShapeError("its output " + to_string(out) + " is empty");
    return add_built(std::move(layer), out);
  } catch (const ShapeError& error) {
    throw ShapeError("Network: layer " + std::to_string(layers_.size()) + " (" + std::string(layer->kind()) +
                     "): " + error.what());
  }
}

template <typename S>
BasicNetwork<S>& BasicNetwork<S>::add_built(std::unique_ptr<BasicLayer<S>> layer, const Shape& output) {
  require<ValueError>(layer != nullptr, "Network: expected a layer, got a null pointer");
  layers_.emplace_back(std::move(layer));
  shapes_.push_back(output);
  parameters_until_.push_back(parameters().size());
  identity_ = std::make_shared<const NetworkIdentity>();
  return *this;
}

template <typename S>
std::vector<const Parameter<S>*> BasicNetwork<S>::parameters() const {
  std::vector<const Parameter<S>*> all;
  append_parameters(all);
  return all;
}

template <typename S>
std::vector<Parameter<S>*> BasicNetwork<S>::parameters() {
  std::vector<Parameter<S>*> all;
  for (const Parameter<S>* parameter : std::as_const(*this).parameters()) {
    all.push_back(const_cast<Parameter<S>*>(parameter));  // NOLINT(cppcoreguidelines-pro-type-const-cast): it is ours
  }
  return all;
}

template <typename S>
std::vector<std::string> BasicNetwork<S>::parameter_names() const {
  std::vector<std::string> names;
  const auto all = parameters();
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    while (names.size() < parameters_until_[i]) names.push_back(std::to_string(i) + "." + all[names.size()]->name);
  }
  return names;
}

template <typename S>
void BasicNetwork<S>::name_parameters(const std::string& prefix) {
  const auto names = parameter_names();
  const auto all = parameters();
  for (std::size_t p = 0; p < all.size(); ++p) all[p]->name = prefix + names[p];
}

template <typename S>
Index BasicNetwork<S>::parameter_count() const {
  Index count = 0;
  for (const Parameter<S>* parameter : parameters()) {
    if (parameter->role != Role::statistic) count += parameter->value.size();
  }
  return count;
}

template <typename S>
void BasicNetwork<S>::prepare(Workspace& workspace) const {
  if (workspace.network_ == identity_) return;
  const std::uint64_t seed = workspace.seed_;
  workspace = {};
  workspace.seed_ = seed;
  workspace.outputs_.resize(layers_.size());
  workspace.output_of_.resize(layers_.size());
  workspace.scratch_.resize(layers_.size());
  workspace.network_ = identity_;
}

template <typename S>
std::size_t BasicNetwork<S>::place_of(Index layer) const {
  if (layer < 0 || layer >= size()) {
    throw ValueError("Network: expected a layer from 0 to " + std::to_string(size() - 1) + ", got " +
                     std::to_string(layer));
  }
  return static_cast<std::size_t>(layer);
}

/// Layers read a batch as one piece of memory.
template <typename S>
void BasicNetwork<S>::check_columns(const ConstMatrixRef<S>& matrix) {
  require<ShapeError>(matrix.cols() <= 1 || matrix.outerStride() == matrix.rows(),
                      "Network: expected whole columns, got some rows of a larger matrix; copy them first");
}

template <typename S>
auto BasicNetwork<S>::forward(const ConstMatrixRef<S>& x, Workspace& workspace, Mode mode) const -> ConstView {
  if (x.rows() != input_shape().size()) {
    throw ShapeError("Network: expected input of " + to_string(input_shape()) + " (" +
                     std::to_string(input_shape().size()) + " rows), got " + std::to_string(x.rows()) + " rows");
  }
  require<ShapeError>(!layers_.empty(), "Network: it has no layer");
  check_columns(x);
  prepare(workspace);
  const Index n = x.cols();
  workspace.samples_ = n;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    if (mode == Mode::training) workspace.scratch_[i].rng = Rng(derive_seed(workspace.seed_, {i}));
    const Index rows = shapes_[i + 1].size();
    // The caller's x is never overwritten, so the first layer always gets an output of its own.
    const bool reuse = i > 0 && layers_[i]->in_place() && !layers_[i - 1]->needs_output();
    S* const memory = reuse ? workspace.output_of_[i - 1] : workspace.outputs_[i].matrix(rows, n).data();
    workspace.output_of_[i] = memory;
    Eigen::Map<MatrixOf<S>> output(memory, rows, n);
    if (i == 0) {
      layers_[i]->forward(x, output, workspace.scratch_[i], mode);
    } else {
      const ConstView input(workspace.output_of_[i - 1], shapes_[i].size(), n);
      layers_[i]->forward(input, output, workspace.scratch_[i], mode);
    }
  }
  return ConstView(workspace.output_of_.back(), output_shape().size(), n);
}

#ifdef INKLING_COMPILED
template class BasicNetwork<float>;
template class BasicNetwork<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn
