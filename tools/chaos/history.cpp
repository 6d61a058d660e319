#include "tools/chaos/history.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace holdfast::tools::chaos {

namespace {

/// One seat's states by seq, ascending.
using seat_line = std::vector<std::pair<std::uint64_t, seat_state>>;

class checker {
 public:
  explicit checker(const std::vector<operation>& history) : history_{history} {}

  auto run(const std::map<std::string, seat_state>& final_seats, std::uint64_t final_seq) -> std::vector<finding> {
    collect_open();
    check_real_time();
    replay();
    check_conflicts();
    check_final(final_seats, final_seq);
    return std::move(findings_);
  }

 private:
  void found(std::string rule, std::string detail) { findings_.push_back({std::move(rule), std::move(detail)}); }

  /// Holds and seats about which an unknown operation leaves doubt.
  void collect_open() {
    for (const auto& op : history_) {
      if (op.end != operation_end::unknown) {
        continue;
      }
      if (op.kind == operation_kind::hold) {
        open_seats_.insert(op.seats.begin(), op.seats.end());
      } else {
        open_holds_.insert(op.hold);
      }
    }
    for (const auto& op : history_) {
      if (op.kind == operation_kind::hold && op.end == operation_end::done && open_holds_.contains(op.hold)) {
        open_seats_.insert(op.seats.begin(), op.seats.end());
      }
    }
  }

  /// Linearizability's order: what returned before something else was invoked comes before it.
  void check_real_time() {
    struct moment {
      std::uint64_t at_ns;
      bool is_return;
      std::size_t index;
    };
    std::vector<moment> moments;
    for (std::size_t i = 0; i < history_.size(); ++i) {
      if (history_[i].end == operation_end::unknown) {
        continue;
      }
      moments.push_back({history_[i].invoked_ns, false, i});
      moments.push_back({history_[i].returned_ns, true, i});
    }
    // An invocation at the same nanosecond as a return does not follow it.
    std::sort(moments.begin(), moments.end(), [](const moment& a, const moment& b) {
      return a.at_ns != b.at_ns ? a.at_ns < b.at_ns : a.is_return < b.is_return;
    });
    std::vector<std::uint64_t> floor(history_.size(), 0);
    std::uint64_t seen = 0;
    for (const auto& at : moments) {
      const auto& op = history_[at.index];
      if (!at.is_return) {
        floor[at.index] = seen;
        continue;
      }
      const bool too_early = op.end == operation_end::done ? op.seq <= floor[at.index] : op.seq < floor[at.index];
      if (too_early) {
        found("order", "an operation at seq " + std::to_string(op.seq) + " began after seq " +
                           std::to_string(floor[at.index]) + " had been answered");
      }
      seen = std::max(seen, op.seq);
    }
  }

  /// Runs the acknowledged operations in the order of their seqs.
  void replay() {
    std::map<std::uint64_t, const operation*> by_seq;
    for (const auto& op : history_) {
      if (op.end != operation_end::done) {
        continue;
      }
      if (!by_seq.emplace(op.seq, &op).second) {
        found("order", "two operations took effect at seq " + std::to_string(op.seq));
      }
    }
    for (const auto& [seq, op] : by_seq) {
      if (op->kind == operation_kind::hold) {
        take(*op);
      } else {
        end(*op);
      }
    }
  }

  void take(const operation& op) {
    for (const auto& seat : op.seats) {
      const auto owner = owner_.find(seat);
      if (owner != owner_.end() && !open_holds_.contains(owner->second)) {
        found("double sale", seat + " was given to " + op.hold + " at seq " + std::to_string(op.seq) + " while " +
                                 owner->second + " had it");
      }
      owner_[seat] = op.hold;
      lines_[seat].emplace_back(op.seq, seat_state::held);
    }
    seats_of_[op.hold] = op.seats;
  }

  void end(const operation& op) {
    const auto seats = seats_of_.find(op.hold);
    if (seats == seats_of_.end()) {
      found("invented", op.hold + " ended at seq " + std::to_string(op.seq) + " but nobody was told that it began");
      return;
    }
    for (const auto& seat : seats->second) {
      if (op.kind == operation_kind::release) {
        owner_.erase(seat);
        lines_[seat].emplace_back(op.seq, seat_state::available);
      } else {
        lines_[seat].emplace_back(op.seq, seat_state::sold);
      }
    }
  }

  [[nodiscard]] auto state_at(const std::string& seat, std::uint64_t seq) const -> seat_state {
    const auto line = lines_.find(seat);
    if (line == lines_.end()) {
      return seat_state::available;
    }
    auto state = seat_state::available;
    for (const auto& [at, then] : line->second) {
      if (at > seq) {
        break;
      }
      state = then;
    }
    return state;
  }

  void check_conflicts() {
    for (const auto& op : history_) {
      if (op.end != operation_end::refused) {
        continue;
      }
      for (const auto& seat : op.conflicts) {
        if (!open_seats_.contains(seat) && state_at(seat, op.seq) == seat_state::available) {
          found("unjustified conflict", seat + " was free at seq " + std::to_string(op.seq));
        }
      }
    }
  }

  void check_final(const std::map<std::string, seat_state>& seats, std::uint64_t seq) {
    for (const auto& [seat, shown] : seats) {
      const auto expected = state_at(seat, seq);
      if (shown == expected || open_seats_.contains(seat)) {
        continue;
      }
      const bool lost = shown == seat_state::available || expected == seat_state::sold;
      found(lost ? "lost" : "invented", seat + " is shown as " + std::to_string(static_cast<int>(shown)) +
                                            ", acknowledged as " + std::to_string(static_cast<int>(expected)));
    }
  }

  const std::vector<operation>& history_;
  std::vector<finding> findings_;
  std::set<std::string> open_seats_;
  std::set<std::string> open_holds_;
  std::map<std::string, std::string> owner_; ///< by seat
  std::map<std::string, std::vector<std::string>> seats_of_;
  std::map<std::string, seat_line> lines_;
};

} // namespace

auto check_history(const std::vector<operation>& history, const std::map<std::string, seat_state>& final_seats,
                   std::uint64_t final_seq) -> std::vector<finding> {
  return checker{history}.run(final_seats, final_seq);
}

} // namespace holdfast::tools::chaos
