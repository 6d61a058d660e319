#include "tools/bench/workloads.hpp"

#include <algorithm>
#include <array>

namespace holdfast::tools::bench {

namespace {

constexpr std::array<workload, 14> table{{
    {"P1", "hold and release on one hot event, against the peers", run_hot_event},
    {"P1s", "the same beside echo, both with viewers and searches on the server, and without", run_hot_event_beside},
    {"P2", "the same in an open loop at 10,000 and 20,000 requests a second", run_open_loop},
    {"P3", "a sell-out with 33 buyers a seat", run_sell_out},
    {"P4", "10,000 events on sale at once, and what an event costs in memory", run_many_events},
    {"P5", "cost by seats of the event and by records in the journal", run_growth},
    {"P6", "replay of one event, and restart to the first acknowledged hold", run_replay},
    {"P7", "a waiting room: join and poll beside echo, admission at a set rate, and its size", run_waiting_room},
    {"P7s", "the hot event and a sell-out through a waiting room, while a crowd storms its door, and without",
     run_storm},
    {"P8", "reads of event page, seat status and hot search, beside echo with as many bytes", run_reads},
    {"P9", "search over many events, in the process, without cache", run_search},
    {"P10", "live seat maps: 10,000 viewers of one event", run_live},
    {"P11", "P1 beside echo, while 5,000 payments wait for a stalled gateway, and without", run_stalled_gateway},
    {"peers", "the peers against each other, without the server", run_peers},
}};

[[nodiscard]] auto same(char a, char b) noexcept -> bool {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return lower(a) == lower(b);
}

} // namespace

auto all_workloads() noexcept -> std::span<const workload> {
  return table;
}

auto find_workload(std::string_view name) noexcept -> const workload* {
  const auto found = std::find_if(table.begin(), table.end(), [name](const workload& candidate) {
    return std::equal(name.begin(), name.end(), candidate.name.begin(), candidate.name.end(), same);
  });
  return found == table.end() ? nullptr : &*found;
}

} // namespace holdfast::tools::bench
