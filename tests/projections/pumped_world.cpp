#include "tests/projections/pumped_world.hpp"

#include "projections/inventory_bodies.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace holdfast::projections_test {

namespace {

class must_be_durable final : public journal::append_done {
 public:
  void complete(journal::append_outcome outcome) noexcept override {
    CHECK(outcome == journal::append_outcome::durable);
  }
};

/// Collects what differs.
class differences {
 public:
  template <class Value>
  void compare(const char* what, const Value& is, const Value& should) {
    if (!(is == should))
      text_ += std::string{what} + " differs; ";
  }
  void say(const std::string& what) { text_ += what + "; "; }
  [[nodiscard]] auto text() const -> const std::string& { return text_; }

 private:
  std::string text_;
};

auto counts_of(const nlohmann::json& counts) -> domain::event_counts {
  return {counts.at("available").get<std::uint32_t>(), counts.at("held").get<std::uint32_t>(),
          counts.at("sold").get<std::uint32_t>(), counts.at("blocked").get<std::uint32_t>()};
}

auto available_of_tier(const shown& should, const std::string& tier) -> std::uint32_t {
  const auto index = should.layout->find_tier(tier);
  std::uint32_t sum = 0;
  for (domain::seat_index seat = 0; index && seat < should.layout->seat_count(); ++seat)
    sum +=
        should.layout->tier_of_seat(seat) == *index && should.seats[seat] == domain::seat_status::available ? 1U : 0U;
  for (domain::area_index area = 0; index && area < should.layout->area_count(); ++area)
    sum += should.layout->tier_of_area(area) == *index ? should.area_available[area] : 0U;
  return sum;
}

} // namespace

auto posted::post() -> projections::post_function {
  return [jobs = jobs_](std::function<void()> job) { jobs->push_back(std::move(job)); };
}

auto posted::run_one() -> bool {
  if (jobs_->empty())
    return false;
  const auto job = std::move(jobs_->front());
  jobs_->pop_front();
  job();
  return true;
}

pumped_world::pumped_world(projections::view_settings settings, bool keeps) : settings_{settings}, keeps_{keeps} {
  restart();
}

void pumped_world::stop() {
  views_.reset();
  journal_.reset();
  for (auto& actor : actors_)
    actor.clear();
  store_lane_.clear();
}

void pumped_world::restart(bool crash) {
  if (views_ && !crash)
    save();
  stop();
  store_ = std::make_unique<testing::memory_projection_store>(store_disk_);
  journal::memory_journal_options options;
  options.disk = disk_;
  options.threaded = false;
  journal_ = std::make_unique<journal::memory_journal>(std::move(options));
  REQUIRE(journal_->acquire(journal::cell_id{}).has_value());
  tampered_ = std::make_unique<tampered_journal>(*journal_);
  views_ = std::make_unique<projections::views_impl>(
      *tampered_, nullptr, projections::view_posts{actors_[0].post(), actors_[1].post(), actors_[2].post()},
      [now = now_] { return *now; }, settings_,
      projections::view_store{keeps_ ? store_.get() : nullptr, store_lane_.post()});
  journal_->listen(views_->listener());
  views_->start();
}

/// What a server does at its end.
void pumped_world::save() {
  bool saved = false;
  views_->save([&] { saved = true; });
  while (!saved) {
    const bool ran = actors_[1].run_one() || actors_[2].run_one();
    REQUIRE((ran || saved));
  }
}

void pumped_world::append(const decision& what) {
  journal_->append(what.to_append(), std::make_shared<must_be_durable>());
}

auto pumped_world::run_some(model::dice& dice) -> bool {
  if (dice.chance(20) && store_lane_.run_one())
    return true;
  const auto first = dice.index(actors_.size());
  for (std::size_t i = 0; i < actors_.size(); ++i) {
    if (actors_[(first + i) % actors_.size()].run_one())
      return true;
  }
  return store_lane_.run_one();
}

void pumped_world::pass(domain::millis time) {
  *now_ = *now_ + time;
  views_->tick(*now_);
}

void pumped_world::settle() {
  bool busy = true;
  while (busy) {
    busy = pump_journal();
    while (store_lane_.run_one())
      busy = true;
    for (auto& actor : actors_) {
      while (actor.run_one())
        busy = true;
    }
  }
}

auto into(const std::shared_ptr<view_answer>& answer) -> projections::view_done {
  return [answer](projections::read_outcome outcome, std::shared_ptr<const projections::view_body> body) {
    CHECK_FALSE(answer->outcome.has_value()); // a reader is answered once
    answer->outcome = outcome;
    answer->body = std::move(body);
  };
}

auto faults_of_seats(const sales& from, domain::event_id event, const projections::view_body& body) -> std::string {
  differences found;
  const auto* should = from.at(event, body.seq);
  if (should == nullptr)
    return "seq " + std::to_string(body.seq) + " is not the end of any command";
  const auto json = nlohmann::json::parse(body.bytes);
  found.compare("event_id", json.at("event_id").get<std::string>(), event_text(event));
  found.compare("seq", json.at("seq").get<std::uint64_t>(), body.seq);
  found.compare("etag", body.etag, "W/\"" + std::to_string(body.seq) + "-seats\"");
  found.compare("version", body.version, should->version);
  found.compare("draft", body.draft, should->status == domain::event_status::draft);
  found.compare("counts", counts_of(json.at("counts")), should->counts);
  const auto& seats = json.at("seats");
  if (seats.size() != should->seats.size())
    return "there are " + std::to_string(seats.size()) + " seats";
  for (std::size_t i = 0; i < seats.size(); ++i) {
    if (seats[i].at("seat") != should->layout->label(static_cast<domain::seat_index>(i)) ||
        seats[i].at("status") != projections::to_text(should->seats[i]))
      found.say("seat " + std::to_string(i) + " is " + seats[i].dump());
  }
  const auto& areas = json.at("areas");
  found.compare("number of areas", areas.size(), should->area_available.size());
  for (std::size_t i = 0; i < areas.size() && i < should->area_available.size(); ++i) {
    const auto& spec = should->layout->spec().areas[i];
    found.compare(
        "area", areas[i],
        nlohmann::json{{"area", spec.name}, {"capacity", spec.capacity}, {"available", should->area_available[i]}});
  }
  return found.text();
}

auto faults_of_page(const sales& from, domain::event_id event, const projections::view_body& body) -> std::string {
  differences found;
  const auto* should = from.at(event, body.seq);
  if (should == nullptr)
    return "seq " + std::to_string(body.seq) + " is not the end of any command";
  const auto json = nlohmann::json::parse(body.bytes);
  std::array<char, 17> hash{};
  std::snprintf(hash.data(), hash.size(), "%016llx", static_cast<unsigned long long>(should->hash));
  found.compare("event_id", json.at("event_id").get<std::string>(), event_text(event));
  found.compare("seq", json.at("seq").get<std::uint64_t>(), body.seq);
  found.compare("version", json.at("version").get<std::uint64_t>(), should->version);
  found.compare("state_hash", json.at("state_hash").get<std::string>(), std::string{hash.data()});
  found.compare("name", json.at("name").get<std::string>(), should->name);
  found.compare("counts", counts_of(json.at("counts")), should->counts);
  const bool published = should->status == domain::event_status::published;
  found.compare("on_sale", json.at("status") == "on_sale", published);
  for (const auto& tier : json.at("tiers"))
    found.compare("tier", tier.at("available").get<std::uint32_t>(),
                  available_of_tier(*should, tier.at("id").get<std::string>()));
  return found.text();
}

} // namespace holdfast::projections_test
