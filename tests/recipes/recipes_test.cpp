#include <inkling/core/error.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/forest/random_forest.hpp>
#include <inkling/io/file_lock.hpp>
#include <inkling/model/metrics.hpp>
#include <inkling/nn/network_classifier.hpp>
#include <inkling/nn/zoo.hpp>
#include <inkling/recipes.hpp>
#include <inkling/svm/fit_svm.hpp>
#include <inkling/svm/linear_svm.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "contains.hpp"
#include "temporary_folder.hpp"

using namespace inkling;

namespace {

Dataset digits(Index samples) {
  static const Dataset train = load_sample(INKLING_SOURCE_DIR "/data").first;
  return train.shuffled(1).take(samples);
}

TEST_CASE("each kind of model has a name, and the name says the kind") {
  CHECK(model_names() == std::vector<std::string>{"cnn", "mlp", "svm", "forest"});
  for (const std::string& name : model_names()) CHECK(model_name(parse_model(name)) == name);
  CHECK_THROWS_WITH_AS(parse_model("tree"), "unknown model 'tree': expected one of cnn, mlp, svm, forest", ValueError);
  CHECK(step_name(ModelKind::cnn) == "epoch");
  CHECK(step_name(ModelKind::svm) == "pass");
  CHECK(step_name(ModelKind::forest) == "tree");
}

TEST_CASE("only networks have a recipe for networks") {
  CHECK_THROWS_AS(network_recipe(ModelKind::svm, digits(20)), ValueError);
  CHECK_THROWS_AS(network_recipe(ModelKind::forest, digits(20)), ValueError);
  CHECK(network_recipe(ModelKind::mlp, digits(20)).network.output_shape() == Shape{1, 1, 10});
}

TEST_CASE("the forest looks at pixels where an image is too small for gradients") {
  CHECK(forest_recipe({28, 28, 1}).hog.has_value());
  CHECK_FALSE(forest_recipe({28, 13, 1}).hog.has_value());
  CHECK_FALSE(forest_recipe({28, 28, 3}).hog.has_value());
}

TEST_CASE("the svm learns better by its recipe than by the bare options") {
  const Dataset train = digits(1000);
  const Dataset test = load_sample(INKLING_SOURCE_DIR "/data").second.take(500);
  const TrainedModel trained = train_model(ModelKind::svm, train);
  const LinearSvm bare = fit_svm(train);
  const double by_recipe = accuracy(test.labels(), trained.model->predict(test.pixels()));
  CHECK(by_recipe > accuracy(test.labels(), bare.predict(test.pixels())) + 0.03);
  REQUIRE(trained.accuracy.has_value());
  CHECK(trained.accuracy->on == "held out");
  CHECK(training_warning(*trained.model).empty());
}

TEST_CASE("a recipe obeys its options") {
  const TrainedModel forest = train_model(ModelKind::forest, digits(300), {.epochs = 7, .threads = 1});
  CHECK(dynamic_cast<const RandomForest&>(*forest.model).num_trees() == 7);
  CHECK(forest.accuracy->on == "out of bag");
  const TrainedModel stopped = train_model(ModelKind::svm, digits(300), {.epochs = 1, .c = 100});
  CHECK(test::contains(training_warning(*stopped.model), "did not converge"));
  Index epochs = 0;
  const auto count = [&](const Progress&) {
    ++epochs;
    return Flow::go_on;
  };
  train_model(ModelKind::mlp, digits(300), {.epochs = 2, .on_progress = count});
  CHECK(epochs == 2);
}

TEST_CASE("a network goes on from its checkpoint to the same bits, and not from that of another run") {
  const test::TemporaryFolder folder;
  const RecipeOptions options{.epochs = 3, .checkpoint = folder / "run"};
  const Dataset data = digits(300);
  const TrainedModel whole = train_model(ModelKind::mlp, data, {.epochs = 3});
  RecipeOptions first = options;
  first.on_progress = [](const Progress&) { return Flow::stop; };
  train_model(ModelKind::mlp, data, first);
  RecipeOptions resumed = options;
  resumed.resume = true;
  const TrainedModel second = train_model(ModelKind::mlp, data, resumed);
  CHECK(whole.model->scores(data.pixels()) == second.model->scores(data.pixels()));
  {
    const FileLock other_training(options.checkpoint);
    CHECK_THROWS_AS(train_model(ModelKind::mlp, data, resumed), FileError);
  }
  resumed.seed = 2;
  CHECK_THROWS_AS(train_model(ModelKind::mlp, data, resumed), ValueError);
}

}  // namespace

