#include "people/personal_data.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace holdfast::people {

namespace {

// Rows: `o order person attempt` → time and ciphertext; `p person order attempt` → nothing, so that a person's rows are found.
constexpr char by_order = 'o';
constexpr char by_person = 'p';
constexpr std::size_t number_bytes = 8;

auto order_prefix(const order_ref& order) -> std::string {
  std::string key{by_order};
  append_number(key, order.event.value());
  append_number(key, order.order.value());
  return key;
}

auto row_key(const order_ref& order, const person& whose, std::uint64_t attempt) -> std::string {
  auto key = order_prefix(order) + whose.name();
  append_number(key, attempt);
  return key;
}

auto person_prefix(const std::string& name) -> std::string {
  return by_person + name;
}

/// The row that says the same from the person's side.
auto mirror_of(std::string_view row) -> std::string {
  constexpr std::size_t order_bytes = 1 + 2 * number_bytes;
  const auto order = row.substr(1, order_bytes - 1);
  const auto attempt = row.substr(row.size() - number_bytes);
  const auto name = row.substr(order_bytes, row.size() - order_bytes - number_bytes);
  return person_prefix(std::string{name}).append(order).append(attempt);
}

/// And back.
auto row_of(std::string_view mirror, std::size_t name_bytes) -> std::string {
  std::string row{by_order};
  row.append(mirror.substr(1 + name_bytes, 2 * number_bytes));
  row.append(mirror.substr(1, name_bytes));
  row.append(mirror.substr(mirror.size() - number_bytes));
  return row;
}

auto wrapped_for(const person& whose) -> std::string {
  return "holdfast people key" + whose.name();
}

void log_failure(std::string_view doing, const std::string& why) {
  spdlog::error("personal data: cannot {}: {}", doing, why);
}

} // namespace

auto personal_data::open(const paths& at, const sealing_key& server_secret)
    -> tl::expected<std::unique_ptr<personal_data>, std::string> {
  auto rows = durable_map::open(at.rows);
  if (!rows) {
    return tl::unexpected{std::move(rows.error())};
  }
  auto keys = durable_map::open(at.keys);
  if (!keys) {
    return tl::unexpected{std::move(keys.error())};
  }
  std::unique_ptr<personal_data> made{new personal_data{std::move(*rows), std::move(*keys), server_secret}};
  const auto read = made->rows_->scan({}, {}, [&](std::string_view, std::string_view) {
    made->used_ = true;
    return false;
  });
  return read ? tl::expected<std::unique_ptr<personal_data>, std::string>{std::move(made)}
              : tl::unexpected{read.error()};
}

personal_data::personal_data(std::unique_ptr<durable_map> rows, std::unique_ptr<durable_map> keys,
                             const sealing_key& secret)
    : rows_{std::move(rows)}, keys_{std::move(keys)}, secret_{secret}, thread_{[this] { work(); }} {}

personal_data::~personal_data() {
  stop();
}

