#include "tools/gateway/faults.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace holdfast::gateway {

using nlohmann::json;

namespace {

using act = fault_rule::act;

constexpr std::array<std::pair<std::string_view, act>, 13> acts{{{"wait", act::wait},
                                                                 {"wait_after", act::wait_after},
                                                                 {"decline", act::decline},
                                                                 {"drop_request", act::drop_request},
                                                                 {"drop_response", act::drop_response},
                                                                 {"fail_before", act::fail_before},
                                                                 {"fail_after", act::fail_after},
                                                                 {"twice", act::twice},
                                                                 {"wrong_amount", act::wrong_amount},
                                                                 {"wrong_currency", act::wrong_currency},
                                                                 {"garbage", act::garbage},
                                                                 {"truncate", act::truncate},
                                                                 {"limit", act::limit}}};

constexpr std::array<std::string_view, 8> kinds{"any",    "create", "confirm",  "capture",
                                                "cancel", "refund", "retrieve", "list"};

/// Reads the members of one object, keeps the first thing that is wrong, and knows which members nobody asked for.
class member_reader {
 public:
  member_reader(const json& from, std::string place) : from_{from}, place_{std::move(place)} {
    if (!from_.is_object()) {
      fail("must be an object");
    }
  }

  template <class Number>
  void number(const char* name, Number& to, double least, double most) {
    const auto* found = find(name);
    if (found == nullptr) {
      return;
    }
    const bool is_whole = found->is_number_integer();
    const bool fits = found->is_number() && found->get<double>() >= least && found->get<double>() <= most;
    if (!fits || (std::is_integral_v<Number> && !is_whole)) {
      return fail(" is no number that fits", name);
    }
    to = found->get<Number>();
  }

  void text(const char* name, std::string& to) {
    if (const auto* found = find(name)) {
      found->is_string() ? void(to = found->get<std::string>()) : fail(" must be a text", name);
    }
  }

  void flag(const char* name, bool& to) {
    if (const auto* found = find(name)) {
      found->is_boolean() ? void(to = found->get<bool>()) : fail(" must be true or false", name);
    }
  }

  void time(const char* name, delay& to) {
    constexpr double most = 86'400'000;
    const auto* found = find(name);
    if (found == nullptr) {
      return;
    }
    const auto is_ms = [&](const json& value) {
      return value.is_number() && value.get<double>() >= 0 && value.get<double>() <= most;
    };
    if (is_ms(*found)) {
      to = {delay::shape::fixed, found->get<double>(), 0};
      return;
    }
    const auto spread = found->is_object() ? found->find("uniform") : found->end();
    if (found->is_object() && spread != found->end() && spread->is_array() && spread->size() == 2 &&
        is_ms((*spread)[0]) && is_ms((*spread)[1]) && (*spread)[0].get<double>() <= (*spread)[1].get<double>() &&
        found->size() == 1) {
      to = {delay::shape::uniform, (*spread)[0].get<double>(), (*spread)[1].get<double>()};
      return;
    }
    const auto mean = found->is_object() ? found->find("exponential") : found->end();
    const bool has_mean = found->is_object() && mean != found->end() && is_ms(*mean) && mean->get<double>() > 0;
    if (has_mean && found->contains("most") && is_ms(found->at("most")) && found->size() == 2) {
      to = {delay::shape::exponential, mean->get<double>(), found->at("most").get<double>()};
      return;
    }
    fail(R"( must be milliseconds, {"uniform": [a, b]} or {"exponential": mean, "most": b})", name);
  }

  auto find(const char* name) -> const json* {
    known_.emplace_back(name);
    const auto found = from_.is_object() ? from_.find(name) : from_.end();
    return from_.is_object() && found != from_.end() ? &*found : nullptr;
  }

  void fail(std::string_view why, std::string_view of = {}) {
    if (wrong_.empty()) {
      wrong_.append(place_).append(": ").append(of).append(why);
    }
  }

  /// What is wrong; empty when nothing is.
  auto end() -> std::string {
    for (const auto& [name, value] : from_.items()) {
      if (from_.is_object() && std::ranges::find(known_, name) == known_.end()) {
        fail(" is unknown", name);
      }
    }
    return wrong_;
  }

