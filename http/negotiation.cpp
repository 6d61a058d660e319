#include "http/negotiation.hpp"

#include <algorithm>
#include <array>

namespace holdfast::http {

namespace {

constexpr int weight_max = 1'000;

auto without_spaces(std::string_view text) noexcept -> std::string_view {
  const auto first = text.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view{}
                                         : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// Takes the text up to the mark, and the mark, off the front.
auto take_until(std::string_view& text, char mark) noexcept -> std::string_view {
  const auto end = std::min(text.find(mark), text.size());
  const auto taken = without_spaces(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

/// `0.25` → 250. What is no weight counts as the full one: refusing an answer helps nobody.
auto weight_of(std::string_view text) noexcept -> int {
  if (text.empty() || (text[0] != '0' && text[0] != '1') || (text.size() > 1 && text[1] != '.') || text.size() > 5) {
    return weight_max;
  }
  int value = (text[0] - '0') * weight_max;
  int digit = weight_max / 10;
  for (const char c : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (c < '0' || c > '9') {
      return weight_max;
    }
    value += (c - '0') * digit;
    digit /= 10;
  }
  return std::min(value, weight_max);
}

struct preference {
  std::string_view name; ///< a range of media types, or a coding
  int weight = weight_max;
};

/// Calls `what` for every element of every header line with this id.
template <class What>
void each_preference(const exchange& of, header_id id, What what) {
  for (const auto& field : of.headers()) {
    if (field.id != id) {
      continue;
    }
    for (auto list = field.value; !list.empty();) {
      auto element = take_until(list, ',');
      preference one{take_until(element, ';')};
      while (!element.empty()) {
        auto parameter = take_until(element, ';');
        const auto name = take_until(parameter, '=');
        if (equal_ignoring_case(name, "q")) {
          one.weight = weight_of(without_spaces(parameter));
        }
      }
      if (!one.name.empty()) {
        what(one);
      }
    }
  }
}

/// How exactly a range names a type: 3 the type itself, 2 its family, 1 anything, 0 not at all.
auto exactness(std::string_view range, std::string_view type) noexcept -> int {
  if (range == "*/*") {
    return 1;
  }
  if (equal_ignoring_case(range, type)) {
    return 3;
  }
  const auto family = type.substr(0, type.find('/') + 1);
  const bool alike = range.ends_with("/*") && equal_ignoring_case(range.substr(0, range.size() - 1), family);
  return alike ? 2 : 0;
}

} // namespace

auto best_media(const exchange& of, std::span<const std::string_view> offered) -> std::optional<std::size_t> {
  if (!of.header(header_id::accept)) {
    return 0;
  }
  std::optional<std::size_t> best;
  int best_weight = 0;
  for (std::size_t i = 0; i < offered.size(); ++i) {
    int exact = 0;
    int weight = 0;
    each_preference(of, header_id::accept, [&](const preference& each) {
      const int how = exactness(each.name, offered[i]);
      if (how > exact) {
        exact = how;
        weight = each.weight;
      }
    });
    if (weight > best_weight) {
      best = i;
      best_weight = weight;
    }
  }
  return best;
}

auto best_coding(const exchange& of) -> projections::content_coding {
  using projections::content_coding;
  if (!of.header(header_id::accept_encoding)) {
    return content_coding::identity;
  }
  std::optional<int> brotli;
  std::optional<int> gzip;
  std::optional<int> identity;
  std::optional<int> others;
  each_preference(of, header_id::accept_encoding, [&](const preference& each) {
    if (equal_ignoring_case(each.name, "br")) {
      brotli = each.weight;
    } else if (equal_ignoring_case(each.name, "gzip") || equal_ignoring_case(each.name, "x-gzip")) {
      gzip = each.weight;
    } else if (equal_ignoring_case(each.name, "identity")) {
      identity = each.weight;
    } else if (each.name == "*") {
      others = each.weight;
    }
  });
  struct choice {
    content_coding coding;
    int weight;
  };
  // Identity is taken unless it is excluded, but rather something that is named.
  const std::array choices{choice{content_coding::brotli, brotli.value_or(others.value_or(0))},
                           choice{content_coding::gzip, gzip.value_or(others.value_or(0))},
                           choice{content_coding::identity, identity.value_or(1)}};
  const auto best = std::ranges::max_element(choices, {}, &choice::weight);
  return best->weight > 0 ? best->coding : content_coding::identity;
}

} // namespace holdfast::http
