#include <inkling/core/error.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/forest/random_forest.hpp>
#include <inkling/io/file_lock.hpp>
#include <inkling/model/metrics.hpp>
#include <inkling/recipes.hpp>
#include <inkling/svm/fit_svm.hpp>
#include <inkling/svm/linear_svm.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <utility>

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
