#include "actors/queue_table.hpp"

#include "actors/interfaces.hpp"
#include "actors/spawn_anywhere.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>
#include <future>
#include <type_traits>
#include <utility>

namespace holdfast::actors {

namespace queue = domain::queue;
using queue::place_number;
using unavailable = room_unavailable::reason;

namespace {

/// Rooms that nobody has to wait for are loaded some at a time.
constexpr int dormant_at_once = 2;
constexpr std::uint32_t leaves_max = 65'536;

auto room_job(std::function<void(queue_core&)>&& job) -> messages::queue_job {
  return {std::make_shared<std::function<void(queue_core&)>>(std::move(job))};
}

/// Brings jobs to the actor that owns a core. Holds it weakly: what arrives after its end is dropped.
class caf_queue_mailbox final : public queue_mailbox {
 public:
  explicit caf_queue_mailbox(const queue_actor& self) : self_{caf::actor_cast<caf::actor_addr>(self)} {}

  void post(std::function<void(queue_core&)> job) noexcept override {
    if (const auto strong = caf::actor_cast<caf::strong_actor_ptr>(self_)) {
      caf::anon_send(caf::actor_cast<queue_actor>(strong), room_job(std::move(job)));
    }
  }

  void post_after(std::chrono::milliseconds delay, std::function<void(queue_core&)> job) noexcept override {
    if (const auto strong = caf::actor_cast<caf::strong_actor_ptr>(self_)) {
      caf::delayed_anon_send(caf::actor_cast<queue_actor>(strong), delay, room_job(std::move(job)));
    }
  }

 private:
  caf::actor_addr self_;
};

struct queue_actor_setup {
  domain::event_id event;
  const queue_services* services = nullptr;
  std::shared_ptr<queue_board> board;
  std::shared_ptr<queue_inbox> inbox;
  std::shared_ptr<std::atomic<std::size_t>> live;
  std::function<void(bool)> then;
};

class queue_actor_state {
 public:
  static inline const char* name = "queue-actor";

  explicit queue_actor_state(queue_actor::pointer self) : self_{self} {}
  queue_actor_state(const queue_actor_state&) = delete;
  auto operator=(const queue_actor_state&) -> queue_actor_state& = delete;
  ~queue_actor_state() {
    core_.reset();
    if (setup_) {
      setup_->live->fetch_sub(1, std::memory_order_acq_rel);
    }
  }

  auto make_behavior(std::shared_ptr<queue_actor_setup> setup) -> queue_actor::behavior_type {
    setup_ = std::move(setup);
    self_->set_exception_handler([](caf::scheduled_actor*, std::exception_ptr& what) -> caf::error { abort_on(what); });
    core_.emplace(setup_->event, *setup_->services, setup_->board, setup_->inbox,
                  std::make_shared<caf_queue_mailbox>(queue_actor{self_}));
    core_->start(std::move(setup_->then));
    return {[this](const messages::queue_job& message) { (*message.job)(*core_); }};
  }

 private:
  [[noreturn]] static void abort_on(const std::exception_ptr& what) {
    try {
      std::rethrow_exception(what);
    } catch (const std::exception& error) {
      spdlog::critical("a waiting room's actor threw: {}", error.what());
    } catch (...) {
      spdlog::critical("a waiting room's actor threw something unknown");
    }
    spdlog::default_logger()->flush();
    std::abort();
  }

  queue_actor::pointer self_;
  std::shared_ptr<queue_actor_setup> setup_;
  std::optional<queue_core> core_;
};

static_assert(!std::is_aggregate_v<queue_actor_state>, "CAF 0.17 corrupts aggregate states under C++20");

auto queue_behavior(queue_actor::stateful_pointer<queue_actor_state> self, std::shared_ptr<queue_actor_setup> setup)
    -> queue_actor::behavior_type {
  return self->state.make_behavior(std::move(setup));
}

} // namespace

class queue_table::slot {
 public:
  slot(queue_actor actor, std::shared_ptr<queue_board> board_in, std::shared_ptr<queue_inbox> inbox_in)
      : board{std::move(board_in)}, inbox{std::move(inbox_in)}, actor_{std::move(actor)} {}

  void post(std::function<void(queue_core&)> job) noexcept { caf::anon_send(actor_, room_job(std::move(job))); }
  void end() noexcept { caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown); }

  const std::shared_ptr<queue_board> board;
  const std::shared_ptr<queue_inbox> inbox;

 private:
  queue_actor actor_;
};

queue_table::queue_table(caf::actor_system& system, const queue_services& services)
    : system_{system},
      services_{services},
      live_{std::make_shared<std::atomic<std::size_t>>(0)},
      dormant_loading_{std::make_shared<std::atomic<int>>(0)} {}

queue_table::~queue_table() = default;

