#include "tests/model/run.hpp"

#include "domain/apply.hpp"
#include "journal/codec.hpp"
#include "journal/snapshot_codec.hpp"
#include "tests/model/describe.hpp"
#include "tests/model/naive_waitlist.hpp"
#include "tests/model/same_fact.hpp"
#include "tests/model/script.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::model {
namespace {

using namespace domain;

auto story_line(instant now, const command& what, const outcome& got, const layout* seats) -> std::string {
  auto line = describe(now) + " " + describe(what, seats) + " ->";
  if (!got) {
    return line + " refused: " + describe(got.error(), seats);
  }
  for (const auto& fact : *got) {
    line += " " + describe(fact, seats) + ";";
  }
  return line + (got->empty() ? " nothing to do" : "");
}

auto same_outcome(const outcome& a, const outcome& b) -> bool {
  return a.has_value() == b.has_value() && (a ? same(*a, *b) : same(a.error(), b.error()));
}

auto places_in(const hold_created& offered) -> std::uint64_t {
  std::uint64_t sum = offered.seats.size();
  for (const auto& part : offered.areas) {
    sum += part.quantity;
  }
  return sum;
}

auto is_offered(const naive_event& twin, hold_number hold) -> bool {
  return std::ranges::any_of(twin.waitlist, [&](const auto& entry) { return entry.second.offered == hold.value(); });
}

/// Whether somebody who waits comes before this order.
auto is_behind(const naive_event& twin, waitlist_number order) -> bool {
  const auto all = in_their_order(twin);
  const auto first = std::ranges::find(all, 0U, &waitlist_order::offered);
  return first != all.end() && first->number != order;
}

/// One event: its journal in memory, its live state and its twin.
class trial {
 public:
  trial(const test_case& what, const defendant& on_trial, tally& counted)
      : script_{what}, on_trial_{&on_trial}, counted_{&counted} {}

  auto begin(beginning from) -> complaint {
    if (from != beginning::nothing) {
      if (auto wrong = try_command(script_.create())) {
        return wrong;
      }
    }
    return from == beginning::published ? try_command(script::publish()) : complaint{};
  }

  auto take(const step& next) -> complaint {
    if (auto wrong = suffer(next.before)) {
      return wrong;
    }
    now_ = script_.moment(next, twin_, now_);
    for (const auto& what : script_.commands(next, twin_)) {
      if (auto wrong = try_command(what)) {
        return wrong;
      }
      while (is_changed_ && script::wants_matching(next, twin_)) {
        if (auto wrong = try_command({{}, {}, match_waitlist{}})) {
          return wrong;
        }
      }
    }
    return {};
  }

  auto suffer(mishap what) -> complaint {
    switch (what) {
    case mishap::crash: return replay();
    case mishap::snapshot: return restore();
    case mishap::none: break;
    }
    return {};
  }

  [[nodiscard]] auto story() const -> std::string {
    std::string text;
    for (const auto& line : plays_) {
      text += "  " + line.tell() + "\n";
    }
    return text;
  }

 private:
  struct play_line {
    instant now;
    std::optional<command> what; ///< absent: a mishap
    outcome got;
    std::shared_ptr<const layout> seats;
    const char* mishap_text = "";

    [[nodiscard]] auto tell() const -> std::string {
      return what ? story_line(now, *what, got, seats.get()) : describe(now) + " " + mishap_text;
    }
  };

  auto try_command(const command& what) -> complaint {
    const auto hash_before = state_.hash();
    const auto got = on_trial_->decide(state_, what, now_);
    ++counted_->commands;
    plays_.push_back({now_, what, got, twin_.seats});
    if (auto wrong = judge(twin_, what, now_, got)) {
      return wrong;
    }
    if (!same_outcome(got, on_trial_->decide(state_, what, now_))) {
      return "decided otherwise when asked again";
    }
    if (state_.hash() != hash_before) {
      return "deciding changed the state";
    }
    count(what, got);
    is_changed_ = got && !got->empty();
    for (const auto& fact : got.value_or(facts{})) {
      if (auto wrong = take_fact(fact)) {
        return wrong;
      }
    }
    return compare(state_, twin_);
  }

