#include "payments/stripe/client.hpp"
#include "tests/payments/room.hpp"

#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <fstream>

namespace {

using namespace holdfast;
using namespace holdfast::payments;
using namespace holdfast::payments_test;
using namespace std::chrono_literals;

} // namespace

TEST_CASE("a payment is made, authorised, captured and refunded in parts, and the gateway's ledger says the same") {
  room here;
  const auto at = here.client();
  const auto made = create(*at, "k-create");
  CHECK(words(made) == "payment requires_payment_method");
  const auto id = id_of(made);
  CHECK(value_of(std::get<payment>(made).about, "order") == "ord_1");
  const auto reserved = authorise(*at, "k-authorise", id);
  CHECK(words(reserved) == "payment requires_capture");
  CHECK(std::get<payment>(reserved).amount_capturable == 5'000);
  REQUIRE(std::get<payment>(reserved).method.has_value());
  CHECK(std::get<payment>(reserved).method->last4 == "4242");
  const auto taken = capture(*at, "k-capture", id);
  CHECK(words(taken) == "payment succeeded");
  CHECK(std::get<payment>(taken).amount_received == 5'000);
  CHECK(words(give_back(*at, "k-refund-1", id, 1'200)) == "refund succeeded");
  CHECK(words(give_back(*at, "k-refund-2", id, 3'801)) == "rejected bad_request");
  CHECK(words(give_back(*at, "k-refund-3", id, 3'800)) == "refund succeeded");
  CHECK(words(give_back(*at, "k-refund-4", id, 1)) == "rejected wrong_state");
  const auto now = retrieve(*at, id);
  CHECK(std::get<payment>(now).amount_refunded == 5'000);
  const auto ledger = here.ledger();
  REQUIRE(ledger.payments.size() == 1);
  CHECK(ledger.payments.front() == std::get<payment>(now));
  CHECK(ledger.refunds.size() == 2);
}

TEST_CASE("each test method is declined with its own code, and the same payment then takes a good one") {
  room here;
  const auto at = here.client();
  const auto id = id_of(create(*at, "k-create"));
  struct row {
    const char* method;
    const char* expected;
  };
  const std::array<row, 7> rows{{{"pm_card_chargeDeclined", "declined generic_decline"},
                                 {"pm_card_visa_chargeDeclined", "declined generic_decline"},
                                 {"pm_card_chargeDeclinedInsufficientFunds", "declined insufficient_funds"},
                                 {"pm_card_chargeDeclinedExpiredCard", "declined expired_card"},
                                 {"pm_card_chargeDeclinedIncorrectCvc", "declined incorrect_cvc"},
                                 {"pm_card_chargeDeclinedProcessingError", "declined processing_error"},
                                 {"pm_card_authenticationRequired", "declined authentication_required"}}};
  int attempt = 0;
  for (const auto& each : rows) {
    const auto key = "k-" + std::to_string(++attempt);
    CAPTURE(each.method);
    const auto answer = authorise(*at, key, id, each.method);
    CHECK(words(answer) == each.expected);
    CHECK(words(authorise(*at, key, id, each.method)) == each.expected);
    CHECK(std::get<payment>(retrieve(*at, id)).last_decline == std::get<declined>(answer));
  }
  CHECK(words(authorise(*at, "k-none", id, "pm_card_unheard_of")) == "rejected bad_request");
  CHECK(words(authorise(*at, "k-good", id)) == "payment requires_capture");
  CHECK_FALSE(std::get<payment>(retrieve(*at, id)).last_decline.has_value());
}

TEST_CASE("cancelling ends a payment, and what comes too late is told how it stands") {
  room here;
  const auto at = here.client();
  const auto id = id_of(create(*at, "k-1"));
  CHECK(words(authorise(*at, "k-2", id)) == "payment requires_capture");
  const auto ended = cancel(*at, "k-3", id);
  CHECK(words(ended) == "payment canceled");
  CHECK(std::get<payment>(ended).amount_refunded == 0);
  const auto late = capture(*at, "k-4", id);
  CHECK(words(late) == "rejected wrong_state");
  REQUIRE(std::get<rejected>(late).now.has_value());
  CHECK(std::get<rejected>(late).now->status == payment_status::canceled);
  CHECK(words(authorise(*at, "k-5", id)) == "rejected wrong_state");
  const auto other = id_of(create(*at, "k-6"));
  CHECK(words(authorise(*at, "k-7", other)) == "payment requires_capture");
  CHECK(words(capture(*at, "k-8", other)) == "payment succeeded");
  const auto too_late = cancel(*at, "k-9", other);
  CHECK(words(too_late) == "rejected wrong_state");
  CHECK(std::get<rejected>(too_late).now->status == payment_status::succeeded);
}

TEST_CASE("a repetition says the same, and a key with other arguments is rejected") {
  room here;
  const auto at = here.client();
  const auto first = create(*at, "k-1");
  CHECK(std::get<payment>(create(*at, "k-1")) == std::get<payment>(first));
  CHECK(words(create(*at, "k-1", 6'000)) == "rejected key_reused");
  CHECK(here.ledger().payments.size() == 1);
}

TEST_CASE("lists come newest first, in parts") {
  room here;
  const auto at = here.client();
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    ids.insert(ids.begin(), id_of(create(*at, "k-" + std::to_string(i), 100 + i)));
  }
  list_request which;
  which.items_max = 2;
  std::vector<std::string> seen;
  for (bool more = true; more;) {
    const auto part = list_payments(*at, which);
    REQUIRE(std::holds_alternative<page<payment>>(part));
    for (const auto& each : std::get<page<payment>>(part).items) {
      seen.push_back(each.id);
    }
    more = std::get<page<payment>>(part).has_more;
    which.after = seen.back();
  }
  CHECK(seen == ids);
  list_request nothing;
  nothing.created_to_s = 5;
  CHECK(std::get<page<payment>>(list_payments(*at, nothing)).items.empty());
}

TEST_CASE("refunds are listed for their payment, with what they were asked with") {
  room here;
  const auto at = here.client();
  std::vector<std::string> ids;
  for (int i = 0; i < 2; ++i) {
    const auto n = std::to_string(i);
    ids.push_back(id_of(create(*at, "c-" + n)));
    CHECK(words(authorise(*at, "a-" + n, ids.back())) == "payment requires_capture");
    CHECK(words(capture(*at, "p-" + n, ids.back())) == "payment succeeded");
    CHECK(words(give_back(*at, "r-" + n, ids.back(), 100)) == "refund succeeded");
  }
  list_request which;
  which.payment_id = ids.front();
  const auto part = std::get<page<payments::refund>>(list_refunds(*at, which));
  REQUIRE(part.items.size() == 1);
  CHECK(part.items.front().payment_id == ids.front());
  CHECK(value_of(part.items.front().about, "refund") == "r-0");
}

TEST_CASE("arguments that are none are rejected before anything is sent") {
  room here;
  const auto at = here.client();
  CHECK(words(create(*at, "")) == "rejected bad_request");
  CHECK(words(create(*at, "two words")) == "rejected bad_request");
  CHECK(words(create(*at, "k", 0)) == "rejected bad_request");
  CHECK(words(create(*at, "k", -5)) == "rejected bad_request");
  CHECK(words(create(*at, "k", 100, std::string(501, 'x'))) == "rejected bad_request");
  CHECK(words(authorise(*at, "k", "../charges/ch_1")) == "rejected bad_request");
  CHECK(words(authorise(*at, "k", "pi_1", "4242 4242")) == "rejected bad_request");
  CHECK(words(capture(*at, "k", "", 5)) == "rejected bad_request");
  CHECK(words(give_back(*at, "k", "pi_1", 0)) == "rejected bad_request");
  CHECK(words(retrieve(*at, "pi_1?x")) == "rejected bad_request");
  CHECK(at->status().requests == 0);
  CHECK(at->status().rejected == 10);
}

TEST_CASE("what is not there is not found, and a wrong key is not let in") {
  room here;
  const auto at = here.client();
  CHECK(words(retrieve(*at, "pi_none")) == "rejected not_found");
  CHECK(words(capture(*at, "k-1", "pi_none")) == "rejected not_found");
  CHECK(words(give_back(*at, "k-2", "pi_none", 5)) == "rejected not_found");
  folder other;
  const auto file = other.path() / "wrong.key";
  std::ofstream{file} << "sk_test_wrong\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  const auto stranger = here.client([&](auto& options) { options.key_file = file; });
  CHECK(words(create(*stranger, "k-3")) == "rejected unauthorised");
  CHECK(here.ledger().payments.empty());
}

TEST_CASE("a client is not made with an address or a key that it should not use") {
  room here;
  const auto fault_of = [&](const std::function<void(stripe::client_options&)>& change) {
    auto options = here.options();
    change(options);
    const auto made = stripe::make_client(options);
    return made ? std::string{} : made.error();
  };
  for (const auto* url :
       {"http://api.stripe.com", "http://127.0.0.1.example.com", "ftp://127.0.0.1", "https://a:b@api.stripe.com",
        "https://api.stripe.com/v1", "api.stripe.com", "http://127.0.0.1:1/ x", ""}) {
    CAPTURE(url);
    CHECK_FALSE(fault_of([&](auto& options) { options.url = url; }).empty());
  }
  CHECK(fault_of([](auto& options) { options.url = "https://api.stripe.com"; }).empty());
  CHECK(fault_of([](auto& options) { options.url = "http://[::1]:5/"; }).empty());
  folder other;
  const auto file = other.path() / "open.key";
  std::ofstream{file} << "sk_test_secret\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::others_read);
  const auto open = fault_of([&](auto& options) { options.key_file = file; });
  CHECK(open.find("chmod 600") != std::string::npos);
  CHECK(open.find("sk_test_secret") == std::string::npos);
  CHECK_FALSE(fault_of([&](auto& options) { options.key_file = other.path() / "none"; }).empty());
}
