#include "tools/gateway/notifier.hpp"

#include "payments/webhook_signature.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <utility>

namespace holdfast::gateway {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_pause{250};
constexpr milliseconds longest_pause{30'000};
constexpr std::uint32_t doublings_max = 10;
/// Events that wait for others to be shuffled with wait no longer.
constexpr milliseconds hold_max{200};
constexpr long timeout_ms = 10'000;

struct easy_deleter {
  void operator()(CURL* of) const noexcept { curl_easy_cleanup(of); }
};

struct list_deleter {
  void operator()(curl_slist* of) const noexcept { curl_slist_free_all(of); }
};

auto forget(char* /*data*/, std::size_t size, std::size_t count, void* /*to*/) -> std::size_t {
  return size * count;
}

auto unix_seconds() -> std::int64_t {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// The event as somebody would write it who does not have the secret: it says that the payment succeeded.
auto forgery_of(nlohmann::json event) -> nlohmann::json {
  event["id"] = event.at("id").get<std::string>() + "forged";
  event["type"] = "payment_intent.succeeded";
  event["data"]["object"]["status"] = "succeeded";
  return event;
}

} // namespace

notifier::notifier(std::string url, std::string secret, std::function<void(const std::string&)> taken)
    : url_{std::move(url)}, secret_{std::move(secret)}, taken_{std::move(taken)}, thread_{[this] { run(); }} {}

notifier::~notifier() {
  {
    const std::scoped_lock lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_all();
}

void notifier::offer(const nlohmann::json& event) {
  {
    const std::scoped_lock lock{mutex_};
    ++counts_.events;
    if (held_.empty()) {
      held_since_ = clock::now();
    }
    held_.push_back(event);
  }
  changed_.notify_all();
}

void notifier::follow(const webhook_faults& script, std::uint64_t seed) {
  const std::scoped_lock lock{mutex_};
  script_ = script;
  dice_.seed(seed);
}

auto notifier::counts() const -> notifier_counts {
  const std::scoped_lock lock{mutex_};
  auto now = counts_;
  now.waiting = due_.size() + held_.size();
  return now;
}

void notifier::schedule(const nlohmann::json& event, clock::time_point now) {
  const auto id = event.at("id").get<std::string>();
  for (std::uint32_t i = 0; i < script_.forged; ++i) {
    due_.emplace(now, letter{id, forgery_of(event).dump(), true, 0});
  }
  for (std::uint32_t i = 0; i < script_.copies; ++i) {
    due_.emplace(now + script_.wait.draw(dice_), letter{id, event.dump(), false, 0});
  }
}

void notifier::release_held(clock::time_point now) {
  const bool is_due = held_.size() >= script_.shuffled || (!held_.empty() && now >= held_since_ + hold_max);
  if (!is_due) {
    return;
  }
  auto events = std::exchange(held_, {});
  if (script_.shuffled > 1) {
    std::ranges::shuffle(events, dice_);
  }
  for (const auto& each : events) {
    schedule(each, now);
  }
}

void notifier::run() {
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    const auto now = clock::now();
    release_held(now);
    if (!due_.empty() && due_.begin()->first <= now) {
      auto next = std::move(due_.extract(due_.begin()).mapped());
      lock.unlock();
      send(std::move(next));
      lock.lock();
      continue;
    }
    auto until = now + longest_pause;
    if (!due_.empty()) {
      until = std::min(until, due_.begin()->first);
    }
    if (!held_.empty()) {
      until = std::min(until, held_since_ + hold_max);
    }
    changed_.wait_until(lock, until);
  }
}

void notifier::send(letter what) {
  bool is_lost = false;
  {
    const std::scoped_lock lock{mutex_};
    constexpr int percent = 100;
    is_lost =
        !what.is_forged && std::uniform_int_distribution<std::uint32_t>{0, percent - 1}(dice_) < script_.lost_percent;
    counts_.attempts += is_lost ? 0U : 1U;
    counts_.forged += what.is_forged ? 1U : 0U;
  }
  const bool is_taken = !is_lost && post(what);
  bool is_news = false;
  {
    const std::scoped_lock lock{mutex_};
    if (what.is_forged) {
      counts_.forged_taken += is_taken ? 1U : 0U;
      return;
    }
    if (is_taken) {
      ++counts_.taken;
      is_news = taken_ids_.insert(what.event_id).second;
    } else {
      ++counts_.failed;
      const auto pause = first_pause * (1U << std::min(what.failures++, doublings_max));
      due_.emplace(clock::now() + std::min<milliseconds>(pause, longest_pause), what);
    }
  }
  if (is_news) {
    taken_(what.event_id);
  }
}

auto notifier::post(const letter& what) -> bool {
  const std::unique_ptr<CURL, easy_deleter> easy{curl_easy_init()};
  const auto signature = payments::sign(what.body, what.is_forged ? "whsec_stolen" : secret_, unix_seconds());
  std::unique_ptr<curl_slist, list_deleter> headers{
      curl_slist_append(nullptr, "Content-Type: application/json; charset=utf-8")};
  // Appending to a list that is not empty gives back its beginning.
  curl_slist_append(headers.get(), ("Stripe-Signature: " + signature).c_str());
  curl_slist_append(headers.get(), "Expect:");
  curl_easy_setopt(easy.get(), CURLOPT_URL, url_.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy.get(), CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, timeout_ms);
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(what.body.size()));
  curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, what.body.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, forget);
  long status = 0;
  const bool answered = curl_easy_perform(easy.get()) == CURLE_OK;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  return answered && status >= 200 && status < 300;
}

} // namespace holdfast::gateway
