#include <inkling/core/collective.hpp>
#include <inkling/core/error.hpp>
#include <inkling/nn/training/optimizer.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "all_close.hpp"
#include "golden/lcg.hpp"
#include "golden/optimizers.hpp"
#include "thread_ranks.hpp"

using namespace inkling;
using namespace inkling::nn;
using inkling::test::Lcg;
using inkling::test::mismatch;
using inkling::test::OptimizerGolden;

namespace {

constexpr std::array factors{0.25, 0.5, 1.0, 1.0, 0.75, 0.125};  // of the learning rate, step by step
const Sgd sgd{.learning_rate = 0.1, .momentum = 0.8, .weight_decay = 0.02};
const AdamW adamw{.learning_rate = 0.01, .beta1 = 0.85, .beta2 = 0.97, .epsilon = 1e-3, .weight_decay = 0.3};

template <typename S>
struct Run {
  Lcg lcg{7};
  std::vector<Parameter<S>> parameters;
  std::vector<Parameter<S>*> pointers;
  OptimizerState<S> state;

  Run() {
    const auto add = [&](const char* name, Role role, Index rows, Index columns) {
      parameters.push_back({name, role, {columns, rows}, MatrixOf<S>::Zero(rows, columns)});
      lcg.add_to(parameters.back().value, 1);
    };
    add("weight", Role::weight, 100, 200);
    add("offset", Role::offset, 5, 1);
    add("statistic", Role::statistic, 3, 1);
    for (auto& parameter : parameters) pointers.push_back(&parameter);
  }

  std::vector<MatrixOf<S>> gradient() {
    std::vector<MatrixOf<S>> all;
    for (const auto& parameter : parameters) {
      all.push_back(MatrixOf<S>::Zero(parameter.value.rows(), parameter.value.cols()));
      lcg.add_to(all.back(), 1);
    }
    return all;
  }

  void step(const Optimizer& optimizer, double factor, int threads) {
    std::vector<std::vector<MatrixOf<S>>> micro_batches;
    micro_batches.push_back(gradient());
    micro_batches.push_back(gradient());
    optimizer_step<S>(optimizer, factor, pointers, micro_batches, state, threads);
  }
};

template <typename S>
void check(const Optimizer& optimizer, const OptimizerGolden& golden, double relative) {
  Run<S> run;
  for (const double factor : factors) run.step(optimizer, factor, 2);
  CHECK(run.state.steps == static_cast<Index>(factors.size()));
  const S* const weight = run.parameters[0].value.data();
  const Eigen::Vector<S, 5> picked{weight[0], weight[1], weight[16383], weight[16384], weight[19999]};
  CHECK(mismatch(picked, Eigen::Map<const Eigen::Vector<double, 5>>(golden.weight.data()), relative, relative) == "");
  const auto norm = static_cast<double>(run.parameters[0].value.norm());
  CHECK(std::abs(norm - golden.weight_norm) < relative * golden.weight_norm);
  CHECK(mismatch(run.parameters[1].value, Eigen::Map<const Eigen::Vector<double, 5>>(golden.offset.data()), relative,
                 relative) == "");
  CHECK(mismatch(run.parameters[2].value, Eigen::Map<const Eigen::Vector<double, 3>>(golden.statistic.data()), relative,
                 relative) == "");
}

}  // namespace

TEST_CASE("SGD with Nesterov momentum follows the golden steps") {
  check<double>(sgd, test::sgd_golden, 1e-13);
  check<float>(sgd, test::sgd_golden, 1e-6);
}

TEST_CASE("AdamW follows the golden steps") {
  check<double>(adamw, test::adamw_golden, 1e-13);
  check<float>(adamw, test::adamw_golden, 1e-6);
}

