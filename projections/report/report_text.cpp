#include "domain/public_id.hpp"
#include "projections/inventory_bodies.hpp"
#include "projections/json_writer.hpp"
#include "projections/report/report_figures.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace holdfast::projections {

namespace {

constexpr std::array<std::string_view, payment_methods> method_names{"other", "cash", "card_terminal", "complimentary",
                                                                     "card"};
constexpr std::int64_t ms_per_second = 1'000;

auto event_text(domain::event_id event) -> std::string {
  std::string text;
  domain::public_ids::append(text, event);
  return text;
}

/// The tiers in one.
auto sum_of(const std::vector<tier_figures>& tiers) -> tier_figures {
  tier_figures sum;
  for (const auto& tier : tiers) {
    sum.capacity += tier.capacity;
    sum.held += tier.held;
    sum.sold += tier.sold;
    sum.held_back += tier.held_back;
    sum.revenue += tier.revenue;
  }
  return sum;
}

void write_places(json_writer& out, const tier_figures& from) {
  out.member("capacity", from.capacity)
      .member("held_back", from.held_back)
      .member("available", from.available())
      .member("held", from.held)
      .member("sold", from.sold);
}

void write_flow(json_writer& out, const sales_flow& flow) {
  out.member("holds", flow.holds)
      .member("places_held", flow.places_held)
      .member("released", flow.released)
      .member("places_released", flow.places_released)
      .member("expired", flow.expired)
      .member("places_expired", flow.places_expired)
      .member("orders", flow.orders)
      .member("places_sold", flow.places_sold)
      .member("revenue", flow.revenue);
}

/// Of the holds that have ended, how many became orders; nothing before one has.
auto conversion_of(const report_figures& from) -> std::optional<double> {
  const auto ended = from.total.holds - from.live_holds;
  return ended == 0 ? std::nullopt : std::optional{static_cast<double>(from.total.orders) / static_cast<double>(ended)};
}

auto per_second(std::uint64_t in_window) -> double {
  return static_cast<double>(in_window) / (static_cast<double>(rate_window.count) / ms_per_second);
}

void write_funnel(json_writer& out, const report_figures& from) {
  out.key("funnel")
      .begin_object()
      .member("holds", from.total.holds)
      .member("live", from.live_holds)
      .member("orders", from.total.orders);
  if (from.complete)
    out.member("released", from.total.released).member("expired", from.total.expired);
  out.key("conversion");
  if (const auto conversion = conversion_of(from))
    out.value(*conversion);
  else
    out.null();
  out.end_object();
}

void write_tiers(json_writer& out, const report_figures& from) {
  out.key("tiers").begin_array();
  for (const auto& tier : from.tiers) {
    out.begin_object().member("id", tier.id).member("name", tier.name);
    write_places(out, tier);
    out.member("revenue", tier.revenue).end_object();
  }
  out.end_array();
}

void write_payments(json_writer& out, const report_figures& from) {
  out.key("payments").begin_array();
  for (std::size_t i = 0; i < payment_methods; ++i)
    if (const auto& paid = from.payments[i]; paid.orders != 0)
      out.begin_object()
          .member("method", method_names[i])
          .member("orders", paid.orders)
          .member("revenue", paid.revenue)
          .end_object();
  out.end_array();
}

/// What only a report of a whole fold has.
void write_history(json_writer& out, const report_figures& from) {
  out.key("rates")
      .begin_object()
      .member("window_seconds", rate_window.count / ms_per_second)
      .member("holds_per_second", per_second(from.holds_last_minute))
      .member("sales_per_second", per_second(from.places_sold_last_minute))
      .end_object();
  out.key("timeline").begin_array();
  for (const auto& period : from.timeline) {
    out.begin_object().key("from").time(period.from.unix_ms).member("seconds", period.length.count / ms_per_second);
    write_flow(out, period.flow.all);
    out.key("tiers").begin_array();
    for (const auto& its : period.flow.tiers)
      out.begin_object()
          .member("id", from.tiers[its.tier].id)
          .member("places_held", its.places_held)
          .member("places_released", its.places_released)
          .member("places_expired", its.places_expired)
          .member("places_sold", its.places_sold)
          .member("revenue", its.revenue)
          .end_object();
    out.end_array().end_object();
  }
  out.end_array().key("open_books").begin_array();
  for (const auto& line : from.open_books)
    out.begin_object()
        .key("at")
        .time(line.at.unix_ms)
        .member("seq", line.seq)
        .member("open", line.open)
        .member("set_apart", line.set_apart)
        .end_object();
  out.end_array();
}

/// Lines of a CSV, each cell in its column; columns without a value are empty.
class csv_table {
 public:
  enum column : std::size_t {
    record,
    id,
    name,
    from,
    seconds,
    holds,
    places_held,
    released,
    places_released,
    expired,
    places_expired,
    orders,
    places_sold,
    revenue,
    fees,
    tax,
    currency,
    capacity,
    held_back,
    available,
    held,
    sold,
    open,
    set_apart,
    status,
    live,
    conversion,
    holds_per_second,
    sales_per_second,
    kept,
    columns
  };

