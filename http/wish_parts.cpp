#include "http/wish_parts.hpp"

#include "domain/limits.hpp"

#include <cstdint>
#include <utility>

namespace holdfast::http {

namespace limits = domain::limits;

auto read_names(const json_object& from, std::string_view name, std::size_t bytes_max) -> std::vector<std::string> {
  std::vector<std::string> names;
  if (const auto list = from.optional_array(name, 0, limits::sections_per_event_max)) {
    for (const auto item : *list) {
      names.emplace_back(item.text({.bytes_min = 1, .bytes_max = bytes_max}));
    }
  }
  return names;
}

auto read_wished_areas(const json_object& from) -> std::optional<std::vector<domain::hold_wish::area>> {
  const auto areas = from.optional_array("areas", 1, limits::areas_per_event_max);
  if (!areas) {
    return std::nullopt;
  }
  std::vector<domain::hold_wish::area> read;
  for (const auto item : *areas) {
    const auto area = item.object();
    domain::hold_wish::area wanted;
    wanted.name = area.text("area", {.bytes_min = 1, .bytes_max = limits::label_part_bytes_max});
    wanted.quantity = area.integer<std::uint32_t>("quantity", 1, limits::places_per_hold_max);
    read.push_back(std::move(wanted));
  }
  return read;
}

} // namespace holdfast::http
