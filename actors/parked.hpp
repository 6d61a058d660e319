#pragma once

#include "actors/answer_encoder.hpp"
#include "actors/engine_metrics.hpp"
#include "actors/inflight_limiter.hpp"
#include "actors/reply_port.hpp"
#include "domain/event_state.hpp"
#include "journal/journal.hpp"
#include "journal/snapshot_store.hpp"
#include "tracing/traced_commit.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

namespace holdfast::actors {

/// How far one stream's facts are: appended by its actor, durable by the journal. Shared between both.
struct append_progress {
  std::uint64_t appended = 0; ///< the actor's alone
  std::atomic<std::uint64_t> durable{0};

  [[nodiscard]] auto all_durable() const noexcept -> bool {
    return durable.load(std::memory_order_acquire) >= appended;
  }
};

/// What is kept with a command's facts, so that whoever repeats the request gets the same bytes.
[[nodiscard]] auto to_remember(const answer_encoder::encoded& encoded, domain::command_id command,
                               const request_meta& meta, domain::instant at) -> journal::remembered_answer;

/// An answer that leaves when everything it rests on is durable, and turns into 503 when that cannot be known.
class parked_answer final : public journal::append_done {
 public:
  parked_answer(std::shared_ptr<append_progress> progress, std::uint64_t seq, const answer_encoder& encoder,
                reply_port&& reply, const request_meta& meta, answer&& what,
                std::shared_ptr<const tracing::traced_commit> traced = nullptr)
      : progress_{std::move(progress)},
        seq_{seq},
        encoder_{encoder},
        reply_{std::move(reply)},
        meta_{meta},
        what_{std::move(what)},
        traced_{std::move(traced)} {}

  /// Runs before the answer leaves, on the journal's thread: makes durable facts visible to the next request.
  void before_reply(std::function<void()> publish) { publish_ = std::move(publish); }

  void complete(journal::append_outcome outcome) noexcept override;

 private:
  std::shared_ptr<append_progress> progress_;
  std::uint64_t seq_;
  const answer_encoder& encoder_;
  reply_port reply_;
  request_meta meta_;
  answer what_;
  std::shared_ptr<const tracing::traced_commit> traced_;
  std::function<void()> publish_;
};

/// A repeated request, waiting for its first answer to be durable; then looks that answer up and gives it again.
class parked_replay final : public journal::append_done {
 public:
  parked_replay(journal::journal& journal, const answer_encoder& encoder, journal::stream_id stream, reply_port&& reply,
                const request_meta& meta, domain::command_id command, domain::instant now)
      : journal_{journal},
        encoder_{encoder},
        stream_{stream},
        reply_{std::move(reply)},
        meta_{meta},
        command_{command},
        now_{now} {}

  void complete(journal::append_outcome outcome) noexcept override;

 private:
  journal::journal& journal_;
  const answer_encoder& encoder_;
  journal::stream_id stream_;
  reply_port reply_;
  request_meta meta_;
  domain::command_id command_;
  domain::instant now_;
};

/// The engine's own work in flight: keeps the actor alive until it is durable.
class parked_work final : public journal::append_done {
 public:
  /// `publish`, unless empty, runs when it is durable.
  parked_work(std::shared_ptr<append_progress> progress, std::uint64_t seq, std::shared_ptr<held_credit> credit,
              std::function<void()> publish = {})
      : progress_{std::move(progress)}, seq_{seq}, credit_{std::move(credit)}, publish_{std::move(publish)} {}

  void complete(journal::append_outcome outcome) noexcept override;

 private:
  std::shared_ptr<append_progress> progress_;
  std::uint64_t seq_;
  std::shared_ptr<held_credit> credit_;
  std::function<void()> publish_;
};

/// Makes a snapshot of the durable journal at a seq on the read pool, and holds the live state's hash against the fold's:
/// two folds of the same facts that differ are a bug, and stop the process.
class parked_snapshot final : public journal::append_done {
 public:
  parked_snapshot(journal::journal& journal, journal::snapshot_store& store, engine_metrics& metrics,
                  domain::event_id event, std::uint64_t seq, std::uint64_t live_hash)
      : journal_{journal}, store_{store}, metrics_{metrics}, event_{event}, seq_{seq}, live_hash_{live_hash} {}

  void complete(journal::append_outcome outcome) noexcept override;

 private:
  journal::journal& journal_;
  journal::snapshot_store& store_;
  engine_metrics& metrics_;
  domain::event_id event_;
  std::uint64_t seq_;
  std::uint64_t live_hash_;
};

} // namespace holdfast::actors
