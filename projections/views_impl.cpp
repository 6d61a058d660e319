#include "projections/views_impl.hpp"

#include "projections/bookings_projection.hpp"
#include "projections/catalogue_projection.hpp"
#include "projections/feed.hpp"
#include "projections/inventory_projection.hpp"
#include "projections/layout_store.hpp"
#include "projections/post_gate.hpp"
#include "projections/view_settings.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <tuple>
#include <utility>

namespace holdfast::projections {

struct views_impl::parts {
  parts(journal::journal& from, journal::snapshot_store* snapshots, const view_posts& through,
        const clock_function& clock, const view_settings& settings, const view_store& keep)
      : pool{from},
        gates{post_gate{through.inventory}, post_gate{through.bookings}, post_gate{through.catalogue}},
        posts{gates[0].entrance(), gates[1].entrance(), gates[2].entrance()},
        base{from.end()},
        metrics{std::make_shared<view_metrics>()},
        layouts{std::make_shared<layout_store>(from, clock, settings.layouts)},
        live{std::make_shared<feed>(base, settings.ring)},
        inventory{std::make_shared<inventory_projection>(from, snapshots, layouts, metrics, posts.inventory, clock,
                                                         base, settings.inventory)},
        bookings{std::make_shared<bookings_projection>(layouts, metrics, posts.bookings, clock, settings.bookings)},
        catalogue{std::make_shared<catalogue_projection>(layouts)},
        runners{std::make_shared<projection_runner>(inventory, from, live, posts.inventory, settings.runner),
                std::make_shared<projection_runner>(bookings, from, live, posts.bookings, settings.runner),
                std::make_shared<projection_runner>(catalogue, from, live, posts.catalogue, settings.runner)},
        store_gate{keep.post},
        kept{keep.store != nullptr} {
    if (!kept)
      return;
    bookings->keep_in(
        std::make_shared<checkpoint_lane>(*keep.store, store_gate.entrance(), "bookings", bookings_state_version));
    catalogue->keep_in(
        std::make_shared<checkpoint_lane>(*keep.store, store_gate.entrance(), "catalogue", catalogue_state_version),
        settings.bookings.checkpoint_every);
  }

  /// Takes back what a projection has kept, then has it go on from there.
  template <class Projection>
  void load_and_start(const std::shared_ptr<Projection>& what, const std::shared_ptr<projection_runner>& runner) {
    store_gate.entrance()([what, runner, mutex = loading, over = ended] {
      const std::scoped_lock lock{*mutex};
      if (*over)
        return;
      what->load();
      runner->start();
    });
  }

  [[nodiscard]] auto bookings_complete() const -> bool { return runners[1]->caught_up(); }

  [[nodiscard]] auto catalogue_complete() const -> bool { return runners[2]->caught_up(); }

  void read_layout(std::string_view hash, layout_store::form form, view_done done) const {
    if (const auto which = layouts->find(hash))
      layouts->encoded(which, form, std::move(done));
    else
      done(catalogue_complete() ? read_outcome::not_found : read_outcome::behind, nullptr);
  }

