#include "http/conversation.hpp"
#include "http/request_span.hpp"

// What is told of a request to whoever watches the server: metrics, log and trace.

namespace holdfast::http {

conversation::~conversation() {
  if (begun_) {
    around_.counts.ended();
    record_abandoned(*exchange_, {.began = started_, .ended = clock::now(), .secure = facts_.secure});
  }
}

/// Decides whether the request is traced, once it is known who asks. Probes and documents never are.
void conversation::trace_request() {
  const route* row = exchange_->matched_route();
  if (row != nullptr && row->who.what() == permission::rule::credential_free) {
    return;
  }
  const trace_context& said = exchange_->trace();
  exchange_access::set_traced(*exchange_, around_.traces->trace({.trace = {said.trace_high, said.trace_low},
                                                                 .own_span = said.span,
                                                                 .has_parent = said.parent != 0,
                                                                 .parent_sampled = said.sampled,
                                                                 .by_key = exchange_->who().is == principal::kind::key},
                                                                started_));
}

/// The answer is written.
void conversation::report(clock::time_point now) {
  const route* row = exchange_->matched_route();
  const unsigned status = exchange_->answer().status();
  around_.counts.count(row == nullptr ? SIZE_MAX : row->index, status, now - started_);
  around_.log.finished(*exchange_, status, now - started_);
  record_request(*exchange_, status, {.began = started_, .ended = now, .secure = facts_.secure});
  around_.counts.ended();
  begun_ = false;
}

} // namespace holdfast::http
