#include "domain/booking_table.hpp"
#include "domain/check.hpp"
#include "domain/limits.hpp"
#include "domain/state_hash.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace holdfast::domain {
namespace {

constexpr std::size_t words_per_price = 2;
constexpr std::size_t words_per_area = 4;
constexpr std::size_t words_per_fee = 2;
constexpr std::size_t words_of_resale = 5;
constexpr unsigned tax_mode_shift = 16; ///< of the word that has mode and basis points

auto word_of(const tax_rate& rate) noexcept -> std::uint32_t {
  return rate.basis_points | static_cast<std::uint32_t>(rate.mode) << tax_mode_shift;
}

auto has_fees(const hold_created& fact) noexcept -> bool {
  return !fact.fees.empty() || std::ranges::any_of(fact.areas, [](const held_area& held) { return held.fee != 0; });
}

auto low_word(std::uint64_t of) noexcept -> std::uint32_t {
  return static_cast<std::uint32_t>(of & 0xffff'ffff);
}

auto high_word(std::uint64_t of) noexcept -> std::uint32_t {
  return static_cast<std::uint32_t>(of >> 32);
}

constexpr auto longest_life = std::max(limits::hold_cap_max, limits::waitlist_offer_max);

auto short_span(instant from, instant to) noexcept -> std::uint32_t {
  const auto span = (to - from).count;
  HF_CHECK(span >= 0, "a hold ends after it begins");
  HF_CHECK(span <= longest_life.count, "a hold lives no longer than the cap, or than an offer from the waitlist");
  return static_cast<std::uint32_t>(span);
}

/// What malloc takes for a block on 64-bit Linux.
constexpr auto block_bytes(std::size_t size) noexcept -> std::size_t {
  return std::max<std::size_t>(32, (size + 8 + 15) / 16 * 16);
}

} // namespace

static_assert(longest_life.count <= std::numeric_limits<std::uint32_t>::max());
static_assert(limits::places_per_hold_max <= std::numeric_limits<std::uint16_t>::max());
static_assert(limits::areas_per_event_max <= std::numeric_limits<std::uint16_t>::max());
static_assert(limits::payment_text_bytes_max <= std::numeric_limits<std::uint8_t>::max());
static_assert(limits::tax_basis_points_max < 1U << tax_mode_shift);
static_assert(limits::tax_name_bytes_max <= std::numeric_limits<std::uint8_t>::max());

booking_slot::booking_slot(const hold_created& fact, instant at, const resale* of)
    : number_{fact.hold.value()},
      seat_count_{static_cast<std::uint16_t>(fact.seats.size())},
      area_count_{static_cast<std::uint16_t>(fact.areas.size())},
      has_fees_{has_fees(fact)},
      resale_{of != nullptr},
      swapped_{of != nullptr && of->is_swapped},
      box_office_{static_cast<bool>(fact.by.organisation)},
      tax_name_bytes_{static_cast<std::uint8_t>(fact.tax ? fact.tax->name.size() : 0)},
      allocation_{fact.allocation},
      owner_high_{fact.by.subject.high},
      owner_low_{fact.by.subject.low | fact.by.organisation.value()},
      sold_by_{fact.sold_by},
      created_at_{at},
      expires_after_ms_{short_span(at, fact.expires_at)},
      cap_after_ms_{short_span(at, fact.cap_at)},
      words_{std::make_unique<std::uint32_t[]>(words())} {
  auto* to = std::ranges::copy(fact.seats, words_.get()).out;
  const auto put_money = [&to](minor_units amount) {
    *to++ = low_word(static_cast<std::uint64_t>(amount));
    *to++ = high_word(static_cast<std::uint64_t>(amount));
  };
  std::ranges::for_each(fact.prices, put_money);
  for (const auto& held : fact.areas) {
    *to++ = held.area;
    *to++ = held.quantity;
    put_money(held.price);
  }
  if (has_fees_) {
    for (std::size_t i = 0; i < seat_count_; ++i) {
      put_money(fact.fees.empty() ? 0 : fact.fees[i]);
    }
    for (const auto& held : fact.areas) {
      put_money(held.fee);
    }
  }
  if (of != nullptr) {
    *to++ = of->ticket.order.value();
    *to++ = of->ticket.index;
    *to++ = of->seller.value();
    put_money(of->kept);
  }
  if (fact.tax) {
    *to++ = word_of(fact.tax->rate);
    std::memcpy(to, fact.tax->name.data(), fact.tax->name.size());
  }
}

auto booking_slot::fee_word() const noexcept -> std::size_t {
  return seat_count_ * (1 + words_per_price) + area_count_ * words_per_area;
}

auto booking_slot::resale_word() const noexcept -> std::size_t {
  return fee_word() + (has_fees_ ? (seat_count_ + std::size_t{area_count_}) * words_per_fee : 0);
}

auto booking_slot::tax_word() const noexcept -> std::size_t {
  return resale_word() + (resale_ ? words_of_resale : 0);
}

auto booking_slot::words() const noexcept -> std::size_t {
  return tax_word() + (tax_name_bytes_ != 0 ? 1 + (tax_name_bytes_ + 3U) / 4U : 0);
}

auto booking_slot::rate() const noexcept -> std::optional<tax_rate> {
  if (tax_name_bytes_ == 0) {
    return std::nullopt;
  }
  const auto word = words_[tax_word()];
  return tax_rate{static_cast<tax_mode>(word >> tax_mode_shift), word & ((1U << tax_mode_shift) - 1)};
}

auto booking_slot::bought_from() const noexcept -> std::optional<resale> {
  if (!resale_) {
    return std::nullopt;
  }
  const auto at = resale_word();
  return resale{{hold_number{words_[at]}, words_[at + 1]}, payment_number{words_[at + 2]}, price_at(at + 3), swapped_};
}

auto booking_slot::by() const noexcept -> owner {
  if (box_office_) {
    return {{}, organisation_id{owner_low_}};
  }
  return {{owner_high_, owner_low_}, {}};
}

auto booking_slot::area(std::size_t which) const noexcept -> held_area {
  const std::size_t word = seat_count_ * (1 + words_per_price) + which * words_per_area;
  return {static_cast<area_index>(words_[word]), words_[word + 1], price_at(word + 2), fee(seat_count_ + which)};
}

auto booking_slot::places_in(area_index area_wanted) const noexcept -> std::uint32_t {
  std::uint32_t places = 0;
  for (std::size_t i = 0; i < area_count_; ++i) {
    const auto held = area(i);
    places += held.area == area_wanted ? held.quantity : 0;
  }
  return places;
}

auto booking_slot::places() const noexcept -> std::uint64_t {
  std::uint64_t places = seat_count_;
  for (std::size_t i = 0; i < area_count_; ++i) {
    places += area(i).quantity;
  }
  return places;
}

auto booking_slot::fees() const noexcept -> minor_units {
  minor_units sum = 0;
  for (std::size_t i = 0; has_fees_ && i < seat_count_; ++i) {
    sum += fee(i);
  }
  for (std::size_t i = 0; has_fees_ && i < area_count_; ++i) {
    sum += area(i).fee * area(i).quantity;
  }
  return sum;
}

auto booking_slot::taxes() const noexcept -> minor_units {
  const auto its = rate();
  minor_units sum = 0;
  for (std::size_t i = 0; its && i < seat_count_; ++i) {
    sum += tax_on_top(its, price(i) + fee(i));
  }
  for (std::size_t i = 0; its && i < area_count_; ++i) {
    const auto held = area(i);
    sum += tax_on_top(its, held.price + held.fee) * held.quantity;
  }
  return sum;
}

auto booking_slot::total() const noexcept -> minor_units {
  minor_units sum = fees() + taxes();
  for (std::size_t i = 0; i < seat_count_; ++i) {
    sum += price(i);
  }
  for (std::size_t i = 0; i < area_count_; ++i) {
    sum += area(i).price * area(i).quantity;
  }
  return sum;
}

auto booking_slot::as_booking() const -> booking {
  booking whole;
  whole.number = hold_number{number_};
  whole.extended = extended_;
  whole.by = by();
  whole.sold_by = sold_by_;
  whole.allocation = allocation_;
  whole.created_at = created_at_;
  whole.expires_at = expires_at();
  whole.cap_at = cap_at();
  whole.seats.assign(seats().begin(), seats().end());
  whole.prices.reserve(seat_count_);
  for (std::size_t i = 0; i < seat_count_; ++i) {
    whole.prices.push_back(price(i));
    whole.fees.push_back(fee(i));
  }
  if (std::ranges::all_of(whole.fees, [](minor_units amount) { return amount == 0; })) {
    whole.fees.clear();
  }
  whole.areas.reserve(area_count_);
  for (std::size_t i = 0; i < area_count_; ++i) {
    whole.areas.push_back(area(i));
  }
  whole.bought_from = bought_from();
  if (const auto its = rate()) {
    whole.tax = event_tax{{}, *its};
    whole.tax->name.resize(tax_name_bytes_);
    std::memcpy(whole.tax->name.data(), &words_[tax_word() + 1], tax_name_bytes_);
  }
  whole.paid_by = payment();
  whole.frozen = frozen_;
  whole.ends_unpaid_at = ends_unpaid_at();
  if (is_order()) {
    whole.status = booking_status::confirmed;
    whole.confirmed_by = order_->confirmed_by;
    whole.confirmed_at = order_->confirmed_at;
    whole.paid = order_->paid;
    whole.payment.by = order_->method;
    const std::string_view text{order_->text.get(), std::size_t{order_->reference_bytes} + order_->reason_bytes};
    whole.payment.reference = text.substr(0, order_->reference_bytes);
    whole.payment.reason = text.substr(order_->reference_bytes);
    whole.card = order_->card;
    whole.returned.assign(returned().begin(), returned().end());
  }
  return whole;
}

auto booking_slot::hash() const noexcept -> std::uint64_t {
  const auto who = by();
  hash_fold fold{hash_kind::booking};
  fold.add(number_ | std::uint64_t{is_order() ? 2U : 1U} << 32 | std::uint64_t{extended_} << 40)
      .add(who.subject.high)
      .add(who.subject.low)
      .add(who.organisation.value())
      .add(sold_by_.value())
      .add(static_cast<std::uint64_t>(created_at_.unix_ms))
      .add(static_cast<std::uint64_t>(expires_at().unix_ms))
      .add(static_cast<std::uint64_t>(cap_at().unix_ms))
      .add(static_cast<std::uint64_t>(total()));
  for (std::size_t i = 0; i < area_count_; ++i) {
    const auto held = area(i);
    fold.add(held.area | std::uint64_t{held.quantity} << 32).add(static_cast<std::uint64_t>(held.price));
  }
  if (allocation_) {
    fold.add(std::uint64_t{allocation_.value()} | std::uint64_t{1} << 63);
  }
  if (const auto sum = fees(); sum != 0) {
    fold.add(static_cast<std::uint64_t>(sum));
  }
  if (const auto its = rate()) {
    fold.add(word_of(*its) | std::uint64_t{1} << 58);
  }
  if (const auto by_payment = payment()) {
    fold.add(std::uint64_t{by_payment.value()} | std::uint64_t{frozen_} << 32 | std::uint64_t{1} << 62);
    fold.add(static_cast<std::uint64_t>(ends_unpaid_at().unix_ms));
  }
  if (is_order()) {
    fold.add(static_cast<std::uint64_t>(order_->confirmed_at.unix_ms))
        .add(order_->confirmed_by.value())
        .add(static_cast<std::uint64_t>(order_->paid))
        .add(static_cast<std::uint64_t>(order_->method));
  }
  if (card() != 0) {
    fold.add(card());
  }
  if (const auto from = bought_from()) {
    fold.add(std::uint64_t{from->ticket.order.value()} | std::uint64_t{from->ticket.index} << 32 |
             std::uint64_t{from->is_swapped} << 59 | std::uint64_t{1} << 60)
        .add(from->seller.value())
        .add(static_cast<std::uint64_t>(from->kept));
  }
  for (const auto ticket : returned()) {
    fold.add(std::uint64_t{ticket} | std::uint64_t{1} << 61);
  }
  return fold.value();
}

auto booking_slot::heap_bytes() const noexcept -> std::size_t {
  std::size_t sum = block_bytes(words() * sizeof(std::uint32_t));
  if (order_) {
    sum += block_bytes(sizeof(order_detail));
    sum += order_->text ? block_bytes(std::size_t{order_->reference_bytes} + order_->reason_bytes) : 0;
    sum += order_->returned ? block_bytes(sizeof *order_->returned) + block_bytes(4 * order_->returned->size()) : 0;
  }
  return sum;
}

} // namespace holdfast::domain
