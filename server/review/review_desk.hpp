#pragma once

#include <inkling/form/run/review.hpp>
#include <inkling/picture/grey_image.hpp>

#include <cstdint>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace inkling::server {

/// A page of the run as it lies on its form, with what was read of it.
struct ReviewPage {
  form::StoredPage stored;
  const form::FormTemplate* layout = nullptr;  // of the desk
  GreyImage picture = {};                      // empty: the run keeps none
};

/// A part of a page.
struct Crop {
  GreyImage picture;
  Box frame;  // of the field in it
};

/// A run that is reviewed, with the pictures of its pages. Members may be called from many threads at once.
class ReviewDesk {
 public:
  /// Throws what form::Review throws.
  ReviewDesk(const std::filesystem::path& run, form::ReviewOptions options);

  form::Review& review() noexcept { return review_; }
  const std::string& name() const noexcept { return name_; }  // of the run's folder
  std::vector<form::FormTemplate> forms() const;

  /// Throws ValueError for a page that is not there. The last ones are kept.
  std::shared_ptr<const ReviewPage> page(std::int64_t id);

  /// Every page with its decisions, by file.
  std::vector<form::PageReading> decided_pages() const;

  /// Whether the registered pages are there to be shown.
  bool has_pictures() const;

 private:
  std::filesystem::path folder_;
  std::string name_;
  form::Review review_;
  mutable std::mutex run_mutex_;  // one reads the run at a time
  std::mutex pages_mutex_;
  std::list<std::shared_ptr<const ReviewPage>> pages_;  // the last used first; guarded by pages_mutex_
  std::list<std::vector<form::FormTemplate>> forms_;    // every state of the run's; guarded by run_mutex_
};

/// A field of a page with some of the page around it; nothing to see where there is no picture.
Crop crop_of(const ReviewPage& page, const std::string& field);

}  // namespace inkling::server
