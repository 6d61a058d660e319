#include "actors/parked.hpp"

#include "domain/check.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace holdfast::actors {

namespace {

constexpr std::uint16_t status_created_already = 409;
constexpr std::uint16_t first_problem_status = 400;

/// Counts a snapshot as ended, however it ends.
class pending_mark {
 public:
  explicit pending_mark(engine_metrics& metrics) noexcept : metrics_{metrics} {}

  pending_mark(const pending_mark&) = delete;
  auto operator=(const pending_mark&) -> pending_mark& = delete;

  ~pending_mark() { metrics_.snapshots_pending.fetch_sub(1, std::memory_order_acq_rel); }

 private:
  engine_metrics& metrics_;
};

/// When to ask again, as a remembered problem's body says: the header that said the same is not kept beside it.
auto retry_after_in(std::string_view problem) -> std::optional<std::uint32_t> {
  static constexpr std::string_view member = R"("retry_after_ms":)";
  const auto at = problem.find(member);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  const auto digits = problem.substr(at + member.size());
  std::uint64_t ms = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), ms).ec != std::errc{}) {
    return std::nullopt;
  }
  constexpr std::uint64_t second = 1'000;
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(1, (ms + second - 1) / second));
}

/// A problem that was made when nobody waited for it names no trace: whoever hears it first finds the request that asked.
void name_trace(std::string& problem, domain::trace_id trace) {
  static constexpr std::string_view nobody = R"("trace_id":"00000000000000000000000000000000")";
  if (const auto at = problem.find(nobody); at != std::string::npos) {
    problem.replace(at, nobody.size(), fmt::format(R"("trace_id":"{:016x}{:016x}")", trace.high, trace.low));
  }
}

auto again(const answer_encoder& encoder, const journal::remembered_answer& kept, const request_meta& meta) -> answer {
  if (kept.body.empty() && kept.status == status_created_already) {
    return encoder.already_created(kept.location, meta);
  }
  answer what;
  what.status = kept.status;
  what.body = kept.body;
  what.seq = kept.seq;
  what.replayed = true;
  what.expires_at = kept.expires_at;
  what.location = kept.location;
  if (kept.status >= first_problem_status) {
    what.retry_after_s = retry_after_in(kept.body);
    name_trace(what.body, meta.trace);
  }
  return what;
}

} // namespace

auto to_remember(const answer_encoder::encoded& encoded, domain::command_id command, const request_meta& meta,
                 domain::instant at) -> journal::remembered_answer {
  journal::remembered_answer kept;
  kept.principal = meta.principal;
  kept.command = command;
  kept.seq = encoded.what.seq;
  kept.at = at;
  kept.location = encoded.what.location;
  kept.status = encoded.secret ? status_created_already : encoded.what.status;
  if (!encoded.secret) {
    kept.body = encoded.what.body;
    kept.expires_at = encoded.what.expires_at;
  }
  return kept;
}

void parked_answer::complete(journal::append_outcome outcome) noexcept {
  if (traced_) {
    traced_->completed(outcome == journal::append_outcome::durable);
  }
  if (outcome != journal::append_outcome::durable) {
    reply_.send(encoder_.refused(refusal::journal_unavailable, meta_));
    return;
  }
  progress_->durable.store(seq_, std::memory_order_release);
  if (publish_) {
    publish_();
  }
  reply_.send(std::move(what_));
}

void parked_replay::complete(journal::append_outcome outcome) noexcept {
  if (outcome != journal::append_outcome::durable) {
    reply_.send(encoder_.refused(refusal::journal_unavailable, meta_));
    return;
  }
  auto reply = std::make_shared<reply_port>(std::move(reply_));
  journal_.find_answer(stream_, meta_.principal, command_, now_,
                       [reply, &encoder = encoder_, meta = meta_](
                           const tl::expected<std::optional<journal::remembered_answer>, journal::failure>& found) {
                         if (found && *found) {
                           reply->send(again(encoder, **found, meta));
                           return;
                         }
                         // Remembered by the state but not in the store: unreadable now, or a collision of key hashes. Not ours to guess.
                         spdlog::error("a remembered answer could not be read: {}",
                                       found ? "no entry" : found.error().detail);
                         reply->send(encoder.refused(refusal::journal_unavailable, meta));
                       });
}

void parked_work::complete(journal::append_outcome outcome) noexcept {
  if (outcome == journal::append_outcome::durable) {
    progress_->durable.store(seq_, std::memory_order_release);
    if (publish_) {
      publish_();
    }
  }
  credit_.reset();
}

void parked_snapshot::complete(journal::append_outcome outcome) noexcept {
  if (outcome != journal::append_outcome::durable) {
    return;
  }
  metrics_.snapshots_pending.fetch_add(1, std::memory_order_acq_rel);
  journal::fold_event(
      journal_, &store_, event_, seq_,
      [&store = store_, &metrics = metrics_, event = event_, seq = seq_,
       live_hash = live_hash_](const tl::expected<journal::folded, journal::failure>& folded) {
        const pending_mark ended{metrics};
        if (!folded || folded->state.seq() != seq) {
          const bool closing = !folded && folded.error().kind == journal::failure_kind::closed;
          spdlog::log(closing ? spdlog::level::debug : spdlog::level::warn, "no snapshot of event {:016x} at {}: {}",
                      event.value(), seq, folded ? "the fold ended elsewhere" : folded.error().detail);
          return;
        }
        HF_CHECK(folded->state.hash() == live_hash, "the live state is the fold of its journal");
        if (const auto saved = store.save(event, seq, folded->chain, folded->state); !saved) {
          spdlog::warn("no snapshot of event {:016x} at {}: {}", event.value(), seq, saved.error().detail);
          return;
        }
        metrics.snapshots.fetch_add(1, std::memory_order_relaxed);
      });
}

} // namespace holdfast::actors