  csv_table() {
    text_ = "record,id,name,from,seconds,holds,places_held,released,places_released,expired,places_expired,orders,"
            "places_sold,revenue,fees,tax,currency,capacity,held_back,available,held,sold,open,set_apart,"
            "status,live,conversion,holds_per_second,sales_per_second,kept\r\n";
  }

  auto text(column where, std::string_view value) -> csv_table& {
    auto& cell = cells_[where];
    constexpr std::string_view formula_begins = "=+-@\t\r";
    const bool formula = !value.empty() && formula_begins.find(value.front()) != std::string_view::npos;
    const bool quoted = value.find_first_of("\",\r\n") != std::string_view::npos;
    cell = quoted ? "\"" : "";
    if (formula)
      cell += '\'';
    for (const char c : value)
      cell.append(c == '"' ? 2U : 1U, c);
    if (quoted)
      cell += '"';
    return *this;
  }

  template <std::integral Integer>
  auto number(column where, Integer value) -> csv_table& {
    cells_[where] = std::to_string(value);
    return *this;
  }

  /// As JSON writes it.
  auto number(column where, double value) -> csv_table& {
    cells_[where].clear();
    json_writer{cells_[where]}.value(value);
    return *this;
  }

  void end_line() {
    for (std::size_t i = 0; i < columns; ++i)
      text_.append(cells_[i]).append(i + 1 < columns ? "," : "\r\n");
    cells_ = {};
  }

  [[nodiscard]] auto take() -> std::string { return std::move(text_); }

 private:
  std::string text_;
  std::array<std::string, columns> cells_;
};

void put(csv_table& to, const tier_figures& from) {
  to.number(csv_table::capacity, from.capacity)
      .number(csv_table::held_back, from.held_back)
      .number(csv_table::available, from.available())
      .number(csv_table::held, from.held)
      .number(csv_table::sold, from.sold);
}

void put(csv_table& to, const sales_flow& flow, bool complete) {
  to.number(csv_table::holds, flow.holds)
      .number(csv_table::orders, flow.orders)
      .number(csv_table::places_sold, flow.places_sold)
      .number(csv_table::revenue, flow.revenue);
  if (complete)
    to.number(csv_table::places_held, flow.places_held)
        .number(csv_table::released, flow.released)
        .number(csv_table::places_released, flow.places_released)
        .number(csv_table::expired, flow.expired)
        .number(csv_table::places_expired, flow.places_expired);
}

auto time_text(domain::instant at) -> std::string {
  std::string text;
  append_rfc3339(text, at.unix_ms);
  return text;
}

/// A period's line, and one for each tier in which something happened.
void put(csv_table& to, const report_period& period, const report_figures& of) {
  const auto begin = time_text(period.from);
  const auto currency = of.currency.text();
  const auto start_line = [&](std::string_view record) -> csv_table& {
    return to.text(csv_table::record, record)
        .text(csv_table::from, begin)
        .number(csv_table::seconds, period.length.count / ms_per_second)
        .text(csv_table::currency, currency);
  };
  start_line("period");
  put(to, period.flow.all, true);
  to.end_line();
  for (const auto& its : period.flow.tiers) {
    const auto& tier = of.tiers[its.tier];
    start_line("period_tier").text(csv_table::id, tier.id).text(csv_table::name, tier.name);
    to.number(csv_table::places_held, its.places_held)
        .number(csv_table::places_released, its.places_released)
        .number(csv_table::places_expired, its.places_expired)
        .number(csv_table::places_sold, its.places_sold)
        .number(csv_table::revenue, its.revenue)
        .end_line();
  }
}

} // namespace

