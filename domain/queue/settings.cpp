#include "domain/queue/settings.hpp"

#include "domain/config_check.hpp"
#include "domain/text.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace holdfast::domain::queue {
namespace {

class checker {
 public:
  explicit checker(std::vector<config_fault>& to) : to_{&to} {}

  void operator()(bool sound, std::string pointer, const char* message) {
    if (!sound) {
      to_->push_back({std::move(pointer), message});
    }
  }

 private:
  std::vector<config_fault>* to_;
};

auto within(millis value, millis least, millis most) noexcept -> bool {
  return value >= least && value <= most;
}

void check_bands(const settings& what, checker& check) {
  check(!what.bands.empty() && what.bands.size() <= limits::bands_max, "/bands", "1 to 8 bands");
  std::uint64_t sum = 0;
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < what.bands.size(); ++i) {
    const auto& one = what.bands[i];
    const std::string at = "/bands/" + std::to_string(i);
    check(one.name.size() <= limits::band_name_bytes_max && is_clear_name(one.name), at + "/name",
          "1 to 32 bytes of UTF-8 without control, invisible and direction characters, no blank at an end");
    check(names.insert(one.name).second, at + "/name", "the name is taken");
    check(one.percent >= 1 && one.percent <= 100, at + "/percent", "1 to 100");
    sum += one.percent;
  }
  check(sum == 100, "/bands", "the shares of all bands are 100 percent");
}

void check_schedule(const settings& what, checker& check) {
  check(!what.pre_queue_at || is_moment(*what.pre_queue_at), "/pre_queue_at", "a time from 1970 to 9999");
  check(!what.starts_at || is_moment(*what.starts_at), "/starts_at", "a time from 1970 to 9999");
  check(!what.pre_queue_at || (what.starts_at && *what.pre_queue_at < *what.starts_at), "/pre_queue_at",
        "a pre-queue opens before the start, which is needed");
  check(what.public_round.size() <= limits::round_bytes_max && is_printable_text(what.public_round), "/public_round",
        "at most 200 bytes of UTF-8 without control characters");
}

} // namespace

auto settings_faults(const settings& what) -> std::vector<config_fault> {
  std::vector<config_fault> faults;
  checker check{faults};
  check_schedule(what, check);
  check(what.rate_milli_per_s <= limits::rate_milli_per_s_max, "/rate_per_s", "0 to 10,000 people a second");
  check(what.batch >= 1 && what.batch <= limits::batch_max, "/batch", "1 to 4,096");
  const auto brings = std::uint64_t{what.rate_milli_per_s} * static_cast<std::uint64_t>(limits::batch_time_min.count);
  check(std::uint64_t{what.batch} * 1'000'000 >= brings, "/batch", "at least a quarter of a second's people");
  check(!what.max_active || *what.max_active <= limits::active_max, "/max_active", "0 to 1,000,000, or none");
  check(what.capacity_milli_per_s <= limits::rate_milli_per_s_max, "/capacity_per_s", "0 to 10,000 purchases a second");
  check(within(what.expected_stay, limits::expected_stay_min, limits::expected_stay_max), "/expected_stay_seconds",
        "10 to 3,600 seconds");
  check(within(what.heartbeat, limits::heartbeat_min, limits::heartbeat_max), "/heartbeat_seconds", "15 to 30 seconds");
  check(within(what.queue_ttl, limits::queue_ttl_min, limits::queue_ttl_max), "/queue_ttl_seconds",
        "300 to 604,800 seconds");
  check(within(what.admission, limits::admission_min, limits::admission_max), "/admission_seconds",
        "60 to 3,600 seconds");
  check_bands(what, check);
  return faults;
}

auto keeps_bands(const settings& before, const settings& after) -> bool {
  const auto same_name = [](const band& a, const band& b) { return a.name == b.name; };
  return before.bands.size() <= after.bands.size() &&
         std::equal(before.bands.begin(), before.bands.end(), after.bands.begin(), same_name);
}

} // namespace holdfast::domain::queue
