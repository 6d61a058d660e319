#include "actors/reply_port.hpp"

#include "domain/check.hpp"

namespace holdfast::actors {

namespace {

/// What a port that was dropped says: the least that is true. The edge gives it its trace id.
auto unavailable() -> answer {
  answer what;
  what.status = 503;
  what.retry_after_s = 1;
  return what;
}

} // namespace

auto reply_port::operator=(reply_port&& other) noexcept -> reply_port& {
  if (this != &other) {
    if (sink_) {
      send(unavailable());
    }
    sink_ = std::move(other.sink_);
    credit_ = std::move(other.credit_);
  }
  return *this;
}

reply_port::~reply_port() {
  if (sink_) {
    send(unavailable());
  }
}

void reply_port::send(answer&& what) noexcept {
  HF_CHECK(sink_ != nullptr, "a request is answered once");
  const auto sink = std::move(sink_);
  const auto credit = std::move(credit_);
  // The credit first: whoever sees the answer may send the next request at once.
  if (credit) {
    credit->give_back();
  }
  sink->reply(std::move(what));
}

} // namespace holdfast::actors
