#include "domain/order_part.hpp"
#include "http/ticket_view.hpp"
#include "tickets/language.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace holdfast::http {

namespace {

/// Orders with more seats than this have a line for all seats of a tier at one price: a receipt stays a few pages.
constexpr std::size_t receipt_seats_max = 200;

/// Places of an order, with what was to be paid for each.
struct priced_places {
  struct seat {
    std::uint32_t ticket = 0; ///< index in the order as it was sold
    domain::seat_index where = 0;
    domain::minor_units price = 0;
    domain::minor_units fee = 0;
  };
  std::vector<seat> seats;
  std::vector<domain::held_area> areas;

  template <class Places>
  void add(const Places& what, const std::vector<std::uint32_t>& tickets) {
    for (std::size_t i = 0; i < what.seats.size(); ++i) {
      seats.push_back({tickets[i], what.seats[i], what.prices[i], what.fees.empty() ? 0 : what.fees[i]});
    }
    for (const auto& area : what.areas) {
      const auto same = std::ranges::find_if(areas, [&](const domain::held_area& one) {
        return one.area == area.area && one.price == area.price && one.fee == area.fee;
      });
      if (same == areas.end()) {
        areas.push_back(area);
      } else {
        same->quantity += area.quantity;
      }
    }
  }
};

/// What an order has, or had when it went back whole.
auto left_of(const domain::booking& order) -> priced_places {
  priced_places left;
  left.add(order, domain::tickets_left(order));
  return left;
}

auto sold_of(const projections::booking_line& order) -> priced_places {
  auto sold = left_of(order.what);
  for (const auto& back : order.returns) {
    sold.add(back, back.tickets);
  }
  std::ranges::sort(sold.seats, {}, &priced_places::seat::ticket);
  return sold;
}

class composer {
 public:
  composer(const projections::booking_line& order, const projections::event_summary& event,
           const tickets::language& words)
      : order_{order}, event_{event}, words_{words} {}

  /// `sign`: -1 of what went back.
  [[nodiscard]] auto lines(const priced_places& what, int sign) const -> std::vector<tickets::receipt_line> {
    std::vector<tickets::receipt_line> out;
    const bool listed = what.seats.size() <= receipt_seats_max;
    std::map<std::pair<domain::tier_index, domain::minor_units>, std::uint32_t> grouped;
    for (const auto& seat : what.seats) {
      const auto tier = order_.seats->tier_of_seat(seat.where);
      if (listed) {
        add(out, tier_text(tier) + ", " + order_.seats->label(seat.where), 1, sign * seat.price);
      } else {
        ++grouped[{tier, seat.price}];
      }
    }
    for (const auto& [key, quantity] : grouped) {
      add(out, tier_text(key.first), quantity, sign * key.second);
    }
    for (const auto& area : what.areas) {
      add(out, tier_text(order_.seats->tier_of_area(area.area)) + ", " + order_.seats->spec().areas[area.area].name,
          area.quantity, sign * area.price);
    }
    add_fees(out, what, sign);
    return out;
  }

  [[nodiscard]] auto payment(domain::instant at, domain::minor_units amount) const -> tickets::receipt_payment {
    return {std::string{method_text(order_.what.payment.by)}, at, amount};
  }

  /// What went back, each time under a number of its own.
  [[nodiscard]] auto credits(const std::string& order_id) const -> std::vector<tickets::receipt_credit> {
    std::vector<tickets::receipt_credit> out;
    for (const auto& back : order_.returns) {
      priced_places what;
      what.add(back, back.tickets);
      const auto places = back.tickets.empty() ? left_of(order_.what) : what;
      auto credited = lines(places, -1);
      const auto tax = add_kept(credited, taxes(places), back.total);
      out.push_back({.number = order_id + '-' + std::to_string(out.size() + 1),
                     .at = back.at,
                     .lines = std::move(credited),
                     .charged = tax ? std::optional{-*tax} : std::nullopt,
                     .payments = {payment(back.at, -back.total)}});
    }
    return out;
  }

  /// In or on top of places that were held with a tax.
  [[nodiscard]] auto taxes(const priced_places& what) const -> std::optional<domain::minor_units> {
    const auto rate = order_.what.rate();
    if (!rate) {
      return std::nullopt;
    }
    domain::minor_units sum = 0;
    for (const auto& seat : what.seats) {
      sum += domain::tax_of_place(*rate, seat.price + seat.fee);
    }
    for (const auto& area : what.areas) {
      sum += domain::tax_of_place(*rate, area.price + area.fee) * area.quantity;
    }
    return is_free() ? 0 : sum;
  }

