#include "http/queue_bands.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace holdfast;
using namespace holdfast::http;

namespace {

const domain::organisation_id theirs{4};
const std::vector<domain::queue::band> bands{{"verified", 40}, {"members", 30}, {"band_31", 20}, {"verified", 10}};

auto session_of(std::uint32_t in, bool verified = false) -> principal {
  principal who;
  who.is = principal::kind::buyer;
  who.subject = {1, 1};
  who.organisation = theirs;
  who.bands = in;
  who.verified = verified;
  return who;
}

} // namespace

TEST_CASE("bands have names that sessions can say") {
  for (const auto* name : {"verified", "members", "accessibility", "band_0", "band_9", "band_31"}) {
    CAPTURE(name);
    CHECK(is_band_of_sessions(name));
  }
  for (const auto* name : {"", "general", "Members", "band_", "band_32", "band_07", "band_1 ", "band_-1", "band_0x1"}) {
    CAPTURE(name);
    CHECK_FALSE(is_band_of_sessions(name));
  }
}

TEST_CASE("somebody is in the first band after the general one that fits") {
  // The name of the first says nothing.
  CHECK(band_of(session_of(0), theirs, bands) == 0);
  CHECK(band_of(session_of(1), theirs, bands) == 1);
  CHECK(band_of(session_of(1U << 31U), theirs, bands) == 2);
  CHECK(band_of(session_of(1U << 31U | 1U), theirs, bands) == 1);
  CHECK(band_of(session_of(2), theirs, bands) == 0);
  CHECK(band_of(session_of(0, true), theirs, bands) == 3);
  CHECK(band_of(session_of(1, true), theirs, bands) == 1);
}

TEST_CASE("what another organisation says of somebody counts for nothing") {
  CHECK(band_of(session_of(1), domain::organisation_id{5}, bands) == 0);
  CHECK(band_of(session_of(1), {}, bands) == 0);
  auto nobody = session_of(1);
  nobody.organisation = {};
  CHECK(band_of(nobody, {}, bands) == 0);
  auto key = session_of(1);
  key.is = principal::kind::key;
  CHECK(band_of(key, theirs, bands) == 0);
}