auto queue_table::find(domain::event_id event) const -> std::shared_ptr<slot> {
  if (rooms_.load(std::memory_order_acquire) == 0) {
    return nullptr;
  }
  const auto& in = shard_of(event);
  const std::shared_lock lock{in.mutex};
  const auto found = in.slots.find(event);
  return found == in.slots.end() ? nullptr : found->second;
}

auto queue_table::find_or_open(domain::event_id event, std::function<void(bool)> then) const -> std::shared_ptr<slot> {
  if (auto found = find(event)) {
    return found;
  }
  auto& in = shard_of(event);
  const std::unique_lock lock{in.mutex};
  auto& found = in.slots[event];
  if (!found) {
    if (stopped_.load(std::memory_order_acquire)) {
      in.slots.erase(event);
      return nullptr;
    }
    auto setup = std::make_shared<queue_actor_setup>();
    setup->event = event;
    setup->services = &services_;
    setup->board = std::make_shared<queue_board>();
    setup->inbox = std::make_shared<queue_inbox>();
    setup->live = live_;
    setup->then = std::move(then);
    live_->fetch_add(1, std::memory_order_acq_rel);
    found = std::make_shared<slot>(spawn_anywhere(system_, queue_behavior, setup), setup->board, setup->inbox);
    rooms_.fetch_add(1, std::memory_order_acq_rel);
  }
  return found;
}

auto queue_table::resume() -> tl::expected<std::size_t, journal::failure> {
  const auto heads = services_.shared.journal.heads(journal::stream_kind::queue);
  if (!heads) {
    return tl::unexpected{heads.error()};
  }
  struct opening {
    std::atomic<std::size_t> left;
    std::promise<void> all;
  };
  const auto must_be_there = [](const auto& one) { return one.second.next_deadline.has_value(); };
  const auto count = static_cast<std::size_t>(std::ranges::count_if(*heads, must_be_there));
  auto all = std::make_shared<opening>();
  all->left.store(count + 1, std::memory_order_release);
  const auto ended = [all](bool) {
    if (all->left.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      all->all.set_value();
    }
  };
  for (const auto& one : *heads) {
    const auto event = domain::event_id{one.first.id};
    if (must_be_there(one)) {
      (void)find_or_open(event, ended);
    } else {
      const std::lock_guard lock{dormant_mutex_};
      dormant_.insert(event);
      dormant_left_.store(dormant_.size(), std::memory_order_release);
    }
  }
  ended(true);
  all->all.get_future().wait();
  return count;
}

void queue_table::open_dormant(domain::event_id event) const {
  if (dormant_left_.load(std::memory_order_acquire) == 0) {
    return;
  }
  {
    const std::lock_guard lock{dormant_mutex_};
    const auto found = dormant_.find(event);
    if (found == dormant_.end() || dormant_loading_->load(std::memory_order_acquire) >= dormant_at_once) {
      return;
    }
    dormant_.erase(found);
    dormant_left_.store(dormant_.size(), std::memory_order_release);
  }
  dormant_loading_->fetch_add(1, std::memory_order_acq_rel);
  if (!find_or_open(event, [loading = dormant_loading_](bool) { loading->fetch_sub(1, std::memory_order_acq_rel); })) {
    dormant_loading_->fetch_sub(1, std::memory_order_acq_rel);
  }
}

void queue_table::wake(domain::event_id event) noexcept {
  if (const auto at = find(event)) {
    at->post([](queue_core& core) { core.tick(); });
  }
}

void queue_table::stop() {
  stopped_.store(true, std::memory_order_release);
  for (auto& in : shards_) {
    const std::shared_lock lock{in.mutex};
    for (const auto& [event, at] : in.slots) {
      at->post([gone = at](queue_core& core) { core.stop([gone] { gone->end(); }); });
    }
  }
}

auto queue_table::totals() const -> queue_totals {
  queue_totals sum;
  for (const auto& in : shards_) {
    const std::shared_lock lock{in.mutex};
    for (const auto& [event, at] : in.slots) {
      const auto view = at->board->view();
      sum.rooms += view->shown.seq == 0 ? 0U : 1U;
      sum.waiting += view->shown.waiting;
      sum.inside += view->shown.inside;
      if (view->shown.mode == queue::mode::on) {
        sum.pace_permille = std::min(sum.pace_permille, view->shown.pace_permille);
      }
    }
  }
  return sum;
}

template <class Asked>
void queue_table::put(slot& to, Asked& what) const {
  if constexpr (requires { what.done; }) {
    if (stopped_.load(std::memory_order_acquire)) {
      what.done.refuse(room_unavailable{unavailable::closing});
      return;
    }
  }
  switch (to.inbox->put(what)) {
  case queue_inbox::taken::quietly: return;
  case queue_inbox::taken::first: to.post([](queue_core& core) { core.wake(); }); return;
  case queue_inbox::taken::not_taken: break;
  }
  if constexpr (requires { what.done; }) {
    what.done.refuse(room_unavailable{unavailable::overloaded});
  }
}

