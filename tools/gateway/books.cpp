#include "tools/gateway/books.hpp"

#include "tools/gateway/parameters.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <utility>

namespace holdfast::gateway {

using nlohmann::json;

namespace {

constexpr std::int64_t ms_per_s = 1'000;
constexpr std::size_t id_digits = 10;

auto parts_of(std::string_view path) -> std::vector<std::string> {
  std::vector<std::string> parts;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    parts.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return parts;
}

auto random_salt() -> std::string {
  constexpr std::string_view letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";
  std::random_device entropy;
  std::string salt;
  for (int i = 0; i < 8; ++i) {
    salt.push_back(letters[entropy() % letters.size()]);
  }
  return salt;
}

/// The kind of objects that a folder of the interface holds, and how its errors name their id.
struct folder_row {
  std::string_view name;
  const char* kind;
  const char* param;
};

constexpr std::array<folder_row, 4> folders{{{"payment_intents", "payment_intent", "intent"},
                                             {"refunds", "refund", "id"},
                                             {"charges", "charge", "id"},
                                             {"events", "event", "id"}}};

auto folder_named(const std::vector<std::string>& parts) -> const folder_row* {
  if (parts.size() < 2 || parts[0] != "v1") {
    return nullptr;
  }
  const auto* found = std::ranges::find(folders, std::string_view{parts[1]}, &folder_row::name);
  return found == folders.end() ? nullptr : found;
}

} // namespace

auto kind_of(const request& what) -> std::string {
  const auto parts = parts_of(what.path);
  if (folder_named(parts) == nullptr) {
    return {};
  }
  if (what.method == "GET") {
    return parts.size() == 2 ? "list" : parts.size() == 3 ? "retrieve" : "";
  }
  if (what.method != "POST") {
    return {};
  }
  if (parts.size() == 2) {
    return parts[1] == "payment_intents" ? "create" : parts[1] == "refunds" ? "refund" : "";
  }
  const bool is_act = parts.size() == 4 && parts[1] == "payment_intents" &&
                      (parts[3] == "confirm" || parts[3] == "capture" || parts[3] == "cancel");
  return is_act ? parts[3] : std::string{};
}

auto books::open(const std::filesystem::path& folder) -> tl::expected<std::unique_ptr<books>, std::string> {
  std::unique_ptr<books> opened{new books};
  if (auto started = opened->start(folder); !started) {
    return tl::unexpected{started.error()};
  }
  return opened;
}

auto books::start(const std::filesystem::path& folder) -> tl::expected<void, std::string> {
  auto opened = ledger::open(folder / "ledger.log", [this](const json& record) { replay(record); });
  if (!opened) {
    return tl::unexpected{opened.error()};
  }
  cut_bytes_ = opened->cut_bytes();
  ledger_.emplace(std::move(*opened));
  if (salt_.empty()) {
    return commit({{"kind", "opened"}, {"salt", random_salt()}}, {});
  }
  return {};
}

auto books::commit(json record, const change& to) -> tl::expected<void, std::string> {
  record["n"] = records_ + 1;
  record["ids"] = ids_;
  record["put"] = to.put;
  record["events"] = to.events;
  if (auto appended = ledger_->append(record); !appended) {
    return appended;
  }
  replay(record);
  return {};
}

void books::replay(const json& record) {
  records_ = record.at("n").get<std::uint64_t>();
  ids_ = record.at("ids").get<std::uint64_t>();
  if (record.contains("salt")) {
    salt_ = record.at("salt").get<std::string>();
  }
  store_.apply(record.at("put"), record.at("events"));
  for (const auto& event : record.at("events")) {
    undelivered_.insert(event.at("id").get<std::string>());
    new_events_.push_back(event.at("id").get<std::string>());
  }
  if (record.contains("key")) {
    keys_.insert_or_assign(
        record.at("key").get<std::string>(),
        kept_answer{record.at("request").get<std::string>(), record.at("status").get<unsigned>(), record.at("body")});
  }
  if (record.contains("delivered")) {
    undelivered_.erase(record.at("delivered").get<std::string>());
  }
}

auto books::next_id(const std::string& prefix) -> std::string {
  auto digits = std::to_string(++ids_);
  digits.insert(0, id_digits - std::min(id_digits, digits.size()), '0');
  return prefix + "3" + salt_ + digits;
}

auto books::answer(const request& what, const faults& with, std::int64_t now_ms) -> tl::expected<reply, std::string> {
  if (what.method == "GET") {
    return expanded(look_up(what), what.with, {});
  }
  const auto asked = what.path + "\n" + what.with.canonical();
  if (const auto kept = keys_.find(what.key); !what.key.empty() && kept != keys_.end()) {
    if (kept->second.request != asked) {
      auto reused = error_reply(
          bad_request, "idempotency_error", "",
          "Keys for idempotent requests can only be used with the same parameters they were first used with.");
      reused.is_kept = false;
      return reused;
    }
    return reply{kept->second.status, kept->second.body, true, true};
  }
  change changed;
  const auto ids_before = ids_;
  auto raw = perform(what, with.effect, now_ms / ms_per_s, changed);
  auto made = expanded(std::move(raw), what.with, changed);
  if (!made.is_kept) {
    ids_ = ids_before;
    return made;
  }
  if (with.kept_failure != 0) {
    made = server_error(with.kept_failure);
  }
  json record{
      {"kind", kind_of(what)}, {"at_ms", now_ms}, {"request", asked}, {"status", made.status}, {"body", made.body}};
  if (!what.key.empty()) {
    record["key"] = what.key;
  }
  if (auto written = commit(std::move(record), changed); !written) {
    return tl::unexpected{written.error()};
  }
  return made;
}

auto books::perform(const request& what, const effect_faults& with, std::int64_t now_s, change& to) -> reply {
  const desk here{store_, [this](const std::string& prefix) { return next_id(prefix); }};
  const auto kind = kind_of(what);
  const auto parts = parts_of(what.path);
  if (kind == "create") {
    return here.create(what.with, with, now_s, to);
  }
  if (kind == "confirm") {
    return here.confirm(parts[2], what.with, with, now_s, to);
  }
  if (kind == "capture") {
    return here.capture(parts[2], what.with, now_s, to);
  }
  if (kind == "cancel") {
    return here.cancel(parts[2], what.with, now_s, to);
  }
  if (kind == "refund") {
    return here.refund(what.with, now_s, to);
  }
  auto none = error_reply(404, "invalid_request_error", "",
                          "Unrecognized request URL (" + what.method + ": " + what.path + ").");
  none.is_kept = false;
  return none;
}

auto books::settle(std::int64_t now_ms) -> tl::expected<void, std::string> {
  const desk here{store_, [this](const std::string& prefix) { return next_id(prefix); }};
  for (const auto& id : store_.open_refunds()) {
    change changed;
    here.settle(id, now_ms / ms_per_s, changed);
    if (changed.put.empty()) {
      continue;
    }
    if (auto written = commit({{"kind", "settle"}, {"at_ms", now_ms}}, changed); !written) {
      return written;
    }
  }
  return {};
}

auto books::look_up(const request& what) const -> reply {
  const auto parts = parts_of(what.path);
  const auto* folder = folder_named(parts);
  if (folder != nullptr && parts.size() == 2) {
    return list(folder->kind, what);
  }
  if (folder != nullptr && parts.size() == 3) {
    const auto* found = store_.find(folder->kind, parts[2]);
    return found == nullptr ? missing(folder->kind, parts[2], folder->param) : reply{200, *found};
  }
  return error_reply(404, "invalid_request_error", "",
                     "Unrecognized request URL (" + what.method + ": " + what.path + ").");
}

auto books::labels_of(const request& what) const -> std::vector<std::string> {
  std::vector<std::string> labels;
  for (const auto& [name, value] : what.with.below("metadata")) {
    labels.push_back(value);
  }
  const auto parts = parts_of(what.path);
  const auto* folder = folder_named(parts);
  const auto* object = folder != nullptr && parts.size() > 2 ? store_.find(folder->kind, parts[2]) : nullptr;
  if (const auto named = what.with.get("payment_intent"); object == nullptr && named) {
    object = store_.find("payment_intent", *named);
  }
  if (object != nullptr && object->contains("metadata")) {
    for (const auto& [name, value] : object->at("metadata").items()) {
      labels.push_back(value.get<std::string>());
    }
  }
  return labels;
}

auto books::take_new_events() -> std::vector<json> {
  std::vector<json> events;
  for (const auto& id : std::exchange(new_events_, {})) {
    if (undelivered_.contains(id)) {
      events.push_back(*store_.find("event", id));
    }
  }
  return events;
}

auto books::delivered(const std::string& event_id, std::int64_t now_ms) -> tl::expected<void, std::string> {
  if (!undelivered_.contains(event_id)) {
    return {};
  }
  return commit({{"kind", "notified"}, {"at_ms", now_ms}, {"delivered", event_id}}, {});
}

} // namespace holdfast::gateway
