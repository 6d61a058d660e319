#include "tools/chaos/crowd.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

namespace holdfast::tools::chaos {

namespace {

using nlohmann::json;

constexpr unsigned ok_from = 200;
constexpr unsigned refusal_from = 400;

/// What an answer says about the operation. A server that says 503 may have done it or not.
void read_reply(operation& op, const chaos_reply& reply) {
  if (reply.status >= ok_from && reply.status < refusal_from) {
    op.end = operation_end::done;
    op.seq = reply.seq;
    if (op.kind == operation_kind::hold) {
      const auto body = json::parse(reply.body, nullptr, false);
      op.hold = body.value("hold_id", "");
      op.seq = body.value("seq", reply.seq);
    } else if (op.kind == operation_kind::confirm) {
      op.seq = json::parse(reply.body, nullptr, false).value("seq", reply.seq);
    }
  } else if (reply.status < fault_from) {
    op.end = operation_end::refused;
    op.seq = reply.seq;
    const auto body = json::parse(reply.body, nullptr, false);
    if (body.is_object() && body.contains("conflicts")) {
      for (const auto& conflict : body["conflicts"]) {
        op.conflicts.push_back(conflict.value("seat", ""));
      }
    }
  }
}

/// An answer that gives the same bytes again was first given before; its seq is in its body.
auto is_rejection(const chaos_reply& reply) -> bool {
  return reply.status >= refusal_from && reply.status < fault_from;
}

} // namespace

auto now_ns() -> std::uint64_t {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
          .count());
}

crowd::crowd(const arena& where, std::uint64_t seed, const std::string& acknowledgements_file)
    : where_{where}, seed_{seed}, acknowledgements_{acknowledgements_file, std::ios::app} {}

crowd::~crowd() {
  stop();
}

void crowd::start() {
  for (std::size_t i = 0; i < where_.tokens.size(); ++i) {
    clients_.emplace_back([this, i] { run_client(i); });
  }
}

void crowd::stop() {
  stopping_ = true;
  clients_.clear(); // joins
}

auto crowd::perform(connection& link, operation op, chaos_request request) -> operation {
  std::size_t index = 0;
  std::size_t kept = 0;
  {
    const std::lock_guard lock{mutex_};
    op.invoked_ns = now_ns();
    index = history_.size();
    history_.push_back(op);
    kept = kept_.size();
    kept_.push_back({request, {}, index});
  }
  in_flight_.fetch_add(1);
  const auto reply = link.ask(request);
  in_flight_.fetch_sub(1);
  if (!reply || reply->status >= fault_from) {
    return op;
  }
  op.returned_ns = now_ns();
  read_reply(op, *reply);
  const std::lock_guard lock{mutex_};
  history_[index] = op;
  if (op.end == operation_end::done) {
    kept_[kept].first_body = reply->body;
    // Outside the system and before the next operation: what a client was told is never forgotten by the harness.
    acknowledgements_ << static_cast<int>(op.kind) << ' ' << op.seq << ' ' << op.hold << std::endl;
    acknowledged_.fetch_add(1);
  }
  return op;
}

void crowd::run_client(std::size_t number) {
  std::mt19937_64 random{seed_ * 1'000 + number};
  connection link{where_.port};
  const auto& token = where_.tokens[number];
  for (std::uint64_t round = 0; !stopping_; ++round) {
    const auto key = "chaos-" + std::to_string(seed_) + "-" + std::to_string(number) + "-" + std::to_string(round);
    operation op;
    op.kind = operation_kind::hold;
    json wanted = json::array();
    const auto first = random() % where_.seats.size();
    const auto count = std::min<std::size_t>(1 + random() % 3, where_.seats.size() - first);
    for (std::size_t i = 0; i < count; ++i) {
      op.seats.push_back(where_.seats[first + i]);
      wanted.push_back(where_.seats[first + i]);
    }
    const auto held = perform(link, std::move(op),
                              {.method = "POST",
                               .target = "/v1/events/" + where_.event + "/holds",
                               .bearer = token,
                               .idempotency_key = key + "-hold",
                               .body = json{{"seats", wanted}}.dump()});
    if (held.end == operation_end::unknown) {
      return; // the server is gone
    }
    if (held.end == operation_end::refused) {
      continue;
    }
    operation next;
    next.hold = held.hold;
    const auto target = "/v1/holds/" + held.hold;
    // Most holds are given back, so that the fight goes on; some are sold.
    const bool sells = random() % 20 == 0;
    next.kind = sells ? operation_kind::confirm : operation_kind::release;
    const auto ended =
        sells ? perform(link, std::move(next),
                        {.method = "POST",
                         .target = target + "/confirm",
                         .bearer = where_.office_key,
                         .idempotency_key = key + "-confirm",
                         .body = R"({"payment":{"method":"cash","reference":"till 3"}})"})
              : perform(link, std::move(next),
                        {.method = "DELETE", .target = target, .bearer = token, .idempotency_key = {}, .body = {}});
    if (ended.end == operation_end::unknown) {
      return;
    }
  }
}

void crowd::settle(kept_request& kept, const chaos_reply& reply, std::vector<finding>& findings) {
  auto& op = history_[kept.index];
  if (op.end == operation_end::done) {
    if (op.kind != operation_kind::release && (reply.body != kept.first_body || !reply.replayed)) {
      findings.push_back({"replay", kept.request.target + " with key " + kept.request.idempotency_key +
                                        " answered other bytes than the first time: " + reply.body});
    }
    return;
  }
  if (op.kind == operation_kind::release) {
    return; // carries no key: when it took effect stays open
  }
  op.returned_ns = now_ns();
  if (is_rejection(reply)) {
    op.end = operation_end::refused;
    op.seq = reply.seq;
    op.conflicts.clear();
    return;
  }
  read_reply(op, reply);
  kept.first_body = reply.body;
}

auto crowd::repeat(std::uint16_t port, std::size_t sample) -> std::vector<finding> {
  std::vector<finding> findings;
  connection link{port};
  std::size_t done = 0;
  for (auto& kept : kept_) {
    const bool unknown = history_[kept.index].end == operation_end::unknown;
    const bool acknowledged = history_[kept.index].end == operation_end::done;
    if (!unknown && (!acknowledged || kept.request.idempotency_key.empty() || ++done > sample)) {
      continue;
    }
    // An unknown one is asked twice: the second answer must repeat the first.
    for (int time = 0; time < (unknown ? 2 : 1); ++time) {
      const auto reply = link.ask(kept.request);
      if (!reply) {
        findings.push_back({"unavailable", kept.request.target + " had no answer after the restart"});
      } else {
        settle(kept, *reply, findings);
      }
    }
  }
  return findings;
}

} // namespace holdfast::tools::chaos
