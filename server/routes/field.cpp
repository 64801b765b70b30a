#include "routes/field.hpp"

#include <inkling/codec/decode.hpp>
#include <inkling/core/error.hpp>
#include <inkling/read/read_field.hpp>

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "http/json.hpp"
#include "http/problem.hpp"
#include "routes/answer_or_refuse.hpp"
#include "routes/form.hpp"

namespace inkling::server {
namespace {

constexpr std::size_t pattern_limit = 64;  // the search takes time in proportion

Pattern pattern_of(const Form& form) {
  const auto text = form.field("pattern");
  if (!text || text->empty()) return {};
  if (text->size() > pattern_limit) throw Problem(400, "The field pattern is too long.");
  return Pattern::parse(*text);
}

Json to_json(const Box& box) {
  return Json::array({box.x, box.y, box.width, box.height});
}

Json to_json(const std::vector<Candidate>& candidates) {
  Json list = Json::array();
  for (const Candidate& candidate : candidates) {
    list.push_back({{"label", candidate.label}, {"probability", rounded(candidate.probability, 6)}});
  }
  return list;
}

Json to_json(const FieldCharacter& character) {
  return {{"label", character.label},
          {"confidence", rounded(character.confidence, 6)},
          {"box", to_json(character.box)},
          {"candidates", to_json(character.candidates)}};
}

Json to_json(const FieldAlternative& way) {
  return {{"from", way.from},
          {"to", way.to},
          {"score", rounded(-way.score, 6)},
          {"box", to_json(way.box)},
          {"candidates", to_json(way.candidates)}};
}

Response read_line(const Recogniser& recogniser, const Request& request) {
  constexpr std::array<std::string_view, 6> fields = {"file", "model", "charset", "prior", "pattern", "top"};
  check_query(request, {});
  const Form form(request, fields);
  const auto picture = form.picture();
  const Model& model = recogniser.find(form.field("model").value_or(""));
  ReadOptions options{.charset = form.charset(),
                      .pattern = pattern_of(form),
                      .candidates = static_cast<std::size_t>(form.number("top", 5))};
  options.prior = prior_to_remove(form.prior().value_or(Prior::natural), model.prior, model.name);

  const FieldReading reading = read_field(decode_image(picture), *model.classifier, options);
  Json characters = Json::array();
  for (const FieldCharacter& character : reading.characters) characters.push_back(to_json(character));
  Json lattice = Json::array();
  for (const FieldAlternative& way : reading.lattice) lattice.push_back(to_json(way));
  Response response = json_response({{"prediction", reading.text},
                                     {"fits", reading.fits},
                                     {"model", model.name},
                                     {"characters", std::move(characters)},
                                     {"lattice", std::move(lattice)}});
  response.model = model.name;
  return response;
}

}  // namespace

Response predict_field(const Recogniser& recogniser, const Request& request) {
  return answer_or_refuse([&] { return read_line(recogniser, request); });
}

}  // namespace inkling::server
