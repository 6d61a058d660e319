#include "tools/config_reader.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace holdfast::tools {

namespace {

auto nothing() -> const nlohmann::json& {
  static const nlohmann::json empty = nlohmann::json::object();
  return empty;
}

} // namespace

config_reader::config_reader(const nlohmann::json& from, std::string place, std::vector<std::string>& faults)
    : from_{from.is_object() ? from : nothing()}, place_{std::move(place)}, faults_{faults} {
  if (!from.is_object()) {
    faults_.push_back((place_.empty() ? "the file" : place_) + " must be an object");
  }
}

config_reader::~config_reader() {
  for (const auto& [key, value] : from_.items()) {
    if (!known_.contains(key)) {
      faults_.push_back(place_of(key) + " is not a known key");
    }
  }
}

auto config_reader::place_of(std::string_view key) const -> std::string {
  return place_.empty() ? std::string{key} : place_ + "." + std::string{key};
}

auto config_reader::find(std::string_view key) -> const nlohmann::json* {
  known_.emplace(key);
  const auto found = from_.find(key);
  return found == from_.end() ? nullptr : &*found;
}

void config_reader::fault(std::string_view key, std::string_view message) {
  faults_.push_back(place_of(key) + " " + std::string{message});
}

void config_reader::integer(std::string_view key, std::int64_t min, std::int64_t max, std::int64_t& to) {
  const auto* value = find(key);
  if (value == nullptr) {
    return;
  }
  if (!value->is_number_integer() || value->get<std::int64_t>() < min || value->get<std::int64_t>() > max) {
    fault(key, "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    return;
  }
  to = value->get<std::int64_t>();
}

void config_reader::real(std::string_view key, double min, double max, double& to) {
  const auto* value = find(key);
  if (value == nullptr) {
    return;
  }
  if (!value->is_number() || value->get<double>() < min || value->get<double>() > max) {
    fault(key, "must be a number from " + std::to_string(min) + " to " + std::to_string(max));
    return;
  }
  to = value->get<double>();
}

void config_reader::flag(std::string_view key, bool& to) {
  const auto* value = find(key);
  if (value == nullptr) {
    return;
  }
  if (!value->is_boolean()) {
    fault(key, "must be true or false");
    return;
  }
  to = value->get<bool>();
}

void config_reader::text(std::string_view key, std::string& to) {
  const auto* value = find(key);
  if (value == nullptr) {
    return;
  }
  if (!value->is_string()) {
    fault(key, "must be a text");
    return;
  }
  to = value->get<std::string>();
}

void config_reader::texts(std::string_view key, std::vector<std::string>& to) {
  const auto* value = find(key);
  if (value == nullptr) {
    return;
  }
  if (!value->is_array()) {
    fault(key, "must be a list of texts");
    return;
  }
  to.clear();
  for (const auto& item : *value) {
    if (!item.is_string()) {
      fault(key, "must be a list of texts");
      return;
    }
    to.push_back(item.get<std::string>());
  }
}

auto config_reader::object(std::string_view key) -> const nlohmann::json& {
  const auto* value = find(key);
  return value == nullptr ? nothing() : *value;
}

} // namespace holdfast::tools
