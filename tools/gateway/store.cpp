#include "tools/gateway/store.hpp"

namespace holdfast::gateway {

void store::put_one(const nlohmann::json& object) {
  const auto kind = object.at("object").get<std::string>();
  const auto id = object.at("id").get<std::string>();
  auto& here = shelves_[kind];
  if (!here.objects.contains(id)) {
    here.order.push_back(id);
  }
  here.objects.insert_or_assign(id, object);
  if (kind == "refund") {
    if (object.contains("settles_as")) {
      open_refunds_.insert(id);
    } else {
      open_refunds_.erase(id);
    }
  }
}

void store::apply(const nlohmann::json& put, const nlohmann::json& events) {
  for (const auto& each : put) {
    put_one(each);
  }
  for (const auto& each : events) {
    put_one(each);
  }
}

auto store::find(const std::string& kind, const std::string& id) const -> const nlohmann::json* {
  const auto here = shelves_.find(kind);
  if (here == shelves_.end()) {
    return nullptr;
  }
  const auto found = here->second.objects.find(id);
  return found == here->second.objects.end() ? nullptr : &found->second;
}

auto store::ids(const std::string& kind) const -> const std::vector<std::string>& {
  static const std::vector<std::string> none;
  const auto here = shelves_.find(kind);
  return here == shelves_.end() ? none : here->second.order;
}

auto store::open_refunds() const -> std::vector<std::string> {
  return {open_refunds_.begin(), open_refunds_.end()};
}

} // namespace holdfast::gateway
