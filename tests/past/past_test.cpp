#include "journal/memory_journal.hpp"
#include "journal/snapshot_store.hpp"
#include "projections/past/past_views.hpp"
#include "projections/report/event_sales.hpp"
#include "projections/views.hpp"
#include "tests/projections/pumped_world.hpp"
#include "tests/projections/sales.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace holdfast::projections_test {

namespace {

using nlohmann::json;
using projections::past_form;
using projections::past_outcome;

class must_be_durable final : public journal::append_done {
 public:
  void complete(journal::append_outcome outcome) noexcept override {
    CHECK(outcome == journal::append_outcome::durable);
  }
};

/// A directory of its own, removed at the end.
class scratch_directory {
 public:
  scratch_directory() {
    auto text = (std::filesystem::temp_directory_path() / "holdfast-past-XXXXXX").string();
    REQUIRE(::mkdtemp(text.data()) != nullptr);
    path_ = text;
  }
  ~scratch_directory() {
    std::error_code trouble;
    std::filesystem::remove_all(path_, trouble);
  }
  scratch_directory(const scratch_directory&) = delete;
  auto operator=(const scratch_directory&) -> scratch_directory& = delete;
  [[nodiscard]] auto path() const -> const std::filesystem::path& { return path_; }

 private:
  std::filesystem::path path_;
};

struct heard {
  std::optional<projections::past_answer> answer;
};

/// An event with a random past in a journal where nothing happens until it is pumped.
class history {
 public:
  explicit history(std::uint64_t seed, std::size_t commands, projections::past_views::bounds within = {})
      : sales_{seed, 1} {
    journal::memory_journal_options options;
    options.threaded = false;
    journal_ = std::make_unique<journal::memory_journal>(std::move(options));
    REQUIRE(journal_->acquire(journal::cell_id{}).has_value());
    sales_.closes = false;
    for (const auto& made : sales_.open_event(event(), test_layout(0), now_))
      append(made);
    while (ends_.size() < commands) {
      now_ = now_ + domain::millis{static_cast<std::int64_t>(sales_.dice().below(40'000))};
      if (const auto made = sales_.random_command(now_))
        append(*made);
    }
    pump();
    views_ = std::make_shared<projections::past_views>(
        *journal_, &snapshots_, std::make_shared<projections::layout_store>(*journal_, [this] { return now_; }),
        [this] { return now_; }, within);
  }
  history(const history&) = delete;
  auto operator=(const history&) -> history& = delete;
  ~history() { pump(); }

  [[nodiscard]] auto event() const -> domain::event_id { return sales_.events().front(); }

  void pump() {
    while (journal_->pump() > 0) {
    }
  }

  void snapshot(std::uint64_t at) {
    journal::fold_event(*journal_, nullptr, event(), at, [&](tl::expected<journal::folded, journal::failure> made) {
      REQUIRE(made.has_value());
      REQUIRE(snapshots_.save(event(), made->state.seq(), made->chain, made->state).has_value());
    });
    pump();
  }

  [[nodiscard]] auto ask(projections::past_wish wish) -> std::shared_ptr<heard> {
    wish.event = event();
    auto to = std::make_shared<heard>();
    views_->read(std::move(wish), [to](projections::past_answer answer) {
      CHECK_FALSE(to->answer.has_value());
      to->answer = std::move(answer);
    });
    return to;
  }

  /// The answer to a look at a seq, waited for.
  [[nodiscard]] auto at(std::uint64_t seq, past_form form = past_form::seats) -> projections::past_answer {
    return answer_to({.seq = seq, .form = form});
  }

  [[nodiscard]] auto answer_to(projections::past_wish wish) -> projections::past_answer {
    const auto asked = ask(std::move(wish));
    pump();
    REQUIRE(asked->answer.has_value());
    return *asked->answer;
  }

  sales sales_;
  std::vector<std::uint64_t> ends_; ///< seqs at which a command ended
  std::vector<domain::fact> facts_; ///< by seq - 1
  domain::instant now_{1'795'000'000'000};
  scratch_directory scratch_;
  journal::snapshot_store snapshots_{scratch_.path(), 8};

 private:
  void append(const decision& made) {
    facts_.insert(facts_.end(), made.facts->begin(), made.facts->end());
    ends_.push_back(made.last_seq());
    journal_->append(made.to_append(), std::make_shared<must_be_durable>());
  }

  std::unique_ptr<journal::memory_journal> journal_;
  std::shared_ptr<projections::past_views> views_;
};

} // namespace

TEST_CASE("the past at a seq is what was shown at that seq, from any snapshot or none") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    history of{seed, 60};
    for (const auto seq : of.ends_) {
      if (of.sales_.dice().chance(10))
        of.snapshot(seq);
    }
    for (const auto seq : of.ends_) {
      CAPTURE(seq);
      const auto seen = of.at(seq);
      REQUIRE(seen.outcome == past_outcome::ok);
      CHECK(seen.body->seq == seq);
      CHECK(faults_of_seats(of.sales_, of.event(), *seen.body) == "");
    }
  }
}

TEST_CASE("the past at a time is that after the last fact that was not later") {
  history of{3, 80};
  for (std::size_t i = 0; i < of.facts_.size(); ++i) {
    const auto time = of.facts_[i].time;
    std::uint64_t last = i + 1;
    while (last < of.facts_.size() && of.facts_[last].time <= time)
      ++last;
    const auto seen = of.answer_to({.at = time});
    REQUIRE(seen.outcome == past_outcome::ok);
    CHECK(seen.body->seq == last);
    if (i > 0 && of.facts_[i - 1].time < time) {
      const auto before = of.answer_to({.at = time - domain::millis{1}});
      REQUIRE(before.outcome == past_outcome::ok);
      CHECK(before.body->seq == i);
    }
  }
  CHECK(of.answer_to({.at = of.facts_.front().time - domain::millis{1}}).outcome == past_outcome::not_found);
  CHECK(of.answer_to({.at = of.facts_.back().time + domain::hours(5)}).body->seq == of.facts_.size());
}

TEST_CASE("before its first fact and after its last there is nothing to see") {
  history of{4, 10};
  CHECK(of.at(of.facts_.size() + 1).outcome == past_outcome::not_found);
  CHECK(of.at(of.facts_.size()).outcome == past_outcome::ok);
  projections::past_wish nowhere{.seq = 1, .form = past_form::section, .section = "Z"};
  CHECK(of.answer_to(nowhere).outcome == past_outcome::not_found);
}

TEST_CASE("a place too far from a snapshot is refused, and the nearest that can be shown are named") {
  projections::past_views::bounds within;
  within.facts_max = 20;
  history of{5, 120, within};
  CHECK(of.at(20).outcome == past_outcome::ok);
  const auto far = of.at(21);
  CHECK(far.outcome == past_outcome::too_far);
  CHECK(far.before == 20);
  CHECK(far.after == 0);
  of.snapshot(60);
  const auto between = of.at(50);
  CHECK(between.outcome == past_outcome::too_far);
  CHECK(between.before == 20);
  CHECK(between.after == 60);
  CHECK(of.at(between.before).outcome == past_outcome::ok);
  CHECK(of.at(between.after).outcome == past_outcome::ok);
  CHECK(of.at(80).outcome == past_outcome::ok);
  CHECK(of.at(81).before == 80);
}

TEST_CASE("a damaged snapshot does not make a look longer than is allowed") {
  projections::past_views::bounds within;
  within.facts_max = 30;
  history of{6, 100, within};
  of.snapshot(70);
  for (const auto& file : std::filesystem::recursive_directory_iterator{of.scratch_.path()}) {
    if (file.is_regular_file())
      std::filesystem::resize_file(file.path(), 100);
  }
  const auto seen = of.at(75);
  CHECK(seen.outcome == past_outcome::too_far);
  CHECK(seen.before == 30);
  CHECK(seen.after == 0);
}

TEST_CASE("a requester looks at one place at a time, and only so many look at once") {
  projections::past_views::bounds within;
  within.looks_max = 2;
  history of{7, 20, within};
  const auto first = of.ask({.seq = 5, .requester = 1});
  const auto again = of.ask({.seq = 6, .requester = 1});
  REQUIRE(again->answer.has_value());
  CHECK(again->answer->outcome == past_outcome::busy);
  const auto second = of.ask({.seq = 5, .requester = 2});
  const auto third = of.ask({.seq = 5, .requester = 3});
  REQUIRE(third->answer.has_value());
  CHECK(third->answer->outcome == past_outcome::overloaded);
  of.pump();
  for (const auto& one : {first, second}) {
    REQUIRE(one->answer.has_value());
    CHECK(one->answer->outcome == past_outcome::ok);
  }
  CHECK(of.answer_to({.seq = 6, .requester = 1}).outcome == past_outcome::ok);
}

TEST_CASE("a section and the binary form say the same as the whole map") {
  history of{8, 60};
  const auto seq = of.ends_[40];
  const auto whole = json::parse(of.at(seq).body->bytes);
  projections::past_wish wish{.seq = seq, .form = past_form::section, .section = "B"};
  const auto section = json::parse(of.answer_to(wish).body->bytes);
  CHECK(section.at("counts") == whole.at("counts"));
  json expected = json::array();
  for (const auto& seat : whole.at("seats"))
    if (seat.at("seat").get<std::string>().starts_with("B/"))
      expected.push_back(seat);
  CHECK(section.at("seats") == expected);
  const auto binary = of.at(seq, past_form::seats_binary);
  CHECK(binary.body->etag == "W/\"" + std::to_string(seq) + "-seats-binary\"");
}

TEST_CASE("a report of the past agrees with the report that was then") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    history of{seed, 80};
    projections::event_sales sales{of.event()};
    std::size_t folded = 0;
    for (const auto seq : of.ends_) {
      CAPTURE(seq);
      while (folded < seq)
        sales.fold(of.facts_[folded++]);
      const auto last = of.facts_[folded - 1].time;
      const auto seen = of.at(seq, past_form::report);
      REQUIRE(seen.outcome == past_outcome::ok);
      CHECK(seen.body->bytes == projections::report_json(sales.figures(last)));
      CHECK(of.at(seq, past_form::report_csv).body->bytes == projections::report_csv(sales.figures(last)));
      // Half a minute later, if nothing had happened until then: less of it was within the last minute.
      const auto later = last + domain::seconds(30);
      if (folded == of.facts_.size() || of.facts_[folded].time > later) {
        const auto at = of.answer_to({.at = later, .form = past_form::report});
        REQUIRE(at.outcome == past_outcome::ok);
        CHECK(at.body->bytes == projections::report_json(sales.figures(later)));
        CHECK(at.body->etag != seen.body->etag);
      }
    }
  }
}

TEST_CASE("a report too far into an event says what the state at that place knows") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    history of{seed, 80, {.facts_max = 30}};
    for (std::uint64_t at = 25; at < of.facts_.size(); at += 25)
      of.snapshot(at);
    projections::event_sales sales{of.event()};
    std::size_t folded = 0;
    for (const auto seq : of.ends_) {
      CAPTURE(seq);
      while (folded < seq)
        sales.fold(of.facts_[folded++]);
      if (seq <= 30)
        continue;
      const auto seen = of.at(seq, past_form::report);
      REQUIRE(seen.outcome == past_outcome::ok);
      const auto is = json::parse(seen.body->bytes);
      const auto should = json::parse(projections::report_json(sales.figures(of.facts_[folded - 1].time)));
      for (const auto& [name, value] : is.items()) {
        CAPTURE(name);
        if (name == "funnel") {
          for (const auto& [part, figure] : value.items())
            CHECK(figure == should.at(name).at(part));
        } else {
          CHECK(value == should.at(name));
        }
      }
      CHECK_FALSE(is.contains("timeline"));
    }
  }
}

} // namespace holdfast::projections_test
