#include "journal/snapshot_codec.hpp"

#include "journal/checksum.hpp"
#include "journal/codec.hpp"
#include "journal/codec_parts.hpp"
#include "journal/wire.hpp"

#include <array>
#include <cstring>
#include <type_traits>
#include <utility>

namespace holdfast::journal {
namespace {

constexpr std::string_view magic = "HFSNAPSH";
constexpr std::uint32_t version_now = 8;

namespace at {
constexpr std::size_t version = 8;
constexpr std::size_t event = 16;
constexpr std::size_t seq = 24;
constexpr std::size_t chain = 32;
constexpr std::size_t state_hash = 64;
constexpr std::size_t body_bytes = 72;
static_assert(body_bytes + 8 == snapshot_header_bytes);
static_assert(chain + std::tuple_size_v<chain_hash> == state_hash);
} // namespace at

/// Appends numbers little-endian, and lists as a 32-bit count and their items.
class packer {
 public:
  explicit packer(std::string& to) : to_{to} {}

  template <class Number>
  requires std::is_arithmetic_v<Number> || std::is_enum_v<Number>

  void operator()(Number value) {
    std::array<char, sizeof value> bytes{};
    raw::put(bytes.data(), value);
    to_.append(bytes.data(), bytes.size());
  }

  void text(std::string_view value) {
    (*this)(static_cast<std::uint32_t>(value.size()));
    to_.append(value);
  }

  template <class Item>
  void numbers(const std::vector<Item>& items) {
    (*this)(static_cast<std::uint32_t>(items.size()));
    to_.append(reinterpret_cast<const char*>(items.data()), items.size() * sizeof(Item));
  }

  template <class Item, class Each>
  void list(const std::vector<Item>& items, std::size_t, Each each) {
    (*this)(static_cast<std::uint32_t>(items.size()));
    for (const auto& item : items)
      each(*this, item);
  }

 private:
  std::string& to_;
};

/// The inverse. A fault latches `ok` off; what is read after it is zero.
class unpacker {
 public:
  explicit unpacker(std::string_view from) : from_{from} {}

  [[nodiscard]] auto ok() const noexcept -> bool { return ok_; }

  [[nodiscard]] auto done() const noexcept -> bool { return ok_ && from_.empty(); }

  template <class Number>
  requires std::is_arithmetic_v<Number> || std::is_enum_v<Number>

  void operator()(Number& value) {
    const auto bytes = take(sizeof value);
    if (ok_)
      value = raw::get<Number>(bytes.data());
  }
  /// Any other byte than 0 and 1 is no truth value.
  void operator()(bool& value) {
    std::uint8_t byte = 0;
    (*this)(byte);
    ok_ = ok_ && byte <= 1;
    value = byte == 1;
  }

  void text(std::string& value) { value = take(count(1)); }

  template <class Item>
  void numbers(std::vector<Item>& items) {
    items.resize(count(sizeof(Item)));
    const auto bytes = take(items.size() * sizeof(Item));
    if (ok_ && !bytes.empty())
      std::memcpy(items.data(), bytes.data(), bytes.size());
  }

  /// `least` is what an item occupies at least: no count can ask for more memory than the file has bytes.
  template <class Item, class Each>
  void list(std::vector<Item>& items, std::size_t least, Each each) {
    items.resize(count(least));
    for (auto& item : items)
      each(*this, item);
  }

 private:
  auto take(std::size_t bytes) -> std::string_view {
    if (!ok_ || bytes > from_.size()) {
      ok_ = false;
      return {};
    }
    const auto taken = from_.substr(0, bytes);
    from_.remove_prefix(bytes);
    return taken;
  }

  auto count(std::size_t least) -> std::size_t {
    std::uint32_t items = 0;
    (*this)(items);
    if (items > from_.size() / least)
      ok_ = false;
    return ok_ ? items : 0;
  }