auto queue_table::room(domain::event_id event) const -> std::shared_ptr<const room_view> {
  const auto at = find(event);
  if (!at) {
    open_dormant(event);
    return nullptr;
  }
  return at->board->room();
}

void queue_table::join(domain::event_id event, domain::subject_id who, std::uint8_t band, const room_meta& meta,
                       std::function<void(tl::expected<place_view, room_refusal>)> done) noexcept {
  asked_join asked{who, band, meta, room_promise<place_view>{std::move(done)}};
  const auto at = find(event);
  if (at) {
    at->board->arrivals.fetch_add(1, std::memory_order_relaxed);
  }
  if (at && at->board->is_shut()) {
    asked.done.refuse(room_unavailable{unavailable::journal});
  } else if (!at || at->board->view()->shown.mode == queue::mode::off) {
    queue::refusal no;
    no.why = queue::refusal::reason::room_off;
    asked.done.refuse(no);
  } else {
    put(*at, asked);
  }
}

auto queue_table::poll(domain::event_id event, domain::subject_id who, place_number place)
    -> std::optional<place_view> {
  services_.shared.metrics.queue_polls.fetch_add(1, std::memory_order_relaxed);
  const auto at = find(event);
  return at ? at->board->poll(who, place, services_.shared.clock.now()) : std::nullopt;
}

void queue_table::leave(domain::event_id event, domain::subject_id who, place_number place, const room_meta& meta,
                        std::function<void(tl::expected<void, room_refusal>)> done) noexcept {
  asked_leave asked{who, place, meta, room_promise<void>{std::move(done)}};
  if (const auto at = find(event)) {
    put(*at, asked);
  } else {
    asked.done.tell({});
  }
}

void queue_table::command(
    domain::event_id event, queue::command what, const room_meta& meta,
    std::function<void(tl::expected<std::shared_ptr<const room_view>, room_refusal>)> done) noexcept {
  asked_command asked{std::move(what), meta, room_promise<std::shared_ptr<const room_view>>{std::move(done)}};
  const auto& journal = services_.shared.journal;
  if (journal.is_absent() || journal.mode() == journal::journal_mode::latched) {
    asked.done.refuse(room_unavailable{unavailable::journal});
    return;
  }
  const auto head = services_.shared.journal.head({journal::stream_kind::event, event.value()});
  if (!head || head->seq == 0) {
    asked.done.refuse(room_unavailable{head ? unavailable::no_event : unavailable::journal});
    return;
  }
  if (const auto at = find_or_open(event)) {
    put(*at, asked);
  } else {
    asked.done.refuse(room_unavailable{unavailable::closing});
  }
}

void queue_table::leaves(domain::event_id event, std::uint32_t from, std::uint32_t limit,
                         std::function<void(tl::expected<std::vector<queue::digest>, room_refusal>)> done) noexcept {
  const auto at = find(event);
  if (!at) {
    done(tl::unexpected{room_refusal{queue::refusal{}}});
    return;
  }
  auto held = std::make_shared<room_promise<std::vector<queue::digest>>>(std::move(done));
  const bool taken = services_.shared.journal.run_on_read_pool(
      [board = at->board, from, most = std::min(limit, leaves_max), held] { held->tell(board->leaves(from, most)); });
  if (!taken) {
    held->refuse(room_unavailable{unavailable::overloaded});
  }
}

auto queue_table::admits(domain::event_id event, domain::subject_id who, place_number place) const -> admission {
  const auto at = find(event);
  return at ? at->board->admits(who, place, services_.shared.clock.now()) : admission::not_needed;
}

auto queue_table::rank(domain::event_id event, domain::subject_id who, place_number place) const
    -> std::optional<std::uint32_t> {
  const auto at = find(event);
  return at ? at->board->rank(who, place) : std::nullopt;
}

auto queue_table::listens(domain::event_id event) const noexcept -> bool {
  return find(event) != nullptr;
}

void queue_table::told(domain::event_id event, room_notice&& what) noexcept {
  const auto at = find(event);
  if (!at) {
    return;
  }
  bool is_news = !what.bought.empty() || !what.gave_up.empty() || !what.lately.empty();
  if (what.seats_left) {
    const auto is = *what.seats_left ? seat_supply::some : seat_supply::none;
    is_news = at->board->supply.exchange(is, std::memory_order_acq_rel) != is || is_news;
  }
  if (what.sale) {
    const auto before = at->board->sale.exchange(what.sale, std::memory_order_acq_rel);
    is_news = !before || (before != what.sale && *before != *what.sale) || is_news;
  }
  if (is_news) {
    put(*at, what);
  }
}

void queue_table::arrived(domain::event_id event) noexcept {
  if (const auto at = find(event)) {
    at->board->arrivals.fetch_add(1, std::memory_order_relaxed);
  }
}

} // namespace holdfast::actors
