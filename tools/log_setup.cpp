#include "tools/log_setup.hpp"

#include "projections/json_writer.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string_view>

namespace holdfast::tools {

namespace {

/// `%*`: the message with JSON's escapes.
class escaped_message final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& to) override {
    std::string text;
    projections::append_json_escaped(text, {message.payload.data(), message.payload.size()});
    to.append(text.data(), text.data() + text.size());
  }

  [[nodiscard]] auto clone() const -> std::unique_ptr<custom_flag_formatter> override {
    return std::make_unique<escaped_message>();
  }
};

} // namespace

void log_json(const std::string& level) {
  auto logger = std::make_shared<spdlog::logger>("holdfast", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc, "\n");
  formatter->add_flag<escaped_message>('*').set_pattern(
      R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":"%*"})");
  logger->set_formatter(std::move(formatter));
  logger->set_level(spdlog::level::from_str(level == "warn" ? "warning" : level));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

void log_for_people() {
  auto logger = std::make_shared<spdlog::logger>("holdfast", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("holdfast: %v");
  logger->set_level(spdlog::level::warn);
  spdlog::set_default_logger(std::move(logger));
}

} // namespace holdfast::tools
