#include "domain/public_id.hpp"

#include <bit>

namespace holdfast::domain {

namespace {

constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t digits_of_64_bits = 13;
constexpr int feistel_rounds = 4;
/// A ticket's index takes the low bits of its number; limits::places_per_hold_max fits.
constexpr unsigned ticket_index_bits = 16;

enum class id_kind : std::uint64_t { hold = 1, order = 2, ticket = 3 };

constexpr auto make_values() {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}
constexpr auto values = make_values();

void append_base32(std::string& to, std::uint64_t value) {
  std::array<char, digits_of_64_bits> digits{};
  for (std::size_t i = digits.size(); i-- > 0;) {
    digits[i] = alphabet[value & 31U];
    value >>= 5U;
  }
  to.append(digits.data(), digits.size());
}

auto parse_base32(std::string_view text) noexcept -> std::optional<std::uint64_t> {
  if (text.size() != digits_of_64_bits || values[static_cast<unsigned char>(text.front())] > 15) {
    return std::nullopt; // 13 digits are 65 bits: the first has four
  }
  std::uint64_t value = 0;
  for (const char letter : text) {
    const auto digit = values[static_cast<unsigned char>(letter)];
    if (digit < 0) {
      return std::nullopt;
    }
    value = (value << 5U) | static_cast<std::uint64_t>(digit);
  }
  return value;
}

auto without_prefix(std::string_view text, std::string_view prefix) noexcept -> std::optional<std::string_view> {
  if (!text.starts_with(prefix)) {
    return std::nullopt;
  }
  return text.substr(prefix.size());
}

template <class Id>
auto parse_plain(std::string_view text, std::string_view prefix) noexcept -> std::optional<Id> {
  const auto digits = without_prefix(text, prefix);
  const auto value = digits ? parse_base32(*digits) : std::nullopt;
  if (!value || *value == 0) {
    return std::nullopt;
  }
  return Id{*value};
}

struct halves {
  std::uint32_t left = 0;
  std::uint32_t right = 0;
};

auto round_value(const public_ids::key& key, id_kind kind, event_id event, int round, std::uint32_t half) noexcept
    -> std::uint32_t {
  const auto tweak = (static_cast<std::uint64_t>(kind) << 40U) | (static_cast<std::uint64_t>(round) << 32U) | half;
  return static_cast<std::uint32_t>(siphash(key, event.value(), tweak));
}

auto permute(const public_ids::key& key, id_kind kind, event_id event, std::uint64_t value) noexcept -> std::uint64_t {
  halves at{static_cast<std::uint32_t>(value >> 32U), static_cast<std::uint32_t>(value)};
  for (int round = 0; round < feistel_rounds; ++round) {
    at = {at.right, at.left ^ round_value(key, kind, event, round, at.right)};
  }
  return (static_cast<std::uint64_t>(at.left) << 32U) | at.right;
}

auto unpermute(const public_ids::key& key, id_kind kind, event_id event, std::uint64_t value) noexcept
    -> std::uint64_t {
  halves at{static_cast<std::uint32_t>(value >> 32U), static_cast<std::uint32_t>(value)};
  for (int round = feistel_rounds; round-- > 0;) {
    at = {at.right ^ round_value(key, kind, event, round, at.left), at.left};
  }
  return (static_cast<std::uint64_t>(at.left) << 32U) | at.right;
}

void append_with_event(std::string& to, std::string_view prefix, const public_ids::key& key, id_kind kind,
                       event_id event, std::uint64_t number) {
  to.append(prefix);
  append_base32(to, event.value());
  append_base32(to, permute(key, kind, event, number));
}

struct event_and_number {
  event_id event;
  std::uint64_t number = 0;
};

auto parse_with_event(std::string_view text, std::string_view prefix, const public_ids::key& key, id_kind kind) noexcept
    -> std::optional<event_and_number> {
  const auto digits = without_prefix(text, prefix);
  if (!digits || digits->size() != 2 * digits_of_64_bits) {
    return std::nullopt;
  }
  const auto event = parse_base32(digits->substr(0, digits_of_64_bits));
  const auto permuted = parse_base32(digits->substr(digits_of_64_bits));
  if (!event || *event == 0 || !permuted) {
    return std::nullopt;
  }
  return event_and_number{event_id{*event}, unpermute(key, kind, event_id{*event}, *permuted)};
}

auto as_hold(const std::optional<event_and_number>& parsed) noexcept -> std::optional<public_ids::hold_ref> {
  if (!parsed || parsed->number == 0 || parsed->number > UINT32_MAX) {
    return std::nullopt;
  }
  return public_ids::hold_ref{parsed->event, hold_number{static_cast<std::uint32_t>(parsed->number)}};
}

} // namespace

auto siphash(const public_ids::key& key, std::uint64_t first, std::uint64_t second) noexcept -> std::uint64_t {
  std::uint64_t v0 = key[0] ^ 0x736f6d6570736575ULL;
  std::uint64_t v1 = key[1] ^ 0x646f72616e646f6dULL;
  std::uint64_t v2 = key[0] ^ 0x6c7967656e657261ULL;
  std::uint64_t v3 = key[1] ^ 0x7465646279746573ULL;
  const auto round = [&] {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  };
  const auto absorb = [&](std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  };
  absorb(first);
  absorb(second);
  absorb(std::uint64_t{16} << 56U); // the length of the message, as SipHash pads
  v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) {
    round();
  }
  return v0 ^ v1 ^ v2 ^ v3;
}

