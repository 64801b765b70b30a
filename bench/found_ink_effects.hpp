#pragma once

#include <inkling/data/found_ink.hpp>

#include <string>
#include <utility>
#include <vector>

struct FoundInkEffect {
  std::string name;
  float inkling::FoundInk::*chance;
};

/// All of them, in the order of FoundInk.
inline const std::vector<FoundInkEffect>& found_ink_effects() {
  using inkling::FoundInk;
  static const std::vector<FoundInkEffect> all{{"low-resolution", &FoundInk::low_resolution},
                                               {"slant", &FoundInk::slant},
                                               {"stretch", &FoundInk::stretch},
                                               {"perspective", &FoundInk::perspective},
                                               {"thickness", &FoundInk::thickness},
                                               {"faint", &FoundInk::faint},
                                               {"pressure", &FoundInk::pressure},
                                               {"grain", &FoundInk::grain},
                                               {"light", &FoundInk::light},
                                               {"texture", &FoundInk::texture},
                                               {"print-through", &FoundInk::print_through},
                                               {"rules", &FoundInk::rules},
                                               {"squares", &FoundInk::squares},
                                               {"box", &FoundInk::box},
                                               {"scan-edge", &FoundInk::scan_edge},
                                               {"neighbours", &FoundInk::neighbours},
                                               {"joining", &FoundInk::joining},
                                               {"tight", &FoundInk::tight},
                                               {"blur", &FoundInk::blur},
                                               {"noise", &FoundInk::noise},
                                               {"specks", &FoundInk::specks},
                                               {"blocks", &FoundInk::blocks},
                                               {"one-bit", &FoundInk::one_bit},
                                               {"inverted", &FoundInk::inverted}};
  return all;
}
