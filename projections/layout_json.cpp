#include "projections/layout_json.hpp"

#include "journal/codec.hpp"
#include "projections/json_writer.hpp"

#include <array>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace holdfast::projections {

namespace {

constexpr std::array<std::pair<std::uint8_t, std::string_view>, 3> attribute_names{{
    {domain::seat_attribute::accessible, "accessible"},
    {domain::seat_attribute::companion, "companion"},
    {domain::seat_attribute::restricted_view, "restricted_view"},
}};

void decimal(json_writer& out, std::string_view name, std::int32_t hundredths) {
  std::string text;
  append_hundredths(hundredths, text);
  out.key(name).raw(text);
}

void write_attributes(json_writer& out, const domain::row_spec& row) {
  out.key("attributes").begin_object();
  for (const auto& seat : row.attributes) {
    out.key(std::to_string(seat.number)).begin_array();
    for (const auto& [bit, name] : attribute_names) {
      if ((seat.bits & bit) != 0)
        out.value(name);
    }
    out.end_array();
  }
  out.end_object();
}

void write_row(json_writer& out, const domain::row_spec& row) {
  out.begin_object().member("name", row.name).member("first", row.first).member("count", row.count);
  decimal(out, "x", row.origin.x);
  decimal(out, "y", row.origin.y);
  decimal(out, "pitch", row.pitch);
  decimal(out, "angle", row.angle);
  if (!row.attributes.empty())
    write_attributes(out, row);
  out.end_object();
}

/// Hashes of layout objects that live, so that one is hashed once. Thread-safe.
class hash_memory {
 public:
  auto of(const std::shared_ptr<const domain::layout>& seats) -> std::string {
    {
      const std::lock_guard lock{mutex_};
      const auto found = known_.find(seats.get());
      // Another object may have lived at this address.
      if (found != known_.end() && found->second.object.lock() == seats)
        return found->second.hash;
    }
    auto hash = journal::layout_hash(seats->spec());
    const std::lock_guard lock{mutex_};
    if (known_.size() >= entries_max)
      std::erase_if(known_, [](const auto& each) { return each.second.object.expired(); });
    if (known_.size() >= entries_max)
      known_.clear();
    known_.insert_or_assign(seats.get(), entry{seats, hash});
    return hash;
  }

 private:
  struct entry {
    std::weak_ptr<const domain::layout> object;
    std::string hash;
  };

  static constexpr std::size_t entries_max = 1'024; ///< some 200 bytes each

  std::mutex mutex_;
  std::unordered_map<const domain::layout*, entry> known_;
};

} // namespace

auto layout_hash(const std::shared_ptr<const domain::layout>& of) -> std::string {
  static hash_memory memory;
  return memory.of(of);
}

void append_hundredths(std::int32_t hundredths, std::string& to) {
  const auto size = std::llabs(std::int64_t{hundredths});
  if (hundredths < 0)
    to.push_back('-');
  to.append(std::to_string(size / 100));
  const auto rest = static_cast<int>(size % 100);
  if (rest == 0)
    return;
  to.push_back('.');
  to.push_back(static_cast<char>('0' + rest / 10));
  if (rest % 10 != 0)
    to.push_back(static_cast<char>('0' + rest % 10));
}

void append_layout_json(const domain::layout_spec& layout, std::string& to) {
  json_writer out{to};
  out.begin_object().key("sections").begin_array();
  for (const auto& section : layout.sections) {
    out.begin_object().member("name", section.name).member("tier", section.tier).key("rows").begin_array();
    for (const auto& row : section.rows)
      write_row(out, row);
    out.end_array().end_object();
  }
  out.end_array().key("areas").begin_array();
  for (const auto& area : layout.areas)
    out.begin_object()
        .member("name", area.name)
        .member("tier", area.tier)
        .member("capacity", area.capacity)
        .end_object();
  out.end_array();
  if (layout.focal) {
    out.key("focal").begin_object();
    decimal(out, "x", layout.focal->x);
    decimal(out, "y", layout.focal->y);
    out.end_object();
  }
  out.end_object();
}

} // namespace holdfast::projections
