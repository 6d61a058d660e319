#include "tools/gateway_books.hpp"

#include "domain/public_id.hpp"

#include <charconv>
#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace holdfast::tools {
namespace {

namespace audit = journal::audit;
using nlohmann::ordered_json;

auto number_in(std::string_view text) -> std::uint64_t {
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc{} && end == text.data() + text.size() ? number : 0;
}

auto stage_of(payments::payment_status status) -> audit::gateway_payment::stage {
  using stage = audit::gateway_payment::stage;
  switch (status) {
  case payments::payment_status::requires_capture: return stage::reserved;
  case payments::payment_status::succeeded: return stage::taken;
  case payments::payment_status::canceled: return stage::ended;
  default: return stage::waiting;
  }
}

auto event_text(std::uint64_t event) -> std::string {
  std::string text;
  domain::public_ids::append(text, domain::event_id{event});
  return text;
}

} // namespace

auto gateway_book(const std::vector<payments::payment>& payments, const std::vector<payments::refund>& refunds)
    -> std::vector<audit::gateway_payment> {
  std::vector<audit::gateway_payment> book;
  std::unordered_map<std::string_view, std::size_t> by_id;
  book.reserve(payments.size());
  for (const auto& one : payments) {
    audit::gateway_payment line;
    line.id = one.id;
    line.step = stage_of(one.status);
    line.amount = one.amount;
    line.reserved = one.amount_capturable;
    line.taken = one.amount_received;
    line.returned = one.amount_refunded;
    line.currency = std::string{one.currency.text()};
    const auto event = domain::public_ids::parse_event(payments::value_of(one.about, "holdfast_event"));
    line.event = event ? event->value() : 0;
    line.payment = number_in(payments::value_of(one.about, "holdfast_payment"));
    by_id.emplace(one.id, book.size());
    book.push_back(std::move(line));
  }
  for (const auto& one : refunds) {
    const auto found = by_id.find(one.payment_id);
    if (found == by_id.end()) {
      continue;
    }
    auto& line = book[found->second];
    const bool is_lost =
        one.status == payments::refund_status::failed || one.status == payments::refund_status::canceled;
    line.refunds += is_lost ? 0 : one.amount;
    ++line.refunds_made;
  }
  return book;
}

auto text_of(const audit::difference& one) -> std::string {
  auto line = std::string{audit::name_of(one.kind)} + ": " + event_text(one.event);
  if (one.payment != 0) {
    line += ", payment " + std::to_string(one.payment);
  }
  if (!one.gateway_payment.empty()) {
    line += " (" + one.gateway_payment + ")";
  }
  return line + ": " + one.detail;
}

auto json_of(const audit::difference& one) -> ordered_json {
  ordered_json line{{"kind", audit::name_of(one.kind)}, {"event_id", event_text(one.event)}};
  if (one.payment != 0) {
    line["payment"] = one.payment;
  }
  if (!one.gateway_payment.empty()) {
    line["gateway_payment"] = one.gateway_payment;
  }
  line["detail"] = one.detail;
  line["remedy"] = audit::name_of(one.cure);
  if (one.cure == audit::remedy::refund || one.cure == audit::remedy::capture) {
    line["amount"] = one.amount;
  }
  return line;
}

} // namespace holdfast::tools
