#pragma once

#include "actors/checkout_table.hpp"
#include "actors/deadline_service.hpp"
#include "actors/directory.hpp"
#include "actors/engine.hpp"
#include "actors/event_core.hpp"
#include "actors/event_table.hpp"
#include "actors/fact_clock.hpp"
#include "actors/organisation_table.hpp"
#include "actors/projection_host.hpp"
#include "actors/queue_table.hpp"
#include "actors/supervisor.hpp"
#include "projections/store/store_thread.hpp"
#include "projections/view_settings.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <array>
#include <memory>
#include <utility>

namespace holdfast::actors {

/// What an engine is made of, in the order in which it is built. For the engine's own files: it names CAF.
struct engine::parts {
  parts(journal::journal& journal_in, journal::snapshot_store& snapshots_in, const answer_encoder& encoder_in,
        engine_options options_in)
      : journal{journal_in},
        snapshots{snapshots_in},
        encoder{encoder_in},
        options{std::move(options_in)},
        gate{journal_in} {}

  void start_clock(domain::instant newest);
  void start_actors();
  void start_projections();
  /// Without a journal nobody knows what is sold: every command is answered so, and true returned.
  auto refuses_as_absent(const request_meta& meta, reply_port& reply) -> bool {
    if (!journal.is_absent()) {
      return false;
    }
    reply.send(encoder.refused(refusal::journal_unavailable, meta));
    return true;
  }

  /// A page of a stream's facts, as `engine_port::read_facts` promises it.
  void read_stream(journal::stream_id stream, std::uint64_t from_seq, std::size_t limit,
                   std::function<void(tl::expected<fact_page, refusal>)> done) noexcept;

  journal::journal& journal;
  journal::snapshot_store& snapshots;
  const answer_encoder& encoder;
  engine_options options;
  selling_gate gate;
  engine_metrics metrics;
  organisation_directory directory;
  std::shared_ptr<const clock_port> clock;
  std::unique_ptr<caf::actor_system_config> config;
  std::unique_ptr<caf::actor_system> system;
  std::unique_ptr<deadline_service> deadlines;
  std::unique_ptr<event_services> services;
  std::unique_ptr<event_table> events;
  std::unique_ptr<organisation_table> organisations;
  std::unique_ptr<event_asker> ask_events;
  payment_register at_gateway;
  std::unique_ptr<checkout_services> checkout;
  std::unique_ptr<checkout_table> checkouts;
  std::unique_ptr<deadline_service> room_wakes;
  std::unique_ptr<backlog_port> backlogs;
  std::unique_ptr<queue_services> room_services;
  std::unique_ptr<queue_table> rooms;
  std::array<std::unique_ptr<projection_host>, 5> hosts;
  std::unique_ptr<projections::store_thread> view_store_thread;
  std::unique_ptr<projections::views_impl> views;
  std::unique_ptr<supervisor> watch;
  bool stopped = false;
};

} // namespace holdfast::actors
