#include <inkling/core/collective.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/model/metrics.hpp>
#include <inkling/svm/fit_svm.hpp>
#include <inkling/svm/linear_svm.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "all_close.hpp"
#include "thread_ranks.hpp"

using namespace inkling;

namespace {

const std::vector<std::string> three_classes{"a", "b", "c"};

struct Labelled {
  Matrix features;  // features x samples
  std::vector<Label> labels;
};

/// A data set of liblinear_golden.py.
Labelled golden_data(int samples = 90, int features = 11, int classes = 3) {
  Labelled data{Matrix(features, samples), {}};
  for (int i = 0; i < samples; ++i) {
    data.labels.push_back(i % classes);
    for (int f = 0; f < features; ++f) {
      const int mixed = (i * 73 + f * 151 + i * i * f * 29 + i * f * 17) % 64;
      const float value = static_cast<float>(mixed) / 32 - 1 + (f == i % classes ? 0.5F : 0.0F);
      data.features(f, i) = mixed % 3 == 0 ? 0 : value;
    }
  }
  return data;
}

/// Two classes of pictures of 2 x 2: ink on the left or on the right.
Dataset left_or_right(Index samples) {
  Pixels pixels(4, samples);
  std::vector<Label> labels;
  for (Index i = 0; i < samples; ++i) {
    const auto ink = static_cast<std::uint8_t>(100 + 7 * i % 150);
    const Label label = i % 2 == 0 ? 0 : 1;
    pixels.col(i) << (label == 0 ? ink : 3), (label == 0 ? 0 : ink), (label == 0 ? ink : 0), (label == 0 ? 5 : ink);
    labels.push_back(label);
  }
  return Dataset({2, 2, 1}, pixels, labels, {"left", "right"});
}

bool same_bits(const LinearSvm& a, const LinearSvm& b) {
  return a.weights() == b.weights() && a.bias() == b.bias();
}

}  // namespace

// The numbers are those of liblinear 2.3 (Debian's liblinear-tools), printed by liblinear_golden.py.
TEST_CASE("LinearSvm finds liblinear's optimum") {
  constexpr SvmLoss hinge = SvmLoss::hinge;
  constexpr SvmLoss squared = SvmLoss::squared_hinge;
  struct Reference {
    int samples;
    int features;
    SvmLoss loss;
    double c;
    std::vector<double> weights;     // of the classes
    std::vector<double> objectives;  // of the classes
  };
  for (const Reference& reference : std::vector<Reference>{
           {90, 11, squared, 0.05, {}, {3.630764, 3.327624, 3.422754}},
           {90, 11, squared, 2, {}, {134.253957, 117.709938, 121.375802}},
           {90, 11, hinge, 0.05, {}, {3.422912, 3.262086, 3.374089}},
           {90, 11, hinge, 0.25, {}, {15.287268, 13.861707, 14.527716}},
           {60, 150, squared, 0.05, {}, {0.580816, 0.541894, 0.564638, 0.610546}},
           {60, 150, squared, 0.2, {}, {0.785263, 0.6879, 0.737484, 0.837214}},
           {60, 150, hinge, 0.01, {}, {0.397726, 0.395813, 0.400825, 0.405462}},
           {60, 150, hinge, 0.02, {}, {0.57804, 0.566648, 0.589051, 0.585106}},
           {400, 30, squared, 0.05, {}, {11.151216, 11.328378, 11.382565, 10.624437, 11.529978}},
           {400, 30, squared, 0.2, {}, {42.586111, 43.334069, 43.537507, 39.62214, 44.106965}},
           {400, 30, hinge, 0.005, {}, {1.257759, 1.255402, 1.263184, 1.247455, 1.261916}},
           {400, 30, hinge, 0.01, {}, {2.088862, 2.094067, 2.095316, 2.076858, 2.097539}},
           {400, 30, squared, 0.01, {1, 3, 0.5, 2, 1}, {2.498123, 4.823381, 1.607569, 3.686374, 2.54467}},
       }) {
    CAPTURE(reference.samples);
    CAPTURE(reference.c);
    CAPTURE(reference.loss == hinge);
    const std::size_t classes = reference.objectives.size();
    const Labelled data = golden_data(reference.samples, reference.features, static_cast<int>(classes));
    const LinearSvm svm =
        fit_svm(data.features, data.labels, std::vector<std::string>(classes, "x"),
                {.c = reference.c, .loss = reference.loss, .class_weights = reference.weights, .tolerance = 1e-5});
    REQUIRE(svm.convergence().size() == classes);
    for (std::size_t k = 0; k < classes; ++k) {
      const SvmConvergence& end = svm.convergence()[k];
      CHECK_FALSE(end.hit_limit);
      CHECK(end.primal == doctest::Approx(reference.objectives[k]).epsilon(2e-5));
      CHECK(end.dual == doctest::Approx(reference.objectives[k]).epsilon(2e-5));
    }
  }
}

