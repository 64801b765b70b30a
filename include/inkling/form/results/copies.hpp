#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/reading.hpp>
#include <inkling/form/template.hpp>

#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// Makes one reading of the pages of each copy of a form of several pages (FormTemplate::sheet). Pages belong together
/// when their key fields say the same, and for no other reason: neither their order nor their neighbours matter, so a
/// page that is missing or comes later changes no other copy. A page whose key is empty or doubtful is loose: it stays
/// a row of its own, doubtful, with that reason. A copy with a page missing, or with one twice, is doubtful and says
/// which.
///
/// Copies come in the order of their first pages; pages of other forms stay as they are. A field's name that an earlier
/// page of the copy has too, but for the key, gets the name of its template in front: "back.total".
std::vector<PageReading> join_copies(const std::vector<FormTemplate>& forms, const std::vector<PageReading>& pages);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/results/copies.ipp>
#endif
