#ifdef INKLING_ZXING

#include <inkling/core/error.hpp>
#include <inkling/form/barcode/read_barcode.hpp>

#include <doctest/doctest.h>

#include <ZXing/BarcodeFormat.h>
#include <ZXing/BitMatrix.h>
#include <ZXing/MultiFormatWriter.h>
#include <cmath>
#include <string>

namespace inkling::form {
namespace {

/// A code in the middle of a field with paper around it; `turn`: radians.
FieldPicture code(ZXing::BarcodeFormat format, const std::string& text, int width, int height, double turn = 0) {
  const ZXing::BitMatrix bits = ZXing::MultiFormatWriter(format).setMargin(4).encode(text, width, height);
  FieldPicture field;
  field.picture = GreyImage(420, 300, 235);
  field.place = {60, 40, 300, 220};
  for (Index y = 0; y < 300; ++y) {
    for (Index x = 0; x < 420; ++x) {
      const double u = static_cast<double>(x) - 210;
      const double v = static_cast<double>(y) - 150;
      const double a = std::cos(turn) * u + std::sin(turn) * v + bits.width() / 2.0;
      const double b = -std::sin(turn) * u + std::cos(turn) * v + bits.height() / 2.0;
      if (a < 0 || b < 0 || a >= bits.width() || b >= bits.height()) continue;
      if (bits.get(static_cast<int>(a), static_cast<int>(b))) field.picture(x, y) = 40;
    }
  }
  return field;
}

const Field code_field{.name = "code", .kind = FieldKind::barcode};

TEST_CASE("QR codes, Data Matrix and Code 128 are read, upright and turned") {
  for (const double turn : {0.0, 0.12, 1.5707963, 3.1415927}) {
    CAPTURE(turn);
    const FieldReading qr =
        read_barcode(code_field, code(ZXing::BarcodeFormat::QRCode, "sheet-0042 \xc3\xa9", 160, 160, turn));
    CHECK(qr.name == "code");
    CHECK(qr.text == "sheet-0042 \xc3\xa9");
    CHECK(qr.status == FieldStatus::read);
    CHECK(qr.confidence > 0.99);
    CHECK(read_barcode(code_field, code(ZXing::BarcodeFormat::DataMatrix, "0001187", 150, 150, turn)).text ==
          "0001187");
    CHECK(read_barcode(code_field, code(ZXing::BarcodeFormat::Code128, "A-0042", 280, 80, turn)).text == "A-0042");
  }
}

TEST_CASE("no code is empty, a spoilt one is doubtful, and one beside the field is another's") {
  FieldPicture nothing = code(ZXing::BarcodeFormat::QRCode, "x", 160, 160);
  nothing.picture = GreyImage(420, 300, 235);
  CHECK(read_barcode(code_field, nothing).status == FieldStatus::empty);

  FieldPicture spoilt = code(ZXing::BarcodeFormat::Code128, "A-0042", 280, 80);
  for (Index y = 0; y < 300; ++y) {
    for (Index x = 150; x < 200; ++x) spoilt.picture(x, y) = 60;
  }
  const FieldReading doubtful = read_barcode(code_field, spoilt);
  CHECK(doubtful.status == FieldStatus::doubtful);
  CHECK(doubtful.text == "");
  CHECK(doubtful.reason == "there is something, but no code that can be read");

  FieldPicture beside = code(ZXing::BarcodeFormat::QRCode, "x", 120, 120);
  beside.place = {300, 40, 110, 220};
  CHECK(read_barcode(code_field, beside).status != FieldStatus::read);
  CHECK_THROWS_AS(read_barcode(code_field, {}), ShapeError);
}

}  // namespace
}  // namespace inkling::form

#endif
