#pragma once

#include "http/json.hpp"
#include "review/review_desk.hpp"

namespace inkling::server {

/// What a person may send to those who mend the reader, of a page that was read wrong: where fields and cells are, how
/// much ink they have, statuses and probabilities by rank. No file's name, no text, no label; in the picture, fields
/// are white, and the rest is one grey for 16 x 16 pixels.
Json fault_bundle(const ReviewPage& page);

}  // namespace inkling::server
