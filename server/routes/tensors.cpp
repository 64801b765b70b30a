#include "routes/tensors.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "http/data_url.hpp"
#include "http/problem.hpp"

namespace inkling::server {
namespace {

constexpr std::size_t most_elements = 256;

const Json* member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

const std::string& text_of(const Json& object, const char* name) {
  const Json* text = member(object, name);
  if (text == nullptr || !text->is_string()) throw Problem(400, std::string(name) + " is missing, or no text.");
  return text->get_ref<const std::string&>();
}

const Json& parameters_of(const Json& object) {
  static const Json none = Json::object();
  const Json* parameters = member(object, "parameters");
  if (parameters == nullptr) return none;
  if (!parameters->is_object()) throw Problem(400, "parameters is no object.");
  return *parameters;
}

std::optional<bool> flag_of(const Json& parameters, const char* name) {
  const Json* flag = member(parameters, name);
  if (flag == nullptr) return std::nullopt;
  if (!flag->is_boolean()) throw Problem(400, std::string(name) + " is true or false.");
  return flag->get<bool>();
}

std::vector<std::size_t> shape_of(const Json& input) {
  const Json* shape = member(input, "shape");
  const auto is_size = [](const Json& size) { return size.is_number_unsigned(); };
  if (shape == nullptr || !shape->is_array() || !std::all_of(shape->begin(), shape->end(), is_size)) {
    throw Problem(400, "shape is missing, or no list of sizes.");
  }
  return shape->get<std::vector<std::size_t>>();
}

/// Of a shape; throws Problem 400 when they are too many.
std::size_t elements_in(const std::vector<std::size_t>& shape) {
  std::size_t count = 1;
  for (const std::size_t size : shape) {
    if (size > most_elements || (count *= size) > most_elements) {
      throw Problem(400, "A tensor has more than " + std::to_string(most_elements) + " elements.");
    }
  }
  return count;
}

/// Lists may lie in one another as the shape has it, or be one.
void append_elements(const Json& data, std::vector<std::string>& elements) {
  if (data.is_array()) {
    for (const Json& element : data) append_elements(element, elements);
    return;
  }
  std::optional<std::string> bytes;
  if (data.is_string()) bytes = decode_base64_or_data_url(data.get_ref<const std::string&>());
  if (!bytes) throw Problem(400, "An element of a BYTES tensor is neither base64 nor a data URL that holds base64.");
  elements.push_back(*std::move(bytes));
}

/// Each has its length in front, four bytes, the lowest first.
std::vector<std::string> binary_elements(std::string_view bytes) {
  std::vector<std::string> elements;
  while (!bytes.empty()) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4 && i < bytes.size(); ++i) {
      length |= std::size_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    }
    if (bytes.size() < 4 || length > bytes.size() - 4) throw Problem(400, "A binary BYTES tensor is cut short.");
    elements.emplace_back(bytes.substr(4, length));
    bytes.remove_prefix(4 + length);
  }
  return elements;
}

/// Takes what the input has of the binary part, if its parameters say that it lies there.
std::optional<std::string_view> take_binary(const Json& input, std::string_view& binary) {
  const Json* size = member(parameters_of(input), "binary_data_size");
  if (size == nullptr) return std::nullopt;
  if (!size->is_number_unsigned() || size->get<std::size_t>() > binary.size()) {
    throw Problem(400, "binary_data_size is more than there is behind the JSON.");
  }
  const std::string_view taken = binary.substr(0, size->get<std::size_t>());
  binary.remove_prefix(taken.size());
  return taken;
}

BytesTensor read_input(const Json& input, std::string_view& binary) {
  if (!input.is_object()) throw Problem(400, "inputs is no list of objects.");
  BytesTensor tensor{.name = text_of(input, "name"), .shape = shape_of(input), .elements = {}};
  if (text_of(input, "datatype") != "BYTES") throw Problem(400, "Expected a tensor of the datatype BYTES.");
  const std::size_t expected = elements_in(tensor.shape);
  const Json* data = member(input, "data");
  if (const auto bytes = take_binary(input, binary)) {
    if (data != nullptr) throw Problem(400, "A tensor has both data and binary_data_size.");
    tensor.elements = binary_elements(*bytes);
  } else {
    if (data == nullptr || !data->is_array()) throw Problem(400, "data is missing, or no list.");
    append_elements(*data, tensor.elements);
  }
  if (tensor.elements.size() != expected) {
    throw Problem(400, "A tensor has " + std::to_string(tensor.elements.size()) + " elements, and its shape says " +
                           std::to_string(expected) + '.');
  }
  return tensor;
}

