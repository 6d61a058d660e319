#pragma once

#include "domain/instant.hpp"
#include "domain/strong_id.hpp"
#include "journal/journal.hpp"
#include "projections/body_slots.hpp"
#include "projections/inventory_bodies.hpp"
#include "projections/layout_store.hpp"
#include "projections/metrics.hpp"
#include "projections/ports.hpp"
#include "projections/views.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace holdfast::projections {

/// Somebody who waits for a body of an event.
struct waiting_reader {
  /// The first three are kinds of kept bodies; of the others each reader has one of their own.
  enum class wish : std::uint8_t { seats = 0, page = 1, seats_binary = 2, allocations = 3, section = 4 };
  /// Which part of what is not kept.
  struct choice {
    std::string section;  ///< its name, for `wish::section`
    allocation_page page; ///< for `wish::allocations`
  };
  wish what = wish::seats;
  choice part;
  std::uint64_t min_seq = 0;
  domain::instant deadline;
  view_done done;
};

[[nodiscard]] constexpr auto is_kept(waiting_reader::wish what) noexcept -> bool {
  return what <= waiting_reader::wish::seats_binary;
}

/// Encodes bodies on the journal's read pool, publishes them and answers who waited. Thread-safe.
class body_encoder : public std::enable_shared_from_this<body_encoder> {
 public:
  body_encoder(journal::journal& pool, std::shared_ptr<body_slots> slots, std::shared_ptr<layout_store> layouts,
               std::shared_ptr<view_metrics> metrics, clock_function clock);

  /// Encodes one body for all `readers`, who want the same; `finished` gets its size on the read pool, 0 when it was not made.
  void encode(std::shared_ptr<const inventory_picture> picture, layout_store::ref layout,
              std::shared_ptr<body_slot> slot, std::vector<waiting_reader> readers,
              std::function<void(std::size_t)> finished);
  /// Answers a reader who was counted in `readers_waiting`.
  void answer(const waiting_reader& reader, read_outcome outcome, std::shared_ptr<const view_body> body);

 private:
  /// What an encoding needs, shared with the jobs it becomes.
  struct task {
    std::shared_ptr<const inventory_picture> picture;
    layout_store::ref layout;
    std::shared_ptr<body_slot> slot;
    std::vector<waiting_reader> readers;
    std::function<void(std::size_t)> finished;
  };

  void run(const task& what, const domain::layout& layout);
  void give_up(const task& what);

  journal::journal& pool_;
  const std::shared_ptr<body_slots> slots_;
  const std::shared_ptr<layout_store> layouts_;
  const std::shared_ptr<view_metrics> metrics_;
  const clock_function clock_;
};

} // namespace holdfast::projections
