#pragma once

#include <inkling/core/range.hpp>
#include <inkling/nn/training/backward.hpp>
#include <inkling/nn/training/gradient_check.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

INKLING_INLINE void GradientCheckOptions::check() const {
  in_range("GradientCheckOptions::step", step, {.low = 0, .high = 1, .above_low = true});
  in_range("GradientCheckOptions::relative", relative, {0, 1});
  in_range("GradientCheckOptions::absolute", absolute, {.low = 0, .high = 1, .above_low = true});
}

INKLING_INLINE GradientCheckResult check_gradients(BasicNetwork<double> network, MatrixOf<double> x,
                                                   const GradientCheckOptions& options) {
  options.check();
  BasicWorkspace<double> workspace;
  MatrixOf<double> projection(network.output_shape().size(), x.cols());
  Rng rng(options.seed);
  for (double& value : projection.reshaped()) value = static_cast<double>(rng.normal());
  const auto loss = [&] {
    workspace.seed(options.seed);
    return network.forward(x, workspace, Mode::training).cwiseProduct(projection).sum();
  };

  const auto parameters = network.parameters();
  const auto names = network.parameter_names();
  const double poison = std::numeric_limits<double>::quiet_NaN();
  std::vector<MatrixOf<double>> gradients;
  MatrixOf<double> input_gradient;
  loss();
  network.backward(x, MatrixOf<double>::Constant(projection.rows(), projection.cols(), poison), workspace, gradients,
                   &input_gradient);
  for (auto& gradient : gradients) gradient.setConstant(poison);
  input_gradient.setConstant(poison);
  loss();
  network.backward(x, projection, workspace, gradients, &input_gradient);

  GradientCheckResult result;
  const auto compare = [&](MatrixOf<double>& values, const MatrixOf<double>& gradient, const std::string& name) {
    for (Index i = 0; i < values.size(); ++i) {
      double& value = values.data()[i];
      const double kept = value;
      value = kept + options.step;
      const double above = loss();
      value = kept - options.step;
      const double below = loss();
      value = kept;
      const double numeric = (above - below) / (2 * options.step);
      const double analytic = gradient.data()[i];
      double error = std::abs(analytic - numeric) / (options.absolute + options.relative * std::abs(numeric));
      if (std::isnan(error)) error = std::numeric_limits<double>::infinity();
      if (error > result.worst) {
        result = {error, name + "[" + std::to_string(i) + "]: " + std::to_string(analytic) + " against " +
                             std::to_string(numeric)};
      }
    }
  };
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    if (parameters[p]->role != Role::statistic) compare(parameters[p]->value, gradients[p], names[p]);
  }
  compare(x, input_gradient, "input");
  return result;
}

}  // namespace inkling::inline INKLING_ABI::nn
