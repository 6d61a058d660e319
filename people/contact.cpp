#include "people/contact.hpp"

#include "people/durable_map.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace holdfast::people {

namespace {

using nlohmann::json;

constexpr std::size_t local_bytes_max = 64; // RFC 5321, 4.5.3.1.1
constexpr std::size_t label_bytes_max = 63; // RFC 1035, 2.3.4

auto is_letter_or_digit(char c) -> bool {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// A dot-atom of RFC 5322.
auto is_local_part(std::string_view text) -> bool {
  constexpr std::string_view others = "!#$%&'*+-/=?^_`{|}~.";
  const bool atoms = std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter_or_digit(c) || others.find(c) != std::string_view::npos;
  });
  return atoms && !text.empty() && text.size() <= local_bytes_max && text.front() != '.' && text.back() != '.' &&
         text.find("..") == std::string_view::npos;
}

auto is_label(std::string_view text) -> bool {
  return !text.empty() && text.size() <= label_bytes_max && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

auto is_domain(std::string_view text) -> bool {
  std::size_t labels = 0;
  std::string_view last;
  for (;; ++labels) {
    const auto dot = text.find('.');
    last = text.substr(0, dot);
    if (!is_label(last)) {
      return false;
    }
    if (dot == std::string_view::npos) {
      break;
    }
    text.remove_prefix(dot + 1);
  }
  // A name whose last part is a number is an address.
  return labels > 0 && !std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

auto is_email(std::string_view text) -> bool {
  const auto at = text.rfind('@');
  return text.size() <= email_bytes_max && at != std::string_view::npos && is_local_part(text.substr(0, at)) &&
         is_domain(text.substr(at + 1));
}

auto person::buyer(const domain::subject_id& subject) -> person {
  std::string name{'b'};
  append_number(name, subject.high);
  append_number(name, subject.low);
  return person{std::move(name)};
}

auto person::of_box_office(domain::organisation_id organisation, const order_ref& order) -> person {
  std::string name{'o'};
  append_number(name, organisation.value());
  append_number(name, order.event.value());
  append_number(name, order.order.value());
  return person{std::move(name)};
}

auto encode(const contact& what) -> std::string {
  return json{{"email", what.email}, {"attendees", what.attendees}}.dump();
}

auto decode(std::string_view bytes) -> std::optional<contact> {
  const auto read = json::parse(bytes, nullptr, false);
  if (!read.is_object() || !read.contains("email") || !read.contains("attendees")) {
    return std::nullopt;
  }
  contact made;
  made.email = read.at("email").get<std::string>();
  made.attendees = read.at("attendees").get<std::vector<std::string>>();
  return made;
}

} // namespace holdfast::people