TEST_CASE("LinearSvm finds liblinear's weights") {
  const Labelled data = golden_data();
  MatrixOf<float> squared_hinge(3, 12);  // classes x (features, bias)
  squared_hinge.transpose() << 0.6182391F, -0.2946616F, -0.3912266F, -0.4079007F, 0.7755539F, -0.3394009F, -0.2413169F,
      -0.5121308F, 0.7631178F, -0.2341131F, 0.1557807F, 0.0810140F, -0.1112384F, -0.2294875F, 0.3452530F, -0.0696595F,
      -0.0688138F, 0.2083934F, -0.1979571F, 0.2788541F, -0.0797742F, 0.1980516F, -0.2645632F, 0.0159145F, 0.1137327F,
      0.2395832F, -0.3059974F, -0.0132095F, 0.3655024F, -0.3642967F, 0.1230599F, 0.0242561F, -0.1317504F, -0.3299541F,
      -0.3450643F, -0.3791158F;
  MatrixOf<float> hinge(3, 12);
  hinge.transpose() << 0.5049941F, -0.4971205F, -0.4232919F, -0.1919535F, 0.9126364F, -0.2773381F, -0.0910579F,
      -0.6245187F, 1.1102512F, -0.1531137F, 0.2173992F, 0.2885286F, -0.1043420F, -0.1579721F, 0.3869618F, -0.0268472F,
      -0.2200697F, 0.1574353F, -0.1316323F, 0.2517381F, 0.0226156F, 0.2039834F, 0.0924847F, -0.0550049F, 0.0788552F,
      0.0444393F, -0.3278440F, -0.0680106F, 0.3783006F, -0.2598454F, 0.0648605F, -0.1138666F, -0.0360348F, -0.8724500F,
      -0.5916886F, -0.8650632F;
  for (const SvmLoss loss : {SvmLoss::squared_hinge, SvmLoss::hinge}) {
    const bool is_hinge = loss == SvmLoss::hinge;
    const auto& reference = is_hinge ? hinge : squared_hinge;
    const LinearSvm svm =
        fit_svm(data.features, data.labels, three_classes, {.c = is_hinge ? 0.25 : 2, .loss = loss, .tolerance = 2e-6});
    double gap = 0;
    for (const SvmConvergence& end : svm.convergence()) gap = std::max(gap, end.gap());
    const double radius = std::sqrt(2 * gap) + 1e-5;  // the objective is strongly convex: |w - optimum|^2 / 2 <= gap
    CHECK(radius < 0.03);
    CHECK(test::mismatch(svm.weights(), reference.leftCols(11).transpose(), 0, radius) == "");
    CHECK(test::mismatch(svm.bias(), reference.col(11), 0, radius) == "");
  }
}

