#include "tools/onsale/recorded_sale.hpp"

#include "domain/public_id.hpp"
#include "journal/codec.hpp"
#include "tools/offline_data.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>

namespace holdfast::onsale {

namespace {

namespace queue = domain::queue;
using journal::failure;
using journal::failure_kind;

/// Until a room was switched off.
struct sale_round {
  std::vector<domain::instant> came;
  std::optional<domain::instant> started;
};

void take(std::vector<sale_round>& rounds, const domain::fact& what) {
  auto& now = rounds.back();
  const auto* const changed = std::get_if<queue::mode_changed>(&what.body);
  if (const auto* const in = std::get_if<queue::joined>(&what.body)) {
    now.came.insert(now.came.end(), in->people.size(), what.time);
  } else if (changed != nullptr && changed->to == queue::mode::off) {
    rounds.emplace_back();
  } else if (std::holds_alternative<queue::drawn>(what.body) ||
             (changed != nullptr && changed->to == queue::mode::on)) {
    now.started = now.started.value_or(what.time);
  }
}

auto read_rounds(journal::journal& from, domain::event_id event) -> tl::expected<std::vector<sale_round>, failure> {
  std::vector<sale_round> rounds(1);
  std::optional<failure> trouble;
  const auto sink = [&](std::span<const journal::record_view> records) {
    for (const auto& record : records) {
      const auto fact = journal::decode_fact(record);
      if (!fact) {
        trouble = fact.error();
        return false;
      }
      take(rounds, *fact);
    }
    return true;
  };
  const auto read = tools::read_stream(from, {journal::stream_kind::queue, event.value()}, 1, sink);
  if (trouble || !read)
    return tl::unexpected{trouble ? *trouble : read.error()};
  return rounds;
}

} // namespace

auto read_recorded(journal::journal& from, domain::event_id event) -> tl::expected<recorded_sale, failure> {
  std::string id;
  domain::public_ids::append(id, event);
  const auto head = from.head({journal::stream_kind::event, event.value()});
  if (!head)
    return tl::unexpected{head.error()};
  if (head->seq == 0)
    return tl::unexpected{failure{failure_kind::not_found, id + " is not in this journal"}};
  const auto rounds = read_rounds(from, event);
  if (!rounds)
    return tl::unexpected{rounds.error()};
  const auto& most = *std::ranges::max_element(*rounds, {}, [](const sale_round& one) { return one.came.size(); });
  if (most.came.empty())
    return tl::unexpected{failure{failure_kind::invalid, "nobody ever waited for " + id}};
  recorded_sale made;
  // Deadlines of rooms are whole seconds: a sale that begins within one as it did is played as it was.
  constexpr std::int64_t second_ms = 1'000;
  const auto begin = domain::instant{most.came.front().unix_ms / second_ms * second_ms};
  for (const auto at : most.came)
    made.arrivals.push_back(at - begin);
  made.pre_queue = std::max(most.started.value_or(begin) - begin, domain::millis{});
  return made;
}

void add_rejected(std::vector<domain::millis>& arrivals, std::uint32_t people, random_stream& random) {
  const auto recorded = static_cast<std::uint32_t>(arrivals.size());
  for (std::uint32_t i = 0; i < people && recorded != 0; ++i)
    arrivals.push_back(arrivals[random.below(recorded)]);
  std::ranges::sort(arrivals);
}

} // namespace holdfast::onsale
