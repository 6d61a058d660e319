#include "http/scan_batch.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::http {

namespace {

constexpr std::uint16_t batch_is_answered = 200;
/// What to do with a scan that could not be decided now: it may be sent again, under the same nonce.
constexpr std::string_view undecided = R"({"result":"unavailable"})";

} // namespace

class scan_batch::sink final : public actors::reply_sink {
 public:
  sink(std::shared_ptr<scan_batch> of, std::size_t which) noexcept : of_{std::move(of)}, which_{which} {}

  void reply(actors::answer&& what) noexcept override { of_->answered(which_, std::move(what)); }

 private:
  std::shared_ptr<scan_batch> of_;
  std::size_t which_;
};

void scan_batch::run(std::vector<scan> all) {
  {
    const std::scoped_lock lock{mutex_};
    all_ = std::move(all);
  }
  pump();
}

void scan_batch::answered(std::size_t which, actors::answer&& what) noexcept {
  {
    const std::scoped_lock lock{mutex_};
    all_[which].result = what.status == batch_is_answered ? std::move(what.body) : std::string{undecided};
    --underway_;
  }
  pump();
}

void scan_batch::pump() {
  std::unique_lock lock{mutex_};
  if (pumping_) {
    return; // whoever is at it looks again
  }
  pumping_ = true;
  while (next_ < all_.size() && underway_ < underway_max) {
    const auto which = next_++;
    if (!all_[which].result.empty()) {
      continue;
    }
    ++underway_;
    const auto event = all_[which].event;
    auto what = std::move(all_[which].what);
    lock.unlock();
    engine_.submit(event, std::move(what), meta_,
                   actors::reply_port{std::make_shared<sink>(shared_from_this(), which)});
    lock.lock();
  }
  pumping_ = false;
  // Two last answers may arrive at once: one of them tells.
  const bool done = next_ == all_.size() && underway_ == 0;
  const bool tells = done && !std::exchange(finished_, true);
  lock.unlock();
  if (tells) {
    finish();
  }
}

void scan_batch::finish() {
  std::ranges::sort(all_, {}, &scan::place);
  auto out = to_->json();
  out.begin_object().key("items").begin_array();
  for (const auto& one : all_) {
    out.begin_object().member("nonce", std::string_view{one.nonce});
    // The result is an object of its own: its members go on here.
    out.text() += ',';
    out.text().append(one.result, 1, one.result.size() - 2);
    out.end_object();
  }
  out.end_array().end_object();
  to_.complete();
}

} // namespace holdfast::http
