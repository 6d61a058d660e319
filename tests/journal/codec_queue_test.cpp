#include "journal/facts.pb.h"
#include "tests/journal/codec_reader.hpp"
#include "tests/support/queue_samples.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace holdfast::codec_queue {
namespace {

using namespace holdfast;
using namespace holdfast::domain;
using testing::again;
using testing::read_message;

constexpr std::uint16_t settings_type = 160;
constexpr std::uint16_t opened_type = 161;
constexpr std::uint16_t drawn_type = 163;
constexpr std::uint16_t mode_type = 164;
constexpr std::uint16_t joined_type = 165;
constexpr std::uint16_t left_type = 166;
constexpr std::uint16_t expired_type = 172;
constexpr std::uint16_t demoted_type = 173;
constexpr std::uint16_t pace_type = 174;

/// The sample of this type that comes first.
template <class Fact>
auto sample_of() -> Fact {
  for (const auto& each : testing::queue_samples()) {
    if (const auto* const found = std::get_if<Fact>(&each.body)) {
      return *found;
    }
  }
  FAIL("there is no such sample");
  return {};
}

} // namespace

TEST_CASE("a waiting room's facts keep every field") {
  std::set<std::uint16_t> types;
  for (const auto& each : testing::queue_samples()) {
    CAPTURE(each.name);
    types.insert(journal::fact_type(each.body));
    CHECK(journal::fact_name(journal::fact_type(each.body)) == each.name);
  }
  CHECK(types.size() == 15);
  CHECK(*types.begin() == settings_type);
  CHECK(*types.rbegin() == pace_type);

  const auto settings = sample_of<queue::settings_changed>();
  CHECK(again(settings).after == settings.after);
  CHECK(again(settings).by == settings.by);
  CHECK(again(settings).reason == settings.reason);
  CHECK(again(queue::settings_changed{}).after == queue::settings{});
  const auto opened = sample_of<queue::pre_queue_opened>();
  CHECK(again(opened).commitment == opened.commitment);
  CHECK(again(opened).public_round == opened.public_round);
  CHECK(again(opened).cause == opened.cause);
  CHECK(again(opened).by == opened.by);
  const auto closed = sample_of<queue::pre_queue_closed>();
  CHECK(again(closed).entrants == closed.entrants);
  CHECK(again(closed).root == closed.root);
  const auto drawn = sample_of<queue::drawn>();
  CHECK(again(drawn).seed == drawn.seed);
  CHECK(again(drawn).round_value == drawn.round_value);
  CHECK(!again(queue::drawn{}).round_value.has_value());
  CHECK(again(queue::drawn{{}, "", {}}).round_value == std::string{});
  const auto changed = sample_of<queue::mode_changed>();
  CHECK(again(changed).to == changed.to);
  CHECK(again(changed).cause == changed.cause);
  CHECK(again(changed).reason == changed.reason);
  CHECK_FALSE(again(changed).revoked);
  CHECK(again(std::get<queue::mode_changed>(testing::later_queue_samples().front().body)).revoked);
  const auto joined = sample_of<queue::joined>();
  CHECK(again(joined).first == joined.first);
  CHECK(again(joined).people == joined.people);
  CHECK(again(sample_of<queue::left>()).places == sample_of<queue::left>().places);
  const auto admitted = sample_of<queue::admitted>();
  CHECK(again(admitted).places == admitted.places);
  CHECK(again(admitted).claim_by == admitted.claim_by);
  CHECK(again(sample_of<queue::claimed>()).until == sample_of<queue::claimed>().until);
  const auto finished = sample_of<queue::finished>();
  CHECK(again(finished).bought == finished.bought);
  CHECK(again(finished).gave_up == finished.gave_up);
  const auto expired = sample_of<queue::expired>();
  CHECK(again(expired).as == expired.as);
  CHECK(again(expired).places == expired.places);
  const auto demoted = sample_of<queue::demoted>();
  CHECK(again(demoted).place == demoted.place);
  CHECK(again(demoted).now == demoted.now);
  CHECK(again(demoted).reason == demoted.reason);
  CHECK(again(sample_of<queue::pace_adjusted>()).permille == sample_of<queue::pace_adjusted>().permille);
}

TEST_CASE("a waiting room's fact that cannot be is corrupt") {
  wire::QueueSettingsChanged settings;
  settings.mutable_by();
  CHECK(!read_message(settings_type, settings)); // no bands, no heartbeat
  wire::PreQueueOpened opened;
  opened.set_cause(1);
  opened.set_commitment(std::string(31, 'x'));
  CHECK(!read_message(opened_type, opened));
  opened.set_commitment(std::string(32, 'x'));
  CHECK(read_message(opened_type, opened));
  opened.set_cause(6);
  CHECK(!read_message(opened_type, opened));
  wire::LotsDrawn drawn;
  drawn.set_seed(std::string(33, 'x'));
  CHECK(!read_message(drawn_type, drawn));
  wire::QueueModeChanged changed;
  changed.set_cause(1);
  for (const auto wrong : {0U, 2U, 6U}) {
    changed.set_to(wrong);
    CHECK(!read_message(mode_type, changed));
  }
  changed.set_to(5);
  CHECK(read_message(mode_type, changed));
  changed.set_revoked(true);
  CHECK(!read_message(mode_type, changed)); // only a pause does
  changed.set_to(4);
  CHECK(read_message(mode_type, changed));
  wire::QueueJoined joined;
  joined.add_who(1);
  joined.add_who(2);
  CHECK(!read_message(joined_type, joined)); // no first place
  joined.set_first(1);
  CHECK(read_message(joined_type, joined));
  joined.set_bands(std::string(2, '\0'));
  CHECK(!read_message(joined_type, joined));
  joined.set_bands(std::string(1, '\x08'));
  CHECK(!read_message(joined_type, joined));
  joined.clear_bands();
  joined.add_who(3);
  CHECK(!read_message(joined_type, joined));
  wire::QueueLeft left;
  left.add_places(0);
  CHECK(!read_message(left_type, left));
  wire::QueueExpired expired;
  for (const auto wrong : {7U, 12U}) {
    expired.set_as(wrong);
    CHECK(!read_message(expired_type, expired));
  }
  wire::QueueDemoted demoted;
  demoted.set_place(1);
  CHECK(!read_message(demoted_type, demoted));
  wire::QueuePaceAdjusted pace;
  pace.set_permille(1'001);
  CHECK(!read_message(pace_type, pace));
}

} // namespace holdfast::codec_queue
