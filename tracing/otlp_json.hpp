#pragma once

#include "tracing/span.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The wire form of spans: the OpenTelemetry protocol over HTTP in its JSON encoding (github.com/open-telemetry/opentelemetry-proto,
/// docs/specification.md): ids are hexadecimal text, 64-bit numbers decimal text, enumerations numbers, keys in lowerCamelCase.
namespace holdfast::tracing {

/// What sends spans, as attribute keys and UTF-8 texts: `service.name` and the like.
using resource_attributes = std::vector<std::pair<std::string, std::string>>;

/// Appends an ExportTraceServiceRequest of these spans. `epoch`: nanoseconds between the Unix epoch and the steady clock's.
void append_otlp(std::string& out, std::span<const span> spans, const resource_attributes& from,
                 std::chrono::nanoseconds epoch);

/// How many spans a collector says it has refused, in the body of its answer 200; 0 when it says nothing that can be understood.
[[nodiscard]] auto rejected_spans(std::string_view answer) -> std::uint64_t;

} // namespace holdfast::tracing