void personal_data::stop() {
  {
    const std::scoped_lock lock{mutex_};
    ending_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void personal_data::submit(job what) {
  {
    const std::scoped_lock lock{mutex_};
    if (jobs_.size() < waiting_max && !ending_) {
      jobs_.push_back(std::move(what));
      wake_.notify_one();
      return;
    }
  }
  what.then(outcome::overloaded);
}

auto personal_data::waiting() const -> std::size_t {
  const std::scoped_lock lock{mutex_};
  return jobs_.size();
}

void personal_data::work() {
  for (;;) {
    std::deque<job> taken;
    {
      std::unique_lock lock{mutex_};
      wake_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
      if (jobs_.empty()) {
        return;
      }
      taken.swap(jobs_);
    }
    run_all(taken);
  }
}

void personal_data::run_all(std::deque<job>& jobs) {
  changes together;
  std::vector<std::pair<std::function<void(outcome)>, outcome>> written;
  const auto flush = [&] {
    const bool durable = commit(together);
    for (auto& [then, how] : written) {
      then(durable ? how : outcome::failed);
    }
    written.clear();
  };
  for (auto& each : jobs) {
    if (each.alone) {
      flush();
    }
    const auto how = each.run(together);
    written.emplace_back(std::move(each.then), how);
  }
  flush();
}

auto personal_data::commit(changes& what) -> bool {
  fresh_keys_.clear();
  tl::expected<void, std::string> how;
  // Keys before what they seal: ciphertext without its key would be lost, a key without ciphertext is only a key.
  if (!what.keys.empty()) {
    how = keys_->write(what.keys);
  }
  if (how && !what.rows.empty()) {
    how = rows_->write(what.rows);
  }
  what.keys.clear();
  what.rows.clear();
  if (!how) {
    log_failure("write", how.error());
  }
  return how.has_value();
}

auto personal_data::key_of(const person& whose) const -> tl::expected<std::optional<sealing_key>, std::string> {
  const auto fresh = std::find_if(fresh_keys_.begin(), fresh_keys_.end(),
                                  [&](const auto& each) { return each.first == whose.name(); });
  if (fresh != fresh_keys_.end()) {
    return std::optional{fresh->second};
  }
  const auto wrapped = keys_->get(whose.name());
  if (!wrapped) {
    return tl::unexpected{wrapped.error()};
  }
  if (!*wrapped) {
    return std::optional<sealing_key>{};
  }
  const auto bytes = unseal(secret_, wrapped_for(whose), **wrapped);
  sealing_key key{};
  if (!bytes || bytes->size() != key.size()) {
    return tl::unexpected{std::string{"a key does not open with this server's secret"}};
  }
  std::copy(bytes->begin(), bytes->end(), key.begin());
  return std::optional{key};
}

auto personal_data::key_to_seal(const person& whose, changes& to) -> std::optional<sealing_key> {
  auto known = key_of(whose);
  if (known && *known) {
    return **known;
  }
  if (!known) {
    // What such a key sealed cannot be read any more, whoever lost it; the person gets another.
    log_failure("read a key, makes another", known.error());
  }
  const auto made = random_key();
  const std::string_view bytes{reinterpret_cast<const char*>(made.data()), made.size()};
  to.keys.put(whose.name(), seal(secret_, wrapped_for(whose), bytes));
  fresh_keys_.emplace_back(whose.name(), made);
  return made;
}

void personal_data::add(const person& whose, const order_ref& order, std::uint64_t attempt, std::string sealed,
                        changes& to) {
  const auto key = row_key(order, whose, attempt);
  const auto prefix = order_prefix(order) + whose.name();
  std::vector<std::pair<std::uint64_t, std::string>> others;
  static_cast<void>(rows_->scan(prefix, {}, [&](std::string_view at, std::string_view value) {
    if (at != key) {
      others.emplace_back(number_at(value, 0), at);
    }
    return true;
  }));
  std::sort(others.begin(), others.end());
  for (std::size_t i = 0; i + attempts_max <= others.size(); ++i) {
    to.rows.remove(mirror_of(others[i].second));
    to.rows.remove(std::move(others[i].second));
  }
  to.rows.put(mirror_of(key), {});
  to.rows.put(key, std::move(sealed));
}

void personal_data::put(const person& whose, const order_ref& order, std::uint64_t attempt, std::int64_t at_ms,
                        const contact& what, done then) {
  used_ = true;
  submit({[this, whose, order, attempt, at_ms, text = encode(what)](changes& to) {
            const auto key = key_to_seal(whose, to);
            if (!key) {
              return outcome::failed;
            }
            const auto known = rows_->get(row_key(order, whose, attempt));
            const bool is_kept =
                known && *known && (*known)->size() > number_bytes &&
                unseal(*key, row_key(order, whose, attempt), std::string_view{**known}.substr(number_bytes));
            if (is_kept) {
              return outcome::ok; // a request that is repeated says nothing newer
            }
            std::string row;
            append_number(row, static_cast<std::uint64_t>(at_ms));
            row += seal(*key, row_key(order, whose, attempt), text);
            add(whose, order, attempt, std::move(row), to);
            return outcome::ok;
          },
          std::move(then)});
}

void personal_data::drop(const person& whose, const order_ref& order, std::uint64_t attempt, done then) {
  submit({[whose, order, attempt](changes& to) {
            auto key = row_key(order, whose, attempt);
            to.rows.remove(mirror_of(key));
            to.rows.remove(std::move(key));
            return outcome::ok;
          },
          std::move(then)});
}

auto personal_data::latest(const order_ref& order, const person& whose, std::optional<std::uint64_t> attempt) const
    -> tl::expected<std::optional<contact>, std::string> {
  const auto prefix = attempt ? row_key(order, whose, *attempt) : order_prefix(order) + whose.name();
  std::uint64_t newest = 0;
  std::string at;
  std::string sealed;
  const auto read = rows_->scan(prefix, {}, [&](std::string_view key, std::string_view value) {
    if (at.empty() || number_at(value, 0) >= newest) {
      newest = number_at(value, 0);
      at = key;
      sealed = value.substr(std::min(value.size(), number_bytes));
    }
    return true;
  });
  if (!read) {
    return tl::unexpected{read.error()};
  }
  if (at.empty()) {
    return std::optional<contact>{};
  }
  const auto key = key_of(whose);
  if (!key) {
    log_failure("read a key", key.error());
  }
  const auto text = key && *key ? unseal(**key, at, sealed) : std::nullopt;
  return text ? decode(*text) : std::nullopt;
}

void personal_data::find(const order_ref& order, std::vector<person> of, std::optional<std::uint64_t> attempt,
                         found then) {
  auto got = std::make_shared<std::optional<contact>>();
  submit({[this, order, people = std::move(of), attempt, got](changes&) {
            for (const auto& each : people) {
              auto read = latest(order, each, attempt);
              if (!read) {
                log_failure("read", read.error());
                return outcome::failed;
              }
              if (*read) {
                *got = std::move(*read);
                break;
              }
            }
            return outcome::ok;
          },
          [got, then = std::move(then)](outcome how) { then(how, std::move(*got)); }, true});
}

void personal_data::forget(const order_ref& order, done then) {
  forget_rows(order_prefix(order), std::move(then));
}

void personal_data::forget(const order_ref& order, const person& whose, done then) {
  forget_rows(order_prefix(order) + whose.name(), std::move(then));
}

void personal_data::forget_rows(std::string prefix, done then) {
  submit({[this, prefix = std::move(prefix)](changes& to) {
            const auto read = rows_->scan(prefix, {}, [&](std::string_view key, std::string_view) {
              to.rows.remove(mirror_of(key));
              to.rows.remove(std::string{key});
              return true;
            });
            return read ? outcome::ok : outcome::failed;
          },
          std::move(then), true});
}

auto personal_data::erase_now(const person& who) -> outcome {
  changes key_gone;
  key_gone.keys.remove(who.name());
  if (!commit(key_gone)) {
    return outcome::failed;
  }
  if (const auto scrubbed = keys_->scrub({who.name()}); !scrubbed) {
    log_failure("scrub a key", scrubbed.error());
    return outcome::failed;
  }
  changes rows_gone;
  const auto read = rows_->scan(person_prefix(who.name()), {}, [&](std::string_view mirror, std::string_view) {
    rows_gone.rows.remove(row_of(mirror, who.name().size()));
    rows_gone.rows.remove(std::string{mirror});
    return true;
  });
  return read && commit(rows_gone) ? outcome::ok : outcome::failed;
}

void personal_data::erase(const person& who, done then) {
  submit({[this, who](changes&) { return erase_now(who); }, std::move(then), true});
}

} // namespace holdfast::people
