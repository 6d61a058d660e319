#pragma once

#include "domain/check.hpp"

#include <string>
#include <string_view>

/// How the codec writes and reads the generated classes. Internal to the codec.
namespace holdfast::journal::codec {

/// Appends a message, after making sure that it can be read again: text that is no UTF-8, for one, is written without complaint
/// and refused by every reader, which would cost the whole stream.
template <class Message>
void append(const Message& message, std::string& to) {
  const auto start = to.size();
  HF_CHECK(message.AppendToString(&to), "a fact can be written");
  Message again;
  HF_CHECK(again.ParseFromArray(to.data() + start, static_cast<int>(to.size() - start)), "what is written can be read");
}

/// Whether the payload is such a message and nothing else: fields that nobody knows mean that a newer program wrote it.
template <class Message>
[[nodiscard]] auto parse(std::string_view payload, Message& message) -> bool {
  return message.ParseFromArray(payload.data(), static_cast<int>(payload.size())) &&
         message.GetReflection()->GetUnknownFields(message).empty();
}

} // namespace holdfast::journal::codec