TEST_CASE("LinearSvm without bias has none") {
  const Labelled data = golden_data();
  const LinearSvm svm = fit_svm(data.features, data.labels, three_classes, {.bias = false});
  CHECK(svm.bias().isZero(0));
  CHECK_FALSE(svm.convergence()[0].hit_limit);
}

TEST_CASE("The duality gap bounds the distance to the optimum and shrinks to the tolerance") {
  const Labelled data = golden_data();
  const auto fit = [&](double tolerance) {
    return fit_svm(data.features, data.labels, three_classes, {.c = 1, .tolerance = tolerance}).convergence();
  };
  const auto exact = fit(1e-6);
  for (const double tolerance : {0.1, 1e-2, 1e-3, 1e-4}) {
    CAPTURE(tolerance);
    const auto ends = fit(tolerance);
    for (std::size_t c = 0; c < ends.size(); ++c) {
      CHECK(ends[c].gap() >= 0);
      CHECK(ends[c].gap() <= tolerance * ends[c].primal);
      CHECK(ends[c].primal >= exact[c].primal * (1 - 1e-5));
      CHECK(ends[c].dual <= exact[c].primal * (1 + 1e-5));
      CHECK(ends[c].passes <= exact[c].passes);
    }
  }
}

TEST_CASE("The reported primal value is that of the returned weights") {
  const Labelled data = golden_data();
  const LinearSvm svm = fit_svm(data.features, data.labels, three_classes, {.c = 0.5, .loss = SvmLoss::hinge});
  const Matrix margins = svm.margins(data.features);
  for (Label c = 0; c < 3; ++c) {
    double primal = 0.5 * static_cast<double>(svm.weights().col(c).squaredNorm() + svm.bias()(c) * svm.bias()(c));
    for (Index i = 0; i < margins.cols(); ++i) {
      const float y = data.labels[static_cast<std::size_t>(i)] == c ? 1.0F : -1.0F;
      primal += 0.5 * static_cast<double>(std::max(0.0F, 1 - y * margins(c, i)));
    }
    CHECK(svm.convergence()[static_cast<std::size_t>(c)].primal == doctest::Approx(primal).epsilon(1e-5));
  }
}

TEST_CASE("The limit of passes is kept and reported") {
  const Labelled data = golden_data();
  for (const SvmLoss loss : {SvmLoss::squared_hinge, SvmLoss::hinge}) {
    for (const Index limit : {1, 2, 3, 7}) {
      const LinearSvm svm = fit_svm(data.features, data.labels, three_classes,
                                    {.c = 100, .loss = loss, .tolerance = 1e-9, .max_passes = limit});
      CHECK(svm.weights().norm() > 0);
      for (const SvmConvergence& end : svm.convergence()) {
        CHECK(end.hit_limit);
        CHECK(end.passes <= limit);
        CHECK(end.gap() > 0);
      }
    }
  }
}

TEST_CASE("LinearSvm reads handwritten digits") {
  const auto [all, test] = load_sample(std::string(INKLING_SOURCE_DIR) + "/data");
  const LinearSvm svm = fit_svm(all.take(3000));
  CHECK(accuracy(test.labels(), svm.predict(test.pixels())) > 0.86);
  for (const SvmConvergence& end : svm.convergence()) CHECK(end.gap() <= 1e-2 * end.primal);
}

TEST_CASE("LinearSvm has the same bits for any number of threads") {
  const auto [all, test] = load_sample(std::string(INKLING_SOURCE_DIR) + "/data");
  const Dataset train = all.take(600);
  const LinearSvm svm = fit_svm(train, {.threads = 1});
  for (const int threads : {2, 3}) {
    CHECK(same_bits(svm, fit_svm(train, {.threads = threads})));
    CHECK(svm.scores(test.pixels(), threads) == svm.scores(test.pixels(), 1));
  }

  SUBCASE("pixels count as pixel / 255") {
    const Matrix features = train.pixels().cast<float>() / 255.0F;
    const LinearSvm same = fit_svm(features, train.labels(), train.class_names());
    CHECK(test::mismatch(same.margins(features), svm.scores(train.pixels()), 0, 0.05) == "");
  }
  SUBCASE("a callback does not change the result") {
    Index calls = 0;
    const auto count = [&](const Progress& progress) {
      ++calls;
      CHECK(progress.step <= progress.steps);
      return Flow::go_on;
    };
    CHECK(same_bits(svm, fit_svm(train, {.on_progress = count})));
    CHECK(calls > 1);
  }
}

