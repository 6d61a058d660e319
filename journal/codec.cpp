#include "journal/codec.hpp"

#include "domain/check.hpp"
#include "journal/checksum.hpp"
#include "journal/codec_parts.hpp"
#include "journal/wire.hpp"

#include <algorithm>
#include <array>
#include <variant>

namespace holdfast::journal {
namespace {

using codec::number;

struct type_row {
  number type;
  std::uint16_t version;
  std::string_view name;
};

/// In the order of `domain::fact_body`'s alternatives.
constexpr std::array types{
    type_row{number::event_created, 1, "event_created"},
    type_row{number::event_amended, 1, "event_amended"},
    type_row{number::layout_replaced, 1, "layout_replaced"},
    type_row{number::event_published, 1, "event_published"},
    type_row{number::event_paused, 1, "event_paused"},
    type_row{number::event_resumed, 1, "event_resumed"},
    type_row{number::event_closed, 1, "event_closed"},
    type_row{number::event_cancelled, 1, "event_cancelled"},
    type_row{number::hold_created, 1, "hold_created"},
    type_row{number::hold_extended, 1, "hold_extended"},
    type_row{number::hold_released, 1, "hold_released"},
    type_row{number::hold_expired, 1, "hold_expired"},
    type_row{number::hold_frozen, 1, "hold_frozen"},
    type_row{number::hold_thawed, 1, "hold_thawed"},
    type_row{number::order_confirmed, 1, "order_confirmed"},
    type_row{number::order_returned, 1, "order_returned"},
    type_row{number::seats_allocated, 1, "seats_allocated"},
    type_row{number::allocation_changed, 1, "allocation_changed"},
    type_row{number::allocation_released, 1, "allocation_released"},
    type_row{number::organisation_created, 1, "organisation_created"},
    type_row{number::venue_created, 1, "venue_created"},
    type_row{number::venue_amended, 1, "venue_amended"},
    type_row{number::key_created, 1, "key_created"},
    type_row{number::key_revoked, 1, "key_revoked"},
    type_row{number::slug_reserved, 1, "slug_reserved"},
    type_row{number::payment_requested, 1, "payment_requested"},
    type_row{number::payment_intended, 1, "payment_intended"},
    type_row{number::payment_prepared, 1, "payment_prepared"},
    type_row{number::payment_authorised, 1, "payment_authorised"},
    type_row{number::payment_booked, 1, "payment_booked"},
    type_row{number::payment_captured, 1, "payment_captured"},
    type_row{number::payment_turned, 1, "payment_turned"},
    type_row{number::payment_restored, 1, "payment_restored"},
    type_row{number::payment_voided, 1, "payment_voided"},
    type_row{number::payment_freed, 1, "payment_freed"},
    type_row{number::payment_hinted, 1, "payment_hinted"},
    type_row{number::ticket_transferred, 1, "ticket_transferred"},
    type_row{number::ticket_admitted, 1, "ticket_admitted"},
    type_row{number::scan_turned_away, 1, "scan_turned_away"},
    type_row{number::admission_undone, 1, "admission_undone"},
    type_row{number::refund_requested, 1, "refund_requested"},
    type_row{number::refund_owed, 1, "refund_owed"},
    type_row{number::refund_refused, 1, "refund_refused"},
    type_row{number::refund_paid, 1, "refund_paid"},
    type_row{number::ticket_offered, 1, "ticket_offered"},
    type_row{number::offer_withdrawn, 1, "offer_withdrawn"},
    type_row{number::resale_held, 1, "resale_held"},
    type_row{number::ticket_resold, 1, "ticket_resold"},
    type_row{number::resale_owed, 1, "resale_owed"},
    type_row{number::payment_scored, 1, "payment_scored"},
    type_row{number::review_closed, 1, "review_closed"},
    type_row{number::waitlist_joined, 1, "waitlist_joined"},
    type_row{number::waitlist_left, 1, "waitlist_left"},
    type_row{number::queue_settings_changed, 1, "queue_settings_changed"},
    type_row{number::pre_queue_opened, 1, "pre_queue_opened"},
    type_row{number::pre_queue_closed, 1, "pre_queue_closed"},
    type_row{number::lots_drawn, 1, "lots_drawn"},
    type_row{number::queue_mode_changed, 1, "queue_mode_changed"},
    type_row{number::queue_joined, 1, "queue_joined"},
    type_row{number::queue_left, 1, "queue_left"},
    type_row{number::queue_fell_silent, 1, "queue_fell_silent"},
    type_row{number::queue_returned, 1, "queue_returned"},
    type_row{number::queue_admitted, 1, "queue_admitted"},
    type_row{number::queue_claimed, 1, "queue_claimed"},
    type_row{number::queue_finished, 1, "queue_finished"},
    type_row{number::queue_expired, 1, "queue_expired"},
    type_row{number::queue_demoted, 1, "queue_demoted"},
    type_row{number::queue_pace_adjusted, 1, "queue_pace_adjusted"},
};
static_assert(types.size() == std::variant_size_v<domain::fact_body>);

[[nodiscard]] auto find_type(std::uint16_t type) noexcept -> const type_row* {
  const auto found = std::find_if(types.begin(), types.end(),
                                  [&](const type_row& row) { return static_cast<std::uint16_t>(row.type) == type; });
  return found == types.end() ? nullptr : &*found;
}

/// Where each field of the header is. docs/journal-format.md is the contract; this is its only other place.
namespace at {
constexpr std::size_t format = 0;
constexpr std::size_t flags = 1;
constexpr std::size_t type = 2;
constexpr std::size_t version = 4;
constexpr std::size_t stream_kind = 6;
constexpr std::size_t reserved_byte = 7;
constexpr std::size_t payload_bytes = 8;
constexpr std::size_t reserved_word = 12;
constexpr std::size_t stream_id = 16;
constexpr std::size_t seq = 24;
constexpr std::size_t epoch = 32;
constexpr std::size_t time = 40;
constexpr std::size_t command_key = 48;
constexpr std::size_t command_request = 56;
constexpr std::size_t trace_high = 64;
constexpr std::size_t trace_low = 72;
constexpr std::size_t reserved_tail = 80;
constexpr std::size_t previous = 96;
static_assert(previous + std::tuple_size_v<chain_hash> == header_bytes);
static_assert(reserved_tail + 16 == previous);
} // namespace at

constexpr std::size_t crc_bytes = 4;
constexpr std::uint8_t format_1 = 1;

auto trouble(const record_header& header, std::string_view what) -> tl::unexpected<failure> {
  return tl::unexpected{failure{failure_kind::corrupt, "record " + std::to_string(header.stream.id) + ":" +
                                                           std::to_string(header.seq) + " (fact type " +
                                                           std::to_string(header.type) + "): " + std::string{what}}};
}

auto bad_bytes(std::string_view what) -> tl::unexpected<failure> {
  return tl::unexpected{failure{failure_kind::corrupt, std::string{what}}};
}

[[nodiscard]] auto read_header(const char* from) noexcept -> record_header {
  record_header header;
  header.format = raw::get<std::uint8_t>(from + at::format);
  header.flags = raw::get<std::uint8_t>(from + at::flags);
  header.type = raw::get<std::uint16_t>(from + at::type);
  header.version = raw::get<std::uint16_t>(from + at::version);
  header.stream.kind = static_cast<stream_kind>(raw::get<std::uint8_t>(from + at::stream_kind));
  header.stream.id = raw::get<std::uint64_t>(from + at::stream_id);
  header.seq = raw::get<std::uint64_t>(from + at::seq);
  header.epoch = raw::get<std::uint64_t>(from + at::epoch);
  header.time.unix_ms = raw::get<std::int64_t>(from + at::time);
  header.command.key = raw::get<std::uint64_t>(from + at::command_key);
  header.command.request = raw::get<std::uint64_t>(from + at::command_request);
  header.trace.high = raw::get<std::uint64_t>(from + at::trace_high);
  header.trace.low = raw::get<std::uint64_t>(from + at::trace_low);
  header.previous = raw::get<chain_hash>(from + at::previous);
  return header;
}

[[nodiscard]] auto reserved_are_zero(const char* from) noexcept -> bool {
  return raw::get<std::uint8_t>(from + at::reserved_byte) == 0 &&
         raw::get<std::uint32_t>(from + at::reserved_word) == 0 &&
         raw::get<std::uint64_t>(from + at::reserved_tail) == 0 &&
         raw::get<std::uint64_t>(from + at::reserved_tail + 8) == 0;
}

[[nodiscard]] auto is_stream_kind(stream_kind kind) noexcept -> bool {
  return kind >= stream_kind::event && kind <= stream_kind::system;
}

} // namespace

auto fact_type(const domain::fact_body& body) noexcept -> std::uint16_t {
  return static_cast<std::uint16_t>(types[body.index()].type);
}

auto fact_version(std::uint16_t type) noexcept -> std::uint16_t {
  const auto* row = find_type(type);
  return row == nullptr ? std::uint16_t{0} : row->version;
}

auto fact_name(std::uint16_t type) noexcept -> std::string_view {
  const auto* row = find_type(type);
  return row == nullptr ? std::string_view{} : row->name;
}

void encode_fact(const domain::fact_body& body, std::string& to) {
  std::visit([&to](const auto& fact) { codec::encode(fact, to); }, body);
}

auto decode_fact(const record_view& record) -> tl::expected<domain::fact, failure> {
  const auto& header = record.header;
  const auto* row = find_type(header.type);
  if (row == nullptr)
    return trouble(header, "this program does not know this type of fact; a newer one wrote it");
  if (header.version == 0 || header.version > row->version)
    return trouble(header, "this program does not know version " + std::to_string(header.version) + " of this fact");
  domain::fact fact{header.time, header.command, {}};
  const bool hot = row->type >= number::hold_created && row->type <= number::order_confirmed;
  const bool sound = hot ? codec::decode_hot(row->type, record.payload, fact.body)
                         : codec::decode_cold(row->type, record.payload, fact.body);
  if (!sound)
    return trouble(header, "the payload is not a " + std::string{row->name});
  return fact;
}

auto encode_record(const record_header& header, std::string_view payload, std::string& to) -> chain_hash {
  HF_CHECK(payload.size() <= UINT32_MAX, "a payload's length fits its field");
  std::array<char, header_bytes> bytes{};
  raw::put(bytes.data() + at::format, header.format);
  raw::put(bytes.data() + at::flags, header.flags);
  raw::put(bytes.data() + at::type, header.type);
  raw::put(bytes.data() + at::version, header.version);
  raw::put(bytes.data() + at::stream_kind, static_cast<std::uint8_t>(header.stream.kind));
  raw::put(bytes.data() + at::payload_bytes, static_cast<std::uint32_t>(payload.size()));
  raw::put(bytes.data() + at::stream_id, header.stream.id);
  raw::put(bytes.data() + at::seq, header.seq);
  raw::put(bytes.data() + at::epoch, header.epoch);
  raw::put(bytes.data() + at::time, header.time.unix_ms);
  raw::put(bytes.data() + at::command_key, header.command.key);
  raw::put(bytes.data() + at::command_request, header.command.request);
  raw::put(bytes.data() + at::trace_high, header.trace.high);
  raw::put(bytes.data() + at::trace_low, header.trace.low);
  raw::put(bytes.data() + at::previous, header.previous);

  const auto start = to.size();
  to.reserve(start + header_bytes + payload.size() + crc_bytes);
  to.append(bytes.data(), bytes.size());
  to.append(payload);
  const auto crc = crc32c(std::string_view{to}.substr(start));
  to.append(reinterpret_cast<const char*>(&crc), sizeof crc);
  return sha256(std::string_view{to}.substr(start));
}

auto decode_record(std::string_view bytes) -> tl::expected<record_view, failure> {
  if (bytes.size() < header_bytes + crc_bytes)
    return bad_bytes("a record of " + std::to_string(bytes.size()) + " bytes is shorter than a header and a checksum");
  if (raw::get<std::uint8_t>(bytes.data() + at::format) != format_1)
    return bad_bytes("this program does not know this record format");
  const auto payload_bytes = raw::get<std::uint32_t>(bytes.data() + at::payload_bytes);
  if (bytes.size() - header_bytes - crc_bytes != payload_bytes)
    return bad_bytes("a record of " + std::to_string(bytes.size()) + " bytes says that its payload has " +
                     std::to_string(payload_bytes));
  const auto body = bytes.substr(0, bytes.size() - crc_bytes);
  if (crc32c(body) != raw::get<std::uint32_t>(bytes.data() + body.size()))
    return bad_bytes("a record's checksum does not match its bytes");
  record_view view{read_header(bytes.data()), bytes.substr(header_bytes, payload_bytes), bytes};
  const auto& header = view.header;
  if (!reserved_are_zero(bytes.data()) || (header.flags & ~record_flag::command_continues) != 0)
    return trouble(header, "reserved bytes or unknown flags are set; a newer program wrote it");
  if (!is_stream_kind(header.stream.kind) || header.seq == 0 || header.time.unix_ms < 0)
    return trouble(header, "the header names no stream, no seq or a time before 1970");
  return view;
}

auto hash_record(std::string_view bytes) noexcept -> chain_hash {
  return sha256(bytes);
}

} // namespace holdfast::journal
