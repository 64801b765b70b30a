#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/network.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

struct GradientCheckOptions {
  double step = 1e-6;      // of the central difference
  double relative = 1e-6;  // allowed error as a share of the gradient,
  double absolute = 1e-8;  // plus this
  std::uint64_t seed = 1;  // of the projection and of dropout
};

/// The entry whose analytic and numeric gradients differ most, measured in units of the allowed error.
struct GradientCheckResult {
  double worst = 0;   // at most 1 when the check passed
  std::string where;  // "3.weight[17]" or "input[4]": 0.25 against 0.26
  bool passed() const noexcept { return worst <= 1; }
};

/// Compares backward with central differences of forward, for every parameter and the input, in double. The loss is the
/// sum of output times a fixed random projection. Every gradient is poisoned first, those between layers too, so that
/// an entry that backward forgets to write, or adds to, shows.
///
/// x: input x n, away from kinks such as a ReLU's 0.
inline GradientCheckResult check_gradients(BasicNetwork<double> network, MatrixOf<double> x,
                                           const GradientCheckOptions& options = {}) {
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