 private:
  const json& from_;
  std::string place_;
  std::vector<std::string> known_;
  std::string wrong_;
};

/// What an act cannot do without.
void complete(fault_rule& rule, member_reader& members) {
  const bool is_wrong_currency = rule.what == act::wrong_currency;
  if (is_wrong_currency &&
      (rule.text.size() != 3 || !std::ranges::all_of(rule.text, [](char c) { return c >= 'a' && c <= 'z'; }))) {
    members.fail("wrong_currency needs text, such as usd");
  }
  if (rule.what == act::wrong_amount && rule.number == 0) {
    members.fail("wrong_amount needs number, which is not 0");
  }
  if (rule.what == act::limit && rule.number < 1) {
    members.fail("limit needs number, of seconds");
  }
  if (rule.what == act::decline && rule.text.empty()) {
    rule.text = std::string{"generic_decline"};
  }
}

auto read_rule(const json& from, const std::string& place, fault_rule& to) -> std::string {
  constexpr double often = 1e15;
  member_reader members{from, place};
  std::string what;
  members.text("name", to.name);
  members.text("on", to.on);
  members.text("order", to.order);
  members.number("first", to.first, 1, often);
  members.number("every", to.every, 1, often);
  members.number("times", to.times, 0, often);
  members.number("probability", to.probability, 0, 1);
  members.text("do", what);
  members.time("ms", to.how_long);
  members.text("text", to.text);
  members.number("number", to.number, -1e8, 1e8);
  members.number("status", to.status, 500, 599);
  members.flag("kept", to.kept);
  const auto* found = std::ranges::find(acts, std::string_view{what}, [](const auto& each) { return each.first; });
  if (found == acts.end()) {
    members.fail(
        "do must be one of wait, wait_after, decline, drop_request, drop_response, fail_before, fail_after, twice, "
        "wrong_amount, wrong_currency, garbage, truncate, limit");
  } else {
    to.what = found->second;
    complete(to, members);
  }
  if (std::ranges::find(kinds, std::string_view{to.on}) == kinds.end()) {
    members.fail("on must be one of any, create, confirm, capture, cancel, refund, retrieve, list");
  }
  return members.end();
}

auto read_webhooks(const json& from, webhook_faults& to) -> std::string {
  constexpr double many = 1'000;
  member_reader members{from, "webhooks"};
  members.number("copies", to.copies, 1, many);
  members.number("shuffled", to.shuffled, 1, many);
  members.number("forged", to.forged, 0, many);
  members.number("lost_percent", to.lost_percent, 0, 90);
  members.time("ms", to.wait);
  return members.end();
}

auto read_outage(const json& from, const std::string& place, outage& to) -> std::string {
  constexpr double longest = 86'400'000;
  member_reader members{from, place};
  std::int64_t after = 0;
  std::int64_t lasts = 0;
  members.number("after_ms", after, 0, longest);
  members.number("for_ms", lasts, 1, longest);
  to = {std::chrono::milliseconds{after}, std::chrono::milliseconds{lasts}};
  return members.end();
}

/// Each item of a list that may be missing.
template <class Item, class Read>
auto read_items(member_reader& members, const char* name, const std::string& place, std::vector<Item>& to, Read read)
    -> std::string {
  const auto* items = members.find(name);
  if (items == nullptr) {
    return {};
  }
  if (!items->is_array()) {
    return place + "s must be a list";
  }
  for (std::size_t i = 0; i < items->size(); ++i) {
    if (auto wrong = read((*items)[i], place + " " + std::to_string(i + 1), to.emplace_back()); !wrong.empty()) {
      return wrong;
    }
  }
  return {};
}

} // namespace

auto read_faults(const json& from) -> tl::expected<fault_script, std::string> {
  fault_script script;
  member_reader members{from, "faults"};
  members.number("seed", script.seed, 0, 1e18);
  for (const auto& wrong : {read_items(members, "rules", "rule", script.rules, read_rule),
                            read_items(members, "outages", "outage", script.outages, read_outage)}) {
    if (!wrong.empty()) {
      return tl::unexpected{wrong};
    }
  }
  if (const auto* webhooks = members.find("webhooks")) {
    if (const auto wrong = read_webhooks(*webhooks, script.webhooks); !wrong.empty()) {
      return tl::unexpected{wrong};
    }
  }
  if (const auto wrong = members.end(); !wrong.empty()) {
    return tl::unexpected{wrong};
  }
  return script;
}

} // namespace holdfast::gateway
