#include "journal/codec.hpp"
#include "projections/event_entry.hpp"
#include "projections/inventory_bodies.hpp"
#include "projections/layout_store.hpp"
#include "projections/store/offline_fold.hpp"
#include "projections/store/offline_parts.hpp"
#include "projections/store/row_codec.hpp"
#include "projections/unfoldable.hpp"

#include <algorithm>
#include <exception>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace holdfast::projections {

namespace {

using journal::failure;
using journal::failure_kind;

auto folded_at(journal::journal& from, journal::snapshot_store* snapshots, domain::event_id event, std::uint64_t seq)
    -> tl::expected<journal::folded, failure> {
  std::promise<tl::expected<journal::folded, failure>> answer;
  journal::fold_event(from, snapshots, event, seq,
                      [&](tl::expected<journal::folded, failure> folded) { answer.set_value(std::move(folded)); });
  return answer.get_future().get();
}

/// Folds the event's facts after `to.seq` up to `last`, one by one, as they come to a view that is open.
auto follow(event_fold& to, journal::journal& from, std::uint64_t last, layout_store& layouts)
    -> tl::expected<void, failure> {
  std::optional<failure> trouble;
  ledger_findings findings;
  const journal::stream_id stream{journal::stream_kind::event, to.event.value()};
  const auto take = [&](std::span<const journal::record_view> records) {
    for (const auto& record : records) {
      if (record.header.seq > last)
        return false;
      auto fact = journal::decode_fact(record);
      if (!fact) {
        trouble = std::move(fact.error());
        return false;
      }
      try {
        const auto facts = std::make_shared<const domain::facts>(domain::facts{*std::move(fact)});
        static_cast<void>(fold_group(to, {stream, record.header.seq, facts.get(), 0, facts}, layouts, findings));
      } catch (const std::exception& error) {
        trouble = failure{failure_kind::corrupt, error.what()};
        return false;
      }
    }
    return true;
  };
  std::promise<tl::expected<journal::cursor, failure>> ended;
  from.read(stream, to.seq + 1, take,
            [&](tl::expected<journal::cursor, failure> how) { ended.set_value(std::move(how)); });
  auto how = ended.get_future().get();
  if (!trouble && findings.any())
    trouble = failure{failure_kind::corrupt, "event " + std::to_string(to.event.value()) + ": " + findings.first};
  if (trouble)
    return tl::unexpected{*std::move(trouble)};
  return how ? tl::expected<void, failure>{} : tl::unexpected{std::move(how.error())};
}

class inventory_fold {
 public:
  inventory_fold(journal::journal& from, journal::snapshot_store* snapshots)
      : from_{from}, snapshots_{snapshots}, layouts_{from, [] { return domain::instant{}; }} {}

  [[nodiscard]] auto add(domain::event_id event, std::uint64_t head) -> tl::expected<void, failure> {
    const auto end = folded_at(from_, snapshots_, event, head);
    if (!end)
      return tl::unexpected{end.error()};
    result_.commands += end->replayed;
    if (end->snapshot_seq > 0)
      result_.from_store += forms;
    if (snapshots_ == nullptr) {
      show(make_fold(event, end->state, layouts_, true), *end->state.seats());
      return {};
    }
    auto begun = folded_at(from_, snapshots_, event, std::max<std::uint64_t>(1, end->snapshot_seq));
    if (!begun)
      return tl::unexpected{std::move(begun.error())};
    auto fold = make_fold(event, begun->state, layouts_, true);
    if (auto followed = follow(fold, from_, head, layouts_); !followed)
      return followed;
    fold.state_hash = end->state.hash();
    show(fold, *end->state.seats());
    return {};
  }

  [[nodiscard]] auto result() -> folded_projection {
    result_.rows = sum_.rows();
    result_.checksum = sum_.text();
    return result_;
  }

 private:
  static constexpr std::uint64_t forms = 4;

  void show(const event_fold& fold, const domain::layout& seats) {
    const auto picture = picture_of(fold);
    std::uint8_t form = 0;
    for (const auto& made :
         {encode_seats(*picture, seats, {}), encode_seats_binary(*picture, {}), encode_page(*picture, seats, {}),
          encode_allocations(*picture, seats, {{}, picture->allocations.size()}, {})})
      sum_.add(row_writer{}.number(fold.event.value()).byte(++form).take(), made.body->bytes);
  }

  journal::journal& from_;
  journal::snapshot_store* const snapshots_;
  layout_store layouts_;
  row_sum sum_;
  folded_projection result_;
};

} // namespace

auto fold_inventory_offline(journal::journal& from, journal::snapshot_store* snapshots, const fold_progress& progress)
    -> tl::expected<folded_projection, failure> {
  const auto heads = from.heads(journal::stream_kind::event);
  if (!heads)
    return tl::unexpected{heads.error()};
  inventory_fold fold{from, snapshots};
  for (const auto& [stream, head] : *heads) {
    if (auto added = fold.add(domain::event_id{stream.id}, head.seq); !added)
      return tl::unexpected{std::move(added.error())};
    progress(fold.result().commands);
  }
  return fold.result();
}

} // namespace holdfast::projections