/// The JSON at the front of the body, which it drops.
std::string_view take_json(const Request& request, std::string_view& body) {
  std::size_t length = body.size();
  if (!request.json_length.empty()) {
    const char* last = request.json_length.data() + request.json_length.size();
    const auto [end, error] = std::from_chars(request.json_length.data(), last, length);
    if (error != std::errc{} || end != last || length > body.size()) {
      throw Problem(400, "Inference-Header-Content-Length is no number of bytes of the body.");
    }
  }
  const std::string_view json = body.substr(0, length);
  body.remove_prefix(length);
  return json;
}

void append_binary(std::uint32_t value, std::string& bytes) {
  for (unsigned shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>(value >> shift & 0xFFU));
}

std::string binary_of(const std::vector<std::string>& elements) {
  std::string bytes;
  for (const std::string& element : elements) {
    append_binary(static_cast<std::uint32_t>(element.size()), bytes);
    bytes += element;
  }
  return bytes;
}

std::string binary_of(const std::vector<float>& elements) {
  std::string bytes;
  for (const float element : elements) append_binary(std::bit_cast<std::uint32_t>(element), bytes);
  return bytes;
}

Json json_of(const std::vector<std::string>& elements) {
  return elements;
}

Json json_of(const std::vector<float>& elements) {
  Json list = Json::array();
  for (const float element : elements) list.push_back(rounded(element, 6));
  return list;
}

}  // namespace

InferenceRequest parse_inference(const Request& request) {
  std::string_view binary = request.body;
  const Json body = parse_json(take_json(request, binary));
  if (!body.is_object()) throw Problem(400, "The JSON is no object with the member inputs.");
  InferenceRequest asked{.parameters = parameters_of(body)};
  asked.binary_outputs = flag_of(asked.parameters, "binary_data_output").value_or(false);
  if (member(body, "id") != nullptr) asked.id = text_of(body, "id");
  const Json* inputs = member(body, "inputs");
  if (inputs == nullptr || !inputs->is_array()) throw Problem(400, "inputs is missing, or no list.");
  for (const Json& input : *inputs) asked.inputs.push_back(read_input(input, binary));
  if (!binary.empty()) throw Problem(400, "There is more behind the JSON than the inputs' binary_data_size says.");
  if (const Json* outputs = member(body, "outputs")) {
    if (!outputs->is_array()) throw Problem(400, "outputs is no list.");
    for (const Json& output : *outputs) {
      if (!output.is_object()) throw Problem(400, "outputs is no list of objects.");
      const bool is_binary = flag_of(parameters_of(output), "binary_data").value_or(asked.binary_outputs);
      asked.outputs.push_back({.name = text_of(output, "name"), .binary = is_binary});
    }
  }
  return asked;
}

Response inference_response(Json head, const std::vector<OutputTensor>& outputs) {
  Json list = Json::array();
  std::string binary;
  for (const OutputTensor& output : outputs) {
    const bool is_text = std::holds_alternative<std::vector<std::string>>(output.elements);
    Json tensor = {{"name", output.name}, {"datatype", is_text ? "BYTES" : "FP32"}, {"shape", output.shape}};
    std::visit(
        [&](const auto& elements) {
          if (!output.binary) {
            tensor["data"] = json_of(elements);
            return;
          }
          const std::string bytes = binary_of(elements);
          tensor["parameters"] = {{"binary_data_size", bytes.size()}};
          binary += bytes;
        },
        output.elements);
    list.push_back(std::move(tensor));
  }
  head["outputs"] = std::move(list);
  Response response = json_response(head);
  const bool has_binary =
      std::any_of(outputs.begin(), outputs.end(), [](const OutputTensor& output) { return output.binary; });
  if (!has_binary) return response;
  response.headers.emplace_back("Inference-Header-Content-Length", std::to_string(response.body.size()));
  response.content_type = "application/octet-stream";
  response.body += binary;
  return response;
}

}  // namespace inkling::server
