#include "tools/gateway/books.hpp"
#include "tools/gateway/parameters.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace holdfast::gateway {

using nlohmann::json;

namespace {

constexpr std::int64_t limit_max = 100;
constexpr std::int64_t limit_default = 10;

auto whole_number(const std::string& text) -> std::optional<std::int64_t> {
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, value);
  return text.empty() || failed != std::errc{} || stop != end ? std::nullopt : std::optional{value};
}

/// Bounds of `created`; a parameter that is no number bounds nothing away and is an error before.
auto is_created_as_asked(std::int64_t created, const form& with) -> bool {
  const auto bound = [&with](const char* name) {
    const auto text = with.get(name);
    return text ? whole_number(*text) : std::nullopt;
  };
  const auto from = bound("created[gte]");
  const auto after = bound("created[gt]");
  const auto to = bound("created[lte]");
  const auto before = bound("created[lt]");
  const auto at = bound("created");
  return (!from || created >= *from) && (!after || created > *after) && (!to || created <= *to) &&
         (!before || created < *before) && (!at || created == *at);
}

auto is_asked_for(const json& object, const form& with) -> bool {
  for (const auto* name : {"payment_intent", "charge", "type"}) {
    const auto wanted = with.get(name);
    if (wanted && (!object.contains(name) || object.at(name) != *wanted)) {
      return false;
    }
  }
  return is_created_as_asked(object.at("created").get<std::int64_t>(), with);
}

auto check_list(const form& with) -> checked<std::int64_t> {
  if (auto names =
          check_names(with, {"limit", "starting_after", "created", "payment_intent", "charge", "type", "expand"});
      !names) {
    return tl::unexpected{names.error()};
  }
  for (const auto* name : {"created[gte]", "created[gt]", "created[lte]", "created[lt]", "created"}) {
    if (const auto text = with.get(name); text && !whole_number(*text)) {
      return tl::unexpected{bad_parameter("parameter_invalid_integer", "Invalid integer: " + *text, name)};
    }
  }
  const auto limit = whole_number(with.get("limit").value_or(std::to_string(limit_default)));
  if (!limit || *limit < 1 || *limit > limit_max) {
    return tl::unexpected{bad_parameter("parameter_invalid_integer", "Limit must be between 1 and 100", "limit")};
  }
  return *limit;
}

} // namespace

auto books::list(const std::string& kind, const request& what) const -> reply {
  const auto limit = check_list(what.with);
  if (!limit) {
    return limit.error();
  }
  const auto& ids = store_.ids(kind);
  auto at = ids.rbegin();
  if (const auto after = what.with.get("starting_after")) {
    at = std::find(ids.rbegin(), ids.rend(), *after);
    if (at == ids.rend()) {
      return missing(kind, *after, "starting_after", false);
    }
    ++at;
  }
  auto data = json::array();
  bool has_more = false;
  for (; at != ids.rend() && !has_more; ++at) {
    const auto& object = *store_.find(kind, *at);
    if (!is_asked_for(object, what.with)) {
      continue;
    }
    has_more = std::ssize(data) == *limit;
    if (!has_more) {
      data.push_back(object);
    }
  }
  return {200, {{"object", "list"}, {"url", what.path}, {"has_more", has_more}, {"data", std::move(data)}}};
}

namespace {

/// Which field holds the id of an object that can stand in its place.
struct expandable {
  std::string_view field;
  const char* kind;
};

constexpr std::array<expandable, 3> expandables{
    {{"latest_charge", "charge"}, {"payment_intent", "payment_intent"}, {"charge", "charge"}}};

/// The object as it is, or as it is about to be.
auto find_fresh(const store& from, const change& fresh, const std::string& kind, const std::string& id) -> const json* {
  const auto found = std::ranges::find_if(
      fresh.put, [&](const json& each) { return each.at("object") == kind && each.at("id") == id; });
  return found == fresh.put.end() ? from.find(kind, id) : &*found;
}

auto expand_one(const store& from, const change& fresh, json& object, std::string_view field) -> bool {
  const auto* found = std::ranges::find(expandables, field, &expandable::field);
  const std::string name{field};
  if (found == expandables.end() || !object.is_object() || !object.contains(name)) {
    return false;
  }
  if (object.at(name).is_string()) {
    const auto* whole = find_fresh(from, fresh, found->kind, object.at(name).get<std::string>());
    object[name] = whole == nullptr ? object.at(name) : *whole;
  }
  return true;
}

/// What the gateway knows and does not show.
void hide(json& object) {
  if (object.is_object()) {
    object.erase("settles_as");
    object.erase("settles_at");
  }
}

} // namespace

auto books::expanded(reply of, const form& with, const change& fresh) const -> reply {
  constexpr unsigned ok = 200;
  if (of.status != ok) {
    return of;
  }
  const bool is_list = of.body.value("object", "") == "list";
  hide(of.body);
  if (is_list) {
    std::ranges::for_each(of.body["data"], hide);
  }
  for (const auto& [place, value] : with.below("expand")) {
    constexpr std::string_view of_list = "data.";
    std::string_view field = value;
    bool known = is_list == field.starts_with(of_list);
    if (is_list && known) {
      field.remove_prefix(of_list.size());
      for (auto& each : of.body["data"]) {
        known = expand_one(store_, fresh, each, field) && known;
      }
    } else if (known) {
      known = expand_one(store_, fresh, of.body, field);
    }
    if (!known) {
      return bad_parameter("", "This property cannot be expanded (" + value + ").", "expand");
    }
  }
  return of;
}

} // namespace holdfast::gateway
