#include "tools/outside.hpp"

#include "http/order_stories.hpp"

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <atomic>
#include <cstdint>
#include <fstream>
#include <utility>

namespace holdfast::tools {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

/// The first line of a file that its owner alone may read.
auto read_secret_line(const std::string& file) -> tl::expected<std::string, std::string> {
  struct ::stat about {};
  if (::stat(file.c_str(), &about) == 0 && (about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return tl::unexpected{file + ": others may read it; run chmod 600 on it"};
  }
  std::ifstream in{file};
  std::string line;
  if (!std::getline(in, line) || line.empty()) {
    return tl::unexpected{"cannot read a password from " + file};
  }
  return line;
}

class outbox_collector final : public prometheus::Collectable {
 public:
  explicit outbox_collector(const notifications::outbox_metrics& of) noexcept : of_{of} {}

  [[nodiscard]] auto Collect() const -> std::vector<MetricFamily> override {
    std::vector<MetricFamily> all;
    const auto add = [&](const char* name, const char* help, MetricType type, const std::atomic<std::uint64_t>& value) {
      prometheus::ClientMetric metric;
      const auto now = static_cast<double>(value.load(std::memory_order_relaxed));
      (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = now;
      all.push_back({name, help, type, {std::move(metric)}});
    };
    const auto counter = MetricType::Counter;
    const auto gauge = MetricType::Gauge;
    add("holdfast_mails_sent_total", "Mails that a mail server took over", counter, of_.mails_sent);
    add("holdfast_mails_failed_total", "Tries to send a mail that came to nothing", counter, of_.mails_failed);
    add("holdfast_mails_unaddressed_total", "Mails for which nobody had told an address", counter,
        of_.mails_unaddressed);
    add("holdfast_mails_pending", "Mails that wait", gauge, of_.mails_pending);
    add("holdfast_mails_dead", "Mails that were given up", gauge, of_.mails_dead);
    add("holdfast_webhooks_delivered_total", "Webhooks that were taken", counter, of_.webhooks_delivered);
    add("holdfast_webhooks_failed_total", "Tries to deliver a webhook that came to nothing", counter,
        of_.webhooks_failed);
    add("holdfast_webhooks_given_up_total", "Webhooks that were given up", counter, of_.webhooks_given_up);
    add("holdfast_webhooks_pending", "Webhooks that wait", gauge, of_.webhooks_pending);
    add("holdfast_webhooks_disabled", "Endpoints that are disabled", gauge, of_.webhooks_disabled);
    add("holdfast_notifications_behind", "1 while there are facts that were not looked at yet", gauge, of_.behind);
    add("holdfast_notifications_broken", "1 when their store failed: nothing more is told until the next start", gauge,
        of_.broken);
    return all;
  }

 private:
  const notifications::outbox_metrics& of_;
};

} // namespace

outside::outside(const parts& with, std::vector<std::string>& warnings) {
  const auto& folder = with.paths.people;
  auto people = people::personal_data::open({folder / "rows", folder / "keys"}, with.secrets.people_key);
  if (people) {
    people_ = std::move(*people);
  } else {
    spdlog::error("personal data: {}", people.error());
    warnings.push_back("names and e-mail addresses are not taken: " + people.error());
  }
  if (!with.journal_identity.empty()) {
    start_outbox(with, warnings);
  }
}

void outside::start_outbox(const parts& with, std::vector<std::string>& warnings) {
  auto settings = with.config.notifications;
  tl::expected<std::unique_ptr<notifications::outbox>, std::string> started;
  if (!with.config.mail_password_file.empty()) {
    auto password = read_secret_line(with.config.mail_password_file);
    if (!password) {
      spdlog::error("mail: {}", password.error());
      warnings.push_back("no mail is sent: " + password.error());
      settings.mail.route.url.clear();
    } else {
      settings.mail.route.password = std::move(*password);
    }
  }
  started = notifications::outbox::start(
      settings, {.folder = with.paths.outbox,
                 .secret = with.secrets.people_key,
                 .journal = with.journal,
                 .journal_identity = with.journal_identity,
                 .stories = std::make_shared<http::order_stories>(with.engine, with.engine.views(), with.credentials,
                                                                  with.secrets.ids, with.config.order_links),
                 .people = people_.get()});
  if (!started) {
    spdlog::error("notifications: {}", started.error());
    warnings.push_back("nobody is notified: " + started.error());
    return;
  }
  outbox_ = std::move(*started);
  metrics_ = std::make_shared<outbox_collector>(outbox_->metrics());
}

outside::~outside() {
  stop();
}

void outside::stop() {
  metrics_.reset();
  if (outbox_) {
    outbox_->stop();
  }
  if (people_) {
    people_->stop();
  }
}

} // namespace holdfast::tools
