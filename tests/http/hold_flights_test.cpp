#include "http/hold_flights.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <utility>

using namespace holdfast;
using namespace holdfast::http;

namespace {

const domain::event_id opera{1};
const domain::event_id arena{2};
const domain::subject_id ada{1, 1};
const domain::subject_id bob{1, 2};

/// Keeps the answer, and how many holds were under way when it came.
class listener final : public actors::reply_sink {
 public:
  explicit listener(const hold_flights& flights) : flights_{flights} {}
  void reply(actors::answer&& what) noexcept override {
    status = what.status;
    under_way = flights_.under_way();
  }
  std::optional<unsigned> status;
  std::optional<std::size_t> under_way;

 private:
  const hold_flights& flights_;
};

} // namespace

TEST_CASE("a buyer makes one hold at a time of each event, and others are not in the way") {
  const auto flights = std::make_shared<hold_flights>();
  auto first = flights->begin(opera, ada, 7);
  REQUIRE(first != nullptr);
  CHECK(flights->begin(opera, ada, 8) == nullptr);
  CHECK(flights->begin(opera, bob, 8) != nullptr);
  CHECK(flights->begin(arena, ada, 8) != nullptr);
  CHECK(flights->under_way() == 1);
  // The same request again is the same one, until both have ended.
  auto again = flights->begin(opera, ada, 7);
  REQUIRE(again != nullptr);
  first.reset();
  CHECK(flights->begin(opera, ada, 8) == nullptr);
  again.reset();
  CHECK(flights->under_way() == 0);
  CHECK(flights->begin(opera, ada, 8) != nullptr);
}

TEST_CASE("a hold is no longer under way when its answer goes out, or when nobody can give one") {
  const auto flights = std::make_shared<hold_flights>();
  const auto heard = std::make_shared<listener>(*flights);
  {
    auto to = ending(flights->begin(opera, ada, 7), actors::reply_port{heard});
    CHECK(flights->under_way() == 1);
    actors::answer made;
    made.status = 201;
    to.send(std::move(made));
  }
  CHECK(heard->status == 201);
  CHECK(heard->under_way == 0);
  { const auto lost = ending(flights->begin(opera, ada, 7), actors::reply_port{heard}); }
  CHECK(heard->status == 503);
  CHECK(heard->under_way == 0);
}