 private:
  [[nodiscard]] auto tier_text(domain::tier_index tier) const -> std::string {
    const auto& id = order_.seats->tier_ids()[tier];
    const auto& tiers = event_.config.tiers;
    const auto named = std::ranges::find(tiers, id, &domain::price_tier::id);
    return named == tiers.end() || named->name.empty() ? id : named->name;
  }

  [[nodiscard]] auto is_free() const noexcept -> bool {
    return order_.what.payment.by == domain::payment_record::method::complimentary;
  }

  /// What was given away costs nothing.
  void add(std::vector<tickets::receipt_line>& to, std::string text, std::uint32_t quantity,
           domain::minor_units price) const {
    to.push_back({.text = std::move(text), .quantity = quantity, .price = is_free() ? 0 : price, .rate = 0});
  }

  void add_fees(std::vector<tickets::receipt_line>& to, const priced_places& what, int sign) const {
    std::map<domain::minor_units, std::uint32_t> fees;
    for (const auto& seat : what.seats) {
      ++fees[seat.fee];
    }
    for (const auto& area : what.areas) {
      fees[area.fee] += area.quantity;
    }
    for (const auto& [fee, quantity] : fees) {
      if (fee != 0) {
        add(to, std::string{words_.fee}, quantity, sign * fee);
      }
    }
  }

  /// A ticket that was resold for less than was paid for it: its lines say what was paid, and this one what does not come back. Gives the tax that
  /// does: that of its places (`tax`), or, when something is kept, that in what is given back.
  [[nodiscard]] auto add_kept(std::vector<tickets::receipt_line>& to, std::optional<domain::minor_units> tax,
                              domain::minor_units given_back) const -> std::optional<domain::minor_units> {
    const bool on_top = tax && order_.what.tax->rate.mode == domain::tax_mode::exclusive;
    domain::minor_units paid = on_top ? *tax : 0;
    domain::minor_units lines = 0;
    for (const auto& line : to) {
      lines -= line.price * line.quantity;
    }
    paid += lines;
    if (paid <= given_back) {
      return tax;
    }
    if (tax) {
      tax = domain::tax_of_place({domain::tax_mode::inclusive, order_.what.tax->rate.basis_points}, given_back);
    }
    add(to, std::string{words_.kept}, 1, lines - given_back + (on_top ? *tax : 0));
    return tax;
  }

  [[nodiscard]] auto method_text(domain::payment_record::method by) const -> std::string_view {
    using method = domain::payment_record::method;
    switch (by) {
    case method::cash: return words_.cash;
    case method::card_terminal:
    case method::card: return words_.card;
    case method::complimentary: break;
    }
    return words_.complimentary;
  }

  const projections::booking_line& order_;
  const projections::event_summary& event_;
  const tickets::language& words_;
};

} // namespace

auto receipt_of(const projections::booking_line& order, const projections::event_summary& event,
                const domain::public_ids& ids, const receipt_settings& settings, const std::string& organisation)
    -> tickets::receipt {
  const auto& config = event.config;
  tickets::receipt out;
  out.language = config.languages.empty() ? "en" : config.languages.front();
  const composer compose{order, event, tickets::language_for(out.language)};
  out.time_zone = config.venue.timezone;
  out.currency = order.currency;
  ids.append_order(out.order_id, order.event, order.what.number);
  out.issued_at = order.what.confirmed_at;
  out.seller = {.name = settings.seller.empty() ? organisation : settings.seller,
                .address = settings.seller_address,
                .tax_number = settings.tax_number};
  out.event = config.name;
  out.starts_at = config.starts_at;
  out.venue = config.venue.city.empty() ? config.venue.name : config.venue.name + ", " + config.venue.city;
  out.lines = compose.lines(sold_of(order), 1);
  if (const auto rate = order.what.rate()) {
    out.rates = {{.name = order.what.tax->name, .basis_points = rate->basis_points}};
    out.mode = rate->mode == domain::tax_mode::exclusive ? tickets::tax_mode::exclusive : tickets::tax_mode::inclusive;
    out.charged = compose.taxes(sold_of(order));
  } else {
    out.rates = {{.name = settings.tax_name, .basis_points = settings.tax_basis_points}};
    // Of an event without a tax, prices are what buyers are charged: a receipt that added one would name another total than the payment.
    out.mode = tickets::tax_mode::inclusive;
    out.rounding = settings.rounding;
  }
  out.payments = {compose.payment(order.what.confirmed_at, order.what.paid + order.what.refunded + order.what.kept)};
  out.credits = compose.credits(out.order_id);
  out.note = settings.note;
  return out;
}

} // namespace holdfast::http
