#include "routes/answer_or_refuse.hpp"

#include <inkling/codec/limits.hpp>
#include <inkling/core/error.hpp>

#include "http/problem.hpp"

namespace inkling::server {

Response answer_or_refuse(const std::function<Response()>& answer) {
  try {
    return answer();
  } catch (const UnsupportedImageError& error) {
    throw Problem(415, error.what());
  } catch (const ImageTooLargeError& error) {
    throw Problem(413, error.what());
  } catch (const FormatError& error) {
    throw Problem(422, error.what());
  } catch (const NoInkError& error) {
    throw Problem(422, error.what());
  } catch (const ValueError& error) {
    throw Problem(400, error.what());
  }
}

}  // namespace inkling::server