TEST_CASE("LinearSvm is the same for any number of ranks") {
  const auto [all, test] = load_sample(std::string(INKLING_SOURCE_DIR) + "/data");
  const Dataset train = all.take(400);
  const Index classes = train.num_classes();
  std::vector<double> class_weights(static_cast<std::size_t>(classes), 1);
  class_weights[1] = 1.7;
  const auto same_machine = [](const LinearSvm& a, const LinearSvm& b) {
    if (!same_bits(a, b)) return false;
    for (std::size_t k = 0; k < a.convergence().size(); ++k) {
      const SvmConvergence& x = a.convergence()[k];
      const SvmConvergence& y = b.convergence()[k];
      if (x.passes != y.passes || x.primal != y.primal || x.dual != y.dual || x.hit_limit != y.hit_limit) return false;
    }
    return true;
  };
  for (const SvmLoss loss : {SvmLoss::squared_hinge, SvmLoss::hinge}) {
    SvmOptions options{.loss = loss, .class_weights = class_weights, .threads = 1};
    if (loss == SvmLoss::hinge) options.max_passes = 20;
    const LinearSvm svm = fit_svm(train, options);
    SvmOptions next = options;
    next.c = 0.2;
    next.start = &svm;
    const LinearSvm warm = fit_svm(train, next);
    SvmOptions cut = options;
    cut.on_progress = [](const Progress&) { return Flow::stop; };
    const LinearSvm stopped = fit_svm(train, cut);
    for (const int size : {2, 3}) {
      CAPTURE(size);
      ThreadRanks(size).run([&](Collective& ranks, int rank) {
        SvmOptions together = options;
        together.ranks = &ranks;
        together.threads = 1 + rank;
        CHECK(same_machine(fit_svm(train, together), svm));
        if (rank == 1) together.on_progress = cut.on_progress;
        CHECK(same_machine(fit_svm(train, together), stopped));
        together.on_progress = {};
        together.c = 0.2;
        together.start = &svm;
        CHECK(same_machine(fit_svm(train, together), warm));
        together.c = rank == 1 ? 0.3 : 0.2;
        CHECK_THROWS_AS(fit_svm(train, together), ValueError);
        together.c = 0.2;
        if (rank == 1) together.tolerance /= 2;
        CHECK_THROWS_AS(fit_svm(train, together), ValueError);
      });
    }
  }
  // more ranks than classes
  const Labelled data = golden_data();
  const LinearSvm three = fit_svm(data.features, data.labels, three_classes);
  ThreadRanks(5).run([&](Collective& ranks, int) {
    CHECK(same_machine(fit_svm(data.features, data.labels, three_classes, {.ranks = &ranks}), three));
  });
}

TEST_CASE("A callback stops training, and what was learned is kept") {
  const Labelled data = golden_data();
  const auto stop = [](const Progress&) { return Flow::stop; };
  for (const SvmLoss loss : {SvmLoss::squared_hinge, SvmLoss::hinge}) {
    const LinearSvm svm = fit_svm(data.features, data.labels, three_classes,
                                  {.c = 100, .loss = loss, .tolerance = 1e-9, .on_progress = stop});
    CHECK(svm.convergence()[0].hit_limit);
    CHECK(svm.convergence()[0].passes == (loss == SvmLoss::hinge ? 8 : 1));
    CHECK(svm.weights().norm() > 0);
  }
}