TEST_CASE("weight decay shrinks weights and leaves offsets and statistics alone") {
  const auto one_step_without_gradient = [](const Optimizer& optimizer) {
    Run<double> run;
    std::vector<std::vector<MatrixOf<double>>> gradients(1);
    for (auto& parameter : run.parameters) {
      gradients[0].push_back(MatrixOf<double>::Zero(parameter.value.rows(), parameter.value.cols()));
    }
    gradients[0][2] = run.parameters[2].value;  // the statistic is already what the batch measured
    const std::vector<Parameter<double>> before = run.parameters;
    optimizer_step<double>(optimizer, 1, run.pointers, gradients, run.state, 1);
    CHECK(run.parameters[1].value == before[1].value);
    CHECK(run.parameters[2].value == before[2].value);
    return std::pair(run.parameters[0].value, before[0].value);
  };
  SUBCASE("AdamW: by the rate times the decay") {
    const auto [after, before] = one_step_without_gradient(AdamW{.learning_rate = 0.1, .weight_decay = 0.5});
    CHECK(mismatch(after, 0.95 * before, 1e-15) == "");
  }
  SUBCASE("SGD: as a gradient") {
    const auto [after, before] =
        one_step_without_gradient(Sgd{.learning_rate = 0.1, .momentum = 0, .weight_decay = 0.5});
    CHECK(mismatch(after, 0.95 * before, 1e-15) == "");
  }
}

TEST_CASE("statistics move towards those of each micro-batch in turn") {
  std::vector<Parameter<double>> parameters{{"mean", Role::statistic, {1}, MatrixOf<double>::Constant(1, 1, 10)}};
  const std::vector<Parameter<double>*> pointers{&parameters[0]};
  std::vector<std::vector<MatrixOf<double>>> gradients(3);
  for (int m = 0; m < 3; ++m) gradients[static_cast<std::size_t>(m)] = {MatrixOf<double>::Constant(1, 1, m)};
  OptimizerState<double> state;
  optimizer_step<double>(AdamW{}, 1, pointers, gradients, state, 1);
  // The weighted mean of what was measured: of what stood there before nothing is left.
  const double keep = 1 - statistic_share;
  CHECK(std::abs(parameters[0].value(0) - (keep + 2) / (keep * keep + keep + 1)) < 1e-14);
  CHECK(state.micro_batches == 3);
}

TEST_CASE("the share of a micro-batch in the statistics falls from all of it to that of the long run") {
  CHECK(std::abs(share_of_statistics(0) - 1) < 1e-14);
  CHECK(std::abs(share_of_statistics(1) - 1 / (2 - statistic_share)) < 1e-15);
  CHECK(std::abs(share_of_statistics(2000) - statistic_share) < 1e-15);
}

TEST_CASE("a step needs micro-batches, a gradient of its size for each parameter, and a rate that is a number") {
  std::vector<Parameter<double>> parameters{{"weight", Role::weight, {2}, MatrixOf<double>::Ones(2, 1)}};
  const std::vector<Parameter<double>*> pointers{&parameters[0]};
  const auto step = [&](std::vector<std::vector<MatrixOf<double>>> gradients, double factor) {
    OptimizerState<double> state;
    optimizer_step<double>(Sgd{}, factor, pointers, gradients, state, 1);
  };
  const MatrixOf<double> gradient = MatrixOf<double>::Ones(2, 1);
  CHECK_NOTHROW(step({{gradient}}, 1));
  CHECK_THROWS_AS(step({}, 1), ValueError);
  CHECK_THROWS_AS(step({{}}, 1), ShapeError);
  CHECK_THROWS_AS(step({{gradient}, {MatrixOf<double>::Ones(3, 1)}}, 1), ShapeError);
  for (const double factor : {-1.0, std::nan(""), HUGE_VAL}) CHECK_THROWS_AS(step({{gradient}}, factor), ValueError);
}

TEST_CASE("the bits of a step do not depend on the number of threads") {
  for (const Optimizer& optimizer : {Optimizer(sgd), Optimizer(adamw)}) {
    Run<float> alone;
    for (const double factor : factors) alone.step(optimizer, factor, 1);
    for (const int threads : {2, 3, 8}) {
      Run<float> together;
      for (const double factor : factors) together.step(optimizer, factor, threads);
      for (std::size_t p = 0; p < 3; ++p) CHECK(together.parameters[p].value == alone.parameters[p].value);
    }
  }
}