  journal::journal& pool; ///< whose read pool compresses
  std::array<post_gate, 3> gates;
  view_posts posts;     ///< through the gates
  journal::cursor base; ///< the journal's end before this process's first append
  std::shared_ptr<view_metrics> metrics;
  std::shared_ptr<layout_store> layouts;
  std::shared_ptr<feed> live;
  std::shared_ptr<inventory_projection> inventory;
  std::shared_ptr<bookings_projection> bookings;
  std::shared_ptr<catalogue_projection> catalogue;
  std::array<std::shared_ptr<projection_runner>, 3> runners;
  post_gate store_gate;
  const bool kept; ///< in a store
  /// Held while a projection loads.
  std::shared_ptr<std::mutex> loading = std::make_shared<std::mutex>();
  std::shared_ptr<bool> ended = std::make_shared<bool>(false); ///< guarded by `loading`
};

views_impl::views_impl(journal::journal& journal, journal::snapshot_store* snapshots, const view_posts& posts,
                       const clock_function& clock)
    : views_impl{journal, snapshots, posts, clock, view_settings{}} {}

views_impl::views_impl(journal::journal& journal, journal::snapshot_store* snapshots, const view_posts& posts,
                       const clock_function& clock, const view_settings& settings, const view_store& keep)
    : parts_{std::make_unique<parts>(journal, snapshots, posts, clock, settings, keep)} {}

views_impl::~views_impl() {
  for (auto& gate : parts_->gates)
    gate.close();
  parts_->layouts->end();
  parts_->store_gate.close();
  if (!parts_->kept)
    return;
  const std::scoped_lock lock{*parts_->loading};
  *parts_->ended = true;
  parts_->bookings->save();
  parts_->catalogue->save();
}

auto views_impl::listener() const -> std::shared_ptr<journal::commit_listener> {
  return parts_->live;
}

void views_impl::start() {
  auto& my = *parts_;
  my.runners[0]->start();
  if (my.kept) {
    my.load_and_start(my.catalogue, my.runners[2]);
    my.load_and_start(my.bookings, my.runners[1]);
    return;
  }
  my.runners[1]->start();
  my.runners[2]->start();
}

void views_impl::tick(domain::instant now) {
  const auto post_tick = [now](const post_function& post, const auto&... ticked) {
    post([now, weak = std::tuple{std::weak_ptr{ticked}...}] {
      const auto tick_one = [now](const auto& each) {
        if (const auto alive = each.lock())
          alive->tick(now);
      };
      std::apply([&](const auto&... each) { (tick_one(each), ...); }, weak);
    });
  };
  const auto& my = *parts_;
  post_tick(my.posts.inventory, my.runners[0], my.inventory);
  post_tick(my.posts.bookings, my.runners[1], my.bookings);
  post_tick(my.posts.catalogue, my.runners[2], my.catalogue);
}

auto views_impl::rebuild(std::string_view name) -> bool {
  const auto found = std::ranges::find(parts_->runners, name, [](const auto& runner) { return runner->name(); });
  if (found == parts_->runners.end())
    return false;
  (*found)->rebuild();
  return true;
}

auto views_impl::caught_up() const -> bool {
  return std::ranges::all_of(parts_->runners, [](const auto& runner) { return runner->caught_up(); });
}

auto views_impl::status() const -> std::vector<projection_status> {
  std::vector<projection_status> all;
  for (const auto& runner : parts_->runners)
    all.push_back({runner->name(), runner->state(), runner->reason(), runner->caught_up(), runner->lag(),
                   runner->folded(), runner->laps()});
  return all;
}

auto views_impl::metrics() const noexcept -> const view_metrics& {
  return *parts_->metrics;
}

void views_impl::seats(domain::event_id event, std::uint64_t min_seq, view_done done) noexcept {
  parts_->inventory->read(event, waiting_reader::wish::seats, min_seq, {}, std::move(done));
}

void views_impl::seats_binary(domain::event_id event, std::uint64_t min_seq, view_done done) noexcept {
  parts_->inventory->read(event, waiting_reader::wish::seats_binary, min_seq, {}, std::move(done));
}

void views_impl::seats_of_section(domain::event_id event, std::uint64_t min_seq, std::string section,
                                  view_done done) noexcept {
  parts_->inventory->read(event, waiting_reader::wish::section, min_seq, std::move(section), std::move(done));
}

void views_impl::event_page(domain::event_id event, std::uint64_t min_seq, view_done done) noexcept {
  parts_->inventory->read(event, waiting_reader::wish::page, min_seq, {}, std::move(done));
}

void views_impl::layout(std::string hash, view_done done) noexcept {
  parts_->read_layout(hash, layout_store::form::json, std::move(done));
}

void views_impl::layout_binary(std::string hash, view_done done) noexcept {
  parts_->read_layout(hash, layout_store::form::binary, std::move(done));
}

void views_impl::pack(const std::shared_ptr<const view_body>& body, content_coding coding,
                      std::function<void()> done) noexcept {
  if (!body->packed) {
    done();
    return;
  }
  const auto run = [this](std::function<void()> job) { return parts_->pool.run_on_read_pool(std::move(job)); };
  body->packed->prepare(coding, std::shared_ptr<const std::string>{body, &body->bytes}, run, std::move(done));
}

void views_impl::watch(domain::event_id event, std::optional<std::uint64_t> since, live_done done) noexcept {
  parts_->inventory->watch(event, since, std::move(done));
}

void views_impl::listen(const std::weak_ptr<live_listener>& listener) noexcept {
  parts_->inventory->listen(listener);
}

auto views_impl::events_of(domain::organisation_id organisation, domain::event_id after, std::size_t limit) const
    -> std::vector<event_summary> {
  return parts_->catalogue->events_of(organisation, after, limit);
}

void views_impl::booking(domain::event_id event, domain::hold_number number, std::uint64_t min_seq,
                         std::function<void(read_outcome, std::shared_ptr<const booking_line>)> done) noexcept {
  parts_->bookings->read(event, number, min_seq, parts_->bookings_complete(), std::move(done));
}

void views_impl::orders_of(const domain::owner& who, std::uint64_t before, std::size_t limit,
                           std::function<void(read_outcome, order_page)> done) noexcept {
  if (parts_->bookings_complete())
    parts_->bookings->orders_of(who, before, limit, std::move(done));
  else
    done(read_outcome::behind, {});
}

} // namespace holdfast::projections
