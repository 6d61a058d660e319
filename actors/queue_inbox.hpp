#pragma once

#include "actors/queue_port.hpp"
#include "actors/room_notices.hpp"

#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace holdfast::actors {

/// The duty to answer once. Destroyed unanswered, it says that the room is closing, so that nobody waits for ever. Move-only.
template <class Value>
class room_promise {
 public:
  using result = tl::expected<Value, room_refusal>;

  room_promise() = default;
  explicit room_promise(std::function<void(result)> done) : done_{std::move(done)} {}
  room_promise(room_promise&& other) noexcept : done_{std::exchange(other.done_, nullptr)} {}
  auto operator=(room_promise&& other) noexcept -> room_promise& {
    std::swap(done_, other.done_);
    return *this;
  }
  ~room_promise() {
    if (done_) {
      refuse(room_unavailable{room_unavailable::reason::closing});
    }
  }

  void tell(result what) {
    if (const auto done = std::exchange(done_, nullptr)) {
      done(std::move(what));
    }
  }
  void refuse(room_refusal why) { tell(tl::unexpected{std::move(why)}); }

 private:
  std::function<void(result)> done_;
};

struct asked_join {
  domain::subject_id who;
  std::uint8_t band = 0;
  room_meta meta;
  room_promise<place_view> done;
};
struct asked_leave {
  domain::subject_id who;
  domain::queue::place_number place;
  room_meta meta;
  room_promise<void> done;
};
struct asked_command {
  domain::queue::command what;
  room_meta meta;
  room_promise<std::shared_ptr<const room_view>> done;
};

/// What waits for one room: whoever asks puts it here, and one message wakes the actor for all of it. Thread-safe.
class queue_inbox {
 public:
  /// Requests that wait at most.
  static constexpr std::size_t waiting_max = 65'536;

  struct content {
    std::vector<asked_command> commands;
    std::vector<asked_leave> leaves;
    std::vector<asked_join> joins;
    std::vector<room_notice> notices;
    [[nodiscard]] auto empty() const noexcept -> bool {
      return commands.empty() && leaves.empty() && joins.empty() && notices.empty();
    }
  };

  enum class taken : std::uint8_t {
    quietly = 1, ///< somebody has woken the actor already
    first,       ///< wake it
    not_taken,   ///< too many wait
  };

  /// On `not_taken` the request is still the caller's.
  auto put(asked_join& what) -> taken { return put_into(&content::joins, what); }
  auto put(asked_leave& what) -> taken { return put_into(&content::leaves, what); }
  auto put(asked_command& what) -> taken { return put_into(&content::commands, what); }
  /// Always taken.
  auto put(room_notice& what) -> taken;

  /// Everything but joins, of which at most so many.
  [[nodiscard]] auto take(std::size_t joins_max) -> content;
  /// After `take`, what is put in wakes the actor again; whether something is in it already.
  [[nodiscard]] auto has_more() const -> bool;

 private:
  template <class Asked>
  auto put_into(std::vector<Asked> content::*list, Asked& what) -> taken {
    const std::lock_guard lock{mutex_};
    if ((in_.*list).size() >= waiting_max) {
      return taken::not_taken;
    }
    (in_.*list).push_back(std::move(what));
    return std::exchange(is_woken_, true) ? taken::quietly : taken::first;
  }

  mutable std::mutex mutex_;
  content in_;
  bool is_woken_ = false;
};

} // namespace holdfast::actors
