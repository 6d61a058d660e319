#pragma once

#include "projections/bookings_projection.hpp"
#include "projections/catalogue_projection.hpp"
#include "projections/feed.hpp"
#include "projections/inventory_projection.hpp"
#include "projections/kept_projection.hpp"
#include "projections/layout_store.hpp"
#include "projections/past/past_views.hpp"
#include "projections/post_gate.hpp"
#include "projections/report/report_projection.hpp"
#include "projections/search/search_part.hpp"
#include "projections/view_settings.hpp"
#include "projections/views_impl.hpp"

#include <array>
#include <functional>
#include <memory>
#include <utility>

namespace holdfast::projections {

/// The projections behind the views, and where each runs.
struct views_impl::parts {
  parts(journal::journal& from, journal::snapshot_store* snapshots, const view_posts& through,
        const clock_function& clock, const view_settings& settings, const view_store& keep)
      : pool{from},
        gates{post_gate{through.inventory}, post_gate{through.bookings}, post_gate{through.catalogue},
              post_gate{through.report}},
        posts{gates[0].entrance(), gates[1].entrance(), gates[2].entrance(), gates[3].entrance()},
        base{from.end()},
        follows{settings.inventory.follows},
        metrics{std::make_shared<view_metrics>()},
        layouts{std::make_shared<layout_store>(from, clock, settings.layouts, metrics)},
        live{std::make_shared<feed>(base, settings.ring)},
        inventory{std::make_shared<inventory_projection>(from, snapshots, layouts, metrics, posts.inventory, clock,
                                                         base, settings.inventory)},
        inventory_runner{std::make_shared<projection_runner>(inventory, from, live, posts.inventory, settings.runner)},
        store_gate{keep.post},
        bookings{{.make =
                      [this, clock, bounds = settings.bookings] {
                        return std::make_shared<bookings_projection>(layouts, metrics, posts.bookings, clock, bounds);
                      },
                  .make_runner = runner_maker<bookings_projection>(from, posts.bookings, settings.runner),
                  .store = keep.store,
                  .store_post = store_gate.entrance(),
                  .state_version = bookings_state_version}},
        catalogue{{.make =
                       [this, every = settings.bookings.checkpoint_every] {
                         return std::make_shared<catalogue_projection>(layouts, every);
                       },
                   .make_runner = runner_maker<catalogue_projection>(from, posts.catalogue, settings.runner),
                   .store = keep.store,
                   .store_post = store_gate.entrance(),
                   .state_version = catalogue_state_version}},
        search{make_search({.from = from,
                            .live = live,
                            .columns_post = through.search,
                            .clock = clock,
                            .runner = settings.runner,
                            .store = keep.store,
                            .store_post = store_gate.entrance()},
                           settings.search)},
        report{{.make =
                    [this, clock, bounds = settings.report] {
                      return std::make_shared<report_projection>(metrics, posts.report, clock, bounds);
                    },
                .make_runner = runner_maker<report_projection>(from, posts.report, settings.runner),
                .store = keep.store,
                .store_post = store_gate.entrance(),
                .state_version = report_state_version}},
        warm{from, inventory, layouts, metrics, settings.prewarm},
        past{std::make_shared<past_views>(from, snapshots, layouts, clock, settings.past)} {}

  /// Null without a directory for it.
  [[nodiscard]] static auto make_search(const search_part::surroundings& around, const search_settings& settings)
      -> std::unique_ptr<search_part> {
    return settings.directory.empty() ? nullptr : std::make_unique<search_part>(around, settings);
  }

  template <class Projection>
  auto runner_maker(journal::journal& from, const post_function& post, const projection_runner::bounds& within)
      -> std::function<std::shared_ptr<projection_runner>(std::shared_ptr<Projection>)> {
    return [this, &from, post, within](std::shared_ptr<Projection> what) {
      return std::make_shared<projection_runner>(std::move(what), from, live, post, within);
    };
  }

  /// Of a journal that was refused nothing more will come.
  [[nodiscard]] auto bookings_complete() const -> bool { return bookings.runner()->caught_up() || !follows; }

  [[nodiscard]] auto catalogue_complete() const -> bool { return catalogue.runner()->caught_up(); }

  /// Beside what is shown. One that has stopped follows the journal again as well.
  [[nodiscard]] auto rebuild_inventory() -> bool {
    if (!inventory->ask_rebuild())
      return false;
    if (inventory_runner->state() == runner_state::stopped)
      inventory_runner->rebuild();
    else
      posts.inventory([what = std::weak_ptr{inventory}] {
        if (const auto alive = what.lock())
          alive->rebuild();
      });
    return true;
  }

  void look_ahead(domain::instant now) {
    if (!warm.is_due(now) || !catalogue_complete())
      return;
    const auto& within = warm.within();
    warm.look(now, catalogue.shown()->opening(now - within.afterwards, now + within.ahead, within.events_max));
  }

  void read_layout(std::string_view hash, layout_store::form form, view_done done) const {
    if (const auto which = layouts->find(hash))
      layouts->encoded(which, form, std::move(done));
    else
      done(catalogue_complete() ? read_outcome::not_found : read_outcome::behind, nullptr);
  }

  journal::journal& pool; ///< whose read pool compresses
  std::array<post_gate, 4> gates;
  view_posts posts;     ///< through the gates
  journal::cursor base; ///< the journal's end before this process's first append
  const bool follows;   ///< the journal; false: it was refused
  std::shared_ptr<view_metrics> metrics;
  std::shared_ptr<layout_store> layouts;
  std::shared_ptr<feed> live;
  std::shared_ptr<inventory_projection> inventory;
  std::shared_ptr<projection_runner> inventory_runner;
  post_gate store_gate;
  kept_projection<bookings_projection> bookings;
  kept_projection<catalogue_projection> catalogue;
  std::unique_ptr<search_part> search; ///< null: there is none
  kept_projection<report_projection> report;
  prewarmer warm; ///< the catalogue's actor's
  std::shared_ptr<past_views> past;
};

} // namespace holdfast::projections
