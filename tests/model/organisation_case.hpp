#pragma once

#include "domain/organisation/command.hpp"
#include "tests/model/naive_organisation.hpp"
#include "tests/model/test_case.hpp"

#include <rapidcheck.h>

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <vector>

namespace holdfast::model {

/// One wish of an organisation's life; `organisation_script` turns it into a command.
struct organisation_step {
  std::uint8_t what = 0; ///< index into `organisation_command_body`
  std::uint8_t who = 0;
  std::uint8_t which = 0; ///< of few venues, keys and names, so that they meet
  std::uint8_t pause = 0; ///< how time goes on before it
  mishap before = mishap::none;
  key_use key = key_use::none;
  std::uint32_t detail = 0;
  friend auto operator==(const organisation_step&, const organisation_step&) -> bool = default;
};
struct organisation_case {
  std::vector<organisation_step> steps;
};

[[nodiscard]] auto organisation_cases(unsigned steps_max) -> rc::Gen<organisation_case>;
void showValue(const organisation_case& value, std::ostream& to);

/// Turns steps into commands, looking only at the twin.
class organisation_script {
 public:
  [[nodiscard]] static auto moment(const organisation_step& next, domain::instant now) -> domain::instant;
  [[nodiscard]] auto command(const organisation_step& next, const naive_organisation& twin)
      -> domain::organisation_command;

 private:
  std::vector<domain::organisation_command> asked_;
};

[[nodiscard]] auto describe(const domain::organisation_command& what) -> std::string;

} // namespace holdfast::model
