#include "projections/views_impl.hpp"

#include "projections/views_parts.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace holdfast::projections {

views_impl::views_impl(journal::journal& journal, journal::snapshot_store* snapshots, const view_posts& posts,
                       const clock_function& clock)
    : views_impl{journal, snapshots, posts, clock, view_settings{}} {}

views_impl::views_impl(journal::journal& journal, journal::snapshot_store* snapshots, const view_posts& posts,
                       const clock_function& clock, const view_settings& settings, const view_store& keep)
    : parts_{std::make_shared<parts>(journal, snapshots, posts, clock, settings, keep)} {}

views_impl::~views_impl() {
  for (auto& gate : parts_->gates)
    gate.close();
  parts_->layouts->end();
  parts_->store_gate.close();
  if (parts_->search)
    parts_->search->end();
}

void views_impl::save(const std::function<void()>& done) {
  const auto left = std::make_shared<std::atomic<int>>(3);
  const auto saved = [left, done] {
    if (left->fetch_sub(1) == 1)
      done();
  };
  const auto weak = std::weak_ptr{parts_};
  const auto post_save = [&](const post_function& post, auto save_one) {
    post([weak, saved, save_one] {
      if (const auto alive = weak.lock())
        save_one(*alive);
      saved();
    });
  };
  post_save(parts_->posts.bookings, [](parts& of) { of.bookings.save(); });
  post_save(parts_->posts.catalogue, [](parts& of) { of.catalogue.save(); });
  post_save(parts_->posts.report, [](parts& of) { of.report.save(); });
}

auto views_impl::listener() const -> std::shared_ptr<journal::commit_listener> {
  return parts_->live;
}

void views_impl::start() {
  parts_->inventory_runner->start();
  parts_->catalogue.start();
  parts_->bookings.start();
  if (parts_->search)
    parts_->search->start();
  parts_->report.start();
}

void views_impl::tick(domain::instant now) {
  const auto weak = std::weak_ptr{parts_};
  const auto post_tick = [&](const post_function& post, auto of) {
    post([weak, now, of] {
      if (const auto alive = weak.lock())
        of(*alive, now);
    });
  };
  const auto& my = *parts_;
  post_tick(my.posts.inventory, [](parts& of, domain::instant at) {
    of.inventory_runner->tick(at);
    of.inventory->tick(at);
  });
  post_tick(my.posts.bookings, [](parts& of, domain::instant at) { of.bookings.tick(at); });
  post_tick(my.posts.catalogue, [](parts& of, domain::instant at) {
    of.catalogue.tick(at);
    of.look_ahead(at);
  });
  if (my.search)
    my.search->tick(now);
  post_tick(my.posts.report, [](parts& of, domain::instant at) { of.report.tick(at); });
}

void views_impl::pulse(domain::instant now) {
  parts_->posts.inventory([weak = std::weak_ptr{parts_}, now] {
    if (const auto alive = weak.lock())
      alive->inventory->pulse(now);
  });
}

void views_impl::give_way(bool busy) noexcept {
  parts_->metrics->giving_way.store(busy, std::memory_order_relaxed);
}

auto views_impl::rebuild(std::string_view name) -> bool {
  if (name == parts_->inventory->name())
    return parts_->rebuild_inventory();
  if (name == parts_->bookings.shown()->name())
    return parts_->bookings.rebuild();
  if (search_part::has(name))
    return parts_->search && parts_->search->rebuild(name);
  if (name == parts_->report.shown()->name())
    return parts_->report.rebuild();
  return name == parts_->catalogue.shown()->name() && parts_->catalogue.rebuild();
}

auto views_impl::caught_up() const -> bool {
  const auto& my = *parts_;
  // A projection that has stopped is not waited for: selling goes on without it, and so do the other views.
  const auto settled = [](const projection_runner& runner) {
    return runner.caught_up() || runner.state() == runner_state::stopped;
  };
  const auto search_settled = [&] {
    const auto runners = my.search->runners();
    const bool stops =
        std::ranges::any_of(runners, [](const auto& each) { return each->state() == runner_state::stopped; });
    return my.search->caught_up() ||
           (stops && std::ranges::all_of(runners, [&](const auto& each) { return settled(*each); }));
  };
  return settled(*my.inventory_runner) && settled(*my.bookings.runner()) && settled(*my.catalogue.runner()) &&
         settled(*my.report.runner()) && (!my.search || search_settled());
}

auto views_impl::status() const -> std::vector<projection_status> {
  std::vector<projection_status> all;
  const auto add = [&](const projection_runner& runner, bool rebuilding, bool checkpoints_ended) {
    all.push_back({runner.name(), runner.state(), runner.reason(), runner.caught_up(), runner.lag(), runner.folded(),
                   runner.laps(), rebuilding, checkpoints_ended});
  };
  add(*parts_->inventory_runner, parts_->inventory->rebuilding(), false); // it keeps nothing
  add(*parts_->bookings.runner(), parts_->bookings.rebuilding(), parts_->bookings.checkpoints_ended());
  add(*parts_->catalogue.runner(), parts_->catalogue.rebuilding(), parts_->catalogue.checkpoints_ended());
  add(*parts_->report.runner(), parts_->report.rebuilding(), parts_->report.checkpoints_ended());
  if (parts_->search) {
    for (const auto& runner : parts_->search->runners())
      add(*runner, parts_->search->rebuilding(runner->name()), parts_->search->checkpoints_ended(runner->name()));
  }
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

void views_impl::allocations(domain::event_id event, std::uint64_t min_seq, allocation_page page,
                             view_done done) noexcept {
  parts_->inventory->read(event, waiting_reader::wish::allocations, min_seq, {{}, page}, std::move(done));
}

void views_impl::seats_of_section(domain::event_id event, std::uint64_t min_seq, std::string section,
                                  view_done done) noexcept {
  parts_->inventory->read(event, waiting_reader::wish::section, min_seq, {std::move(section), {}}, std::move(done));
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

auto views_impl::search_state() const -> search_status {
  const auto* const search = parts_->search.get();
  return search != nullptr ? search_status{&search->metrics(), search->documents(), search->queued()} : search_status{};
}

void views_impl::search(search_query what, view_done done) noexcept {
  if (parts_->search)
    parts_->search->search(std::move(what), std::move(done));
  else
    done(read_outcome::behind, nullptr);
}

void views_impl::suggest(std::string text, std::size_t limit, view_done done) noexcept {
  if (parts_->search)
    parts_->search->suggest(std::move(text), limit, std::move(done));
  else
    done(read_outcome::behind, nullptr);
}

void views_impl::report(domain::event_id event, std::uint64_t min_seq, report_form form, view_done done) noexcept {
  const bool complete = parts_->report.runner()->caught_up();
  parts_->report.shown()->read(event, min_seq, form, complete, std::move(done));
}

void views_impl::past(const past_wish& what, past_done done) noexcept {
  parts_->past->read(what, std::move(done));
}

auto views_impl::run_aside(std::function<void()> job) noexcept -> bool {
  return parts_->pool.run_on_read_pool(std::move(job));
}

auto views_impl::event(domain::event_id event) const -> std::optional<event_summary> {
  return parts_->catalogue.shown()->event(event);
}

auto views_impl::events_of(domain::organisation_id organisation, domain::event_id after, std::size_t limit) const
    -> std::vector<event_summary> {
  return parts_->catalogue.shown()->events_of(organisation, after, limit);
}

} // namespace holdfast::projections
