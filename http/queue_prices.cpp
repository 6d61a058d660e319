#include "http/queue_prices.hpp"

#include "http/json_writer.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <utility>

namespace holdfast::http {

namespace {

auto prices_on(const projections::view_body& page) -> queue_prices::prices {
  const auto parsed = nlohmann::json::parse(page.bytes, nullptr, false);
  const auto tiers = parsed.is_object() ? parsed.find("tiers") : parsed.end();
  if (!parsed.is_object() || tiers == parsed.end()) {
    return nullptr;
  }
  auto text = std::make_shared<std::string>();
  json_writer out{*text};
  out.begin_array();
  for (const auto& tier : *tiers) {
    out.begin_object()
        .member("tier", tier.at("id").get<std::string>())
        .member("name", tier.at("name").get<std::string>())
        .member("price", tier.at("price").get<std::int64_t>())
        .member("available", tier.at("availability").get<std::string>())
        .end_object();
  }
  out.end_array();
  return text;
}

} // namespace

void queue_prices::make_room() {
  for (auto each = entries_.begin(); entries_.size() >= events_max && each != entries_.end();) {
    each = each->second.looking ? std::next(each) : entries_.erase(each);
  }
}

auto queue_prices::begins_look(entry& known, domain::instant now) -> bool {
  const bool due = !known.looking && (!known.last || now - known.looked_at >= looked_at_every);
  if (due) {
    known.looking = true;
    known.looked_at = now;
  }
  return due;
}

void queue_prices::look(domain::event_id event) {
  views_.event_page(event, 0, [self = shared_from_this(), event](projections::read_outcome outcome, const auto& page) {
    self->found(event, outcome, page);
  });
}

auto queue_prices::at_hand(domain::event_id event, domain::instant now) -> prices {
  prices last;
  bool due = false;
  {
    const std::lock_guard lock{mutex_};
    const auto known = entries_.find(event);
    if (known == entries_.end() || !known->second.last) {
      return nullptr;
    }
    due = begins_look(known->second, now);
    last = known->second.last;
  }
  if (due) {
    look(event);
  }
  return last;
}

void queue_prices::read(domain::event_id event, domain::instant now, done_function done) {
  if (const auto last = at_hand(event, now)) {
    done(last);
    return;
  }
  prices last;
  bool due = false;
  {
    const std::lock_guard lock{mutex_};
    if (!entries_.contains(event)) {
      make_room();
    }
    auto& known = entries_[event];
    due = begins_look(known, now);
    last = known.last;
    if (!last) {
      known.waiting.push_back(std::move(done));
    }
  }
  if (due) {
    look(event);
  }
  if (last) {
    done(last);
  }
}

void queue_prices::found(domain::event_id event, projections::read_outcome outcome,
                         const std::shared_ptr<const projections::view_body>& page) {
  std::string known_as;
  {
    const std::lock_guard lock{mutex_};
    known_as = entries_[event].etag;
  }
  const bool is_new = outcome == projections::read_outcome::ok && page->etag != known_as;
  auto made = is_new ? prices_on(*page) : nullptr;
  std::vector<done_function> waiting;
  prices last;
  {
    const std::lock_guard lock{mutex_};
    auto& known = entries_[event];
    if (made) {
      known.last = std::move(made);
      known.etag = page->etag;
    }
    known.looking = false;
    last = known.last;
    waiting.swap(known.waiting);
  }
  for (const auto& done : waiting) {
    done(last);
  }
}

} // namespace holdfast::http