auto report_json(const report_figures& from) -> std::string {
  std::string text;
  json_writer out{text};
  out.begin_object()
      .member("event_id", event_text(from.event))
      .member("seq", from.seq)
      .member("status", to_text(from.sale))
      .member("currency", from.currency.text());
  out.key("last_fact_at").time(from.last_fact.unix_ms).key("places").begin_object();
  write_places(out, sum_of(from.tiers));
  out.end_object()
      .member("orders", from.total.orders)
      .member("revenue", from.total.revenue)
      .member("fees", from.fees)
      .member("tax", from.tax);
  if (from.complete)
    out.member("kept", from.kept);
  write_funnel(out, from);
  write_payments(out, from);
  write_tiers(out, from);
  if (from.complete)
    write_history(out, from);
  out.end_object();
  return text;
}

auto report_csv(const report_figures& from) -> std::string {
  csv_table table;
  const auto currency = from.currency.text();
  table.text(csv_table::record, "total").text(csv_table::id, event_text(from.event));
  table.text(csv_table::from, time_text(from.last_fact));
  put(table, from.total, from.complete);
  put(table, sum_of(from.tiers));
  table.number(csv_table::fees, from.fees).number(csv_table::tax, from.tax).text(csv_table::currency, currency);
  table.text(csv_table::status, to_text(from.sale)).number(csv_table::live, from.live_holds);
  if (from.complete)
    table.number(csv_table::kept, from.kept);
  if (const auto conversion = conversion_of(from))
    table.number(csv_table::conversion, *conversion);
  table.end_line();
  if (from.complete)
    table.text(csv_table::record, "rates")
        .number(csv_table::seconds, rate_window.count / ms_per_second)
        .number(csv_table::holds_per_second, per_second(from.holds_last_minute))
        .number(csv_table::sales_per_second, per_second(from.places_sold_last_minute))
        .end_line();
  for (const auto& tier : from.tiers) {
    table.text(csv_table::record, "tier").text(csv_table::id, tier.id).text(csv_table::name, tier.name);
    put(table, tier);
    table.number(csv_table::revenue, tier.revenue).text(csv_table::currency, currency).end_line();
  }
  for (std::size_t i = 0; i < payment_methods; ++i) {
    if (from.payments[i].orders == 0)
      continue;
    table.text(csv_table::record, "payment").text(csv_table::id, method_names[i]);
    table.number(csv_table::orders, from.payments[i].orders).number(csv_table::revenue, from.payments[i].revenue);
    table.text(csv_table::currency, currency).end_line();
  }
  for (const auto& period : from.timeline)
    put(table, period, from);
  for (const auto& line : from.open_books) {
    table.text(csv_table::record, "open_books").text(csv_table::from, time_text(line.at));
    table.number(csv_table::capacity, line.open + line.set_apart);
    table.number(csv_table::open, line.open).number(csv_table::set_apart, line.set_apart).end_line();
  }
  return table.take();
}

} // namespace holdfast::projections
