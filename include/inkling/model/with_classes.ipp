#pragma once

#include <inkling/model/class_meaning.hpp>
#include <inkling/model/with_classes.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE Dataset with_classes(const Dataset& samples, const std::vector<std::string>& class_names) {
  const std::vector<ClassMeaning> meanings = class_meanings(class_names);
  std::vector<Label> class_of;
  for (const std::string& label : samples.class_names()) {
    const auto found = std::find_if(meanings.begin(), meanings.end(), [&](const ClassMeaning& meaning) {
      return meaning.name == label || (meaning.merged() && meaning.other_case == label);
    });
    if (found == meanings.end()) {
      std::string known;
      for (const std::string& name : class_names) known += (known.empty() ? "" : " ") + name;
      throw ValueError("the label '" + label + "' is none of the model's classes: " + known);
    }
    class_of.push_back(static_cast<Label>(found - meanings.begin()));
  }
  std::vector<Label> labels;
  for (const Label label : samples.labels()) labels.push_back(class_of[static_cast<std::size_t>(label)]);
  return Dataset(samples.image_shape(), samples.pixels(), std::move(labels), class_names);
}

}  // namespace inkling::inline INKLING_ABI