TEST_CASE("the gradients of micro-batches are added in a binary tree") {
  Parameter<float> parameter{"weight", Role::weight, {1}, Matrix::Zero(1, 1)};
  const std::vector<Parameter<float>*> parameters{&parameter};
  const auto sum_of = [&](std::vector<float> values) {
    parameter.value.setZero();
    std::vector<std::vector<Matrix>> gradients;
    for (const float value : values) gradients.push_back({Matrix::Constant(1, 1, value)});
    OptimizerState<float> state;
    optimizer_step<float>(Sgd{.learning_rate = 1, .momentum = 0}, 1, parameters, gradients, state, 1);
    return -parameter.value(0);
  };
  const float big = 16777216;  // beside which a float has no place for 1
  CHECK(sum_of({3}) == 3);
  CHECK(sum_of({big, 1, 1}) == big + 2);        // a + (b + c)
  CHECK(sum_of({big, 1, 1, 1}) == big + 2);     // (a + b) + (c + d)
  CHECK(sum_of({1, 1, 1, big, 1}) == big + 2);  // (a + b) + (c + (d + e))
  CHECK(sum_of({1, 1, 1, 1, big, 1, 1, 1}) == big + 6);
}

TEST_CASE("the bits of a step do not depend on the number of ranks") {
  for (const Index count : {1, 2, 3, 4, 7, 8, 13}) {
    for (const Optimizer& optimizer : {Optimizer(sgd), Optimizer(adamw)}) {
      Run<float> alone;
      std::vector<std::vector<std::vector<Matrix>>> steps(2);
      for (auto& gradients : steps) {
        for (Index m = 0; m < count; ++m) gradients.push_back(alone.gradient());
        auto copy = gradients;
        optimizer_step<float>(optimizer, 1, alone.pointers, copy, alone.state, 1);
      }
      for (const int size : {1, 2, 3, 4, 6}) {
        CAPTURE(count);
        CAPTURE(size);
        ThreadRanks(size).run([&](Collective& ranks, int rank) {
          Run<float> run;
          for (const auto& gradients : steps) {
            std::vector<std::vector<Matrix>> own(gradients.size());
            const RankShare share = share_of(count, rank, size);
            for (Index m = share.first; m < share.last; ++m) {
              own[static_cast<std::size_t>(m)] = gradients[static_cast<std::size_t>(m)];
            }
            optimizer_step<float>(optimizer, 1, run.pointers, own, run.state, 1, &ranks);
          }
          gather_moments<float>(run.pointers, run.state, ranks);
          for (std::size_t p = 0; p < 3; ++p) {
            CHECK(run.parameters[p].value == alone.parameters[p].value);
            CHECK(run.state.first[p] == alone.state.first[p]);
            CHECK(run.state.second[p] == alone.state.second[p]);
          }
          CHECK(run.state.micro_batches == alone.state.micro_batches);
        });
      }
    }
  }
}

TEST_CASE("ranks exchange as much as an all-reduce where they are a power of two") {
  for (const int size : {2, 4, 8}) {
    CAPTURE(size);
    ThreadRanks all(size);
    all.run([&](Collective& ranks, int) {
      Run<float> run;
      std::vector<std::vector<Matrix>> gradients;
      for (int m = 0; m < 16; ++m) gradients.push_back(run.gradient());
      optimizer_step<float>(sgd, 1, run.pointers, gradients, run.state, 1, &ranks);
    });
    const std::size_t learned = 4 * (100 * 200 + 5);
    const std::size_t statistics = 4 * 3 * 16;
    const auto others = static_cast<std::size_t>(size - 1);
    CHECK(all.bytes_sent() == others * (2 * learned + statistics));
  }
}

TEST_CASE("a state of another optimiser or network is refused") {
  Run<float> run;
  run.step(sgd, 1, 1);
  CHECK_THROWS_AS(run.step(adamw, 1, 1), ValueError);
  run.state.first.pop_back();
  CHECK_THROWS_AS(run.step(sgd, 1, 1), ValueError);
}
