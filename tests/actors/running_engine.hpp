#pragma once

#include "actors/engine.hpp"
#include "domain/queue/places.hpp"
#include "tests/actors/core_bench.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <utility>

namespace holdfast::testing {

/// What ends at once on a machine that is not busy.
inline constexpr std::chrono::seconds patience{60};

/// A clock that is turned while threads read it.
class shared_clock final : public actors::clock_port {
 public:
  [[nodiscard]] auto now() const noexcept -> domain::instant override { return {at_.load()}; }
  void turn(domain::millis by) noexcept { at_.fetch_add(by.count); }

 private:
  std::atomic<std::int64_t> at_{1'700'000'000'000};
};

/// An answer that a test waits for.
class waited_answer final : public actors::reply_sink {
 public:
  void reply(actors::answer&& what) noexcept override { promise_.set_value(std::move(what)); }
  /// Once.
  [[nodiscard]] auto wait() -> actors::answer {
    auto got = promise_.get_future();
    REQUIRE(got.wait_for(patience) == std::future_status::ready);
    return got.get();
  }

 private:
  std::promise<actors::answer> promise_;
};

/// An engine with all its actors over a journal that was acquired, and one event with its waiting room.
class engine_over {
 public:
  engine_over(journal::journal& below, actors::engine_options options) : snapshots{directory.path} {
    options.room_secret.fill(3);
    engine.emplace(below, snapshots, encoder, std::move(options));
    REQUIRE(engine->start().has_value());
  }

  /// `place`: by which the buyer was let in.
  auto send(domain::command what, domain::queue::place_number place = {}) -> std::shared_ptr<waited_answer> {
    auto sink = std::make_shared<waited_answer>();
    actors::request_meta meta;
    meta.principal = what.by.subject;
    meta.place = place;
    engine->submit(event, std::move(what), meta, actors::reply_port{sink});
    return sink;
  }
  auto ask(domain::command what, domain::queue::place_number place = {}) -> actors::answer {
    return send(std::move(what), place)->wait();
  }

  static auto organiser(domain::caller::kind as = domain::caller::kind::organiser) -> domain::caller {
    domain::caller by;
    by.as = as;
    by.organisation = domain::organisation_id{1};
    by.key = domain::key_id{9};
    return by;
  }

  void put_on_sale() {
    REQUIRE(ask({.by = organiser(),
                 .id = {},
                 .body = domain::create_event{.event = event,
                                              .organisation = domain::organisation_id{1},
                                              .config = small_config(),
                                              .seats = small_layout()}})
                .status == 201);
    REQUIRE(ask({.by = organiser(), .id = {}, .body = domain::publish_event{}}).status == 201);
  }

  static auto hold(std::uint64_t who, domain::seat_index seat) -> domain::command {
    domain::caller by;
    by.as = domain::caller::kind::buyer;
    by.subject = {1, who};
    domain::hold_seats wanted;
    wanted.seats = {seat};
    return {.by = by, .id = {}, .body = std::move(wanted)};
  }

  using command_result = tl::expected<std::shared_ptr<const actors::room_view>, actors::room_refusal>;
  auto tell(domain::queue::command_body what, domain::event_id to = event) -> command_result {
    auto promise = std::make_shared<std::promise<command_result>>();
    auto got = promise->get_future();
    engine->rooms().command(to, {organiser(), {}, std::move(what)}, {},
                            [promise](command_result result) { promise->set_value(std::move(result)); });
    REQUIRE(got.wait_for(patience) == std::future_status::ready);
    return got.get();
  }

  static constexpr domain::event_id event{77};
  temporary_directory directory;
  journal::snapshot_store snapshots;
  word_encoder encoder;
  std::optional<actors::engine> engine;
};

/// A journal in memory, acquired, which is there before whatever stands over it and after it.
struct memory_below {
  explicit memory_below(std::shared_ptr<journal::memory_disk> disk) : journal{{.disk = std::move(disk)}} {
    REQUIRE(journal.acquire({}).has_value());
  }
  journal::memory_journal journal;
};

/// An engine over a journal in memory, with a clock that is turned by hand.
class running_engine : public memory_below, public engine_over {
 public:
  explicit running_engine(std::shared_ptr<journal::memory_disk> disk, const std::shared_ptr<shared_clock>& turned,
                          domain::millis passivate_after = domain::minutes(2), std::int32_t inflight = 1'000)
      : memory_below{std::move(disk)},
        engine_over{journal, options_of(turned, passivate_after, inflight)},
        clock{turned} {}

  std::shared_ptr<shared_clock> clock;

 private:
  static auto options_of(const std::shared_ptr<shared_clock>& turned, domain::millis passivate_after,
                         std::int32_t inflight) -> actors::engine_options {
    actors::engine_options options;
    options.clock = turned;
    options.passivate_after = passivate_after;
    options.inflight_per_event_max = inflight;
    return options;
  }
};

} // namespace holdfast::testing
