#include <inkling/svm/detail/loss_pass.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "all_close.hpp"
#include "random_matrix.hpp"

using namespace inkling;
using inkling::test::random_matrix;
using inkling::test::random_pixels;

// Naive, and by the definition of the objective: docs/linear-svm.md.
TEST_CASE("LossPass finds objective, slack and gradient of every class") {
  constexpr Index features = 21;
  for (const Index classes : {1, 3, 16, 19}) {
    for (const Index count : {1, 31, 200}) {
      CAPTURE(classes);
      CAPTURE(count);
      const Pixels pixels = random_pixels(features, count, 4);
      std::vector<Label> labels;
      for (Index i = 0; i < count; ++i) labels.push_back(static_cast<Label>(i % classes));
      svm::detail::DenseSamples<std::uint8_t> samples(features, count, 1.0F / 255, 255);
      for (Index i = 0; i < count; ++i) samples.set(i, pixels.col(i).data());
      svm::detail::Problem problem{labels, std::vector<double>(static_cast<std::size_t>(classes), 0.7), 0.4, 1e-3, 10};
      problem.cost[0] = 1.5;

      const Matrix weights = random_matrix<float>(features + 1, classes, 5);  // the bias last
      svm::detail::LaneGroups groups(static_cast<std::size_t>((classes + 15) / 16),
                                     svm::detail::LaneMatrix::Zero(16, samples.padded_features()));
      for (Index k = 0; k < classes; ++k) {
        groups[static_cast<std::size_t>(k / 16)].row(k % 16).head(features + 1) = weights.col(k).transpose().array();
      }
      svm::detail::LossPass<std::uint8_t> pass(samples, problem, 2);
      svm::detail::Objective found;
      pass.evaluate(groups, found);
      std::vector<Matrix> slacks;  // of each group
      for (std::size_t g = 0; g < groups.size(); ++g) {
        std::vector<Index> of_group;
        for (Index k = static_cast<Index>(g) * 16; k < std::min(classes, static_cast<Index>(g + 1) * 16); ++k) {
          of_group.push_back(k);
        }
        slacks.push_back(pass.slack(groups[g], of_group));
        REQUIRE(slacks.back().rows() == std::ssize(of_group));
      }

      for (Index k = 0; k < classes; ++k) {
        const Eigen::VectorXd w = weights.col(k).cast<double>();
        double value = 0.5 * w.squaredNorm();
        Eigen::VectorXd gradient = w;
        for (Index i = 0; i < count; ++i) {
          Eigen::VectorXd x(features + 1);
          x << pixels.col(i).cast<double>() / 255, 1;
          const bool own = labels[static_cast<std::size_t>(i)] == k;
          const double cost = own ? problem.cost[static_cast<std::size_t>(k)] : problem.rest_cost;
          const double y = own ? 1 : -1;
          const double slack = 1 - y * w.dot(x);
          const auto got = static_cast<double>(slacks[static_cast<std::size_t>(k / 16)](k % 16, i));
          CHECK(got == doctest::Approx(slack).epsilon(1e-4));
          const auto mask = found.costs[static_cast<std::size_t>(k / 16)][static_cast<std::size_t>(i)];
          if (std::abs(slack) > 1e-4) {
            CHECK((mask >> (k % 16) & 1) == (slack > 0 ? 1 : 0));
          }
          value += cost * std::max(0.0, slack) * std::max(0.0, slack);
          gradient -= 2 * cost * y * std::max(0.0, slack) * x;
        }
        CHECK(found.value(k) == doctest::Approx(value).epsilon(1e-5));
        const Vector got = found.gradient[static_cast<std::size_t>(k / 16)].row(k % 16).head(features + 1).transpose();
        CHECK(test::mismatch(got, Vector(gradient.cast<float>()), 1e-3, 1e-3) == "");
      }
      // Nothing leaks into the lanes and features that nobody needs.
      for (const svm::detail::LaneMatrix& gradient : found.gradient) {
        CHECK((gradient.rightCols(samples.padded_features() - features - 1) == 0).all());
      }
      for (Index lane = classes; lane < found.value.size(); ++lane) CHECK(found.value(lane) == 0);

      svm::detail::Objective again;
      svm::detail::LossPass<std::uint8_t>(samples, problem, 1).evaluate(groups, again);
      CHECK((again.value == found.value).all());
      CHECK((again.gradient[0] == found.gradient[0]).all());
    }
  }
}
