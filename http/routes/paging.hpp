#pragma once

#include "domain/public_id.hpp"
#include "http/routes/context.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Lists in the order of ids, a page at a time: `?limit=` and `?cursor=`, the id after which the page begins.
namespace holdfast::http::routes {

inline constexpr std::size_t items_per_page = 100;

template <class Id>
struct page_wish {
  std::size_t limit = items_per_page;
  Id after; ///< zero: from the first
};

/// What page the request asks for; answers 400 and returns nothing when it cannot be told. `parse` reads an id of this list.
template <class Parse>
[[nodiscard]] auto page_wish_of(exchange& of, Parse parse)
    -> std::optional<page_wish<typename decltype(parse(std::string_view{}))::value_type>> {
  using id = typename decltype(parse(std::string_view{}))::value_type;
  const auto limit = only_queries(of, {"limit", "cursor"}) ? limit_of(of, items_per_page) : std::nullopt;
  if (!limit) {
    return std::nullopt;
  }
  const auto cursor = of.query("cursor");
  const auto after = cursor ? parse(*cursor) : std::optional<id>{id{}};
  if (!after) {
    of.refuse(problem_kind::invalid_query, {.detail = "this cursor is not one of ours"});
    return std::nullopt;
  }
  return page_wish<id>{*limit, *after};
}

/// Answers with the items, each by `write(out, item)`; `last` is the id of the last one when more follow.
template <class Items, class Id, class Write>
void answer_page(exchange& of, const Items& items, const std::optional<Id>& last, Write write) {
  auto out = of.json();
  out.begin_object().key("items").begin_array();
  for (const auto& item : items) {
    write(out, item);
  }
  out.end_array().key("next_cursor");
  if (last) {
    std::string cursor;
    domain::public_ids::append(cursor, *last);
    out.value(std::string_view{cursor});
  } else {
    out.null();
  }
  out.end_object();
}

/// Answers with the wanted page of `all`, which is sorted here by `id_of(item)`.
template <class Item, class IdOf, class Parse, class Write>
void answer_page_of(exchange& of, std::vector<Item> all, IdOf id_of, Parse parse, Write write) {
  const auto wish = page_wish_of(of, parse);
  if (!wish) {
    return;
  }
  std::erase_if(all, [&](const Item& item) { return id_of(item) <= wish->after; });
  std::sort(all.begin(), all.end(), [&](const Item& a, const Item& b) { return id_of(a) < id_of(b); });
  const bool more = all.size() > wish->limit;
  if (more) {
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(wish->limit), all.end());
  }
  answer_page(of, all, more ? std::optional{id_of(all.back())} : std::nullopt, write);
}

} // namespace holdfast::http::routes
