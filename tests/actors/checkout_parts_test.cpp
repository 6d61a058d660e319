#include "actors/checkout_parts.hpp"

#include <doctest/doctest.h>

using namespace holdfast;

TEST_CASE("a retry of a payment is answered as it was, whatever becomes of a refund; one of the refund waits for it") {
  domain::payment of;
  of.status = domain::payment_status::captured;
  CHECK(actors::is_settled(of, false));
  of.status = domain::payment_status::turned;
  of.why = domain::turn::refunded;
  of.owes_event = true;
  CHECK(actors::is_settled(of, false));
  CHECK_FALSE(actors::is_settled(of, true));
  of.owes_event = false;
  of.owes_money = true;
  CHECK(actors::is_settled(of, true));
}

TEST_CASE("a payment that turned is answered when the event no longer waits for it, wherever its money is") {
  domain::payment of;
  of.status = domain::payment_status::turned;
  of.why = domain::turn::mismatch;
  of.owes_event = of.owes_money = true;
  CHECK_FALSE(actors::is_settled(of, false));
  of.owes_event = false;
  CHECK(actors::is_settled(of, false));
}
