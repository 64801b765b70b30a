#include "routes/predict.hpp"

#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include "http/json.hpp"
#include "http/problem.hpp"
#include "routes/answer_or_refuse.hpp"
#include "routes/form.hpp"

namespace inkling::server {
namespace {

constexpr std::string_view all_models = "all";

class Stopwatch {
 public:
  /// Milliseconds since it was made, to the microsecond.
  double ms() const {
    return rounded(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin_).count(), 3);
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

bool wants_explanation(const Request& request, const Form& form) {
  const auto found = request.query.find("explain");
  const std::string_view text = found == request.query.end() ? "0" : std::string_view(found->second);
  if (text != "0" && text != "1") throw Problem(400, "The parameter explain is 0 or 1.");
  return form.flag("explain") || text == "1";
}

Json to_json(const Reading& reading) {
  Json candidates = Json::array();
  for (const Candidate& candidate : reading.candidates) {
    candidates.push_back({{"label", candidate.label}, {"probability", rounded(candidate.probability, 6)}});
  }
  const Candidate& best = reading.candidates.front();
  return {{"prediction", best.label},
          {"confidence", rounded(best.probability, 6)},
          {"model", reading.model},
          {"candidates", std::move(candidates)}};
}

Json all_to_json(const Recogniser& recogniser, const Pixels& ink, Question question) {
  Json list = Json::array();
  for (const Model& model : recogniser.models().loaded) {
    const Stopwatch watch;
    question.model = model.name;
    Json answer = to_json(recogniser.recognise(ink, question));
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

Response answer(const Recogniser& recogniser, const Request& request) {
  const Stopwatch watch;
  constexpr std::array<std::string_view, 1> parameters = {"explain"};
  constexpr std::array<std::string_view, 7> fields = {"file", "model", "charset", "prior", "top", "seen", "explain"};
  check_query(request, parameters);
  const Form form(request, fields);
  const auto picture = form.picture();
  const std::string_view asked = form.field("model").value_or("");
  const Question question{.model = asked == all_models ? "" : asked,
                          .charset = form.charset(),
                          .prior = form.prior(),
                          .top = form.number("top", 5)};
  const bool with_seen = form.flag("seen");
  const bool with_explanation = wants_explanation(request, form);

  const Pixels ink = read_ink(picture);
  const Reading reading = recogniser.recognise(ink, question);
  Json body = to_json(reading);
  if (asked == all_models) body["models"] = all_to_json(recogniser, ink, question);
  if (with_seen) body["seen"] = std::vector<std::uint8_t>(ink.data(), ink.data() + ink.size());
  if (with_explanation) body["explanation"] = to_json(recogniser.explain(ink, reading));
  body["ms"] = watch.ms();
  Response response = json_response(body);
  response.model = reading.model;
  return response;
}

}  // namespace

Response predict(const Recogniser& recogniser, const Request& request) {
  return answer_or_refuse([&] { return answer(recogniser, request); });
}

}  // namespace inkling::server
