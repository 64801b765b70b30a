#include "review/review_desk.hpp"

#include <inkling/codec/decode.hpp>
#include <inkling/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace inkling::server {
namespace {

constexpr std::size_t kept_pages = 24;  // of two to nine megabytes each

const form::FormTemplate* find(const std::vector<form::FormTemplate>& forms, const std::string& name) {
  const auto found =
      std::find_if(forms.begin(), forms.end(), [&](const form::FormTemplate& form) { return form.name == name; });
  return found == forms.end() ? nullptr : &*found;
}

}  // namespace

ReviewDesk::ReviewDesk(const std::filesystem::path& run, form::ReviewOptions options)
    : folder_(run),
      name_(std::filesystem::absolute(run).lexically_normal().filename().string()),
      review_(run, std::move(options)) {
  if (name_.empty()) name_ = std::filesystem::absolute(run).lexically_normal().parent_path().filename().string();
  forms_.push_back(review_.run().templates());
}

std::vector<form::FormTemplate> ReviewDesk::forms() const {
  const std::lock_guard lock(run_mutex_);
  return review_.run().templates();
}

std::shared_ptr<const ReviewPage> ReviewDesk::page(std::int64_t id) {
  {
    const std::lock_guard lock(pages_mutex_);
    const auto found =
        std::find_if(pages_.begin(), pages_.end(), [&](const auto& page) { return page->stored.id == id; });
    if (found != pages_.end()) {
      pages_.splice(pages_.begin(), pages_, found);
      return pages_.front();
    }
  }
  ReviewPage page;
  {
    const std::lock_guard lock(run_mutex_);
    page.stored = review_.run().page(id);
    page.layout = find(forms_.back(), page.stored.reading.form);
    if (page.layout == nullptr && !page.stored.reading.form.empty()) {  // of pages that came meanwhile
      forms_.push_back(review_.run().templates());
      page.layout = find(forms_.back(), page.stored.reading.form);
    }
  }
  if (!page.stored.picture.empty()) {
    page.picture = decode_image(folder_ / page.stored.picture);
  }
  auto shared = std::make_shared<const ReviewPage>(std::move(page));
  const std::lock_guard lock(pages_mutex_);
  pages_.push_front(shared);
  if (pages_.size() > kept_pages) pages_.pop_back();
  return shared;
}

std::vector<form::PageReading> ReviewDesk::decided_pages() const {
  const std::lock_guard lock(run_mutex_);
  const std::vector<form::FormTemplate> forms = review_.run().templates();
  std::vector<form::PageReading> pages;
  review_.run().for_each_page([&](const form::StoredPage& page) {
    pages.push_back(form::decided(page.reading, review_.run().decisions(page.id), find(forms, page.reading.form)));
    for (form::FieldReading& field : pages.back().fields) field.cells.clear();  // a row does not need them
  });
  return pages;
}

bool ReviewDesk::has_pictures() const {
  const std::lock_guard lock(run_mutex_);
  bool any = false;
  review_.run().for_each_page([&](const form::StoredPage& page) { any = any || !page.picture.empty(); });
  return any;
}

Crop crop_of(const ReviewPage& page, const std::string& field) {
  const form::Field* layout = page.layout == nullptr ? nullptr : page.layout->find(field);
  if (layout == nullptr || page.picture.empty()) return {};
  const form::Quad place = form::bounds(layout->place);
  const double width = place[2].x - place[0].x;
  const double height = place[2].y - place[0].y;
  const double margin = std::clamp(0.4 * std::min(width, height), 4.0, 80.0);
  const auto inside = [](double value, Index most) {
    return static_cast<Index>(std::clamp(value, 0.0, static_cast<double>(most)));
  };
  const Index left = inside(std::floor(place[0].x - margin), page.picture.width());
  const Index top = inside(std::floor(place[0].y - margin), page.picture.height());
  const Index right = inside(std::ceil(place[2].x + margin), page.picture.width());
  const Index bottom = inside(std::ceil(place[2].y + margin), page.picture.height());
  if (right <= left || bottom <= top) return {};
  Crop crop{.picture = GreyImage(right - left, bottom - top),
            .frame = {place[0].x - static_cast<double>(left), place[0].y - static_cast<double>(top), width, height}};
  for (Index y = top; y < bottom; ++y) {
    std::copy_n(page.picture.row(y) + left, right - left, crop.picture.row(y - top));
  }
  return crop;
}

}  // namespace inkling::server