  auto take_fact(const fact& what) -> complaint {
    auto decoded = stored(what);
    if (!decoded || !same(what, *decoded)) {
      return "a fact changes on its way through the journal: " + describe(what, twin_.seats.get());
    }
    journal_.push_back(std::move(*decoded));
    if (auto wrong = fold(twin_, what)) {
      return wrong;
    }
    on_trial_->apply(state_, what);
    ++counted_->facts;
    return {};
  }

  /// The process dies: what is left are the facts, as the journal gives them back.
  auto replay() -> complaint {
    plays_.push_back({now_, {}, facts{}, nullptr, "the process dies, and folds its journal again"});
    event_state again;
    for (const auto& fact : journal_) {
      on_trial_->apply(again, fact);
    }
    ++counted_->replays;
    return go_on_with(std::move(again), "a replay differs from the live state");
  }

  auto restore() -> complaint {
    plays_.push_back({now_, {}, facts{}, nullptr, "the state goes through a snapshot"});
    const auto bytes = journal::encode_snapshot({twin_.id, twin_.seq, {}, state_.hash()}, state_.image());
    auto decoded = journal::decode_snapshot(bytes);
    if (!decoded || decoded->header.seq != twin_.seq || decoded->header.state_hash != state_.hash()) {
      return "a snapshot cannot be read again";
    }
    auto again = on_trial_->restore(std::move(decoded->image));
    ++counted_->restores;
    return again ? go_on_with(std::move(*again), "a snapshot differs from the live state")
                 : "a sound snapshot is refused";
  }

  auto go_on_with(event_state again, const char* difference) -> complaint {
    if (!(again.image() == state_.image()) || again.hash() != state_.hash()) {
      return difference;
    }
    state_ = std::move(again);
    return compare(state_, twin_);
  }

  void count_ending(const fact_body& what) {
    if (const auto* expired = std::get_if<hold_expired>(&what)) {
      counted_->of["offer that lapses"] += is_offered(twin_, expired->hold) ? 1U : 0U;
      counted_->of["frozen hold that expires"] += twin_.bookings.at(expired->hold).frozen ? 1U : 0U;
    }
    if (const auto* sold = std::get_if<order_confirmed>(&what)) {
      counted_->of["offer that is bought"] += is_offered(twin_, sold->hold) ? 1U : 0U;
    }
    if (const auto* released = std::get_if<hold_released>(&what)) {
      counted_->of["offer that is given up"] += is_offered(twin_, released->hold) ? 1U : 0U;
      counted_->of["frozen hold of a cancelled event"] += twin_.bookings.at(released->hold).frozen ? 1U : 0U;
    }
    if (const auto* gone = std::get_if<order_returned>(&what)) {
      const auto its = twin_.tickets.lower_bound({gone->hold, 0});
      const bool any = its != twin_.tickets.end() && its->first.order == gone->hold;
      counted_->of["order taken back with a used ticket"] += any ? 1U : 0U;
    }
    if (std::holds_alternative<order_returned>(what)) {
      const auto& back = std::get<order_returned>(what);
      counted_->of["order taken back while a rule waits"] += twin_.config.price_rules.empty() ? 0U : 1U;
      counted_->of["tickets of an order go back"] += back.goes_on ? 1U : 0U;
      counted_->of["the last tickets of an order go back"] += !back.goes_on && !back.tickets.empty() ? 1U : 0U;
      counted_->of["order of a cancelled event goes back"] += back.why == return_cause::cancelled ? 1U : 0U;
      counted_->of["a buyer gives back"] += back.why == return_cause::by_buyer ? 1U : 0U;
    }
  }

  void count_waiting(const command& what, const facts& got) {
    if (!std::holds_alternative<match_waitlist>(what.body)) {
      return;
    }
    counted_->of["several offers at once"] += got.size() > 1 ? 1U : 0U;
    for (const auto& fact : got) {
      const auto& offered = std::get<hold_created>(fact.body);
      const auto& wanted = twin_.waitlist.at(offered.waitlist).choices;
      counted_->of["offer"] += 1;
      counted_->of["offer that outlasts any other hold"] += offered.expires_at - now_ > limits::hold_cap_max ? 1U : 0U;
      counted_->of["offer of standing places"] += offered.areas.empty() ? 0U : 1U;
      counted_->of["offer of several groups"] += wanted.front().groups.size() > 1 ? 1U : 0U;
      counted_->of["offer of a later choice"] += wanted.front().places() != places_in(offered) ? 1U : 0U;
      counted_->of["offer past somebody who wants more"] += is_behind(twin_, offered.waitlist) ? 1U : 0U;
    }
  }

