#include "routes/inference.hpp"

#include <inkling/core/error.hpp>
#include <inkling/version.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "http/json.hpp"
#include "http/problem.hpp"
#include "routes/answer_or_refuse.hpp"
#include "routes/question.hpp"
#include "routes/tensors.hpp"

namespace inkling::server {
namespace {

constexpr std::string_view input_name = "image";
constexpr std::array<std::string_view, 3> output_names = {"label", "confidence", "probabilities"};

const Model& model_of(const ModelSet& models, const ModelPath& path) {
  const auto found = std::find_if(models.loaded.begin(), models.loaded.end(),
                                  [&](const Model& model) { return model.name == path.name; });
  if (found == models.loaded.end()) throw Problem(404, "There is no such model. GET /models lists those that are.");
  if (!path.version.empty() && path.version != found->version()) {
    throw Problem(404, "The model has no such version. Its metadata names the one that it has.");
  }
  return *found;
}

Json tensor(std::string_view name, const char* type, std::vector<int> shape) {
  return {{"name", name}, {"datatype", type}, {"shape", std::move(shape)}};
}

Question question_of(const std::string& model, const Json& parameters, Index classes) {
  Question question{.model = model, .top = classes};
  for (const auto& [name, value] : parameters.items()) {
    if (name == "binary_data_output") continue;
    const std::string text = value.is_string() ? value.get<std::string>() : std::string();
    if (name == "charset") {
      question.charset = charset_of(text);
    } else if (name == "prior") {
      question.prior = prior_of(text);
    } else {
      throw Problem(400, "A parameter is not known here. There are: charset, prior, binary_data_output.");
    }
  }
  return question;
}

const BytesTensor& image_of(const InferenceRequest& asked) {
  if (asked.inputs.size() != 1 || asked.inputs.front().name != input_name) {
    throw Problem(400, "Expected one input, which is called image.");
  }
  const BytesTensor& images = asked.inputs.front();
  const bool is_list = images.shape.size() == 1 || (images.shape.size() == 2 && images.shape.back() == 1);
  if (!is_list) throw Problem(400, "Expected the shape [n] or [n,1] of n pictures.");
  return images;
}

std::vector<RequestedOutput> outputs_of(const InferenceRequest& asked) {
  std::vector<RequestedOutput> outputs = asked.outputs;
  if (outputs.empty()) {
    for (const std::string_view name : output_names) outputs.push_back({std::string(name), asked.binary_outputs});
  }
  if (outputs.size() > output_names.size()) throw Problem(400, "An output is asked for more than once.");
  for (const RequestedOutput& output : outputs) {
    if (std::find(output_names.begin(), output_names.end(), output.name) == output_names.end()) {
      throw Problem(400, "There is no such output. There are: label, confidence, probabilities.");
    }
  }
  return outputs;
}

/// The protocol has no place for one picture's refusal: it is the request's, and says which picture.
Reading read_picture(const Recogniser& recogniser, const std::string& picture, std::size_t number,
                     const Question& question) {
  try {
    Reading reading;
    answer_or_refuse([&] {
      const std::span bytes(reinterpret_cast<const std::uint8_t*>(picture.data()), picture.size());
      if (bytes.empty()) throw Problem(422, "The file is empty.");
      reading = recogniser.recognise(read_ink(bytes), question);
      return Response{};
    });
    return reading;
  } catch (const Problem& problem) {
    throw Problem(problem.status, "Picture " + std::to_string(number) + ": " + problem.what(), problem.headers);
  }
}

/// What the model says of n pictures.
struct Readings {
  std::vector<std::string> labels;
  std::vector<float> confidences;
  std::vector<float> probabilities;  // of all classes, picture by picture

  void add(const Reading& reading, std::size_t classes) {
    labels.push_back(reading.candidates.front().label);
    confidences.push_back(static_cast<float>(reading.candidates.front().probability));
    probabilities.resize(probabilities.size() + classes);
    for (const Candidate& candidate : reading.candidates) {
      probabilities[probabilities.size() - classes + static_cast<std::size_t>(candidate.index)] =
          static_cast<float>(candidate.probability);
    }
  }
};

}  // namespace

Response inference_server() {
  const auto [major, minor, patch] = version;
  return json_response({{"name", "inkling-server"},
                        {"version", std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(patch)},
                        {"extensions", Json::array({"binary_tensor_data"})}});
}

Response inference_live() {
  return json_response({{"live", true}});
}

Response inference_ready(const ModelSet& models) {
  const bool ready = std::all_of(models.refused.begin(), models.refused.end(),
                                 [](const RefusedModel& model) { return model.replaced; });
  if (!ready) throw Problem(503, "Not every model passed its self-test.");
  return json_response({{"live", true}, {"ready", true}});  // the specification calls it live, its clients ready
}

Response inference_model(const ModelSet& models, const ModelPath& path) {
  const Model& model = model_of(models, path);
  const auto classes = static_cast<int>(model.classifier->class_names().size());
  return json_response({{"name", model.name},
                        {"versions", Json::array({model.version()})},
                        {"platform", "inkling_" + std::string(model.classifier->kind())},
                        {"inputs", Json::array({tensor(input_name, "BYTES", {-1})})},
                        {"outputs", Json::array({tensor("label", "BYTES", {-1}), tensor("confidence", "FP32", {-1}),
                                                 tensor("probabilities", "FP32", {-1, classes})})}});
}

Response inference_model_ready(const ModelSet& models, const ModelPath& path) {
  return json_response({{"name", model_of(models, path).name}, {"ready", true}});
}

Response infer(const Recogniser& recogniser, const ModelPath& path, const Request& request) {
  const Model& model = model_of(recogniser.models(), path);
  const InferenceRequest asked = parse_inference(request);
  const std::size_t classes = model.classifier->class_names().size();
  const BytesTensor& images = image_of(asked);
  const std::vector<RequestedOutput> wanted = outputs_of(asked);
  const Question question = question_of(model.name, asked.parameters, static_cast<Index>(classes));
  Readings readings;
  for (const std::string& picture : images.elements) {
    readings.add(read_picture(recogniser, picture, readings.labels.size(), question), classes);
  }
  const std::size_t count = images.elements.size();
  std::vector<OutputTensor> outputs;
  for (const auto& [name, binary] : wanted) {
    if (name == "label") {
      outputs.push_back({name, images.shape, readings.labels, binary});
    } else if (name == "confidence") {
      outputs.push_back({name, images.shape, readings.confidences, binary});
    } else {
      outputs.push_back({name, {count, classes}, readings.probabilities, binary});
    }
  }
  Json head = {{"model_name", model.name}, {"model_version", model.version()}};
  if (asked.id) head["id"] = *asked.id;
  head["parameters"] = {{"sha256", model.sha256}};
  Response response = inference_response(std::move(head), outputs);
  response.model = model.name;
  return response;
}

Response with_error_member(const Request& request, const Handler& handler) {
  if (request.path != "/v2" && !request.path.starts_with("/v2/")) return handler(request);
  Response response = ask(handler, request);
  if (response.content_type != "application/problem+json") return response;
  Json body = Json::parse(response.body);
  body["error"] = body["detail"];
  response.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  return response;
}

}  // namespace inkling::server
