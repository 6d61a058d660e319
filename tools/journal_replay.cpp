#include "domain/public_id.hpp"
#include "domain/state_image.hpp"
#include "http/rfc3339.hpp"
#include "journal/checksum.hpp"
#include "journal/fold.hpp"
#include "tools/console.hpp"
#include "tools/journal_command.hpp"
#include "tools/offline_data.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>
#include <map>
#include <utility>

namespace holdfast::tools {
namespace {

using journal::failure;
using nlohmann::ordered_json;

/// A state after the facts that were asked for.
struct replayed {
  domain::event_state state;
  journal::chain_hash chain{};
  std::uint64_t facts = 0;
  double seconds = 0;
};

struct until {
  std::uint64_t seq = UINT64_MAX;
  domain::instant time{INT64_MAX};
};

constexpr const char* replay_name = "journal replay";

/// Reads and hashes here while another thread decodes and applies.
auto replay(journal::journal& from, domain::event_id event, const until& end, progress_line& progress,
            std::uint64_t done_before) -> tl::expected<replayed, failure> {
  const auto started = std::chrono::steady_clock::now();
  const journal::stream_id stream{journal::stream_kind::event, event.value()};
  journal::chain_check chain{stream};
  journal::fold_applier applier{domain::event_state{}};
  std::optional<failure> trouble;
  auto read = read_stream(from, stream, 1, [&](std::span<const journal::record_view> records) {
    std::size_t wanted = 0;
    for (; wanted < records.size(); ++wanted) {
      const auto& header = records[wanted].header;
      if (header.seq > end.seq || header.time > end.time) {
        break;
      }
      if (auto follows = chain.take(records[wanted]); !follows) {
        trouble = std::move(follows.error());
        return false;
      }
    }
    progress.show(done_before + chain.seq());
    return applier.take(records.first(wanted)) && wanted == records.size();
  });
  auto state = applier.finish();
  if (!read || trouble || !state) {
    return tl::unexpected{trouble ? *std::move(trouble) : !read ? std::move(read.error()) : std::move(state.error())};
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  return replayed{*std::move(state), chain.hash(), chain.seq(), took.count()};
}

auto rate(std::uint64_t facts, double seconds) -> std::uint64_t {
  return seconds > 0 ? static_cast<std::uint64_t>(static_cast<double>(facts) / seconds) : 0;
}

auto status_name(domain::event_status status) -> const char* {
  switch (status) {
  case domain::event_status::absent: return "absent";
  case domain::event_status::draft: return "draft";
  case domain::event_status::published: return "published";
  case domain::event_status::paused: return "paused";
  case domain::event_status::closed: return "closed";
  case domain::event_status::cancelled: return "cancelled";
  }
  return "unknown";
}

struct money {
  domain::minor_units taken = 0;
  std::uint64_t complimentary = 0;
};

auto money_of(const domain::event_state& state) -> money {
  money sum;
  const auto image = state.image();
  for (const auto& booking : image.bookings) {
    if (booking.status == domain::booking_status::confirmed) {
      sum.taken += booking.paid;
      sum.complimentary += booking.payment.by == domain::payment_record::method::complimentary ? 1 : 0;
    }
  }
  return sum;
}

auto as_json(domain::event_id event, const replayed& what) -> ordered_json {
  const auto& state = what.state;
  const auto counts = state.counts();
  const auto sum = money_of(state);
  std::string id;
  domain::public_ids::append(id, event);
  ordered_json out;
  out["event_id"] = id;
  out["name"] = state.config().name;
  out["status"] = status_name(state.status());
  out["seq"] = state.seq();
  out["time"] = time_text(state.time().unix_ms);
  out["counts"] = {
      {"available", counts.available}, {"held", counts.held}, {"sold", counts.sold}, {"blocked", counts.blocked}};
  out["holds"] = state.live_holds();
  out["orders"] = state.orders();
  out["waitlist"] = {{"waiting", state.waiting()}, {"offered", state.waitlist().size() - state.waiting()}};
  out["complimentary"] = sum.complimentary;
  out["currency"] = state.config().currency.text();
  out["taken"] = sum.taken;
  out["state_hash"] = hex64(state.hash());
  out["chain_hash"] = journal::hex(what.chain);
  out["facts"] = what.facts;
  out["seconds"] = what.seconds;
  out["facts_per_second"] = rate(what.facts, what.seconds);
  return out;
}

void print(domain::event_id event, const replayed& what) {
  const auto& state = what.state;
  const auto counts = state.counts();
  const auto sum = money_of(state);
  std::string id;
  domain::public_ids::append(id, event);
  std::printf("%s  %s (%s), seq %s, %s\n", id.c_str(), state.config().name.c_str(), status_name(state.status()),
              grouped(state.seq()).c_str(), time_text(state.time().unix_ms).c_str());
  std::printf("  places      %s available, %s held, %s sold\n", grouped(std::uint64_t{counts.available}).c_str(),
              grouped(std::uint64_t{counts.held}).c_str(), grouped(std::uint64_t{counts.sold}).c_str());
  std::printf("  bookings    %s holds, %s orders (%s complimentary)\n",
              grouped(std::uint64_t{state.live_holds()}).c_str(), grouped(std::uint64_t{state.orders()}).c_str(),
              grouped(sum.complimentary).c_str());
  if (const auto waiting = state.waiting(), listed = state.waitlist().size(); listed > 0) {
    std::printf("  waitlist    %s wait, %s offered\n", grouped(std::uint64_t{waiting}).c_str(),
                grouped(std::uint64_t{listed - waiting}).c_str());
  }
  std::printf("  taken       %.3s %s in minor units\n", state.config().currency.text().data(),
              grouped(sum.taken).c_str());
  std::printf("  state hash  %s\n", hex64(state.hash()).c_str());
  std::printf("  chain hash  %s\n", journal::hex(what.chain).c_str());
  std::printf("  replayed    %s facts in %.3f s, %s facts/s\n", grouped(what.facts).c_str(), what.seconds,
              grouped(rate(what.facts, what.seconds)).c_str());
}

auto events_of(journal::journal& from, const replay_arguments& arguments)
    -> tl::expected<std::vector<domain::event_id>, failure> {
  if (!arguments.event.empty()) {
    auto event = parse_event_option(arguments.event);
    if (!event) {
      return tl::unexpected{std::move(event.error())};
    }
    const auto head = from.head({journal::stream_kind::event, event->value()});
    if (!head || head->seq == 0) {
      return tl::unexpected{
          head ? failure{journal::failure_kind::not_found, arguments.event + " is not in this journal"} : head.error()};
    }
    return std::vector{*event};
  }
  auto heads = from.heads(journal::stream_kind::event);
  if (!heads) {
    return tl::unexpected{std::move(heads.error())};
  }
  std::vector<domain::event_id> events;
  for (const auto& [stream, head] : *heads) {
    events.emplace_back(stream.id);
  }
  return events;
}

/// Every event in turn; prints each, or collects all into one document.
auto replay_all(journal::journal& from, const std::vector<domain::event_id>& events, const until& end, bool json)
    -> tl::expected<void, failure> {
  auto document = ordered_json::array();
  std::uint64_t facts = 0;
  double seconds = 0;
  for (const auto event : events) {
    progress_line progress{"replaying", "facts"};
    const auto what = replay(from, event, end, progress, facts);
    if (!what) {
      return tl::unexpected{what.error()};
    }
    facts += what->facts;
    seconds += what->seconds;
    if (json) {
      document.push_back(as_json(event, *what));
    } else {
      print(event, *what);
    }
  }
  if (json) {
    const ordered_json all{
        {"events", document}, {"facts", facts}, {"seconds", seconds}, {"facts_per_second", rate(facts, seconds)}};
    std::printf("%s\n", all.dump(2, ' ', false, ordered_json::error_handler_t::replace).c_str());
  } else if (events.size() != 1) {
    std::printf("%s events, %s facts in %.3f s, %s facts/s\n", grouped(std::uint64_t{events.size()}).c_str(),
                grouped(facts).c_str(), seconds, grouped(rate(facts, seconds)).c_str());
  }
  return {};
}

} // namespace

auto run_journal_replay(const replay_arguments& arguments) -> int {
  until end;
  end.seq = arguments.at_seq.value_or(UINT64_MAX);
  if (!arguments.at.empty()) {
    const auto at = http::parse_rfc3339(arguments.at);
    if (!at) {
      return complain(replay_name, "'" + arguments.at + "' is no time such as 2027-03-01T19:00:00Z", exit_wrong_usage);
    }
    end.time = {*at};
  }
  auto data = open_offline(arguments.data, arguments.marks);
  if (!data) {
    return complain(replay_name, data.error().detail, exit_does_not_hold);
  }
  auto opened = open_journal(*data);
  if (!opened) {
    return complain(replay_name, opened.error().detail, exit_does_not_hold);
  }
  const auto events = events_of(**opened, arguments);
  if (!events) {
    return complain(replay_name, events.error().detail,
                    events.error().kind == journal::failure_kind::invalid ? exit_wrong_usage : exit_does_not_hold);
  }
  const auto done = replay_all(**opened, *events, end, arguments.as_json);
  return done ? exit_ok : complain(replay_name, done.error().detail, exit_does_not_hold);
}

} // namespace holdfast::tools
