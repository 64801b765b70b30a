#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/field_picture.hpp>
#include <inkling/form/reading.hpp>
#include <inkling/form/template.hpp>

namespace inkling::inline INKLING_ABI::form {

/// What the barcode in a field says: QR and Micro QR, Data Matrix, Aztec, PDF417, Code 128, 93 and 39, EAN, UPC, ITF,
/// Codabar and DataBar, in any direction. Codes carry check digits of their own, so that one that was read is right; a
/// place with ink but no code that holds together is doubtful, and so is one with codes that say different things.
/// Needs ZXing: link inkling::form, and give the function to FormReaderOptions::barcode.
FieldReading read_barcode(const Field& field, const FieldPicture& picture);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/barcode/read_barcode.ipp>
#endif
