#include "tests/search/search_bench.hpp"

#include "domain/public_id.hpp"
#include "projections/search/text_rows.hpp"
#include "projections/store/rocksdb_projection_store.hpp"
#include "tests/search/own_inspection.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace holdfast::search_test {

namespace {

class must_be_durable final : public journal::append_done {
 public:
  void complete(journal::append_outcome outcome) noexcept override {
    CHECK(outcome == journal::append_outcome::durable);
  }
};

constexpr std::size_t columns_jobs = 0;
constexpr std::size_t text_jobs = 1;
constexpr std::size_t store_jobs = 2;

} // namespace

scratch_directory::scratch_directory() {
  auto name = (std::filesystem::temp_directory_path() / "hf-search-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  path_ = name;
}

scratch_directory::~scratch_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

auto search_answer::events() const -> std::vector<domain::event_id> {
  std::vector<domain::event_id> all;
  for (const auto& item : json.at("items"))
    all.push_back(domain::public_ids::parse_event(item.at("event_id").get<std::string>()).value());
  return all;
}

auto search_answer::cursor() const -> std::string {
  return json.at("next_cursor").is_null() ? std::string{} : json.at("next_cursor").get<std::string>();
}

search_bench::search_bench(projections::search_settings settings) : settings_{std::move(settings)} {
  settings_.directory = directory();
  settings_.inspection = own_inspection();
  settings_.sync_commits = false;
  settings_.commit_every = std::chrono::milliseconds{0};
  settings_.bulk_commit_every = std::chrono::milliseconds{0};
  settings_.position_every = std::chrono::milliseconds{0};
  settings_.checkpoint_every = std::chrono::milliseconds{0};
  // Every question is worked out anew, but for tests that say otherwise.
  if (settings_.answers_kept == projections::search_settings{}.answers_kept) {
    settings_.answers_kept = std::chrono::milliseconds{0};
    settings_.unchanged_answers_kept = std::chrono::milliseconds{0};
  }
  start();
}

search_bench::~search_bench() {
  end();
}

auto search_bench::post_to(std::size_t which) -> projections::post_function {
  return [to = jobs_[which]](std::function<void()> job) { to->push_back(std::move(job)); };
}

void search_bench::start() {
  auto opened = projections::open_projection_store(scratch_.path() / "store", "journal");
  REQUIRE(opened.has_value());
  store_ = std::move(opened->store);
  journal_ = std::make_unique<journal::memory_journal>(
      journal::memory_journal_options{.disk = disk_, .threaded = false, .read_queue_max = 256});
  REQUIRE(journal_->acquire(journal::cell_id{}).has_value());
  jobs_ = {std::make_shared<jobs>(), std::make_shared<jobs>(), std::make_shared<jobs>()};
  slots_ = std::make_shared<projections::search_slots>();
  metrics_ = std::make_shared<projections::search_metrics>();
  columns_ = std::make_shared<projections::columns_projection>(slots_, settings_, [now = now_] { return *now; });
  columns_->keep_in(std::make_shared<projections::checkpoint_lane>(*store_, post_to(store_jobs), "search",
                                                                   projections::columns_state_version));
  columns_->load();
  texts_ = std::make_shared<projections::text_projection>(slots_, settings_, [now = now_] { return *now; });
  texts_->load();
  const auto live = std::make_shared<projections::feed>(journal_->end());
  journal_->listen(live);
  projections::projection_runner::bounds small;
  small.groups_per_step = 3;
  small.chunk.facts_max = 7;
  columns_runner_ =
      std::make_shared<projections::projection_runner>(columns_, *journal_, live, post_to(columns_jobs), small);
  texts_runner_ = std::make_shared<projections::projection_runner>(texts_, *journal_, live, post_to(text_jobs), small);
  service_ = std::make_shared<projections::search_service>(
      *journal_, [now = now_] { return *now; }, slots_, metrics_, settings_);
  columns_runner_->start();
  texts_runner_->start();
}

void search_bench::end() {
  service_.reset();
  for (auto& each : jobs_)
    each->clear();
  columns_runner_.reset();
  texts_runner_.reset();
  journal_.reset();
  columns_.reset();
  texts_.reset();
  slots_.reset();
  store_.reset();
}

void search_bench::crash() {
  end();
  start();
}

void search_bench::restart() {
  columns_->save();
  texts_->save();
  end();
  start();
}

void search_bench::append(journal::append_group group) {
  journal_->append(std::move(group), std::make_shared<must_be_durable>());
}

void search_bench::commit() {
  while (journal_->pump() > 0) {
  }
}

auto search_bench::run_one(std::size_t which) -> bool {
  auto& from = *jobs_[which];
  if (from.empty())
    return false;
  const auto job = std::move(from.front());
  from.pop_front();
  job();
  return true;
}

auto search_bench::run_some(model::dice& dice) -> bool {
  const auto first = dice.index(jobs_.size() + 1);
  for (std::size_t i = 0; i <= jobs_.size(); ++i) {
    const auto which = (first + i) % (jobs_.size() + 1);
    if (which == jobs_.size() ? journal_->pump() > 0 : run_one(which))
      return true;
  }
  return false;
}

void search_bench::settle() {
  bool busy = true;
  while (busy) {
    busy = journal_->pump() > 0;
    for (std::size_t which = 0; which < jobs_.size(); ++which) {
      while (run_one(which))
        busy = true;
    }
  }
}

void search_bench::tick() {
  columns_runner_->tick(*now_);
  columns_->tick(columns_runner_->caught_up());
  texts_runner_->tick(*now_);
  texts_->tick(texts_runner_->caught_up());
}

void search_bench::show() {
  // A tick begins what another one ends: commits, and the ends of rebuilds.
  for (int i = 0; i < 2; ++i) {
    settle();
    tick();
  }
  settle();
}

void search_bench::rebuild(std::string_view name) {
  runner(name).rebuild();
}

auto search_bench::rows(std::string_view name) const -> std::map<std::string, std::string> {
  std::map<std::string, std::string> all;
  const auto add = [&](std::string_view key, std::string_view value) {
    CHECK(all.emplace(key, value).second); // no key twice
  };
  if (name == columns_->name())
    columns_->visit_rows(add);
  else
    REQUIRE(projections::visit_text_rows(texts_->shown_in(), add).has_value());
  return all;
}

auto search_bench::runner(std::string_view name) -> projections::projection_runner& {
  return name == columns_runner_->name() ? *columns_runner_ : *texts_runner_;
}

auto search_bench::caught_up() const -> bool {
  return columns_runner_->caught_up() && texts_runner_->caught_up();
}

namespace {

auto into(const std::shared_ptr<search_answer>& answer) -> projections::view_done {
  return [answer](projections::read_outcome outcome, const std::shared_ptr<const projections::view_body>& body) {
    CHECK_FALSE(answer->outcome.has_value()); // whoever asks is answered once
    answer->outcome = outcome;
    if (body) {
      answer->bytes = body->bytes;
      answer->etag = body->etag;
      answer->made_at = body->made_at;
      answer->json = nlohmann::json::parse(body->bytes);
    }
  };
}

} // namespace

auto search_bench::ask(const projections::search_query& query) -> std::shared_ptr<search_answer> {
  auto answer = std::make_shared<search_answer>();
  service_->search(query, into(answer));
  return answer;
}

auto search_bench::wait_for(const std::shared_ptr<search_answer>& answer) -> search_answer {
  while (!answer->outcome && journal_->pump() > 0) {
  }
  REQUIRE(answer->outcome.has_value());
  REQUIRE(*answer->outcome == projections::read_outcome::ok);
  return *answer;
}

auto search_bench::search(const projections::search_query& query) -> search_answer {
  return wait_for(ask(query));
}

auto search_bench::suggest(const std::string& text, std::size_t limit) -> search_answer {
  const auto answer = std::make_shared<search_answer>();
  service_->suggest(text, limit, into(answer));
  return wait_for(answer);
}

auto ids_of(const std::vector<const naive_event*>& events) -> std::vector<domain::event_id> {
  std::vector<domain::event_id> ids;
  for (const auto* each : events)
    ids.push_back(each->event);
  return ids;
}

auto sorted(std::vector<domain::event_id> events) -> std::vector<domain::event_id> {
  std::ranges::sort(events);
  return events;
}

auto words(const std::string& text) -> projections::search_query {
  projections::search_query query;
  query.text = text;
  return query;
}

} // namespace holdfast::search_test
