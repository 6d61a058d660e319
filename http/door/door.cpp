#include "http/door/door.hpp"

#include "http/door/address_buckets.hpp"
#include "http/door/altcha.hpp"
#include "http/door/captcha.hpp"
#include "http/door/door_metrics.hpp"
#include "http/door/lists.hpp"
#include "http/door/pressure.hpp"
#include "http/door/recent_keys.hpp"
#include "http/door/suspicion.hpp"
#include "notifications/encoding.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::http::door {

namespace {

/// A proof is good for joins of this long: a client whose answer got lost asks again.
constexpr std::chrono::seconds pass_lifetime{60};
/// Challenges end by the wall's clock, and what was used is remembered by the steady one.
constexpr std::chrono::seconds clocks_apart{60};
/// Who was held back may come back so much later than it could.
constexpr std::chrono::seconds back_within{600};
constexpr std::int64_t captcha_retry_ms = 5'000;
constexpr std::int64_t ms_a_second = 1'000;

constexpr std::array<std::string_view, reason_count> reason_names{"",
                                                                  "rate_limited",
                                                                  "crowded",
                                                                  "suspicious",
                                                                  "everybody",
                                                                  "sample",
                                                                  "challenge_malformed",
                                                                  "challenge_altered",
                                                                  "challenge_expired",
                                                                  "challenge_used",
                                                                  "captcha_failed",
                                                                  "captcha_unavailable"};

/// Whom a challenge is for.
auto challenged_of(domain::event_id event, const domain::subject_id& who, const client_address& address) -> challenged {
  return {event, who == domain::subject_id{} ? key_of(address) : key_of(who)};
}

/// Somebody at one event's door. Subjects are the server's own numbers: nobody can choose two that meet.
auto visitor_of(const knock& who) -> door_key {
  const auto of = challenged_of(who.event, who.who, who.address);
  return {of.whom.high ^ domain::mix64(of.event.value()), of.whom.low};
}

auto reason_of(proof_fault fault) -> reason {
  switch (fault) {
  case proof_fault::malformed: return reason::challenge_malformed;
  case proof_fault::altered: return reason::challenge_altered;
  case proof_fault::expired: break;
  }
  return reason::challenge_expired;
}

auto is_captcha_response(std::string_view text) -> bool {
  return !text.empty() && text.size() <= captcha_response_bytes_max &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

auto to_ms_up(std::chrono::nanoseconds span) -> std::int64_t {
  return std::chrono::ceil<std::chrono::milliseconds>(span).count();
}

auto refused(verdict&& from, reason why, std::int64_t retry_after_ms) -> verdict {
  from.is = verdict::kind::refuse;
  from.why = why;
  from.retry_after_ms = retry_after_ms;
  return std::move(from);
}

auto challenge_again(verdict&& from, reason why) -> verdict {
  from.is = verdict::kind::challenge_required;
  from.why = why;
  return std::move(from);
}

} // namespace

auto name_of(reason why) noexcept -> std::string_view {
  return reason_names[static_cast<std::size_t>(why)];
}

struct doorkeeper::inside : std::enable_shared_from_this<doorkeeper::inside> {
  inside(const settings& by, const parts& of, std::unique_ptr<watched_lists> known)
      : rules{by},
        secret{of.secret},
        captchas{of.captchas},
        counts_signs{needs_scores(by.policy)},
        lists{std::move(known)},
        proofs{of.tokens},
        buckets{by.address_join, by.buyer_join, by.buckets_max},
        signs{by.signs},
        used{by.work.lifetime + clocks_apart, by.work.remembered_max},
        passed{pass_lifetime, by.work.remembered_max},
        held{by.policy.hold_back + back_within, by.work.remembered_max} {}

  const settings rules;
  const std::array<std::uint8_t, 32> secret;
  captcha_verifier* const captchas;
  const bool counts_signs;
  const std::unique_ptr<watched_lists> lists;
  const altcha proofs;
  address_buckets buckets;
  suspicion signs;
  pressure_meter pressure;
  recent_keys used;   ///< proofs
  recent_keys passed; ///< buyers at an event's door who proved themselves
  recent_keys held;   ///< buyers at an event's door who were sent to the end
  std::shared_ptr<door_metrics> metrics = std::make_shared<door_metrics>();

