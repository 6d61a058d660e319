#pragma once

#include "domain/instant.hpp"
#include "projections/ports.hpp"
#include "projections/projection_runner.hpp"
#include "projections/projection_store.hpp"
#include "projections/store/checkpoint_lane.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::projections {

/// A projection that begins from its checkpoint, and that can be folded anew beside itself: the old one is shown until the new one
/// has caught up, then the new one is, from one read to the next.
///
/// The two have a space of the store each, in turns. Either of them is a sound checkpoint whenever it has a position, so that a
/// start takes the one it finds. `Projection` has `keep_in(lane)`, `load()`, `tick(now)` and `save()` beside the projection's own.
///
/// `tick` and `save` run on the projection's actor, the rest on any thread.
template <class Projection>
class kept_projection {
 public:
  struct parts {
    std::function<std::shared_ptr<Projection>()> make;
    std::function<std::shared_ptr<projection_runner>(std::shared_ptr<Projection>)> make_runner;
    projection_store* store = nullptr; ///< null: nothing is kept, every start folds from the beginning
    post_function store_post;
    std::uint32_t state_version = 0;
  };

  explicit kept_projection(parts from) : from_{std::move(from)}, state_{std::make_shared<state>()} {
    state_->shown = make_one();
    if (from_.store == nullptr)
      return;
    state_->space = space_with_position();
    attach(state_->shown, state_->space);
  }

  [[nodiscard]] auto shown() const -> std::shared_ptr<Projection> { return current().what; }

  [[nodiscard]] auto runner() const -> std::shared_ptr<projection_runner> { return current().runner; }

  /// Takes back what was kept, on the store's thread, then folds on from there.
  void start() {
    if (from_.store == nullptr) {
      runner()->start();
      return;
    }
    load_and_start(current());
  }

  /// Begins to fold anew beside what is shown; false while that is under way.
  [[nodiscard]] auto rebuild() -> bool {
    const std::scoped_lock lock{state_->mutex};
    if (state_->next.what)
      return false;
    auto next = make_one();
    if (from_.store != nullptr) {
      static_cast<void>(from_.store->wipe(space_name(1 - state_->space)));
      attach(next, 1 - state_->space);
      load_and_start(next);
    } else {
      next.runner->start();
    }
    state_->next = std::move(next);
    return true;
  }

  [[nodiscard]] auto rebuilding() const -> bool {
    const std::scoped_lock lock{state_->mutex};
    return state_->next.what != nullptr;
  }

  /// Whether what is shown has no more checkpoints because its store failed; a rebuild begins with a new space.
  [[nodiscard]] auto checkpoints_ended() const -> bool {
    const auto lane = current().lane;
    return lane && lane->failed();
  }

  /// Checkpoints, lag, and the change to a new fold that has caught up.
  void tick(domain::instant now) {
    pair next;
    {
      const std::scoped_lock lock{state_->mutex};
      next = state_->next;
    }
    if (next.what) {
      next.runner->tick(now);
      next.what->tick(now);
      if (next.runner->caught_up())
        change_to(next, now);
      else if (next.runner->state() == runner_state::stopped)
        give_up();
    }
    const auto its = current();
    its.runner->tick(now);
    its.what->tick(now);
    for (const auto& one : take_retired(now))
      one.its.what->tick(now); // its last readers, those of before this very change among them
  }

  /// The last checkpoint. Blocks, also for a load under way.
  void save() {
    if (from_.store == nullptr)
      return;
    const std::scoped_lock lock{state_->loading};
    state_->ended = true;
    current().what->save();
    current().what->keep_in(nullptr);
  }

 private:
  struct pair {
    std::shared_ptr<Projection> what;
    std::shared_ptr<projection_runner> runner;
    std::shared_ptr<checkpoint_lane> lane; ///< null: nothing is kept
  };

  struct retired_pair {
    pair its;
    domain::instant at;
  };

  struct state {
    mutable std::mutex mutex; ///< over shown and next
    pair shown;
    pair next;                         ///< null: no rebuild is under way
    std::vector<retired_pair> retired; ///< shown before: for a moment there may be readers who wait for them
    std::size_t space = 0;             ///< of what is shown
    std::mutex loading;                ///< held while something is loaded
    bool ended = false;                ///< guarded by `loading`
  };

  /// Those that were shown before; the old ones of them for the last time, so that nobody who waits for one is forgotten.
  [[nodiscard]] auto take_retired(domain::instant now) -> std::vector<retired_pair> {
    const std::scoped_lock lock{state_->mutex};
    auto all = state_->retired;
    std::erase_if(state_->retired, [&](const retired_pair& one) { return now - one.at > domain::seconds(5); });
    return all;
  }

  [[nodiscard]] auto current() const -> pair {
    const std::scoped_lock lock{state_->mutex};
    return state_->shown;
  }

  [[nodiscard]] auto make_one() const -> pair {
    auto what = from_.make();
    auto runner = from_.make_runner(what);
    return {std::move(what), std::move(runner), nullptr};
  }

  [[nodiscard]] auto space_name(std::size_t space) const -> std::string {
    std::string name{state_->shown.what->name()};
    return space == 0 ? name : name.append(".2");
  }

  void attach(pair& its, std::size_t space) {
    its.lane =
        std::make_shared<checkpoint_lane>(*from_.store, from_.store_post, space_name(space), from_.state_version);
    its.what->keep_in(its.lane);
  }

  void load_and_start(const pair& its) {
    from_.store_post([of = state_, its] {
      const std::scoped_lock lock{of->loading};
      if (of->ended)
        return;
      its.what->load();
      its.runner->start();
    });
  }

  /// The space that a start goes on from; the other one is wiped.
  [[nodiscard]] auto space_with_position() const -> std::size_t {
    const auto second = from_.store->open(space_name(1), from_.state_version);
    const auto first = from_.store->open(space_name(0), from_.state_version);
    const bool use_second = second && *second != journal::cursor{} && first && *first == journal::cursor{};
    static_cast<void>(from_.store->wipe(space_name(use_second ? 0 : 1)));
    return use_second ? 1 : 0;
  }

  void change_to(const pair& next, domain::instant now) {
    const std::scoped_lock lock{state_->mutex};
    const auto& old_one = state_->retired.emplace_back(retired_pair{std::exchange(state_->shown, next), now});
    state_->next = {};
    if (from_.store == nullptr)
      return;
    // No checkpoint of it may come after its space is wiped: the space would then have a position, and not all rows.
    old_one.its.what->keep_in(nullptr);
    from_.store_post([store = from_.store, old = space_name(state_->space)] { static_cast<void>(store->wipe(old)); });
    state_->space = 1 - state_->space;
  }

  void give_up() {
    const std::scoped_lock lock{state_->mutex};
    state_->next = {};
  }

  const parts from_;
  const std::shared_ptr<state> state_;
};

} // namespace holdfast::projections
