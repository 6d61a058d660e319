#include "projections/search/search_service.hpp"

#include "projections/wire/packing.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

namespace holdfast::projections {

namespace {

/// FNV-1a (Fowler, Noll, Vo, 1991) of the bytes, in hexadecimal: the same answer has the same tag after a restart too.
auto tag_of(std::string_view bytes) -> std::string {
  constexpr std::uint64_t offset = 0xcbf29ce484222325ULL;
  constexpr std::uint64_t prime = 0x100000001b3ULL;
  constexpr int hex = 16;
  auto hash = offset;
  for (const auto byte : bytes)
    hash = (hash ^ static_cast<std::uint8_t>(byte)) * prime;
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), hash, hex).ptr;
  return "W/\"" + std::string{digits.data(), end} + "-search\"";
}

} // namespace

search_service::search_service(journal::journal& pool, clock_function clock, std::shared_ptr<search_slots> slots,
                               std::shared_ptr<search_metrics> metrics, const search_settings& settings)
    : pool_{pool},
      clock_{std::move(clock)},
      shown_since_{settings.read_only ? std::optional{clock_()} : std::nullopt},
      slots_{std::move(slots)},
      metrics_{std::move(metrics)},
      question_time_max_{settings.question_time_max},
      cache_{settings, metrics_} {}

void search_service::search(search_query what, view_done done) {
  const auto key = "s" + canonical(what);
  if (cache_.ask(key, stamp_of_now(), result_cache::clock::now(), done) != result_cache::claim::answered)
    work_out(key, [what = std::move(what)](const search_view& from) { return answer_search(what, from); });
}

void search_service::suggest(std::string text, std::size_t limit, view_done done) {
  const auto key = "g" + std::to_string(limit) + ":" + text;
  if (cache_.ask(key, stamp_of_now(), result_cache::clock::now(), done) != result_cache::claim::answered)
    work_out(key,
             [text = std::move(text), limit](const search_view& from) { return answer_suggest(text, limit, from); });
}

auto search_service::stamp_of_now() const -> result_cache::stamp {
  const auto texts = slots_->texts.get();
  const auto columns = slots_->columns.get();
  return {texts.what ? texts.what->generation() : 0, texts.serial, columns.what ? columns.what->generation() : 0,
          columns.serial};
}

void search_service::work_out(const std::string& key, work how) {
  const bool queued =
      pool_.run_on_read_pool([self = shared_from_this(), key, how = std::move(how)] { self->run(key, how); });
  if (!queued) {
    metrics_->refused.fetch_add(1, std::memory_order_relaxed);
    cache_.give_up(key, read_outcome::overloaded);
  }
}

void search_service::run(const std::string& key, const work& how) {
  // What the answer is stamped with is older than what it is worked out from: it may be taken for stale too early, never too late.
  const auto of = stamp_of_now();
  const auto at = result_cache::clock::now();
  const auto now = clock_();
  const search_view from{slots_->columns.get().what, slots_->texts.get().what, now.unix_ms, at + question_time_max_};
  if (!from.texts || !from.columns || slots_->begins.load(std::memory_order_acquire)) {
    cache_.give_up(key, read_outcome::behind);
    return;
  }
  auto answer = how(from);
  if (!answer) {
    metrics_->refused.fetch_add(1, std::memory_order_relaxed);
    cache_.give_up(key, read_outcome::overloaded);
    return;
  }
  if (answer->partial)
    metrics_->partial.fetch_add(1, std::memory_order_relaxed);
  if (answer->corrected)
    metrics_->corrected.fetch_add(1, std::memory_order_relaxed);
  auto body = std::make_shared<view_body>();
  body->bytes = std::move(answer->json);
  body->etag = tag_of(body->bytes);
  // Not when it was made: while everything follows, an answer that was kept for a second is as good as a new one.
  body->made_at = shown_since_.value_or(slots_->follows_until());
  body->packed = std::make_shared<packed_forms>(packing::quick);
  cache_.complete(key, of, at, std::move(body));
}

} // namespace holdfast::projections
