#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/http.hpp"
#include "http/json.hpp"

namespace inkling::server {

/// Some of an inference request's tensors of the Open Inference Protocol, version 2: those of type BYTES.
struct BytesTensor {
  std::string name;
  std::vector<std::size_t> shape;
  std::vector<std::string> elements;  // as many as the shape says
};

/// A tensor that is asked for.
struct RequestedOutput {
  std::string name;
  bool binary = false;  // behind the JSON, not in it
};

struct InferenceRequest {
  std::optional<std::string> id = {};
  Json parameters = Json::object();
  std::vector<BytesTensor> inputs = {};
  std::vector<RequestedOutput> outputs = {};  // empty: all, as the next says
  bool binary_outputs = false;
};

/// Reads the body of POST /v2/models/{model}/infer: JSON, whose elements of type BYTES are base64 or data URLs; or,
/// with the header Inference-Header-Content-Length, JSON and the tensors' bytes behind it (Triton's binary tensor data
/// extension). Throws Problem 400 that says what is wrong.
InferenceRequest parse_inference(const Request& request);

struct OutputTensor {
  std::string name;
  std::vector<std::size_t> shape;
  std::variant<std::vector<std::string>, std::vector<float>> elements;  // BYTES or FP32
  bool binary = false;
};

/// `head` with the member `outputs`, and the bytes of the binary ones behind it.
Response inference_response(Json head, const std::vector<OutputTensor>& outputs);

}  // namespace inkling::server
