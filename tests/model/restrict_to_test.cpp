#include <inkling/core/error.hpp>
#include <inkling/model/restrict_to.hpp>

#include <doctest/doctest.h>

#include "all_close.hpp"
#include "class_names.hpp"

using namespace inkling;
using namespace inkling::test;

TEST_CASE("restrict_to leaves out and scales to 1 again") {
  Matrix probabilities(4, 3);         // of A, a, C, 0
  probabilities << 0.5F, 0.1F, 0.0F,  //
      0.25F, 0.2F, 0.0F,              //
      0.125F, 0.3F, 0.0F,             //
      0.125F, 0.4F, 1.0F;
  Matrix expected(4, 3);
  expected << 0, 0, 0,       //
      2.0F / 3, 0.4F, 0.5F,  //
      1.0F / 3, 0.6F, 0.5F,  //
      0, 0, 0;
  CHECK(mismatch(restrict_to(CharSet::parse("lower"), names("AaC0"), probabilities), expected, 1e-6) == "");
  CHECK(restrict_to(CharSet(), names("AaC0"), probabilities) == probabilities);
  CHECK(restrict_to(CharSet::parse("digits"), names("AaC0"), probabilities).row(3).isOnes());
  CHECK_THROWS_AS(restrict_to(CharSet(), names("Aa"), probabilities), ShapeError);
  CHECK_THROWS_AS(restrict_to(CharSet::parse("x"), names("AaC0"), probabilities), ValueError);
}
