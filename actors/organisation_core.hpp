#pragma once

#include "actors/answer_encoder.hpp"
#include "actors/directory.hpp"
#include "actors/event_core.hpp"
#include "actors/request_times.hpp"
#include "domain/organisation/command.hpp"
#include "domain/organisation/state.hpp"
#include "journal/journal.hpp"

#include <cstdint>
#include <memory>

namespace holdfast::actors {

struct organisation_request {
  domain::organisation_command what;
  request_meta meta;
  reply_port reply;
  request_times times = {};
};

/// The organisation actor without its actor: venues and keys of one organisation, and the register of names in the first one's stream.
/// Its state is loaded before it is made (organisations are few and small). One thread at a time.
class organisation_core {
 public:
  organisation_core(domain::organisation_id organisation, domain::organisation_state state,
                    const event_services& services, organisation_directory& directory);
  void handle(organisation_request&& request);

 private:
  void replay(organisation_request&& request);

  [[nodiscard]] auto stream() const noexcept -> journal::stream_id {
    return {journal::stream_kind::organisation, organisation_.value()};
  }

  domain::organisation_id organisation_;
  domain::organisation_state state_;
  const event_services& services_;
  organisation_directory& directory_;
  std::shared_ptr<append_progress> progress_;
};

} // namespace holdfast::actors
