#include "domain/limits.hpp"
#include "journal/codec_parts.hpp"
#include "journal/facts.pb.h"

namespace holdfast::journal::codec {

void write_tax(const domain::event_tax& from, wire::Tax& to) {
  to.set_name(from.name);
  to.set_basis_points(from.rate.basis_points);
  to.set_mode(static_cast<std::uint32_t>(from.rate.mode));
}

auto read_rate(std::uint32_t mode, std::uint32_t basis_points, domain::tax_rate& to) -> bool {
  to = {static_cast<domain::tax_mode>(mode), basis_points};
  return mode >= static_cast<std::uint32_t>(domain::tax_mode::inclusive) &&
         mode <= static_cast<std::uint32_t>(domain::tax_mode::exclusive) &&
         basis_points <= domain::limits::tax_basis_points_max;
}

auto read_tax(const wire::Tax& from, domain::event_tax& to) -> bool {
  to.name = from.name();
  return !to.name.empty() && to.name.size() <= domain::limits::tax_name_bytes_max &&
         from.GetReflection()->GetUnknownFields(from).empty() && read_rate(from.mode(), from.basis_points(), to.rate);
}

} // namespace holdfast::journal::codec
