#pragma once

#include "journal/codec.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/message.h>

#include <cstdint>
#include <string>
#include <variant>

namespace holdfast::testing {

/// What the codec makes of a record of this type with a message as its payload, whoever wrote it.
[[nodiscard]] inline auto read_message(std::uint16_t type, const google::protobuf::Message& message) {
  const auto payload = message.SerializeAsString();
  journal::record_view record;
  record.header.type = type;
  record.header.version = 1;
  record.payload = payload;
  return journal::decode_fact(record);
}

/// A fact as it is read again after it was written.
template <class Fact>
[[nodiscard]] auto again(const Fact& fact) -> Fact {
  const domain::fact_body body{fact};
  std::string payload;
  journal::encode_fact(body, payload);
  journal::record_view record;
  record.header.type = journal::fact_type(body);
  record.header.version = 1;
  record.payload = payload;
  const auto decoded = journal::decode_fact(record);
  REQUIRE(decoded.has_value());
  return std::get<Fact>(decoded->body);
}

} // namespace holdfast::testing