TEST_CASE("Class weights are factors of c for the samples of a class, as in liblinear") {
  const Labelled data = golden_data();
  for (const SvmLoss loss : {SvmLoss::squared_hinge, SvmLoss::hinge}) {
    // Twice the weight is every sample of the class twice.
    Matrix doubled(11, 120);
    std::vector<Label> labels = data.labels;
    doubled.leftCols(90) = data.features;
    for (Index i = 0, to = 90; i < 90; ++i) {
      if (data.labels[static_cast<std::size_t>(i)] != 1) continue;
      doubled.col(to++) = data.features.col(i);
      labels.push_back(1);
    }
    const LinearSvm twice = fit_svm(doubled, labels, three_classes, {.c = 0.2, .loss = loss, .tolerance = 1e-5});
    const LinearSvm weighted = fit_svm(data.features, data.labels, three_classes,
                                       {.c = 0.2, .loss = loss, .class_weights = {1, 2, 1}, .tolerance = 1e-5});
    CHECK(weighted.convergence()[1].primal == doctest::Approx(twice.convergence()[1].primal).epsilon(2e-5));
    CHECK(test::mismatch(weighted.weights().col(1), twice.weights().col(1), 0, 0.02) == "");
  }
}

TEST_CASE("A start near the optimum saves passes and changes nothing else") {
  const Labelled data = golden_data();
  const LinearSvm cold = fit_svm(data.features, data.labels, three_classes, {.c = 1, .tolerance = 1e-5});
  const LinearSvm warm =
      fit_svm(data.features, data.labels, three_classes, {.c = 1, .tolerance = 1e-5, .start = &cold});
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(warm.convergence()[k].passes == 0);
    CHECK(warm.convergence()[k].primal == doctest::Approx(cold.convergence()[k].primal).epsilon(1e-5));
  }
  const LinearSvm other = fit_svm(data.features, data.labels, three_classes, {.c = 3, .start = &cold});
  const LinearSvm alone = fit_svm(data.features, data.labels, three_classes, {.c = 3});
  CHECK(other.convergence()[0].primal == doctest::Approx(alone.convergence()[0].primal).epsilon(2e-3));
  CHECK_THROWS_AS(fit_svm(left_or_right(4), {.start = &cold}), ShapeError);
}

TEST_CASE("An SVM of HOG features takes plain pixels, and is as good as one of the features themselves") {
  const auto [all, test] = load_sample(std::string(INKLING_SOURCE_DIR) + "/data");
  const Dataset train = all.take(1500);
  const SvmOptions options{.c = 0.1, .hog = HogOptions{.cells = {7}, .bins = 6}};
  const LinearSvm svm = fit_svm(train, options);
  CHECK(accuracy(test.labels(), svm.predict(test.pixels())) > 0.93);
  REQUIRE(svm.hog().has_value());
  CHECK(svm.weights().rows() == svm.hog()->size());
  CHECK(svm.input_shape() == Shape{28, 28, 1});
  CHECK(svm.scores(test.pixels()) == svm.margins(svm.hog()->features(test.pixels())));
  for (const int threads : {2, 3}) {
    SvmOptions again = options;
    again.threads = threads;
    CHECK(same_bits(svm, fit_svm(train, again)));
    CHECK(svm.scores(test.pixels(), threads) == svm.scores(test.pixels(), 1));
  }
  const Matrix features = svm.hog()->byte_features(train.pixels()).cast<float>() / 255;
  const LinearSvm plain = fit_svm(features, train.labels(), train.class_names(), {.c = 0.1});
  CHECK(plain.convergence()[3].primal == doctest::Approx(svm.convergence()[3].primal).epsilon(2e-3));
}

