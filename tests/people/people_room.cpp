#include "tests/people/people_room.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <future>
#include <iterator>
#include <system_error>
#include <utility>

namespace holdfast::people::test {

namespace fs = std::filesystem;

people_room::people_room() {
  auto name = (fs::temp_directory_path() / "hf-people-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  folder_ = name;
  secret_ = random_key();
  open();
}

people_room::~people_room() {
  close();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void people_room::open(std::optional<sealing_key> secret) {
  store_.reset();
  auto opened = personal_data::open({folder_ / "rows", folder_ / "keys"}, secret.value_or(secret_));
  REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error()));
  store_ = std::move(*opened);
}

namespace {

auto waited(std::promise<personal_data::outcome>& told) -> personal_data::done {
  return [&told](personal_data::outcome how) { told.set_value(how); };
}

} // namespace

auto people_room::put(const person& whose, const order_ref& order, const contact& what, std::uint64_t attempt,
                      std::int64_t at_ms) -> personal_data::outcome {
  std::promise<personal_data::outcome> told;
  store_->put(whose, order, attempt, at_ms, what, waited(told));
  return told.get_future().get();
}

auto people_room::find(const order_ref& order, std::vector<person> of, std::optional<std::uint64_t> attempt)
    -> std::optional<contact> {
  std::promise<std::optional<contact>> told;
  store_->find(order, std::move(of), attempt, [&](personal_data::outcome how, std::optional<contact> what) {
    CHECK(how == personal_data::outcome::ok);
    told.set_value(std::move(what));
  });
  return told.get_future().get();
}

auto people_room::erase(const person& who) -> personal_data::outcome {
  std::promise<personal_data::outcome> told;
  store_->erase(who, waited(told));
  return told.get_future().get();
}

void people_room::drop(const person& whose, const order_ref& order, std::uint64_t attempt) {
  std::promise<personal_data::outcome> told;
  store_->drop(whose, order, attempt, waited(told));
  REQUIRE(told.get_future().get() == personal_data::outcome::ok);
}

void people_room::forget(const order_ref& order) {
  std::promise<personal_data::outcome> told;
  store_->forget(order, waited(told));
  REQUIRE(told.get_future().get() == personal_data::outcome::ok);
}

void people_room::forget(const order_ref& order, const person& whose) {
  std::promise<personal_data::outcome> told;
  store_->forget(order, whose, waited(told));
  REQUIRE(told.get_future().get() == personal_data::outcome::ok);
}

auto people_room::has_bytes(std::string_view what, const fs::path& below) const -> bool {
  for (const auto& file : fs::recursive_directory_iterator{below}) {
    if (!file.is_regular_file()) {
      continue;
    }
    std::ifstream in{file.path(), std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    if (text.find(what) != std::string::npos) {
      return true;
    }
  }
  return false;
}

} // namespace holdfast::people::test
