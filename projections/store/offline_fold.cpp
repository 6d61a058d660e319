#include "projections/store/offline_fold.hpp"

#include "journal/checksum.hpp"
#include "projections/bookings_projection.hpp"
#include "projections/catalogue_projection.hpp"
#include "projections/catch_up.hpp"
#include "projections/layout_store.hpp"
#include "projections/metrics.hpp"
#include "projections/store/checkpoint_lane.hpp"

#include <array>
#include <cstring>
#include <future>
#include <memory>
#include <utility>

namespace holdfast::projections {

namespace {

using journal::failure;
using journal::failure_kind;

/// Sums hashes of rows, so that their order does not matter and none of them is kept.
class row_sum {
 public:
  void add(std::string_view key, std::string_view value) {
    std::string row;
    const auto size = static_cast<std::uint32_t>(key.size());
    row.append(reinterpret_cast<const char*>(&size), sizeof size).append(key).append(value);
    const auto hash = journal::sha256(row);
    for (std::size_t word = 0; word < sum_.size(); ++word) {
      std::uint64_t part = 0;
      std::memcpy(&part, hash.data() + word * sizeof part, sizeof part);
      sum_[word] += part;
    }
    ++rows_;
  }

  [[nodiscard]] auto rows() const noexcept -> std::uint64_t { return rows_; }

  [[nodiscard]] auto text() const -> std::string {
    journal::chain_hash bytes{};
    std::memcpy(bytes.data(), sum_.data(), bytes.size());
    return journal::hex(bytes);
  }

 private:
  std::array<std::uint64_t, 4> sum_{};
  std::uint64_t rows_ = 0;
};

auto next_chunk(journal::journal& from, const journal::cursor& at, const std::shared_ptr<const projection>& for_whom)
    -> tl::expected<fact_chunk, failure> {
  std::promise<tl::expected<fact_chunk, failure>> answer;
  read_chunk(from, at, for_whom, {},
             [&](tl::expected<fact_chunk, failure> chunk) { answer.set_value(std::move(chunk)); });
  return answer.get_future().get();
}

auto fold_to_end(projection& what, const std::shared_ptr<const projection>& shared, journal::journal& from,
                 const fold_progress& progress) -> tl::expected<std::uint64_t, failure> {
  std::uint64_t commands = 0;
  auto at = what.position();
  for (bool more = true; more;) {
    auto chunk = next_chunk(from, at, shared);
    if (!chunk)
      return tl::unexpected{std::move(chunk.error())};
    try {
      for (const auto& group : chunk->groups)
        what.apply({group.stream, group.first_seq, group.facts.get(), 0, group.facts});
    } catch (const std::exception& error) {
      return tl::unexpected{failure{failure_kind::corrupt, error.what()}};
    }
    what.publish(chunk->after);
    commands += chunk->groups.size();
    progress(commands);
    at = std::move(chunk->after);
    more = !chunk->to_present;
  }
  return commands;
}

/// On the spot: nothing else runs.
auto at_once() -> post_function {
  return [](const std::function<void()>& job) { job(); };
}

auto no_time() -> clock_function {
  return [] { return domain::instant{}; };
}

template <class Projection>
auto fold(const std::shared_ptr<Projection>& what, std::uint32_t version, journal::journal& from,
          projection_store* from_store, projection_store* keep_in, const fold_progress& progress)
    -> tl::expected<folded_projection, failure> {
  folded_projection result;
  auto* const store = from_store != nullptr ? from_store : keep_in;
  const std::string name{what->name()};
  if (keep_in != nullptr && keep_in != from_store) {
    if (auto wiped = keep_in->wipe(name); !wiped)
      return tl::unexpected{std::move(wiped.error())};
  }
  std::shared_ptr<checkpoint_lane> lane;
  if (store != nullptr) {
    lane = std::make_shared<checkpoint_lane>(*store, at_once(), name, version);
    what->keep_in(lane);
    what->load();
    row_sum taken;
    what->visit_rows([&](std::string_view key, std::string_view value) { taken.add(key, value); });
    result.from_store = taken.rows();
  }
  const auto commands = fold_to_end(*what, what, from, progress);
  if (!commands)
    return tl::unexpected{commands.error()};
  result.commands = *commands;
  row_sum sum;
  what->visit_rows([&](std::string_view key, std::string_view value) { sum.add(key, value); });
  result.rows = sum.rows();
  result.checksum = sum.text();
  if (keep_in != nullptr) {
    what->save();
    if (lane->failed())
      return tl::unexpected{failure{failure_kind::io, name + ": the checkpoint could not be written"}};
  }
  return result;
}

} // namespace

auto kept_projections() -> const std::vector<std::string_view>& {
  static const std::vector<std::string_view> names{"catalogue", "bookings"};
  return names;
}

auto fold_offline(std::string_view projection, journal::journal& from, projection_store* from_store,
                  projection_store* keep_in, const fold_progress& progress)
    -> tl::expected<folded_projection, failure> {
  const auto layouts = std::make_shared<layout_store>(from, no_time());
  if (projection == "catalogue")
    return fold(std::make_shared<catalogue_projection>(layouts), catalogue_state_version, from, from_store, keep_in,
                progress);
  if (projection == "bookings")
    return fold(std::make_shared<bookings_projection>(layouts, std::make_shared<view_metrics>(), at_once(), no_time()),
                bookings_state_version, from, from_store, keep_in, progress);
  return tl::unexpected{failure{failure_kind::invalid, "there is no projection '" + std::string{projection} + "'"}};
}

} // namespace holdfast::projections