TEST_CASE("Sigmoids turn margins into probabilities when they are set") {
  const Dataset data = left_or_right(30);
  LinearSvm svm = fit_svm(data);
  const Matrix before = svm.probabilities(data.pixels());
  CHECK(before == softmax(svm.scores(data.pixels())));
  const std::vector<PlattSigmoid> sigmoids = fit_sigmoids(svm.scores(data.pixels()), data.labels());
  svm.set_sigmoids(sigmoids);
  CHECK(svm.probabilities(data.pixels()) == apply_sigmoids(sigmoids, svm.scores(data.pixels())));
  CHECK(svm.clone()->probabilities(data.pixels()) == svm.probabilities(data.pixels()));
  CHECK_THROWS_AS(svm.set_sigmoids({{-1, 0}}), ShapeError);
  CHECK_THROWS_AS(svm.set_sigmoids({{-1, 0}, {1, 0}}), ValueError);
  svm.set_sigmoids({});
  CHECK(svm.probabilities(data.pixels()) == before);
}

TEST_CASE("Degenerate data") {
  SUBCASE("no samples") {
    CHECK_THROWS_AS(fit_svm(left_or_right(0)), ValueError);
    CHECK_THROWS_AS(fit_svm(Matrix(3, 0), {}, three_classes), ValueError);
  }
  SUBCASE("one sample") {
    const LinearSvm svm = fit_svm(left_or_right(1));
    CHECK(svm.predict(left_or_right(1).pixels()) == std::vector<Label>{0});
  }
  SUBCASE("one class: always predicted, its margins positive") {
    const Dataset all = left_or_right(10);
    const Dataset one({2, 2, 1}, all.pixels(), std::vector<Label>(10, 0), {"any"});
    const LinearSvm svm = fit_svm(one);
    CHECK(svm.scores(one.pixels()).minCoeff() > 0);
  }
  SUBCASE("a class without samples is never predicted") {
    const Dataset all = left_or_right(40);
    const Dataset three({2, 2, 1}, all.pixels(), all.labels(), three_classes);
    const LinearSvm svm = fit_svm(three, {.c = 1});
    CHECK(svm.scores(three.pixels()).row(2).maxCoeff() < 0);
    CHECK(accuracy(three.labels(), svm.predict(three.pixels())) == 1);
  }
  SUBCASE("constant features and empty images: the bias alone decides for the larger class") {
    const Dataset blank({2, 2, 1}, Pixels::Zero(4, 9), {0, 1, 1, 1, 1, 1, 1, 1, 1}, {"rare", "frequent"});
    const LinearSvm svm = fit_svm(blank, {.c = 1});
    CHECK(svm.weights().isZero(0));
    CHECK(svm.predict(blank.pixels()) == std::vector<Label>(9, 1));
    const LinearSvm unbiased = fit_svm(blank, {.bias = false});
    CHECK(unbiased.scores(blank.pixels()).isZero(0));
    CHECK_FALSE(unbiased.convergence()[0].hit_limit);
  }
  SUBCASE("duplicates with contradicting labels") {
    const Dataset torn({2, 2, 1}, Pixels::Constant(4, 6, 200), {0, 1, 0, 1, 0, 1}, {"yes", "no"});
    const LinearSvm svm = fit_svm(torn, {.c = 1, .tolerance = 1e-4});
    CHECK(svm.scores(torn.pixels()).cwiseAbs().maxCoeff() < 0.05F);
  }
}

