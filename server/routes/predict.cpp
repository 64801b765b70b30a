#include "routes/predict.hpp"

#include <inkling/model/familiarity.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/json.hpp"
#include "routes/answer_or_refuse.hpp"
#include "routes/pictures.hpp"
#include "routes/submission.hpp"

namespace inkling::server {
namespace {

constexpr std::string_view every_model = "all";

class Stopwatch {
 public:
  /// Milliseconds since it was made, to the microsecond.
  double ms() const {
    return rounded(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin_).count(), 3);
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

Json to_json(const Reading& reading, const Model& model) {
  Json candidates = Json::array();
  for (const Candidate& candidate : reading.candidates) {
    candidates.push_back({{"label", candidate.label}, {"probability", rounded(candidate.probability, 6)}});
  }
  const Candidate& best = reading.candidates.front();
  Json answer{{"prediction", best.label}, {"confidence", rounded(best.probability, 6)},
              {"model", model.name},      {"version", model.version()},
              {"sha256", model.sha256},   {"candidates", std::move(candidates)}};
  if (reading.familiarity) {
    answer["familiarity"] = rounded(*reading.familiarity, 6);
    answer["unfamiliar"] = is_unfamiliar(reading.familiarity);
  }
  return answer;
}

Json all_to_json(const Recogniser& recogniser, const Pixels& ink, Question question) {
  Json list = Json::array();
  for (const Model& model : recogniser.models().loaded) {
    const Stopwatch watch;
    question.model = model.name;
    Json answer = to_json(recogniser.recognise(ink, question), model);
    answer["ms"] = watch.ms();
    list.push_back(std::move(answer));
  }
  return list;
}

Json to_json(const Vector& explanation) {
  Json values = Json::array();
  for (const float value : explanation) values.push_back(rounded(value, 4));
  return {{"width", recogniser_input.width}, {"height", recogniser_input.height}, {"values", std::move(values)}};
}

struct Options {
  std::string model;  // empty: the default one
  CharSet charset;
  std::optional<Prior> prior;
  Index top;
  bool all_models;
  bool seen;
  bool explain;

  explicit Options(const Submission& submission)
      : model(submission.field("model").value_or("")),
        charset(submission.charset()),
        prior(submission.prior()),
        top(submission.number("top", 5)),
        all_models(model == every_model),
        seen(submission.flag("seen")),
        explain(submission.flag("explain")) {
    if (all_models) model.clear();
  }

  Question question() const { return {.model = model, .charset = charset, .prior = prior, .top = top}; }
};

Json answer(const Recogniser& recogniser, std::span<const std::uint8_t> picture, const Options& options) {
  const Stopwatch watch;
  const Pixels ink = read_ink(picture);
  const Reading reading = recogniser.recognise(ink, options.question());
  Json body = to_json(reading, recogniser.find(reading.model));
  if (options.all_models) body["models"] = all_to_json(recogniser, ink, options.question());
  if (options.seen) body["seen"] = std::vector<std::uint8_t>(ink.data(), ink.data() + ink.size());
  if (options.explain) body["explanation"] = to_json(recogniser.explain(ink, reading));
  body["ms"] = watch.ms();
  return body;
}

}  // namespace

Response predict(std::shared_ptr<const Recogniser> recogniser, const Request& request) {
  return answer_or_refuse([&] {
    constexpr std::array<std::string_view, 6> fields = {"model", "charset", "prior", "top", "seen", "explain"};
    auto submission = std::make_shared<const Submission>(request, fields);
    const Options options(*submission);
    const std::string model = recogniser->find(options.model).name;
    PictureReader reader{
        .read = [recogniser,
                 options](const SentPicture& picture) { return answer(*recogniser, picture.bytes, options); },
        .table = table_of_members({"prediction", "confidence", "model"})};
    Response response = answer_pictures(request, std::move(submission), std::move(reader));
    response.model = model;
    return response;
  });
}

}  // namespace inkling::server
