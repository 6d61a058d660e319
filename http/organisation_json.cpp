#include "http/organisation_json.hpp"

#include "domain/public_id.hpp"
#include "projections/layout_json.hpp"

#include <array>
#include <utility>

namespace holdfast::http {

namespace {

constexpr std::array<std::pair<std::string_view, std::uint32_t>, 6> scopes{{{"organise", domain::key_scope::organise},
                                                                            {"sell", domain::key_scope::sell},
                                                                            {"scan", domain::key_scope::scan},
                                                                            {"audit", domain::key_scope::audit},
                                                                            {"identify", domain::key_scope::identify},
                                                                            {"admin", domain::key_scope::admin}}};
constexpr double microdegrees = 1e6;

template <class Id>
auto owned_id_text(const Id& id) -> std::string {
  std::string text;
  domain::public_ids::append(text, id);
  return text;
}

} // namespace

auto scope_names(std::uint32_t bits) -> std::vector<std::string_view> {
  std::vector<std::string_view> names;
  for (const auto& [name, bit] : scopes) {
    if ((bits & bit) != 0) {
      names.push_back(name);
    }
  }
  return names;
}

auto scope_bit(std::string_view name) noexcept -> std::uint32_t {
  for (const auto& [known, bit] : scopes) {
    if (known == name) {
      return bit;
    }
  }
  return 0;
}

void write_place(json_writer& out, const domain::venue_summary& place) {
  out.member("name", std::string_view{place.name})
      .member("city", std::string_view{place.city})
      .member("country", std::string_view{place.country})
      .member("timezone", std::string_view{place.timezone});
  if (place.latitude_e6) {
    out.member("lat", static_cast<double>(*place.latitude_e6) / microdegrees);
  }
  if (place.longitude_e6) {
    out.member("lon", static_cast<double>(*place.longitude_e6) / microdegrees);
  }
}

void write_venue(json_writer& out, const domain::venue& what, std::uint64_t version) {
  out.begin_object().member("venue_id", std::string_view{owned_id_text(what.summary.id)});
  write_place(out, what.summary);
  std::uint64_t capacity = 0;
  for (const auto& area : what.seats->spec().areas) {
    capacity += area.capacity;
  }
  out.member("seats", what.seats->seat_count())
      .member("standing", capacity)
      .member("layout_hash", std::string_view{projections::layout_hash(what.seats)})
      .member("version", version)
      .end_object();
}

void write_key(json_writer& out, const actors::key_record& key) {
  out.begin_object().member("key_id", std::string_view{owned_id_text(key.key)});
  out.member("organisation_id", std::string_view{owned_id_text(key.organisation)})
      .member("name", std::string_view{key.name});
  out.key("scopes").begin_array();
  for (const auto name : scope_names(key.scopes)) {
    out.value(name);
  }
  out.end_array().key("created_at").time(key.created_at.unix_ms);
  if (key.revoked_at) {
    out.key("revoked_at").time(key.revoked_at->unix_ms);
  }
  out.end_object();
}

} // namespace holdfast::http
