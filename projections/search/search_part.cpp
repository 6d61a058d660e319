#include "projections/search/search_part.hpp"

#include <utility>

namespace holdfast::projections {

search_part::search_part(const surroundings& around, const search_settings& settings)
    : slots_{std::make_shared<search_slots>()},
      metrics_{std::make_shared<search_metrics>()},
      caught_up_{std::make_shared<std::atomic<bool>>(false)},
      columns_gate_{around.columns_post},
      texts_gate_{thread_.post()},
      columns_post_{columns_gate_.entrance()},
      texts_post_{texts_gate_.entrance()},
      store_post_{around.store_post},
      columns_{std::make_shared<columns_projection>(slots_, settings, around.clock)},
      texts_{std::make_shared<text_projection>(slots_, settings, around.clock)},
      columns_runner_{
          std::make_shared<projection_runner>(columns_, around.from, around.live, columns_post_, around.runner)},
      texts_runner_{std::make_shared<projection_runner>(texts_, around.from, around.live, texts_post_, around.runner)},
      service_{std::make_shared<search_service>(around.from, around.clock, slots_, metrics_, settings)},
      asked_{std::make_shared<std::array<std::atomic<bool>, 2>>()} {
  if (around.store != nullptr) {
    columns_lane_ = std::make_shared<checkpoint_lane>(*around.store, store_post_, "search", columns_state_version);
    columns_->keep_in(columns_lane_);
  } else {
    store_post_ = nullptr;
  }
  slots_->begins.store(!settings.read_only, std::memory_order_release);
}

search_part::~search_part() {
  end();
}

void search_part::start() {
  const auto load_and_start = [](const auto& what, const std::shared_ptr<projection_runner>& runner) {
    return [what, runner] {
      what->load();
      runner->start();
    };
  };
  texts_post_(load_and_start(texts_, texts_runner_));
  if (store_post_)
    store_post_(load_and_start(columns_, columns_runner_));
  else
    columns_runner_->start();
}

void search_part::tick(domain::instant now) {
  const auto tick_one = [now](const auto& what, const std::shared_ptr<projection_runner>& runner) {
    return [now, what = std::weak_ptr{what}, runner = std::weak_ptr{runner}] {
      const auto alive = what.lock();
      const auto driver = runner.lock();
      if (!alive || !driver)
        return;
      driver->tick(now);
      alive->tick(driver->caught_up());
      if constexpr (requires { alive->failure(); }) {
        if (!alive->failure().empty())
          driver->give_up(alive->failure());
      }
    };
  };
  columns_post_(tick_one(columns_, columns_runner_));
  texts_post_(tick_one(texts_, texts_runner_));
  const auto settled = [](const projection_runner& runner, bool shown) {
    return (runner.caught_up() && shown) || runner.state() == runner_state::stopped;
  };
  if (settled(*columns_runner_, true) && settled(*texts_runner_, texts_->has_shown_all()))
    slots_->begins.store(false, std::memory_order_release);
  if (columns_runner_->caught_up() && texts_runner_->caught_up() && texts_->has_shown_all())
    caught_up_->store(true, std::memory_order_release);
}

void search_part::end() {
  if (std::exchange(ended_, true))
    return;
  columns_gate_.close();
  texts_gate_.close();
  thread_.stop();
  columns_->save();
  texts_->save();
  texts_->close();
}

auto search_part::rebuild(std::string_view name) -> bool {
  const std::scoped_lock lock{rebuild_mutex_};
  if (rebuilding(name))
    return false;
  const std::size_t which = name == columns_->name() ? 0 : 1;
  (*asked_)[which].store(true);
  runners()[which]->rebuild();
  // After the reset, which says on its own that it runs.
  (which == 0 ? columns_post_ : texts_post_)([asked = asked_, which] { (*asked)[which].store(false); });
  return true;
}

auto search_part::rebuilding(std::string_view name) const -> bool {
  // In this order: what is asked for no more runs already.
  if (name == columns_->name())
    return (*asked_)[0].load() || columns_->rebuild_runs();
  return (*asked_)[1].load() || texts_->rebuild_runs();
}

auto search_part::documents() const -> std::uint64_t {
  const auto texts = slots_->texts.get().what;
  return texts ? texts->documents() : 0;
}

} // namespace holdfast::projections
