#include "journal/codec.hpp"
#include "projections/projection_runner.hpp"
#include "tests/projections/pumped_world.hpp"
#include "tests/projections/recorder.hpp"
#include "tracing/traced_commit.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace holdfast::projections_test {

namespace {

using projections::feed;
using projections::projection_runner;

constexpr domain::instant noon{1'795'000'000'000};

class ignore_outcome final : public journal::append_done {
 public:
  void complete(journal::append_outcome) noexcept override {}
};

/// Keeps the spans, each with what was published when it came.
class kept_spans final : public tracing::span_sink {
 public:
  explicit kept_spans(std::shared_ptr<recorder> by) : by_{std::move(by)} {}
  void record(tracing::span&& what) noexcept override {
    all.push_back(std::move(what));
    published.push_back(by_->stored().size());
  }
  std::vector<tracing::span> all;
  std::vector<std::size_t> published;

 private:
  std::shared_ptr<recorder> by_;
};

/// A recorder that follows a journal, of which some commands are traced.
class traced_stage {
 public:
  traced_stage() {
    sales_.closes = false;
    boot();
  }

  void boot() {
    runner_.reset();
    actor_.clear();
    live_.reset();
    journal_.reset();
    journal::memory_journal_options options;
    options.disk = disk_;
    options.threaded = false;
    journal_ = std::make_unique<journal::memory_journal>(std::move(options));
    REQUIRE(journal_->acquire(journal::cell_id{}).has_value());
    live_ = std::make_shared<feed>(journal_->end());
    journal_->listen(live_);
    runner_ = std::make_shared<projection_runner>(what, *journal_, live_, actor_.post());
    runner_->start();
  }

  /// The next command; its trace's id when it is traced.
  auto append(std::optional<std::uint64_t> traced) -> std::uint16_t {
    auto now = noon + domain::seconds(20 * static_cast<std::int64_t>(++commands_));
    auto decided = sales_.random_command(now);
    while (!decided) {
      decided = sales_.random_command(now);
    }
    auto group = decided->to_append();
    const auto type = journal::fact_type(group.facts->front().body);
    if (traced) {
      const auto request = std::make_shared<const tracing::request_trace>(spans, domain::trace_id{1, *traced}, 100);
      group.traced = std::make_shared<const tracing::traced_commit>(request, group.first_seq, group.facts->size());
    }
    journal_->append(std::move(group), std::make_shared<ignore_outcome>());
    return type;
  }

  void settle() {
    while (journal_->pump() > 0 || actor_.run_one()) {
    }
  }

  std::shared_ptr<recorder> what = std::make_shared<recorder>();
  std::shared_ptr<kept_spans> spans = std::make_shared<kept_spans>(what);

 private:
  sales sales_{7, 1};
  std::size_t commands_ = 0;
  std::shared_ptr<journal::memory_disk> disk_ = std::make_shared<journal::memory_disk>();
  posted actor_;
  std::unique_ptr<journal::memory_journal> journal_;
  std::shared_ptr<feed> live_;
  std::shared_ptr<projection_runner> runner_;
};

auto number_of(const tracing::span& of, std::string_view key) -> std::int64_t {
  const auto found = std::ranges::find(of.attributes, key, &tracing::attribute::key);
  REQUIRE(found != of.attributes.end());
  return std::get<std::int64_t>(found->value);
}

} // namespace

TEST_CASE("a traced command has one span of its fold, once everything that was folded with it is shown") {
  traced_stage stage;
  stage.settle();
  static_cast<void>(stage.append(std::nullopt));
  static_cast<void>(stage.append(11));
  static_cast<void>(stage.append(12));
  stage.settle();
  static_cast<void>(stage.append(std::nullopt));
  stage.settle();
  REQUIRE(stage.what->stored().size() == 4);
  REQUIRE(stage.spans->all.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& span = stage.spans->all[i];
    CHECK(span.trace == domain::trace_id{1, 11 + i});
    CHECK(span.name == "fold recorder");
    CHECK(span.kind == tracing::span_kind::consumer);
    CHECK(span.ended >= span.began);
    CHECK(number_of(span, "holdfast.projection.commands") == 3);
    CHECK(stage.spans->published[i] == 3);
  }
  CHECK(stage.spans->all[0].began <= stage.spans->all[1].began);
}

TEST_CASE("facts that a projection does not want make no span, nor do facts that it did not come to show") {
  traced_stage stage;
  stage.settle();
  stage.what->unwanted = stage.append(21); // the type of this one; the journal is not read back here
  stage.settle();
  REQUIRE(stage.what->stored().size() == 1);
  CHECK(stage.spans->all.empty());
  stage.what->unwanted.reset();
  stage.what->throw_at = 2;
  static_cast<void>(stage.append(22));
  static_cast<void>(stage.append(23));
  stage.settle();
  CHECK(stage.what->stored().size() == 1);
  CHECK(stage.spans->all.empty());
}

TEST_CASE("facts that are read back from the journal are not traced") {
  traced_stage stage;
  stage.settle();
  static_cast<void>(stage.append(31));
  static_cast<void>(stage.append(32));
  stage.settle();
  CHECK(stage.spans->all.size() == 2);
  stage.what->reset();
  stage.boot();
  stage.settle();
  CHECK(stage.what->stored().size() == 2);
  CHECK(stage.spans->all.size() == 2);
}

} // namespace holdfast::projections_test
