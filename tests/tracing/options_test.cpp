#include "tracing/export_options.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace holdfast::tracing;

TEST_CASE("an endpoint is a plain http or https URL, and gets OTLP's path when it has none") {
  const std::string standard = "http://127.0.0.1:4318/v1/traces";
  CHECK(check_endpoint("http://127.0.0.1:4318").value() == standard);
  CHECK(check_endpoint("http://127.0.0.1:4318/").value() == standard);
  CHECK(check_endpoint(standard).value() == standard);
  CHECK(check_endpoint("https://[::1]:4318/otlp/traces").value() == "https://[::1]:4318/otlp/traces");
  for (const auto& bad : std::vector<std::string>{
           "", "127.0.0.1:4318", "ftp://collector/v1/traces", "http://", "http:///v1/traces",
           "http://user:word@collector", "http://user@collector/v1/traces", "http://collector/v1/traces?key=1",
           "http://collector/#here", "http://col lector/", "http://collector:99999/", "file:///etc/passwd",
           "http://collector/\r\nX: 1", "HTTP//collector"}) {
    CAPTURE(bad);
    CHECK(!check_endpoint(bad).has_value());
  }
}

namespace {

struct header_file {
  explicit header_file(const std::string& text) {
    std::string name = (std::filesystem::temp_directory_path() / "hf-headers-XXXXXX").string();
    const int made = ::mkstemp(name.data());
    REQUIRE(made >= 0);
    ::close(made);
    path = name;
    std::ofstream{path} << text;
  }
  ~header_file() { std::filesystem::remove(path); }
  header_file(const header_file&) = delete;
  auto operator=(const header_file&) -> header_file& = delete;
  std::filesystem::path path;
};

} // namespace

TEST_CASE("headers come from a file, a line each, and those that frame a request do not") {
  const header_file good{"Authorization: Bearer secret-word\n\nX-Tenant: opera\r\n"};
  CHECK(read_headers(good.path).value() ==
        std::vector<std::string>{"Authorization: Bearer secret-word", "X-Tenant: opera"});
  CHECK(read_headers(header_file{""}.path).value().empty());
  for (const auto& bad : std::vector<std::string>{"no colon secret-word", ": secret-word", "Bad Name: secret-word",
                                                  "X-Empty:", "X-Empty:   ", "Content-Type: secret-word",
                                                  "content-length: 3", "Host: secret-word", "X-A: secret-word\x01"}) {
    CAPTURE(bad);
    const header_file file{std::string{"X-Fine: 1\n"} + bad + "\n"};
    const auto read = read_headers(file.path);
    REQUIRE(!read.has_value());
    CHECK(read.error().find("line 2") != std::string::npos);
    CHECK(read.error().find("secret-word") == std::string::npos);
  }
  const header_file open{"X-Tenant: opera\n"};
  std::filesystem::permissions(open.path, std::filesystem::perms::group_read, std::filesystem::perm_options::add);
  CHECK(read_headers(open.path).error().find("chmod 600") != std::string::npos);
  CHECK(read_headers("/nowhere/at/all").error().find("cannot read") != std::string::npos);
}
