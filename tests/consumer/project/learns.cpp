#include <inkling/inkling.hpp>

// The part of a program that learns and saves; the data set comes from another library.
bool learns(const inkling::Dataset& dataset) {
  const auto svm = inkling::fit_svm(dataset);
  inkling::save_model(svm, "mixed.safetensors");
  return inkling::load_model("mixed.safetensors")->predict(dataset.pixels()) == dataset.labels();
}