TEST_CASE("the accuracy of a network is measured on images that did not choose its epoch") {
  const Dataset data = digits(800);
  const TrainedModel trained = train_model(ModelKind::mlp, data, {.epochs = 3, .threads = 1});
  REQUIRE(trained.accuracy.has_value());
  CHECK(trained.accuracy->on == "held out");
  // A twentieth of each class is held out, and half of that measures.
  const Dataset held_out = data.stratified_split(0.05, 1).second;
  const Dataset unseen = held_out.shuffled(1).take(held_out.size() / 2);
  CHECK(trained.accuracy->samples == unseen.size());
  CHECK(trained.accuracy->share == accuracy(unseen.labels(), trained.model->predict(unseen.pixels())));
}

TEST_CASE("found ink is added behind the images, with their labels, and is the same for any number of threads") {
  const Dataset data = digits(60);
  const Dataset more = with_found_ink(data, 0.5, 3, 1);
  REQUIRE(more.size() == 90);
  CHECK(more.pixels(0, 60) == data.pixels());
  CHECK(more.class_names() == data.class_names());
  const Dataset chosen = data.shuffled(3).take(30);
  Index changed = 0;
  for (Index i = 0; i < 30; ++i) {
    CHECK(more.label(60 + i) == chosen.label(i));
    changed += more.pixels(60 + i, 1) == chosen.pixels(i, 1) ? 0 : 1;
  }
  CHECK(changed > 25);
  CHECK(with_found_ink(data, 0.5, 3, 3).pixels() == more.pixels());
  CHECK(with_found_ink(data, 0.5, 4, 1).pixels() != more.pixels());
  CHECK(with_found_ink(data, 0, 3, 1).size() == 60);
  CHECK_THROWS_AS(with_found_ink(data, 1.5), ValueError);
  CHECK_THROWS_AS(found_variation(data, -0.5F, true), ValueError);
}

TEST_CASE("a share of the images is shown as found; of the others half vary, where they may") {
  const Dataset data = digits(100);
  const auto changed = [&](float share, bool distort) {
    const Augmentation variation = found_variation(data, share, distort);
    Index count = 0;
    for (Index i = 0; i < data.size(); ++i) {
      std::vector<float> values(784);
      nn::to_unit_range(data.image(i).data(), 784, values.data());
      const std::vector<float> before = values;
      Rng rng(static_cast<std::uint64_t>(i));
      variation(values, data.image_shape(), rng);
      count += values == before ? 0 : 1;
    }
    return count;
  };
  CHECK(changed(0, false) == 0);
  CHECK(changed(1, false) > 90);
  const Index some = changed(0.3F, false);
  CHECK(some > 15);
  CHECK(some < 45);
  CHECK(changed(0, true) > 30);
  CHECK(changed(0, true) < 70);
}

TEST_CASE("what a model learns from, too, counts as often as it should, and measures nothing") {
  const Dataset data = digits(150);
  // As if every image of `also` were a 1: the more often it counts, the more ones are read.
  const Dataset also(data.image_shape(), data.pixels(), std::vector<Label>(150, 1), data.class_names());
  const auto ones = [&](const TrainedModel& trained) {
    const std::vector<Label> read = trained.model->predict(data.pixels());
    return std::count(read.begin(), read.end(), Label{1});
  };
  const TrainedModel without = train_model(ModelKind::svm, data);
  const TrainedModel once = train_model(ModelKind::svm, data, {.also = also, .also_times = 1});
  const TrainedModel often = train_model(ModelKind::svm, data, {.also = also, .also_times = 5});
  CHECK(ones(once) > ones(without));
  CHECK(ones(often) > 140);
  CHECK(once.accuracy->samples == without.accuracy->samples);
  CHECK(often.accuracy->samples == without.accuracy->samples);
  const Dataset small({14, 14, 1}, Pixels::Zero(196, 1), {0}, data.class_names());
  CHECK_THROWS_AS(train_model(ModelKind::svm, data, {.also = small}), ShapeError);
}

