#include "projections/search/zone_table.hpp"

#include "domain/time_zone.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <utility>

namespace holdfast::projections {

namespace {

constexpr std::string_view database = "/usr/share/zoneinfo";
constexpr std::int64_t ms_per_s = 1'000;
/// The Gregorian calendar between two centuries repeats its days of the week every 28 years: 10,227 days.
constexpr std::int64_t cycle_s = std::int64_t{10'227} * 24 * 3'600;
/// What the database lists of zones that go on changing ends here: 2037-12-31.
constexpr std::int64_t listed_until_s = 2'145'830'400;

/// Reads numbers of the most significant byte first. What is not there is 0, and is remembered.
class tzif_reader {
 public:
  explicit tzif_reader(std::string_view bytes) noexcept : bytes_{bytes} {}

  auto number(std::size_t size) noexcept -> std::uint64_t {
    std::uint64_t value = 0;
    for (const auto byte : take(size))
      value = (value << 8U) | static_cast<std::uint8_t>(byte);
    return value;
  }

  auto signed32() noexcept -> std::int32_t { return static_cast<std::int32_t>(number(4)); }
  auto signed64() noexcept -> std::int64_t { return static_cast<std::int64_t>(number(8)); }

  auto take(std::size_t size) noexcept -> std::string_view {
    if (size > bytes_.size()) {
      sound_ = false;
      size = 0;
    }
    const auto taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  [[nodiscard]] auto sound() const noexcept -> bool { return sound_; }

 private:
  std::string_view bytes_;
  bool sound_ = true;
};

struct tzif_header {
  explicit tzif_header(tzif_reader& in) : is_tzif{in.take(4) == "TZif"}, version{in.number(1)} {
    in.take(15);
    for (auto* const count : {&universal_flags, &standard_flags, &leaps, &times, &types, &letters})
      *count = in.number(4);
  }

  bool is_tzif;
  std::uint64_t version;
  std::uint64_t universal_flags = 0, standard_flags = 0, leaps = 0, times = 0, types = 0, letters = 0;

  /// Of what follows a header, with times of so many bytes.
  [[nodiscard]] auto body_bytes(std::size_t time_bytes) const noexcept -> std::size_t {
    constexpr std::size_t type_bytes = 6;
    return times * (time_bytes + 1) + types * type_bytes + letters + leaps * (time_bytes + 4) + standard_flags +
           universal_flags;
  }
};

} // namespace

auto zone_rules::read(std::string_view bytes) -> bool {
  tzif_reader in{bytes};
  const tzif_header old{in};
  if (!old.is_tzif || old.version < '2')
    return false;
  in.take(old.body_bytes(4));
  const tzif_header header{in};
  if (!in.sound() || !header.is_tzif || header.body_bytes(8) > bytes.size())
    return false;
  std::vector<std::int64_t> times(header.times);
  for (auto& each : times)
    each = in.signed64();
  std::vector<std::uint64_t> kinds(header.times);
  for (auto& each : kinds)
    each = in.number(1);
  std::vector<std::int32_t> offsets(header.types);
  for (auto& each : offsets) {
    each = in.signed32();
    in.take(2); // whether it is summer time, and its name
  }
  if (!in.sound() || offsets.empty() || !std::ranges::is_sorted(times) ||
      std::ranges::any_of(kinds, [&](std::uint64_t kind) { return kind >= offsets.size(); }))
    return false;
  first_offset_s_ = offsets.front();
  for (std::size_t i = 0; i < times.size(); ++i)
    changes_.push_back({times[i], offsets[kinds[i]]});
  return true;
}

auto zone_rules::of(std::string_view zone) -> std::shared_ptr<const zone_rules> {
  if (!domain::is_time_zone(zone)) // … and no path to anywhere else
    return std::make_shared<const zone_rules>();
  std::ifstream file{std::filesystem::path{database} / zone, std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
  zone_rules made;
  if (!made.read(bytes)) {
    spdlog::warn("search: the machine does not know the time zone {}: its months are those of UTC", zone);
    return std::make_shared<const zone_rules>();
  }
  return std::make_shared<const zone_rules>(std::move(made));
}

auto zone_rules::local_ms(std::int64_t utc_ms) const noexcept -> std::int64_t {
  auto at_s = utc_ms / ms_per_s;
  if (at_s > listed_until_s)
    at_s -= (at_s - listed_until_s + cycle_s - 1) / cycle_s * cycle_s;
  const auto after = std::ranges::upper_bound(changes_, at_s, {}, &change::since_s);
  const auto offset_s = after == changes_.begin() ? first_offset_s_ : std::prev(after)->offset_s;
  return utc_ms + offset_s * ms_per_s;
}

auto zone_table::intern(std::string_view name) -> std::uint16_t {
  const std::scoped_lock lock{mutex_};
  const auto known = ids_.find(std::string{name});
  if (known != ids_.end())
    return known->second;
  // There are some 600 zones, and what is no zone is UTC.
  if (zones_.size() == std::numeric_limits<std::uint16_t>::max())
    return 0;
  const auto id = static_cast<std::uint16_t>(zones_.size());
  zones_.push_back({std::string{name}, nullptr});
  ids_.emplace(name, id);
  return id;
}

auto zone_table::name(std::uint16_t id) const -> std::string {
  const std::scoped_lock lock{mutex_};
  return zones_[id].name;
}

auto zone_table::rules() const -> std::vector<std::shared_ptr<const zone_rules>> {
  std::vector<zone> all;
  {
    const std::scoped_lock lock{mutex_};
    all.assign(zones_.begin(), zones_.end());
  }
  std::vector<std::shared_ptr<const zone_rules>> rules;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i].rules) {
      all[i].rules = zone_rules::of(all[i].name);
      const std::scoped_lock lock{mutex_};
      zones_[i].rules = all[i].rules;
    }
    rules.push_back(std::move(all[i].rules));
  }
  return rules;
}

} // namespace holdfast::projections
