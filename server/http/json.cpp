#include "http/json.hpp"

#include <set>
#include <string>
#include <vector>

#include "http/problem.hpp"

namespace inkling::server {
namespace {

/// Sees every value before it is kept.
class Guard {
 public:
  explicit Guard(const JsonLimits& limits) : limits_(limits), names_(static_cast<std::size_t>(limits.depth) + 2) {}

  void check(int depth, Json::parse_event_t event, const Json& parsed) {
    if (depth > limits_.depth) throw Problem(400, "The JSON has lists or objects too deep in one another.");
    if (++values_ > limits_.values) throw Problem(400, "The JSON has too many values.");
    const auto level = static_cast<std::size_t>(depth);
    if (event == Json::parse_event_t::object_start) names_[level + 1].clear();
    if (event != Json::parse_event_t::key) return;
    if (++count_ > limits_.names) throw Problem(400, "The JSON has too many members.");
    if (!names_[level].insert(parsed.get_ref<const std::string&>()).second) {
      throw Problem(400, "The JSON has a name twice in one object.");
    }
  }

 private:
  const JsonLimits& limits_;
  std::size_t values_ = 0;
  std::size_t count_ = 0;                     // of names
  std::vector<std::set<std::string>> names_;  // of the open object of each depth
};

}  // namespace

Json parse_json(std::string_view text, const JsonLimits& limits) {
  Guard guard(limits);
  try {
    return Json::parse(text, [&](int depth, Json::parse_event_t event, const Json& parsed) {
      guard.check(depth, event, parsed);
      return true;
    });
  } catch (const Json::parse_error& error) {  // its text repeats what was sent
    throw Problem(400, "The body is not JSON: it is wrong at byte " + std::to_string(error.byte) + '.');
  } catch (const Json::exception&) {
    throw Problem(400, "The JSON has a number that is too large.");
  }
}

}  // namespace inkling::server