  auto ask_buckets(const knock& who, const moment& now) -> verdict;
  auto hold_back(verdict&& so_far, const knock& who, const moment& now) -> verdict;
  auto check_proof(verdict&& so_far, const knock& who, const moment& now) -> verdict;
  void ask_captcha(verdict&& so_far, const knock& who, const moment& now, std::function<void(verdict&&)> done);
  [[nodiscard]] auto is_sampled(const knock& who) const -> bool;

  void tell(verdict&& what, const std::function<void(verdict&&)>& done) {
    metrics->decided(what);
    done(std::move(what));
  }
};

auto doorkeeper::inside::ask_buckets(const knock& who, const moment& now) -> verdict {
  const auto said = buckets.take(who.address, who.who, now.steady);
  verdict out;
  if (said.crowded) {
    return refused(std::move(out), reason::crowded, said.retry_after.count());
  }
  if (said.limited) {
    out.rate_policy = buckets.policy_of(said);
    out.rate = buckets.state_of(said);
  }
  return said.allowed ? out : refused(std::move(out), reason::rate_limited, said.retry_after.count());
}

/// Whoever is sent to the end comes again later, behind those who came until then. (A place at the end would be no other than the one that they get
/// anyway, and before a draw there is no end.) Nothing is kept of a request, so that they may be as many as they like.
auto doorkeeper::inside::hold_back(verdict&& so_far, const knock& who, const moment& now) -> verdict {
  auto out = std::move(so_far);
  if (who.gathers) {
    const auto left_ms = who.drawn_at ? (*who.drawn_at - now.wall).count : rules.policy.hold_back.count() * ms_a_second;
    out.is = verdict::kind::to_the_end;
    out.why = reason::suspicious;
    out.retry_after_ms = std::max(left_ms, ms_a_second);
    return out;
  }
  const auto key = visitor_of(who);
  if (held.note(key, now.steady) == recent_keys::noted::full) {
    return refused(std::move(out), reason::crowded, rules.policy.hold_back.count() * ms_a_second);
  }
  const auto until = held.since(key, now.steady).value_or(now.steady) + rules.policy.hold_back;
  if (until > now.steady) {
    out.is = verdict::kind::to_the_end;
    out.why = reason::suspicious;
    out.retry_after_ms = to_ms_up(until - now.steady);
  }
  return out;
}

auto doorkeeper::inside::check_proof(verdict&& so_far, const knock& who, const moment& now) -> verdict {
  const auto proof = proofs.check(*who.challenge, challenged_of(who.event, who.who, who.address), now.wall);
  if (!proof) {
    return challenge_again(std::move(so_far), reason_of(proof.error()));
  }
  switch (used.note(*proof, now.steady)) {
  case recent_keys::noted::known: return challenge_again(std::move(so_far), reason::challenge_used);
  case recent_keys::noted::full:
    return refused(std::move(so_far), reason::crowded, rules.work.lifetime.count() * ms_a_second);
  case recent_keys::noted::fresh: break;
  }
  // Without room they would have to prove it again, no more.
  passed.note(visitor_of(who), now.steady);
  return std::move(so_far);
}

void doorkeeper::inside::ask_captcha(verdict&& so_far, const knock& who, const moment& now,
                                     std::function<void(verdict&&)> done) {
  if (!is_captcha_response(*who.challenge)) {
    return tell(challenge_again(std::move(so_far), reason::challenge_malformed), done);
  }
  auto answer = [self = shared_from_this(), out = std::move(so_far), key = visitor_of(who), at = now.steady,
                 to = std::move(done)](captcha_outcome outcome) mutable {
    if (outcome == captcha_outcome::failed) {
      return self->tell(challenge_again(std::move(out), reason::captcha_failed), to);
    }
    if (outcome == captcha_outcome::unavailable && self->rules.on_captcha_failure == captcha_failure::closed) {
      return self->tell(refused(std::move(out), reason::captcha_unavailable, captcha_retry_ms), to);
    }
    self->passed.note(key, at);
    self->tell(std::move(out), to);
  };
  captchas->verify(*who.challenge, who.address.text(), std::move(answer));
}

auto doorkeeper::inside::is_sampled(const knock& who) const -> bool {
  if (rules.policy.sample_ratio <= 0) {
    return false;
  }
  std::string input = "holdfast door sample";
  for (const std::uint64_t word : {who.event.value(), who.who.high, who.who.low}) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      input.push_back(static_cast<char>(word >> static_cast<unsigned>(shift)));
    }
  }
  const auto mac = notifications::hmac_sha256({reinterpret_cast<const char*>(secret.data()), secret.size()}, input);
  std::uint64_t lot = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    lot = lot << 8U | static_cast<unsigned char>(mac[i]);
  }
  constexpr double two_to_minus_53 = 1.0 / 9'007'199'254'740'992.0;
  return static_cast<double>(lot >> 11U) * two_to_minus_53 < rules.policy.sample_ratio;
}

