#include "journal/codec.hpp"
#include "journal/record.hpp"
#include "projections/catalogue_projection.hpp"
#include "projections/store/row_codec.hpp"

#include <mutex>
#include <utility>
#include <variant>

namespace holdfast::projections {

namespace {

/// First byte of a key.
namespace row {
constexpr std::uint8_t event = 1;
constexpr std::uint8_t layout = 2;
constexpr std::uint8_t key = 3;
} // namespace row

/// What rows carry is stored as a fact, so that it is read back as old journals are.
template <class Body>
auto encode_body(const Body& body) -> std::string {
  std::string bytes;
  journal::encode_fact(body, bytes);
  return bytes;
}

template <class Body>
auto version_of() -> std::uint16_t {
  return journal::fact_version(journal::fact_type(Body{}));
}

template <class Body>
auto decode_body(std::uint16_t version, std::string_view bytes) -> std::optional<Body> {
  journal::record_view record;
  record.header.type = journal::fact_type(Body{});
  record.header.version = version;
  record.payload = bytes;
  auto fact = journal::decode_fact(record);
  if (!fact)
    return std::nullopt;
  return std::get<Body>(std::move(fact->body));
}

void put_event(domain::organisation_id organisation, domain::event_id event, domain::event_status status,
               const domain::event_config& config, store_changes& to) {
  to.put(row_writer{}.byte(row::event).number(event.value()).take(),
         row_writer{}
             .number(organisation.value())
             .byte(static_cast<std::uint8_t>(status))
             .number32(version_of<domain::event_amended>())
             .rest(encode_body(domain::event_amended{config}))
             .take());
}

void put_kept_key(const kept_key& key, store_changes& to) {
  to.put(row_writer{}.byte(row::key).number(key.organisation.value()).number(key.what.key.value()).take(),
         row_writer{}
             .number(static_cast<std::uint64_t>(key.created_at.unix_ms))
             .byte(key.revoked_at ? 1 : 0)
             .number(static_cast<std::uint64_t>(key.revoked_at.value_or(domain::instant{}).unix_ms))
             .number32(version_of<domain::key_created>())
             .rest(encode_body(key.what))
             .take());
}

/// Of a row of a key; nothing for other rows, and for what no `put_kept_key` made.
auto read_kept_key(std::string_view key, std::string_view value) -> std::optional<kept_key> {
  row_reader name{key};
  row_reader in{value};
  if (name.byte() != row::key)
    return std::nullopt;
  kept_key made;
  made.organisation = domain::organisation_id{name.number()};
  const domain::key_id id{name.number()};
  made.created_at.unix_ms = static_cast<std::int64_t>(in.number());
  const bool revoked = in.byte() != 0;
  const domain::instant revoked_at{static_cast<std::int64_t>(in.number())};
  const auto version = static_cast<std::uint16_t>(in.number32());
  auto body = decode_body<domain::key_created>(version, in.rest());
  if (!name.sound() || !name.rest().empty() || !in.sound() || !body || body->key != id)
    return std::nullopt;
  made.what = *std::move(body);
  if (revoked)
    made.revoked_at = revoked_at;
  return made;
}

} // namespace

void catalogue_projection::load() {
  const std::unique_lock lock{mutex_};
  const bool found = lane_->load([this](std::string_view key, std::string_view value) { return take_row(key, value); });
  if (!found) {
    by_event_.clear();
    lines_.clear();
    openings_.clear();
    opens_at_.clear();
    keys_.clear();
  }
  position_ = lane_->position();
}

auto catalogue_projection::take_row(std::string_view key, std::string_view value) -> bool {
  row_reader name{key};
  row_reader in{value};
  const auto kind = name.byte();
  if (kind == row::key) {
    auto made = read_kept_key(key, value);
    if (!made)
      return false;
    const key_place place{made->organisation, made->what.key};
    keys_.insert_or_assign(place, *std::move(made));
    return true;
  }
  if (kind == row::layout) {
    layout_store::place where;
    where.stream.kind = static_cast<journal::stream_kind>(in.byte());
    where.stream.id = in.number();
    where.from_seq = in.number();
    static_cast<void>(layouts_->remember(std::string{name.rest()}, where));
    return in.sound();
  }
  const domain::event_id event{name.number()};
  const domain::organisation_id organisation{in.number()};
  const auto status = static_cast<domain::event_status>(in.byte());
  const auto version = static_cast<std::uint16_t>(in.number32());
  auto body = decode_body<domain::event_amended>(version, in.rest());
  if (!name.sound() || !in.sound() || !body)
    return false;
  auto& its = lines_[{organisation, event}];
  its = {organisation, std::move(body->config), status};
  by_event_[event] = &its;
  place(event, its);
  return true;
}

auto catalogue_projection::kept_slugs(projection_store& store)
    -> std::vector<std::pair<std::string, domain::event_id>> {
  std::vector<std::pair<std::string, domain::event_id>> slugs;
  for (const auto* space : {"catalogue", "catalogue.2"}) {
    static_cast<void>(store.load(space, [&](std::string_view key, std::string_view value) {
      row_reader name{key};
      if (name.byte() != row::event)
        return true;
      const domain::event_id event{name.number()};
      row_reader in{value};
      static_cast<void>(in.number());
      static_cast<void>(in.byte());
      const auto version = static_cast<std::uint16_t>(in.number32());
      if (auto body = decode_body<domain::event_amended>(version, in.rest());
          body && in.sound() && !body->config.slug.empty())
        slugs.emplace_back(std::move(body->config.slug), event);
      return true;
    }));
  }
  return slugs;
}

auto catalogue_projection::kept_keys(projection_store& store) -> std::vector<kept_key> {
  std::vector<kept_key> keys;
  for (const auto* space : {"catalogue", "catalogue.2"}) {
    static_cast<void>(store.load(space, [&](std::string_view key, std::string_view value) {
      if (auto made = read_kept_key(key, value))
        keys.push_back(*std::move(made));
      return true;
    }));
  }
  return keys;
}

auto catalogue_projection::take_changes() -> store_changes {
  store_changes changes;
  for (const auto& [hash, which] : std::exchange(found_layouts_, {}))
    changes.put(row_writer{}.byte(row::layout).rest(hash).take(),
                row_writer{}
                    .byte(static_cast<std::uint8_t>(which->where.stream.kind))
                    .number(which->where.stream.id)
                    .number(which->where.from_seq)
                    .take());
  for (const auto event : std::exchange(changed_events_, {})) {
    const auto& its = *by_event_.at(event);
    put_event(its.organisation, event, its.status, its.config, changes);
  }
  for (const auto& place : std::exchange(changed_keys_, {}))
    put_kept_key(keys_.at(place), changes);
  return changes;
}

/// Openings that are over are of no use; without this every event that ever opened would be remembered.
void catalogue_projection::forget_openings(domain::instant before) {
  const std::unique_lock lock{mutex_};
  while (!openings_.empty() && openings_.begin()->first < before) {
    const auto [at, event] = *openings_.begin();
    if (const auto its = opens_at_.find(event);
        its != opens_at_.end() && std::erase(its->second, at) > 0 && its->second.empty())
      opens_at_.erase(its);
    openings_.erase(openings_.begin());
  }
}

void catalogue_projection::tick(domain::instant now) {
  forget_openings(now - openings_kept);
  if (lane_ && lane_->failed())
    lane_.reset();
  if (!lane_ || between_positions_ || now - checkpointed_at_ < checkpoint_every_ || !lane_->ready() ||
      lane_->position() == position_)
    return;
  checkpointed_at_ = now;
  lane_->commit(take_changes(), position_);
}

void catalogue_projection::save() {
  if (lane_ && !between_positions_)
    lane_->commit_now(take_changes(), position_);
}

void catalogue_projection::visit_rows(const row_visitor& visit) const {
  for (const auto& [key, its] : lines_) {
    store_changes row;
    put_event(key.first, key.second, its.status, its.config, row);
    visit(row.all().front().key, *row.all().front().value);
  }
  for (const auto& [place, key] : keys_) {
    store_changes row;
    put_kept_key(key, row);
    visit(row.all().front().key, *row.all().front().value);
  }
}

} // namespace holdfast::projections
