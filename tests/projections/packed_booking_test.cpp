#include "projections/packed_booking.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace holdfast;
using namespace holdfast::domain;

TEST_CASE("a booking is unpacked as it was packed, whatever its fees and its tax are") {
  booking one;
  one.number = hold_number{300};
  one.by.subject = {7, 8};
  one.created_at = {1'800'000'000'000};
  one.expires_at = one.created_at + minutes(10);
  one.cap_at = one.created_at + minutes(30);
  one.seats = {4, 2, 9};
  one.prices = {100, 100, 100};
  auto dearer = one;
  dearer.fees = {0, 30, 5};
  auto standing = one;
  standing.seats.clear();
  standing.prices.clear();
  standing.areas = {{0, 3, 2'500, 0}, {2, 1, 10, 70}};
  auto both = dearer;
  both.areas = standing.areas;
  auto mixed = one;
  mixed.areas = standing.areas;
  auto taxed = both;
  taxed.tax = event_tax{"Mehrwertsteuer", {tax_mode::exclusive, 10'000}};
  taxed.resold = {1, 7};
  auto within = one;
  within.tax = event_tax{"VAT", {tax_mode::inclusive, 0}};
  for (const auto& each : {one, dearer, standing, both, mixed, taxed, within}) {
    std::string packed;
    projections::pack_booking(each, packed);
    CHECK(projections::unpack_booking(packed.data()) == each);
  }
}