void public_ids::append(std::string& to, event_id id) {
  to.append("evt_");
  append_base32(to, id.value());
}

void public_ids::append(std::string& to, venue_id id) {
  to.append("ven_");
  append_base32(to, id.value());
}

void public_ids::append(std::string& to, organisation_id id) {
  to.append("org_");
  append_base32(to, id.value());
}

void public_ids::append(std::string& to, key_id id) {
  to.append("key_");
  append_base32(to, id.value());
}

void public_ids::append(std::string& to, const subject_id& id) {
  to.append("byr_");
  append_base32(to, id.high);
  append_base32(to, id.low);
}

void public_ids::append_hold(std::string& to, event_id event, hold_number hold) const {
  append_with_event(to, "hld_", secret_, id_kind::hold, event, hold.value());
}

void public_ids::append_order(std::string& to, event_id event, hold_number order) const {
  append_with_event(to, "ord_", secret_, id_kind::order, event, order.value());
}

void public_ids::append_ticket(std::string& to, event_id event, hold_number order, std::uint32_t index) const {
  append_with_event(to, "tkt_", secret_, id_kind::ticket, event,
                    (std::uint64_t{order.value()} << ticket_index_bits) | index);
}

auto public_ids::parse_event(std::string_view text) noexcept -> std::optional<event_id> {
  return parse_plain<event_id>(text, "evt_");
}

auto public_ids::parse_venue(std::string_view text) noexcept -> std::optional<venue_id> {
  return parse_plain<venue_id>(text, "ven_");
}

auto public_ids::parse_organisation(std::string_view text) noexcept -> std::optional<organisation_id> {
  return parse_plain<organisation_id>(text, "org_");
}

auto public_ids::parse_key(std::string_view text) noexcept -> std::optional<key_id> {
  return parse_plain<key_id>(text, "key_");
}

auto public_ids::parse_subject(std::string_view text) noexcept -> std::optional<subject_id> {
  const auto digits = without_prefix(text, "byr_");
  if (!digits || digits->size() != 2 * digits_of_64_bits) {
    return std::nullopt;
  }
  const auto high = parse_base32(digits->substr(0, digits_of_64_bits));
  const auto low = parse_base32(digits->substr(digits_of_64_bits));
  if (!high || !low || (*high == 0 && *low == 0)) {
    return std::nullopt;
  }
  return subject_id{*high, *low};
}

auto public_ids::parse_hold(std::string_view text) const noexcept -> std::optional<hold_ref> {
  return as_hold(parse_with_event(text, "hld_", secret_, id_kind::hold));
}

auto public_ids::parse_order(std::string_view text) const noexcept -> std::optional<hold_ref> {
  return as_hold(parse_with_event(text, "ord_", secret_, id_kind::order));
}

auto public_ids::parse_ticket(std::string_view text) const noexcept -> std::optional<ticket_ref> {
  const auto parsed = parse_with_event(text, "tkt_", secret_, id_kind::ticket);
  const auto order = parsed ? parsed->number >> ticket_index_bits : 0;
  if (order == 0 || order > UINT32_MAX) {
    return std::nullopt;
  }
  const auto index = static_cast<std::uint32_t>(parsed->number & ((1U << ticket_index_bits) - 1U));
  return ticket_ref{parsed->event, hold_number{static_cast<std::uint32_t>(order)}, index};
}

} // namespace holdfast::domain
