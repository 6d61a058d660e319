#pragma once

#include "domain/queue/fact.hpp"
#include "http/json_writer.hpp"

namespace holdfast::http {

/// What a waiting room's fact says, as members of the object that is open. Places are their numbers; who stands there is not told.
class queue_fact_writer {
 public:
  explicit queue_fact_writer(json_writer& out) : out_{out} {}

  void operator()(const domain::queue::settings_changed& fact);
  void operator()(const domain::queue::pre_queue_opened& fact);
  void operator()(const domain::queue::pre_queue_closed& fact);
  void operator()(const domain::queue::drawn& fact);
  void operator()(const domain::queue::mode_changed& fact);
  void operator()(const domain::queue::joined& fact);
  void operator()(const domain::queue::left& fact);
  void operator()(const domain::queue::fell_silent& fact);
  void operator()(const domain::queue::returned& fact);
  void operator()(const domain::queue::admitted& fact);
  void operator()(const domain::queue::claimed& fact);
  void operator()(const domain::queue::finished& fact);
  void operator()(const domain::queue::expired& fact);
  void operator()(const domain::queue::demoted& fact);
  void operator()(const domain::queue::pace_adjusted& fact);

 private:
  json_writer& out_;
};

} // namespace holdfast::http
