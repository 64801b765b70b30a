#pragma once

#include <inkling/core/error.hpp>
#include <inkling/io/model/detail/hog_codec.hpp>

#include <string>

namespace inkling::inline INKLING_ABI::detail {

inline HogNorm hog_norm(const std::string& name) {
  if (name == "l2_hys") return HogNorm::l2_hys;
  if (name == "l1_sqrt") return HogNorm::l1_sqrt;
  throw FormatError("expected l2_hys or l1_sqrt as norm of HOG, got \"" + name + '"');
}

INKLING_INLINE Architecture hog_architecture(const std::optional<Hog>& hog) {
  if (!hog) return {};
  const HogOptions& options = hog->options();
  return {{"hog",
           {{"cells", options.cells},
            {"bins", options.bins},
            {"signed", options.is_signed},
            {"block", options.block},
            {"norm", options.norm == HogNorm::l2_hys ? "l2_hys" : "l1_sqrt"},
            {"deskew", options.deskew}}}};
}

INKLING_INLINE std::optional<HogOptions> decode_hog(const Architecture& architecture) {
  if (architecture.empty()) return std::nullopt;
  if (architecture.size() > 1) throw FormatError("expected at most one kind of features as architecture");
  const auto& [kind, options] = architecture.front();
  if (kind != "hog") throw FormatError("expected hog as kind of features, got \"" + kind + '"');
  return HogOptions{.cells = options.integers("cells"),
                    .bins = options.integer("bins"),
                    .is_signed = options.boolean("signed"),
                    .block = options.integer("block"),
                    .norm = hog_norm(options.text("norm")),
                    .deskew = options.boolean("deskew")};
}

}  // namespace inkling::inline INKLING_ABI::detail