TEST_CASE("Degenerate data, whichever the loss") {
  for (const SvmLoss loss : {SvmLoss::squared_hinge, SvmLoss::hinge}) {
    CAPTURE(loss == SvmLoss::hinge);
    // More classes than samples: those without any are never predicted.
    const Dataset few = left_or_right(3);
    const std::vector<std::string> twenty(20, "x");
    const LinearSvm many = fit_svm(Dataset({2, 2, 1}, few.pixels(), few.labels(), twenty), {.c = 10, .loss = loss});
    CHECK(many.predict(few.pixels()) == few.labels());
    CHECK(many.scores(few.pixels()).bottomRows(18).maxCoeff() < 0);
    // Constant features are of no use beside the bias, and do no harm.
    Labelled data = golden_data();
    data.features.row(4).setConstant(3);
    data.features.row(5).setZero();
    const LinearSvm constant = fit_svm(data.features, data.labels, three_classes, {.loss = loss});
    CHECK(constant.weights().row(5).isZero(0));
    CHECK(constant.weights().allFinite());
    CHECK_FALSE(constant.convergence()[0].hit_limit);
    // Large values: slow, but finite.
    const LinearSvm large =
        fit_svm(1e4F * data.features, data.labels, three_classes, {.c = 10, .loss = loss, .max_passes = 50});
    CHECK(large.weights().allFinite());
    CHECK(large.convergence()[0].primal >= large.convergence()[0].dual);
  }
}

TEST_CASE("Wrong options and data are refused") {
  const Dataset data = left_or_right(4);
  CHECK_THROWS_AS(fit_svm(data, {.class_weights = {1}}), ValueError);
  CHECK_THROWS_AS(fit_svm(data, {.class_weights = {1, 0}}), ValueError);
  CHECK_THROWS_AS(fit_svm(data, {.hog = HogOptions{}}), ValueError);  // pictures of 2 x 2
  CHECK_THROWS_AS(fit_svm(data, {.c = 0}), ValueError);
  CHECK_THROWS_AS(fit_svm(data, {.c = std::numeric_limits<double>::quiet_NaN()}), ValueError);
  CHECK_THROWS_AS(fit_svm(data, {.tolerance = 0}), ValueError);
  CHECK_THROWS_AS(fit_svm(data, {.max_passes = 0}), ValueError);

  Labelled plain = golden_data();
  CHECK_THROWS_AS(fit_svm(plain.features, std::vector<Label>(3, 0), three_classes), ShapeError);
  CHECK_THROWS_AS(fit_svm(plain.features, std::vector<Label>(90, 3), three_classes), ValueError);
  CHECK_THROWS_AS(fit_svm(plain.features, std::vector<Label>(90, -1), three_classes), ValueError);
  plain.features(2, 2) = std::numeric_limits<float>::infinity();
  CHECK_THROWS_AS(fit_svm(plain.features, plain.labels, three_classes), ValueError);
}

TEST_CASE("A LinearSvm made from weights scores as the one they came from") {
  const Dataset data = left_or_right(30);
  const LinearSvm svm = fit_svm(data);
  const LinearSvm copy(svm.input_shape(), svm.class_names(), svm.weights(), svm.bias());
  CHECK(copy.scores(data.pixels()) == svm.scores(data.pixels()));
  CHECK(copy.clone()->scores(data.pixels()) == svm.scores(data.pixels()));
  CHECK(copy.convergence().empty());
  CHECK(copy.kind() == "svm");
  CHECK(copy.score_kind() == ScoreKind::margin);
  CHECK(copy.parameter_count() == 4 * 2 + 2);

  CHECK_THROWS_AS(LinearSvm({2, 2, 1}, {"a", "b"}, Matrix::Zero(3, 2), Vector::Zero(2)), ShapeError);
  CHECK_THROWS_AS(LinearSvm({2, 2, 1}, {"a", "b"}, Matrix::Zero(4, 3), Vector::Zero(2)), ShapeError);
  CHECK_THROWS_AS(LinearSvm({2, 2, 1}, {"a", "b"}, Matrix::Zero(4, 2), Vector::Zero(1)), ShapeError);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_AS(LinearSvm({2, 2, 1}, {"a", "b"}, Matrix::Constant(4, 2, nan), Vector::Zero(2)), ValueError);
  CHECK_THROWS_AS(svm.margins(Matrix::Zero(5, 1)), ShapeError);
  CHECK_THROWS_AS(svm.scores(Pixels::Zero(5, 1)), ShapeError);
  CHECK(svm.scores(Pixels(4, 0)).cols() == 0);
}
