#include "projections/layout_json.hpp"
#include "projections/live/live_frame.hpp"
#include "projections/wire/bytes.hpp"
#include "projections/wire/frame_wire.hpp"
#include "projections/wire/layout_wire.hpp"
#include "projections/wire/packing.hpp"
#include "projections/wire/seats_wire.hpp"
#include "tests/live/golden.hpp"
#include "tests/projections/sales.hpp"

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

/// Bytes that readers out there rely on. Golden files are of an encoder of its own, written after docs/wire-formats.md.
namespace holdfast::live_test {

using domain::seat_status;
using namespace projections;

namespace {

const std::string tag_hash = "0123456789abcdef" + std::string(48, '0');

auto statuses_of(const std::vector<seat_status>& all) -> packed_statuses {
  packed_statuses packed;
  packed.resize(static_cast<std::uint32_t>(all.size()));
  for (std::uint32_t seat = 0; seat < packed.size(); ++seat) {
    packed.set(seat, all[seat]);
  }
  return packed;
}

auto golden_layout() -> std::shared_ptr<const domain::layout> {
  domain::layout_spec spec;
  domain::section_spec stalls{"A", "stalls", {}};
  stalls.rows.push_back({"1", 1, 5, {0, 1'000}, 100, 0, {{2, 1}, {3, 2}}});
  stalls.rows.push_back({"2", 11, 6, {-250, 1'200}, 125, -50, {{16, 5}}});
  domain::section_spec balcony{"B\xc3\xa4lkon", "balcony", {}};
  balcony.rows.push_back({"1", 101, 6, {0, 2'000}, 100, 9'000, {}});
  spec.sections = {stalls, balcony};
  spec.areas = {{"floor", "standing", 4'000}};
  spec.focal = domain::plan_point{500, -150};
  return domain::layout::build(spec).value();
}

} // namespace

TEST_CASE("the seat status is the golden bytes") {
  const auto packed = statuses_of({seat_status::available, seat_status::held, seat_status::sold, seat_status::blocked,
                                   seat_status::available, seat_status::available, seat_status::held,
                                   seat_status::available, seat_status::sold, seat_status::sold});
  const std::vector<area_line> areas{{4'000, 4, 6}, {5, 3, 2}, {127, 0, 0}};
  std::string bytes;
  wire::append_seats(4711, tag_hash, packed, areas, bytes);
  CHECK(hex(bytes) == hex(golden("seats-v1.bin")));
}

TEST_CASE("the layout is the golden bytes") {
  std::string bytes;
  wire::append_layout(*golden_layout(), tag_hash, bytes);
  CHECK(hex(bytes) == hex(golden("layout-v1.bin")));
}

TEST_CASE("frames are the golden bytes") {
  std::string hello;
  wire::append_hello(4711, 60'000, 3, tag_hash, hello);
  CHECK(hex(hello) == hex(golden("hello-v1.bin")));
  std::string delta;
  wire::append_delta(4712, {{{0, seat_status::held}, {1, seat_status::sold}, {59'999, seat_status::blocked}}, {}},
                     delta);
  CHECK(hex(delta) == hex(golden("delta-v1.bin")));
  std::string with_areas;
  wire::append_delta(300, {{{7, seat_status::available}}, {{0, 0}, {2, 1'000'000}}}, with_areas);
  CHECK(hex(with_areas) == hex(golden("delta-with-areas-v1.bin")));
  std::string reset;
  wire::append_reset(4711, reset);
  CHECK(hex(reset) == hex(golden("reset-v1.bin")));
}

TEST_CASE("numbers are as short as LEB128 makes them") {
  struct row {
    std::uint64_t value;
    const char* bytes;
  };
  for (const auto& each : {row{0, "00"}, row{127, "7f"}, row{128, "8001"}, row{16'384, "808001"},
                           row{UINT64_MAX, "ffffffffffffffffff01"}}) {
    std::string bytes;
    wire::put_leb128(bytes, each.value);
    CHECK(hex(bytes) == each.bytes);
  }
  std::string signs;
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1}, std::int64_t{-64}, std::int64_t{64}}) {
    wire::put_zigzag(signs, value);
  }
  CHECK(hex(signs) == "0001027f8001");
}

TEST_CASE("changes between two states are every seat and area that differs, and no other") {
  model::dice dice{7};
  for (int round = 0; round < 300; ++round) {
    const auto seats = static_cast<std::uint32_t>(dice.below(200));
    std::vector<seat_status> before(seats);
    for (auto& each : before) {
      each = static_cast<seat_status>(dice.below(4));
    }
    auto after = before;
    for (auto changes = dice.below(seats + 1); changes > 0; --changes) {
      after[dice.index(seats)] = static_cast<seat_status>(dice.below(4));
    }
    const std::vector<std::uint32_t> areas_before{10, 20, 30};
    const std::vector<area_line> areas_after{
        {10, 0, 0}, {20, 1, 2}, {30, 0, static_cast<std::uint32_t>(dice.below(2))}};
    const auto found = wire::changes_between(statuses_of(before), areas_before, statuses_of(after), areas_after);
    std::size_t at = 0;
    for (std::uint32_t seat = 0; seat < seats; ++seat) {
      if (before[seat] != after[seat]) {
        REQUIRE(at < found.seats.size());
        CHECK(found.seats[at].index == seat);
        CHECK(found.seats[at].status == after[seat]);
        ++at;
      }
    }
    CHECK(at == found.seats.size());
    REQUIRE(found.areas.size() == 1 + areas_after[2].sold);
    CHECK(found.areas[0].index == 1);
    CHECK(found.areas[0].available == 17);
  }
}

TEST_CASE("a frame is one WebSocket message and one server-sent event") {
  struct row {
    std::size_t length;
    const char* header;
  };
  for (const auto& each : {row{1, "8201"}, row{125, "827d"}, row{126, "827e007e"}, row{65'535, "827effff"},
                           row{65'536, "827f0000000000010000"}}) {
    const std::string payload(each.length, '\xfb');
    const live_frame frame{9, payload};
    CHECK(frame.payload() == payload);
    CHECK(hex(std::string{frame.websocket()}).starts_with(each.header));
    CHECK(frame.websocket().ends_with(payload));
    CHECK(frame.websocket().size() == payload.size() + std::string{each.header}.size() / 2);
  }
  const live_frame three{12, "\x03\xe7\x24"};
  CHECK(three.server_sent() == "id: 12\ndata: A+ck\n\n");
  CHECK((live_frame{1, "a"}.server_sent()) == "id: 1\ndata: YQ==\n\n");
  CHECK((live_frame{1, "ab"}.server_sent()) == "id: 1\ndata: YWI=\n\n");
}

TEST_CASE("what is compressed becomes what it was, and what does not shrink is left") {
  std::string text;
  append_layout_json(golden_layout()->spec(), text);
  while (text.size() < 100'000) {
    text += text;
  }
  for (const auto effort : {packing::quick, packing::thorough}) {
    CHECK(ungzipped(compress(text, content_coding::gzip, effort)) == text);
    CHECK(unbrotlied(compress(text, content_coding::brotli, effort)) == text);
    CHECK(compress(text, content_coding::gzip, effort).size() < text.size() / 10);
  }
  const auto forms = std::make_shared<packed_forms>(packing::quick);
  int done = 0;
  int runs = 0;
  const auto inline_run = [&runs](const std::function<void()>& job) {
    ++runs;
    job();
    return true;
  };
  const auto body = std::make_shared<const std::string>(text);
  forms->prepare(content_coding::gzip, body, inline_run, [&] { ++done; });
  forms->prepare(content_coding::gzip, body, inline_run, [&] { ++done; });
  CHECK(done == 2);
  CHECK(runs == 1);
  REQUIRE(forms->get(content_coding::gzip));
  CHECK(ungzipped(*forms->get(content_coding::gzip)) == text);
  CHECK(forms->get(content_coding::brotli) == nullptr);
  CHECK(forms->get(content_coding::identity) == nullptr);
  // Random bytes do not shrink: settled, and nothing is kept.
  model::dice dice{3};
  std::string noise(4'096, '\0');
  for (auto& each : noise) {
    each = static_cast<char>(dice.below(256));
  }
  const auto rough = std::make_shared<packed_forms>(packing::quick);
  rough->prepare(content_coding::gzip, std::make_shared<const std::string>(noise), inline_run, [&] { ++done; });
  CHECK(done == 3);
  CHECK(rough->get(content_coding::gzip) == nullptr);
}

TEST_CASE("whoever waits for a compressed body is answered, whatever becomes of the job") {
  const auto body = std::make_shared<const std::string>(10'000, 'x');
  packed_forms forms{packing::quick};
  int done = 0;
  // Refused: nobody has it, and the next one tries again.
  forms.prepare(
      content_coding::brotli, body, [](const auto&) { return false; }, [&] { ++done; });
  CHECK(done == 1);
  CHECK(forms.get(content_coding::brotli) == nullptr);
  // Two wait for one job, which is dropped.
  std::function<void()> kept;
  const auto keep = [&kept](std::function<void()> job) {
    kept = std::move(job);
    return true;
  };
  forms.prepare(content_coding::brotli, body, keep, [&] { ++done; });
  forms.prepare(content_coding::brotli, body, keep, [&] { ++done; });
  CHECK(done == 1);
  kept = nullptr;
  CHECK(done == 3);
  // And once more, run.
  forms.prepare(content_coding::brotli, body, keep, [&] { ++done; });
  kept();
  CHECK(done == 4);
  REQUIRE(forms.get(content_coding::brotli));
  CHECK(unbrotlied(*forms.get(content_coding::brotli)) == *body);
}

} // namespace holdfast::live_test