TEST_CASE("a network goes on from a trained one, by smaller steps, and not from one of another shape") {
  const Dataset data = digits(600);
  const auto network_of = [](const TrainedModel& trained) {
    return dynamic_cast<const nn::NetworkClassifier&>(*trained.model).network();
  };
  const TrainedModel start = train_model(ModelKind::mlp, data, {.epochs = 6, .threads = 1});
  const TrainedModel further =
      train_model(ModelKind::mlp, data, {.epochs = 1, .start = network_of(start), .threads = 1});
  const TrainedModel anew = train_model(ModelKind::mlp, data, {.epochs = 1, .threads = 1});
  const auto right = [&](const TrainedModel& trained) {
    return accuracy(data.labels(), trained.model->predict(data.pixels()));
  };
  CHECK(right(further) >= right(start) - 0.02);
  CHECK(right(further) > right(anew) + 0.05);
  CHECK_THROWS_AS(train_model(ModelKind::cnn, data, {.epochs = 1, .start = nn::mlp<float>({28, 28, 1}, 47, 1)}),
                  ShapeError);
}

TEST_CASE("a network learns from a teacher what the labels do not say") {
  const Dataset data = digits(600);
  const TrainedModel teacher = train_model(ModelKind::mlp, data, {.epochs = 6, .threads = 1});
  const nn::Network knows = dynamic_cast<const nn::NetworkClassifier&>(*teacher.model).network();
  const auto distance = [&](const TrainedModel& trained) {
    return (trained.model->probabilities(data.pixels()) - teacher.model->probabilities(data.pixels())).norm();
  };
  const RecipeOptions alone{.epochs = 4, .seed = 2, .threads = 1};
  RecipeOptions taught = alone;
  taught.teacher = knows;
  const TrainedModel pupil = train_model(ModelKind::mlp, data, taught);
  CHECK(distance(pupil) < distance(train_model(ModelKind::mlp, data, alone)));
  taught.threads = 3;
  CHECK(train_model(ModelKind::mlp, data, taught).model->scores(data.pixels()) == pupil.model->scores(data.pixels()));
  taught.teacher = nn::mlp<float>({28, 28, 1}, 47, 1);
  CHECK_THROWS_AS(train_model(ModelKind::mlp, data, taught), ShapeError);
}

TEST_CASE("SVM and forest learn from found ink and more images alike for any number of threads, and see copies anew") {
  const Dataset data = digits(200);
  const Dataset also = digits(260).subset(std::vector<Index>{200, 210, 220, 230, 240, 250});
  for (const ModelKind kind : {ModelKind::svm, ModelKind::forest}) {
    RecipeOptions options{.epochs = 5, .found_ink = 0.25, .also = also, .also_times = 3, .threads = 1};
    const TrainedModel one = train_model(kind, data, options);
    CHECK(one.accuracy->on == "held out");
    options.threads = 3;
    CHECK(train_model(kind, data, options).model->scores(data.pixels()) == one.model->scores(data.pixels()));
  }
  const std::vector<Index> twice{200, 210, 220, 230, 240, 250, 200, 210, 220, 230, 240, 250};
  const RecipeOptions varied{.also = also, .also_times = 2};
  const RecipeOptions alike{.also = digits(260).subset(twice), .also_times = 1};
  CHECK(train_model(ModelKind::svm, data, varied).model->scores(data.pixels()) !=
        train_model(ModelKind::svm, data, alike).model->scores(data.pixels()));
}