  void count(const command& what, const outcome& got) {
    if (!got) {
      ++counted_->of["refused: " + describe(got.error().why)];
      counted_->of["alternatives"] += got.error().alternatives.empty() ? 0U : 1U;
      return;
    }
    counted_->of["nothing to do"] += got->empty() ? 1U : 0U;
    if (std::holds_alternative<end_due_holds>(what.body) && !got->empty()) {
      counted_->of["price rule made"] += std::holds_alternative<event_amended>(got->front().body) ? 1U : 0U;
    }
    count_waiting(what, *got);
    for (const auto& fact : *got) {
      if (const auto* changed = std::get_if<allocation_changed>(&fact.body)) {
        counted_->of["places that are given back are set apart"] +=
            std::holds_alternative<order_returned>(got->front().body) ? 1U : 0U;
        counted_->of["seats moved between allocations"] += changed->from && !changed->added.empty() ? 1U : 0U;
        counted_->of["places moved between allocations"] += changed->from && !changed->areas.empty() ? 1U : 0U;
        counted_->of["places of an allocation changed"] += !changed->from && !changed->areas.empty() ? 1U : 0U;
      }
      count_ending(fact.body);
      ++counted_->of["fact: " + std::string{journal::fact_name(journal::fact_type(fact.body))}];
    }
    if (std::holds_alternative<hold_seats>(what.body)) {
      const auto& wanted = std::get<hold_seats>(what.body);
      counted_->of["hold that ends overdue ones"] += got->size() > 1 ? 1U : 0U;
      counted_->of["hold by best available"] += wanted.best ? 1U : 0U;
      if (const auto* made = std::get_if<hold_created>(&got->back().body); made != nullptr && made->allocation) {
        counted_->of["hold of an allocation's seats"] += wanted.seats.empty() ? 0U : 1U;
        counted_->of["hold of an allocation's places"] += wanted.areas.empty() ? 0U : 1U;
        counted_->of["hold of an allocation's best"] += wanted.best ? 1U : 0U;
      }
      counted_->of["hold in a presale"] += !twin_.on_sale(now_) && wanted.access_code ? 1U : 0U;
      counted_->of["hold of the house's beside the sale"] += !twin_.on_sale(now_) && wanted.allocation ? 1U : 0U;
      counted_->of["hold of standing places"] += wanted.areas.empty() ? 0U : 1U;
    }
  }

  script script_;
  const defendant* on_trial_;
  tally* counted_;
  instant now_ = epoch;
  event_state state_;
  naive_event twin_;
  facts journal_;
  bool is_changed_ = false; ///< by the last command
  std::vector<play_line> plays_;
};

} // namespace

auto stored(const fact& what) -> std::optional<fact> {
  std::string payload;
  journal::encode_fact(what.body, payload);
  journal::record_view record;
  record.header.type = journal::fact_type(what.body);
  record.header.version = journal::fact_version(record.header.type);
  record.header.time = what.time;
  record.header.command = what.command;
  record.payload = payload;
  auto decoded = journal::decode_fact(record);
  return decoded ? std::optional{std::move(*decoded)} : std::nullopt;
}

auto the_domain() -> defendant {
  return {[](const event_state& state, const command& what, instant now) { return decide(state, what, now); },
          [](event_state& state, const fact& what) { apply(state, what); },
          [](state_image image) { return event_state::from_image(std::move(image)); }};
}

auto play(const test_case& what, const defendant& on_trial, tally& counted) -> complaint {
  trial on{what, on_trial, counted};
  auto wrong = on.begin(what.from);
  for (std::size_t i = 0; !wrong && i < what.steps.size(); ++i) {
    wrong = on.take(what.steps[i]);
  }
  for (const auto last : {mishap::crash, mishap::snapshot}) {
    if (!wrong) {
      wrong = on.suffer(last);
    }
  }
  return wrong ? complaint{*wrong + "\nThe layout:\n" + describe(what.layout) + "The story:\n" + on.story()} : wrong;
}

} // namespace holdfast::model
