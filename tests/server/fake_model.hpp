#pragma once

#include <inkling/model/classifier.hpp>
#include <inkling/picture/encode.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/models.hpp"

namespace inkling::server::test {

/// Gives every image the same probabilities: classes "0" "1" "A" "b" "C" with 0.1, 0.2, 0.4, 0.05, 0.25. "C" merges
/// both cases, and so do "A" and "b".
class FakeClassifier final : public Classifier {
 public:
  FakeClassifier() : Classifier({28, 28, 1}, {"0", "1", "A", "b", "C"}) {}

  std::string_view kind() const noexcept override { return "network"; }
  ScoreKind score_kind() const noexcept override { return ScoreKind::probability; }
  std::unique_ptr<Classifier> clone() const override { return std::make_unique<FakeClassifier>(*this); }
  Index parameter_count() const noexcept override { return 42; }

 private:
  void compute_scores(const Pixels&, Matrix& result, int) const override {
    result.colwise() = (Vector(5) << 0.1F, 0.2F, 0.4F, 0.05F, 0.25F).finished();
  }
};

inline ModelSet fake_models(const std::vector<std::string>& names) {
  ModelSet models;
  for (const std::string& name : names)
    models.loaded.push_back({name, std::make_unique<FakeClassifier>(), 1000, std::string(64, 'a')});
  return models;
}

/// A PNG file: white paper, with an upright stroke when there is ink.
inline std::string picture(bool ink = true) {
  GreyImage image(64, 64, 255);
  for (Index y = 12; ink && y < 52; ++y) {
    for (Index x = 29; x < 35; ++x) image(x, y) = 0;
  }
  const auto bytes = encode_png(image);
  return {bytes.begin(), bytes.end()};
}

/// The body of a form with the boundary "b".
inline std::string form(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string body;
  for (const auto& [name, value] : fields) {
    body += "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
  }
  return body + "--b--\r\n";
}

inline constexpr std::string_view form_type = "multipart/form-data; boundary=b";

}  // namespace inkling::server::test