  std::string_view from_;
  bool ok_ = true;
};

// One description of each structure serves both directions: `Codec` packs a const value or unpacks into a mutable one.

template <class Codec, class Id>
void pass_id(Codec& codec, Id& id) {
  auto value = id.value();
  codec(value);
  if constexpr (!std::is_const_v<Id>)
    id = Id{value};
}

template <class Codec, class Owner>
void pass_owner(Codec& codec, Owner& who) {
  codec(who.subject.high);
  codec(who.subject.low);
  pass_id(codec, who.organisation);
}

constexpr std::size_t area_bytes = 2 + 4 + 8 + 8;
constexpr std::size_t booking_bytes_min = 133;
constexpr std::size_t allocation_bytes_min = 2 + 1 + 4 + 4 + 1 + 4;
constexpr std::size_t ticket_bytes_min = 4 + 4 + 2 + 24 + 1;
constexpr std::size_t offer_bytes = 4 + 4 + 8 + 4;
constexpr std::size_t ended_bytes = 4 + 1 + 24 + 8;
constexpr std::size_t returned_bytes = 8 + 16 + 8 + 4;
constexpr std::size_t key_bytes = 8 + 4 + 8 + 4;
constexpr std::size_t choice_bytes_min = 4 + 4 + 4 + 4 + 8;
constexpr std::size_t waiting_bytes_min = 4 + 16 + 4 + 8 + 4 + 4;

template <class Codec, class Booking>
void pass_booking(Codec& codec, Booking& booking) {
  pass_id(codec, booking.number);
  codec(booking.status);
  codec(booking.extended);
  pass_owner(codec, booking.by);
  pass_id(codec, booking.sold_by);
  pass_id(codec, booking.confirmed_by);
  pass_id(codec, booking.allocation);
  codec(booking.created_at.unix_ms);
  codec(booking.expires_at.unix_ms);
  codec(booking.cap_at.unix_ms);
  codec(booking.confirmed_at.unix_ms);
  codec.numbers(booking.seats);
  codec.numbers(booking.prices);
  codec.numbers(booking.fees);
  codec.list(booking.areas, area_bytes, [](auto& inner, auto& area) {
    inner(area.area);
    inner(area.quantity);
    inner(area.price);
    inner(area.fee);
  });
  codec(booking.paid);
  codec(booking.payment.by);
  codec.text(booking.payment.reference);
  codec.text(booking.payment.reason);
  pass_id(codec, booking.paid_by);
  codec(booking.frozen);
  codec(booking.ends_unpaid_at.unix_ms);
  codec.numbers(booking.returned);
  codec(booking.card);
  bool resold = booking.bought_from.has_value();
  codec(resold);
  if (resold) {
    auto from = booking.bought_from.value_or(domain::resale{});
    pass_id(codec, from.ticket.order);
    codec(from.ticket.index);
    pass_id(codec, from.seller);
    codec(from.kept);
    codec(from.is_swapped);
    if constexpr (!std::is_const_v<Booking>)
      booking.bought_from = from;
  }
  bool taxed = booking.tax.has_value();
  codec(taxed);
  if (taxed) {
    auto tax = booking.tax.value_or(domain::event_tax{});
    codec.text(tax.name);
    codec(tax.rate.mode);
    codec(tax.rate.basis_points);
    if constexpr (!std::is_const_v<Booking>)
      booking.tax = std::move(tax);
  }
}

template <class Codec, class Allocation>
void pass_allocation(Codec& codec, Allocation& one) {
  pass_id(codec, one.number);
  codec(one.kind);
  codec.text(one.name);
  codec.text(one.reason);
  bool coded = one.code.has_value();
  codec(coded);
  if (coded) {
    auto code = one.code.value_or(domain::access_code_hash{});
    for (auto& byte : code)
      codec(byte);
    if constexpr (!std::is_const_v<Allocation>)
      one.code = code;
  }
  codec.list(one.areas, 10, [](auto& inner, auto& part) {
    inner(part.area);
    inner(part.quantity);
    inner(part.used);
  });
}

template <class Codec, class Ticket>
void pass_ticket(Codec& codec, Ticket& one) {
  pass_id(codec, one.number.order);
  codec(one.number.index);
  codec(one.serial);
  pass_owner(codec, one.holder);
  bool used = one.used.has_value();
  codec(used);
  if (used) {
    auto its = one.used.value_or(domain::admission{});
    codec(its.at.unix_ms);
    codec.text(its.gate);
    codec(its.nonce);
    codec(its.undone);
    codec.numbers(one.closed);
    if constexpr (!std::is_const_v<Ticket>)
      one.used = std::move(its);
  }
}

template <class Codec, class Order>
void pass_waiting(Codec& codec, Order& one) {
  pass_id(codec, one.number);
  codec(one.who.high);
  codec(one.who.low);
  codec(one.rank);
  codec(one.joined_at.unix_ms);
  codec(one.offered);
  codec.list(one.choices, choice_bytes_min, [](auto& inner, auto& choice) {
    inner.numbers(choice.groups);
    inner.numbers(choice.tiers);
    inner(choice.accessible);
    inner.list(choice.areas, 6, [](auto& deeper, auto& part) {
      deeper(part.area);
      deeper(part.quantity);
    });
    inner(choice.each_max);
  });
}

template <class Codec, class Image>
void pass_image(Codec& codec, Image& image) {
  pass_id(codec, image.id);
  pass_id(codec, image.organisation);
  codec(image.status);
  codec(image.seq);
  codec(image.version);
  codec(image.time.unix_ms);
  pass_id(codec, image.last_hold);
  codec.numbers(image.statuses);
  codec.numbers(image.holders);
  codec.list(image.areas, 12, [](auto& inner, auto& area) {
    inner(area.held);
    inner(area.sold);
    inner(area.blocked);
  });
  codec(image.last_allocation);
  codec.list(image.allocations, allocation_bytes_min, [](auto& inner, auto& one) { pass_allocation(inner, one); });
  codec.numbers(image.pools);
  codec.list(image.bookings, booking_bytes_min, [](auto& inner, auto& booking) { pass_booking(inner, booking); });
  codec.list(image.tickets, ticket_bytes_min, [](auto& inner, auto& one) { pass_ticket(inner, one); });
  codec.list(image.offers, offer_bytes, [](auto& inner, auto& one) {
    pass_id(inner, one.ticket.order);
    inner(one.ticket.index);
    inner(one.price);
    pass_id(inner, one.held_by);
  });
  codec.list(image.ended, ended_bytes, [](auto& inner, auto& hold) {
    pass_id(inner, hold.number);
    inner(hold.ended);
    pass_owner(inner, hold.by);
    inner(hold.at.unix_ms);
  });
  codec.list(image.given_back, returned_bytes, [](auto& inner, auto& one) {
    inner(one.bought_at.unix_ms);
    inner(one.buyer.high);
    inner(one.buyer.low);
    inner(one.card);
    inner(one.places);
  });
  codec(image.last_waitlist);
  codec.list(image.waitlist, waiting_bytes_min, [](auto& inner, auto& one) { pass_waiting(inner, one); });
  codec.list(image.keys, key_bytes, [](auto& inner, auto& key) {
    inner(key.key);
    inner(key.request_low);
    inner(key.seq);
    inner(key.hour);
  });
}

[[nodiscard]] auto as_text(const chain_hash& hash) -> std::string_view {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

[[nodiscard]] auto decode_body(std::string_view body, domain::state_image& image) -> bool {
  unpacker in{body};
  std::string config;
  std::string layout;
  in.text(config);
  in.text(layout);
  pass_image(in, image);
  if (!in.done())
    return false;
  if (image.status == domain::event_status::absent)
    return config.empty() && layout.empty();
  if (!codec::decode_config(config, image.config))
    return false;
  auto spec = decode_layout(layout);
  if (!spec)
    return false;
  auto built = domain::layout::build(*std::move(spec));
  if (!built)
    return false;
  image.seats = *std::move(built);
  return true;
}

} // namespace

auto encode_snapshot(const snapshot_header& header, const domain::state_image& image) -> std::string {
  std::string bytes(snapshot_header_bytes, '\0');
  packer out{bytes};
  std::string config;
  if (image.seats != nullptr)
    codec::encode_config(image.config, config);
  out.text(config);
  out.text(image.seats != nullptr ? encode_layout(image.seats->spec()) : std::string{});
  pass_image(out, image);

  std::memcpy(bytes.data(), magic.data(), magic.size());
  raw::put(bytes.data() + at::version, version_now);
  raw::put(bytes.data() + at::event, header.event.value());
  raw::put(bytes.data() + at::seq, header.seq);
  raw::put(bytes.data() + at::chain, header.chain);
  raw::put(bytes.data() + at::state_hash, header.state_hash);
  raw::put(bytes.data() + at::body_bytes, static_cast<std::uint64_t>(bytes.size() - snapshot_header_bytes));
  bytes.append(as_text(sha256(bytes)));
  return bytes;
}

auto decode_snapshot(std::string_view bytes) -> std::optional<decoded_snapshot> {
  constexpr auto hash_bytes = std::tuple_size_v<chain_hash>;
  if (bytes.size() < snapshot_header_bytes + hash_bytes || !bytes.starts_with(magic) ||
      raw::get<std::uint64_t>(bytes.data() + at::version) != version_now)
    return std::nullopt;
  const auto body_bytes = bytes.size() - snapshot_header_bytes - hash_bytes;
  if (raw::get<std::uint64_t>(bytes.data() + at::body_bytes) != body_bytes)
    return std::nullopt;
  const auto hashed = bytes.substr(0, bytes.size() - hash_bytes);
  if (as_text(sha256(hashed)) != bytes.substr(hashed.size()))
    return std::nullopt;
  decoded_snapshot snapshot;
  auto& header = snapshot.header;
  header.event = domain::event_id{raw::get<std::uint64_t>(bytes.data() + at::event)};
  header.seq = raw::get<std::uint64_t>(bytes.data() + at::seq);
  header.chain = raw::get<chain_hash>(bytes.data() + at::chain);
  header.state_hash = raw::get<std::uint64_t>(bytes.data() + at::state_hash);
  if (!decode_body(bytes.substr(snapshot_header_bytes, body_bytes), snapshot.image))
    return std::nullopt;
  return snapshot;
}

} // namespace holdfast::journal
