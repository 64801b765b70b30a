#include "forms/decided_pages.hpp"

#include <inkling/core/error.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>

using namespace inkling::form;

void for_each_decided_page(const Run& run, const std::function<void(const PageReading& page)>& work) {
  const std::vector<FormTemplate> forms = run.templates();
  run.for_each_page([&](const StoredPage& page) {
    const std::vector<Decision> decisions = run.decisions(page.id);
    const auto form = std::find_if(forms.begin(), forms.end(),
                                   [&](const FormTemplate& candidate) { return candidate.name == page.reading.form; });
    work(decided(page.reading, decisions, form == forms.end() ? nullptr : &*form));
  });
}

std::string text_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw inkling::FileError(file + ": cannot open");
  return {std::istreambuf_iterator<char>(in), {}};
}