doorkeeper::doorkeeper(std::shared_ptr<inside> of) noexcept : inside_{std::move(of)} {}

doorkeeper::~doorkeeper() = default;

auto doorkeeper::open(const settings& rules, const parts& of) -> tl::expected<std::unique_ptr<doorkeeper>, failure> {
  if (rules.policy.captcha_from < never && of.captchas == nullptr) {
    return tl::unexpected{failure{"the door asks for CAPTCHAs, and nobody is named who checks them"}};
  }
  auto lists = watched_lists::open(rules.signs.addresses_file, rules.signs.agents_file, rules.signs.reload_every);
  if (!lists) {
    return tl::unexpected{std::move(lists.error())};
  }
  return std::unique_ptr<doorkeeper>{new doorkeeper{std::make_shared<inside>(rules, of, *std::move(lists))}};
}

void doorkeeper::assess(const knock& who, const moment& now, std::function<void(verdict&&)> done) {
  auto& my = *inside_;
  my.pressure.arrived(who.event, now.steady);
  auto out = my.ask_buckets(who, now);
  if (out.is != verdict::kind::allow) {
    return my.tell(std::move(out), done);
  }
  if (my.counts_signs) {
    const auto scored = my.signs.score(who, *my.lists->current(), now.steady);
    my.metrics->scored(scored);
    my.metrics->forgotten.store(my.signs.forgotten(), std::memory_order_relaxed);
    out.score = scored.points;
  }
  const auto wanted = decide(my.rules.policy, out.score, my.is_sampled(who));
  if (wanted.refuse) {
    return my.tell(refused(std::move(out), reason::suspicious, 0), done);
  }
  if (wanted.to_the_end) {
    out = my.hold_back(std::move(out), who, now);
    if (out.is != verdict::kind::allow) {
      return my.tell(std::move(out), done);
    }
  }
  if (!wanted.challenge || my.passed.since(visitor_of(who), now.steady)) {
    return my.tell(std::move(out), done);
  }
  out.challenge = wanted.kind;
  if (!who.challenge) {
    return my.tell(challenge_again(std::move(out), wanted.why), done);
  }
  if (wanted.kind == challenge_kind::captcha) {
    return my.ask_captcha(std::move(out), who, now, std::move(done));
  }
  my.tell(my.check_proof(std::move(out), who, now), done);
}

auto doorkeeper::new_challenge(domain::event_id event, const domain::subject_id& who, const client_address& address,
                               const moment& now) -> std::string {
  auto& my = *inside_;
  const auto maxnumber = work_for(my.rules.work, my.pressure.per_second(event, now.steady));
  return my.proofs.issue(challenged_of(event, who, address), maxnumber,
                         now.wall.unix_ms / ms_a_second + my.rules.work.lifetime.count());
}

auto doorkeeper::captcha_site_key() const noexcept -> std::string_view {
  return inside_->rules.captcha_site_key;
}

auto doorkeeper::reload_lists() -> tl::expected<bool, failure> {
  return inside_->lists->refresh();
}

auto doorkeeper::metrics() const noexcept -> const std::shared_ptr<door_metrics>& {
  return inside_->metrics;
}

} // namespace holdfast::http::door
