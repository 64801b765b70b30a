#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "report/evaluation.hpp"
#include "report/learning_curve.hpp"
#include "report/machine.hpp"

/// What `compare` found out about one model.
struct ModelResult {
  std::string name;
  Evaluation evaluation;
  double train_seconds = 0;
  double predict_us = 0;     // per image, on one thread
  std::uintmax_t bytes = 0;  // of its file
  inkling::Index parameters = 0;
  LearningCurve curve = {};             // of a network
  std::string warning = {};             // about its training; usually none
  std::vector<double> importance = {};  // of each byte of the image, sum 1; of a forest
};

/// Several models, trained and tested on the same data.
struct Comparison {
  std::string data;   // "EMNIST digits"
  std::string split;  // "digits"
  inkling::Index train_images = 0;
  inkling::Index test_images = 0;
  std::vector<std::string> class_names;
  inkling::Shape image = {};
  std::uint64_t seed = 0;
  Machine machine;
  std::vector<ModelResult> models = {};
};

/// results.json
std::string results_json(const Comparison& comparison);
