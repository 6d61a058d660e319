#include "domain/money.hpp"

namespace holdfast::domain {
namespace {

/// Currencies of ISO 4217, list one, as of 2025, by their minor unit. Left out is what nobody pays with: units of account, funds, metals and
/// codes for tests. Each code stands before a blank.
constexpr std::string_view without_minor_unit = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF ";
constexpr std::string_view in_hundredths =
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY "
    "COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR "
    "ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK "
    "MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP "
    "SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER "
    "ZAR ZMW ZWG ";
constexpr std::string_view in_thousandths = "BHD IQD JOD KWD LYD OMR TND ";

constexpr std::size_t step = 4;

constexpr auto is_in(std::string_view codes, std::string_view code) noexcept -> bool {
  for (std::size_t at = 0; at < codes.size(); at += step) {
    if (codes.substr(at, code.size()) == code) {
      return true;
    }
  }
  return false;
}

} // namespace

auto minor_unit_digits(const currency_code& currency) noexcept -> std::optional<std::uint8_t> {
  const auto code = currency.text();
  if (is_in(in_hundredths, code)) {
    return std::uint8_t{2};
  }
  if (is_in(without_minor_unit, code)) {
    return std::uint8_t{0};
  }
  if (is_in(in_thousandths, code)) {
    return std::uint8_t{3};
  }
  return std::nullopt;
}

} // namespace holdfast::domain
