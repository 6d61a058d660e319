#include "tools/onsale/simulation.hpp"

#include "domain/check.hpp"
#include "tools/onsale/venue.hpp"
#include "tools/onsale/waiting_line.hpp"

#include <algorithm>
#include <cmath>
#include <queue>
#include <utility>

namespace holdfast::onsale {

using namespace domain;

namespace {

/// As often as the server looks at its waiting rooms.
constexpr millis look_every{250};
constexpr millis sample_every = seconds(10);
constexpr millis longest = hours(24);
constexpr double bot_s = 0.5;
/// A time of the model has a place on this scale, nothing more.
constexpr instant opening{1'800'000'000'000};

enum class stage : std::uint8_t { to_come, waiting, gone, let_in, choosing, holding, bought, done };

struct person {
  std::uint32_t place = 0; ///< in the waiting room; zero: none
  std::uint32_t party = 1;
  stage is = stage::to_come;
  bool bot = false;
  std::int64_t joined_ms = 0;
  std::int64_t let_in_ms = 0;
  hold_number hold;
};

enum class doing : std::uint8_t { give_up, be_missed, come, choose, settle };

struct act {
  std::int64_t at;
  std::uint64_t order; ///< of acts at the same time: as they were planned
  std::uint32_t who;
  doing what;
  friend auto operator>(const act& a, const act& b) noexcept -> bool {
    return std::pair{a.at, a.order} > std::pair{b.at, b.order};
  }
};

auto percentiles(std::vector<std::int64_t>& all) -> waits {
  if (all.empty())
    return {};
  std::ranges::sort(all);
  const auto at = [&](std::size_t permille) { return all[std::min(all.size() - 1, all.size() * permille / 1'000)]; };
  return {all.size(), at(500), at(900), at(990), all.back()};
}

/// One run.
class run {
 public:
  run(const demand& who, const sale_plan& plan, const std::vector<millis>& arrivals, const decided& told)
      : who_{who},
        plan_{plan},
        arrivals_{arrivals},
        told_{told},
        random_{plan.seed},
        start_{opening + plan.pre_queue},
        hall_{plan, start_, told},
        line_{plan,
              told,
              {[this](std::uint32_t one, instant now) { be_let_in(one, now); },
               [this](std::uint32_t one, queue::place_status as) { be_sent_out(people_[one], as); }}},
        people_(arrivals.size()) {
    std::uint32_t weights = 0;
    for (const auto& [places, weight] : who.parties)
      weights += weight;
    for (auto& one : people_) {
      one.bot = is(who.bot_share);
      one.party = one.bot ? plan.max_per_buyer : party(weights);
      result_.bots += one.bot ? 1 : 0;
    }
    result_.people = people_.size();
  }

  auto play() && -> outcome {
    if (plan_.waiting_room)
      line_.open(opening);
    for (instant now = opening; goes_on(now); now = next_look(now))
      look(now);
    finish();
    return std::move(result_);
  }

 private:
  // What happens by chance.

  auto is(double share) -> bool { return static_cast<double>(random_.next() >> 11) * 0x1.0p-53 < share; }

  auto party(std::uint32_t weights) -> std::uint32_t {
    auto at = random_.below(weights);
    for (const auto& [places, weight] : who_.parties) {
      if (at < weight)
        return std::min(places, plan_.max_per_buyer);
      at -= weight;
    }
    return 1;
  }

  auto after(instant now, double mean_s) -> std::int64_t {
    return now.unix_ms + std::llround(random_.exponential(mean_s) * 1'000);
  }

  // Time.

  auto goes_on(instant now) const -> bool {
    if (now - start_ > longest)
      return false;
    const auto counts = hall_.counts();
    const bool all_sold = counts.available == 0 && counts.held == 0;
    return !all_sold && (next_arrival_ < arrivals_.size() || !acts_.empty() || counts.held != 0 || room_has_people());
  }

  auto room_has_people() const -> bool {
    return plan_.waiting_room && (line_.state().waiting_now != 0 || line_.state().inside.size() != 0);
  }

  /// The next look at which anything happens, in steps of the server's.
  auto next_look(instant now) const -> instant {
    auto at = now + longest + look_every;
    const auto consider = [&at](instant when) { at = std::min(at, when); };
    if (next_arrival_ < arrivals_.size())
      consider(opening + arrivals_[next_arrival_]);
    if (!acts_.empty())
      consider({acts_.top().at});
    if (const auto due = hall_.next_deadline())
      consider(*due);
    if (now < start_)
      consider(start_);
    if (plan_.waiting_room) {
      if (const auto due = queue::next_due(line_.state()))
        consider(*due);
      if (const auto due = line_.next_planned(now))
        consider(*due);
    }
    const auto steps = std::max<std::int64_t>(1, ((at - now).count + look_every.count - 1) / look_every.count);
    return now + millis{steps * look_every.count};
  }

  // What the room does.

  void be_let_in(std::uint32_t who, instant now) {
    auto& one = people_[who];
    one.let_in_ms = now.unix_ms;
    note_wait(one, admitted_waits_);
    if (one.is != stage::waiting)
      return; // nobody is there to see it
    one.is = stage::let_in;
    const auto polls = queue::poll_delay(plan_.room, 0).count;
    intend({now.unix_ms + random_.below(static_cast<std::uint32_t>(polls)), 0, who, doing::come});
  }

  void be_sent_out(person& one, queue::place_status as) {
    one.place = 0;
    if (as == queue::place_status::unclaimed)
      ++result_.unclaimed;
    if (as == queue::place_status::ran_out && one.is == stage::choosing) {
      one.is = stage::done;
      ++result_.ran_out;
    }
  }

  // What people do.

  void intend(act what) {
    what.order = ++planned_;
    acts_.push(what);
  }

  void arrive(std::uint32_t who, instant now) {
    auto& one = people_[who];
    one.joined_ms = now.unix_ms;
    if (!plan_.waiting_room) {
      one.is = stage::choosing;
      one.let_in_ms = std::max(now, start_).unix_ms;
      intend({after(std::max(now, start_), one.bot ? bot_s : who_.choice_s), 0, who, doing::choose});
      return;
    }
    one.is = stage::waiting;
    joining_.push_back(who);
    if (!one.bot)
      intend({after(now, who_.patience_s), 0, who, doing::give_up});
    if (joining_.size() == queue::limits::people_per_command_max)
      join(now);
  }

  void join(instant now) {
    const auto places = line_.join(joining_, now);
    for (std::size_t i = 0; i < places.size(); ++i)
      people_[joining_[i]].place = places[i];
    joining_.clear();
  }

  void happen(const act& what) {
    const instant now{what.at};
    auto& one = people_[what.who];
    switch (what.what) {
    case doing::give_up: stop_waiting(what.who, now); break;
    case doing::be_missed: line_.silent.emplace_back(one.place); break;
    case doing::come:
      one.is = stage::choosing;
      line_.present.emplace_back(one.place);
      intend({after(now, one.bot ? bot_s : who_.choice_s), 0, what.who, doing::choose});
      break;
    case doing::choose: choose(what.who, now); break;
    case doing::settle: settle(one, what.who, now); break;
    }
  }

  void stop_waiting(std::uint32_t who, instant now) {
    auto& one = people_[who];
    if (one.is != stage::waiting)
      return;
    one.is = stage::gone;
    if (is(who_.silent_share)) {
      ++result_.silent;
      intend({(now + queue::silent_after(plan_.room)).unix_ms, 0, who, doing::be_missed});
    } else {
      ++result_.left;
      line_.left.emplace_back(one.place);
    }
  }

  void choose(std::uint32_t who, instant now) {
    auto& one = people_[who];
    if (one.is != stage::choosing)
      return; // too late
    if (!one.bot && is(who_.undecided_share)) {
      ++result_.undecided;
      end(one, false);
      return;
    }
    const auto hold = hall_.hold(subject(who), one.party, now);
    if (!hold) {
      ++result_.refused;
      end(one, false);
      return;
    }
    one.hold = *hold;
    one.is = stage::holding;
    intend({after(now, one.bot ? bot_s : who_.payment_s), 0, who, doing::settle});
  }

  void settle(person& one, std::uint32_t who, instant now) {
    if (!hall_.pay(subject(who), one.hold, now)) {
      ++result_.ran_out;
      end(one, false);
      return;
    }
    ++result_.buyers;
    result_.places_sold += one.party;
    if (one.bot) {
      ++result_.bots_that_bought;
      result_.places_of_bots += one.party;
    }
    note_wait(one, buyer_waits_);
    end(one, true);
    const auto counts = hall_.counts();
    if (counts.available == 0 && counts.held == 0)
      result_.sold_out_after = now - start_;
  }

  void end(person& one, bool bought) {
    one.is = bought ? stage::bought : stage::done;
    if (one.place != 0)
      (bought ? line_.bought : line_.gave_up).emplace_back(one.place);
  }

  [[nodiscard]] static auto subject(std::uint32_t who) -> subject_id { return {1, who + 1ULL}; }

  void note_wait(const person& one, std::vector<std::int64_t>& in) const {
    in.push_back(one.let_in_ms - std::max(one.joined_ms, start_.unix_ms));
  }

  // A look.

  void look(instant now) {
    while (next_arrival_ < arrivals_.size() && opening + arrivals_[next_arrival_] <= now) {
      arrive(static_cast<std::uint32_t>(next_arrival_), now);
      ++next_arrival_;
    }
    if (plan_.waiting_room)
      join(now);
    if (!started_ && now >= start_) {
      started_ = true;
      if (plan_.waiting_room)
        line_.start(now);
    }
    while (!acts_.empty() && acts_.top().at <= now.unix_ms) {
      const auto next = acts_.top();
      acts_.pop();
      happen(next);
    }
    hall_.end_due(now);
    if (plan_.waiting_room)
      line_.tend(now, hall_.counts().available != 0);
    result_.active_most = std::max<std::uint64_t>(result_.active_most, line_.state().inside.size());
    sample(now);
  }

  void sample(instant now) {
    if (!result_.series.empty() && (now - start_).count < result_.series.back().at.count + sample_every.count)
      return;
    const auto counts = hall_.counts();
    result_.series.push_back({now - start_, line_.state().waiting_now, line_.state().inside.size(),
                              line_.state().total.admitted, counts.held, counts.sold});
    last_look_ = now;
  }

  void finish() {
    result_.lasted = last_look_ - opening;
    result_.never_let_in = static_cast<std::uint64_t>(
        std::ranges::count_if(people_, [](const person& one) { return one.is == stage::waiting; }));
    result_.of_admitted = percentiles(admitted_waits_);
    result_.of_buyers = percentiles(buyer_waits_);
    result_.first_tenth = line_.first_tenth();
    result_.last_tenth = line_.last_tenth();
    result_.estimates = line_.state().expected.accuracy();
    result_.estimates_by_distance = line_.study().rows();
    result_.estimates_unknown = line_.study().unknown();
    result_.pace_least = line_.pace_least();
  }

  const demand& who_;
  const sale_plan& plan_;
  const std::vector<millis>& arrivals_;
  const decided& told_;
  random_stream random_;
  instant start_;
  venue hall_;
  waiting_line line_;
  std::vector<person> people_;
  std::size_t next_arrival_ = 0;
  bool started_ = false;
  std::uint64_t planned_ = 0;
  std::priority_queue<act, std::vector<act>, std::greater<>> acts_;
  std::vector<std::uint32_t> joining_;
  std::vector<std::int64_t> admitted_waits_, buyer_waits_;
  instant last_look_ = opening;
  outcome result_;
};

} // namespace

auto play(const demand& who, const sale_plan& plan, const std::vector<millis>& arrivals, const decided& told)
    -> outcome {
  HF_CHECK(faults_of(who, plan).empty(), "a plan without faults");
  return run{who, plan, arrivals, told}.play();
}

auto play(const demand& who, const sale_plan& plan, const decided& told) -> outcome {
  random_stream random{plan.seed + 1};
  return play(who, plan, arrivals_of(who, plan, random), told);
}

} // namespace holdfast::onsale
