#include "journal/checksum.hpp"
#include "journal/codec.hpp"
#include "journal/codec_parts.hpp"
#include "journal/facts.pb.h"

#include <utility>

namespace holdfast::journal {
namespace codec {

void write_layout(const domain::layout_spec& from, wire::Layout& to) {
  for (const auto& section : from.sections) {
    auto& section_out = *to.add_sections();
    section_out.set_name(section.name);
    section_out.set_tier(section.tier);
    for (const auto& row : section.rows) {
      auto& row_out = *section_out.add_rows();
      row_out.set_name(row.name);
      row_out.set_first(row.first);
      row_out.set_count(row.count);
      row_out.mutable_origin()->set_x(row.origin.x);
      row_out.mutable_origin()->set_y(row.origin.y);
      row_out.set_pitch(row.pitch);
      row_out.set_angle(row.angle);
      for (const auto& seat : row.attributes) {
        auto& seat_out = *row_out.add_attributes();
        seat_out.set_number(seat.number);
        seat_out.set_bits(seat.bits);
      }
    }
  }
  for (const auto& area : from.areas) {
    auto& area_out = *to.add_areas();
    area_out.set_name(area.name);
    area_out.set_tier(area.tier);
    area_out.set_capacity(area.capacity);
  }
  if (from.focal) {
    to.mutable_focal()->set_x(from.focal->x);
    to.mutable_focal()->set_y(from.focal->y);
  }
}

namespace {

[[nodiscard]] auto read_row(const wire::Row& from) -> std::optional<domain::row_spec> {
  domain::row_spec row{
      from.name(), from.first(), from.count(), {from.origin().x(), from.origin().y()}, from.pitch(), from.angle(), {}};
  row.attributes.reserve(static_cast<std::size_t>(from.attributes_size()));
  for (const auto& seat : from.attributes()) {
    if (seat.bits() > UINT8_MAX)
      return std::nullopt;
    row.attributes.push_back({seat.number(), static_cast<std::uint8_t>(seat.bits())});
  }
  return row;
}

} // namespace

auto read_layout(const wire::Layout& from) -> std::optional<domain::layout_spec> {
  domain::layout_spec layout;
  layout.sections.reserve(static_cast<std::size_t>(from.sections_size()));
  for (const auto& section : from.sections()) {
    auto& section_out = layout.sections.emplace_back(domain::section_spec{section.name(), section.tier(), {}});
    section_out.rows.reserve(static_cast<std::size_t>(section.rows_size()));
    for (const auto& row : section.rows()) {
      auto read = read_row(row);
      if (!read)
        return std::nullopt;
      section_out.rows.push_back(*std::move(read));
    }
  }
  for (const auto& area : from.areas())
    layout.areas.push_back({area.name(), area.tier(), area.capacity()});
  if (from.has_focal())
    layout.focal = domain::plan_point{from.focal().x(), from.focal().y()};
  return layout;
}

auto build_layout(const wire::Layout& from) -> std::shared_ptr<const domain::layout> {
  auto spec = read_layout(from);
  if (!spec)
    return nullptr;
  auto built = domain::layout::build(*std::move(spec));
  return built ? *std::move(built) : nullptr;
}

} // namespace codec

auto encode_layout(const domain::layout_spec& layout) -> std::string {
  wire::Layout message;
  codec::write_layout(layout, message);
  return message.SerializeAsString();
}

auto decode_layout(std::string_view bytes) -> tl::expected<domain::layout_spec, failure> {
  wire::Layout message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return tl::unexpected{failure{failure_kind::corrupt, "these bytes are not a layout"}};
  auto layout = codec::read_layout(message);
  if (!layout)
    return tl::unexpected{failure{failure_kind::corrupt, "this layout has a seat with unknown attributes"}};
  return *std::move(layout);
}

auto layout_hash(const domain::layout_spec& layout) -> std::string {
  return hex(sha256(encode_layout(layout)));
}

} // namespace holdfast::journal
