#include "tests/projections/pumped_world.hpp"

#include "projections/inventory_bodies.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <map>
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
  for (std::uint32_t i = 0; index && i < should.layout->area_count(); ++i)
    sum += should.layout->tier_of_area(static_cast<domain::area_index>(i)) == *index ? should.area_available[i] : 0U;
  return sum;
}

auto time_text(domain::instant at) -> std::string {
  std::string text;
  projections::append_rfc3339(text, at.unix_ms);
  return text;
}

/// Presales and price rules of a page.
void compare_plan(const nlohmann::json& page, const shown& should, differences& found) {
  auto phases = nlohmann::json::array();
  for (const auto& one : should.phases) {
    nlohmann::json phase{{"id", one.id}, {"opens_at", time_text(one.opens_at)}, {"access", "code"}};
    phase["closes_at"] = one.closes_at ? nlohmann::json(time_text(*one.closes_at)) : nlohmann::json{};
    if (!one.name.empty())
      phase["name"] = one.name;
    phases.push_back(phase);
  }
  auto shown_phases = page.at("sale").at("phases");
  for (auto& one : shown_phases)
    one.emplace("closes_at", nullptr); // said or left out
  found.compare("phases", shown_phases, phases);
  std::vector<std::pair<std::string, bool>> rules;
  for (const auto& one : should.rules)
    rules.emplace_back(one.id, one.applied_at.has_value());
  std::vector<std::pair<std::string, bool>> shown_rules;
  for (const auto& one : page.at("price_rules"))
    shown_rules.emplace_back(one.at("id").get<std::string>(),
                             one.contains("applied_at") && !one.at("applied_at").is_null());
  found.compare("price rules", shown_rules, rules);
}

/// An allocation counted seat by seat.
auto allocation_json(const domain::allocation& one, const shown& should) -> nlohmann::json {
  nlohmann::json made{{"allocation_id", projections::allocation_id(one.number)},
                      {"name", one.name},
                      {"kind", projections::to_text(one.kind)},
                      {"reason", one.reason},
                      {"takes_returns", one.number == should.keeper},
                      {"seats", nlohmann::json::array()},
                      {"areas", nlohmann::json::array()}};
  std::map<std::string, std::uint32_t> counts{{"held", 0}, {"sold", 0}, {"blocked", 0}};
  for (domain::seat_index seat = 0; seat < should.pools.size(); ++seat) {
    if (should.pools[seat] != one.number)
      continue;
    const std::string status{projections::to_text(should.seats[seat])};
    ++counts[status];
    made["seats"].push_back({{"seat", should.layout->label(seat)}, {"status", status}});
  }
  for (const auto& part : one.areas) {
    counts["blocked"] += part.quantity - part.used;
    made["areas"].push_back(
        {{"area", should.layout->spec().areas[part.area].name}, {"quantity", part.quantity}, {"used", part.used}});
  }
  made["counts"] = counts;
  return made;
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

pumped_world::pumped_world(projections::view_settings settings, bool keeps)
    : settings_{std::move(settings)}, keeps_{keeps} {
  settings_.prewarm.events_max = 0; // nothing is read but what the test reads
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
      *tampered_, nullptr,
      projections::view_posts{actors_[0].post(), actors_[1].post(), actors_[2].post(), actors_[3].post()},
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
    const bool ran = actors_[1].run_one() || actors_[2].run_one() || actors_[3].run_one();
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
  const auto& sale = json.at("sale");
  // Whether the sale has opened depends on when the page was made, too.
  const bool opens = sale.contains("opens_at") && !sale.at("opens_at").is_null();
  if (!opens || !published)
    found.compare("on_sale", json.at("status") == "on_sale", published);
  found.compare("number of tiers", json.at("tiers").size(), should->tiers.size());
  for (std::size_t i = 0; i < json.at("tiers").size() && i < should->tiers.size(); ++i) {
    const auto& tier = json.at("tiers").at(i);
    found.compare("tier", tier.at("id").get<std::string>(), should->tiers[i].id);
    found.compare("price", tier.at("price").get<std::int64_t>(), should->tiers[i].price);
    found.compare("places of a tier", tier.at("available").get<std::uint32_t>(),
                  available_of_tier(*should, should->tiers[i].id));
  }
  compare_plan(json, *should, found);
  return found.text();
}

auto faults_of_allocations(const sales& from, domain::event_id event, const projections::view_body& body)
    -> std::string {
  differences found;
  const auto* should = from.at(event, body.seq);
  if (should == nullptr)
    return "seq " + std::to_string(body.seq) + " is not the end of any command";
  const auto json = nlohmann::json::parse(body.bytes);
  found.compare("seq", json.at("seq").get<std::uint64_t>(), body.seq);
  auto items = nlohmann::json::array();
  for (const auto& one : should->allocations)
    items.push_back(allocation_json(one, *should));
  if (json.at("items") != items)
    found.say("allocations are " + json.at("items").dump() + " and not " + items.dump());
  return found.text();
}

} // namespace holdfast::projections_test
