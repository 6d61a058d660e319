#include "tests/http/test_server.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

// TLS as a stranger sees it: openssl's own client, as a process.

using namespace holdfast::http;
using namespace holdfast::http::test;

namespace {

namespace fs = std::filesystem;

/// What a shell command prints, on both outputs, and its exit code.
struct command_result {
  std::string output;
  int code = -1;
};

auto run(const std::string& command) -> command_result {
  command_result out;
  std::FILE* pipe = ::popen(("( " + command + " ) 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    out.output.append(buffer.data(), got);
  }
  const int status = ::pclose(pipe);
  out.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return out;
}

/// An authority, a server's certificate by it, a client's by it, and a stranger's by itself. Made once for all tests.
struct certificates {
  certificates() {
    std::string name = (fs::temp_directory_path() / "hf-tls-XXXXXX").string();
    folder = mkdtemp(name.data());
    const std::string in = "cd '" + folder.string() + "' && ";
    const std::string curve = " -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ";
    const auto signed_by_authority = [&](const std::string& who) {
      return "openssl req -new" + curve + "-keyout " + who + ".key -out " + who + ".csr -subj /CN=" + who +
             " && openssl x509 -req -in " + who + ".csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out " + who +
             ".pem";
    };
    const command_result made =
        run(in + "openssl req -x509" + curve + "-keyout ca.key -out ca.pem -days 2 -subj /CN=authority && " +
            signed_by_authority("localhost") + " && " + signed_by_authority("client") + " && openssl req -x509" +
            curve + "-keyout stranger.key -out stranger.pem -days 2 -subj /CN=stranger");
    CAPTURE(made.output);
    REQUIRE(made.code == 0);
  }
  ~certificates() { fs::remove_all(folder); }
  certificates(const certificates&) = delete;
  auto operator=(const certificates&) -> certificates& = delete;

  [[nodiscard]] auto file(const char* name) const -> std::string { return (folder / name).string(); }

  fs::path folder;
};

auto all() -> const certificates& {
  static const certificates made;
  return made;
}

auto with_tls(bool client_certificates) -> server_options {
  server_options options = test_server::quick();
  options.tls.certificate_file = all().file("localhost.pem");
  options.tls.key_file = all().file("localhost.key");
  options.tls.client_authority_file = client_certificates ? all().file("ca.pem") : "";
  return options;
}

/// `openssl s_client` that asks for `/things/1` once.
auto ask_with_openssl(const test_server& server, const std::string& more) -> command_result {
  return run(
      "printf 'GET /things/1 HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' | timeout 10 openssl s_client "
      "-connect 127.0.0.1:" +
      std::to_string(server.own->port()) + " -servername localhost -CAfile '" + all().file("ca.pem") +
      "' -verify_return_error -ign_eof " + more);
}

} // namespace

TEST_SUITE_BEGIN("tls");

TEST_CASE("openssl's client is served over TLS 1.3 and 1.2, with HSTS") {
  test_server server{with_tls(false)};
  for (const char* version : {"-tls1_3", "-tls1_2"}) {
    CAPTURE(version);
    const command_result answer = ask_with_openssl(server, version);
    CAPTURE(answer.output);
    CHECK(answer.output.find("HTTP/1.1 200 OK") != std::string::npos);
    CHECK(answer.output.find(R"("id":"1")") != std::string::npos);
    CHECK(answer.output.find("Strict-Transport-Security: max-age=") != std::string::npos);
    CHECK(answer.output.find("Verification: OK") != std::string::npos);
  }
  CHECK(server.handled == 2);
}

TEST_CASE("older versions, and plain HTTP on the TLS port, get nothing") {
  test_server server{with_tls(false)};
  const command_result old = ask_with_openssl(server, "-tls1_1 -cipher ALL:@SECLEVEL=0");
  CHECK(old.output.find("HTTP/1.1") == std::string::npos);
  CHECK(server.client()->ask(get("/")) == std::nullopt);
  CHECK(server.handled == 0);
}

TEST_CASE("a client certificate of the authority is let in; none, or a stranger's, is not") {
  test_server server{with_tls(true)};
  for (const char* version : {"-tls1_3", "-tls1_2"}) {
    CAPTURE(version);
    const std::string own =
        std::string{version} + " -cert '" + all().file("client.pem") + "' -key '" + all().file("client.key") + "'";
    CHECK(ask_with_openssl(server, own).output.find("HTTP/1.1 200 OK") != std::string::npos);
    CHECK(ask_with_openssl(server, version).output.find("HTTP/1.1") == std::string::npos);
    const std::string other =
        std::string{version} + " -cert '" + all().file("stranger.pem") + "' -key '" + all().file("stranger.key") + "'";
    CHECK(ask_with_openssl(server, other).output.find("HTTP/1.1") == std::string::npos);
  }
  CHECK(server.handled == 2);
}

TEST_CASE("a handshake that never comes is cut off") {
  server_options options = with_tls(false);
  options.phases.header = std::chrono::milliseconds{100};
  test_server server{options};
  auto silent = server.client();
  CHECK(silent->is_closed_by_server());
}

TEST_CASE("certificates that cannot be used fail the start, and say which") {
  const auto fault = [](tls_options tls) {
    server_options options = test_server::quick();
    options.tls = std::move(tls);
    router table;
    table.add({.verb = method::get, .pattern = "/", .who = permission::open(), .run = [](exchange&) {}});
    const auto started = server::start(options, {.table = std::move(table),
                                                 .callers = std::make_shared<authenticator>(test_ring()),
                                                 .metrics = nullptr,
                                                 .logger = nullptr});
    return started ? std::string{} : started.error().what;
  };
  const std::string certificate = all().file("localhost.pem");
  CHECK(fault({.certificate_file = "/nowhere.pem", .key_file = all().file("localhost.key")}).find("/nowhere.pem") !=
        std::string::npos);
  CHECK(fault({.certificate_file = certificate, .key_file = "/nowhere.key"}).find("/nowhere.key") != std::string::npos);
  CHECK(fault({.certificate_file = certificate, .key_file = all().file("client.key")}) != "");
  CHECK(fault({.certificate_file = certificate,
               .key_file = all().file("localhost.key"),
               .client_authority_file = "/nowhere.ca"})
            .find("/nowhere.ca") != std::string::npos);
  CHECK(fault({.certificate_file = {}, .key_file = all().file("localhost.key")}).find("certificate") !=
        std::string::npos);
}

TEST_CASE("a port that is taken, or an address that is none, fails the start") {
  const auto fault = [](const std::string& address, std::uint16_t port) {
    server_options options = test_server::quick();
    options.address = address;
    options.port = port;
    router table;
    table.add({.verb = method::get, .pattern = "/", .who = permission::open(), .run = [](exchange&) {}});
    const auto started = server::start(options, {.table = std::move(table),
                                                 .callers = std::make_shared<authenticator>(test_ring()),
                                                 .metrics = nullptr,
                                                 .logger = nullptr});
    return started ? std::string{} : started.error().what;
  };
  CHECK(fault("not-an-address", 0).find("not-an-address") != std::string::npos);
  CHECK(fault("192.0.2.1", 0).find("cannot bind to 192.0.2.1") != std::string::npos);
}

TEST_CASE("a route without a permission fails the start") {
  router table;
  table.add({.verb = method::get, .pattern = "/open-by-mistake", .run = [](exchange&) {}});
  const auto started = server::start(test_server::quick(), {.table = std::move(table),
                                                            .callers = std::make_shared<authenticator>(test_ring()),
                                                            .metrics = nullptr,
                                                            .logger = nullptr});
  REQUIRE_FALSE(started);
  CHECK(started.error().what.find("GET /open-by-mistake: it has no permission") != std::string::npos);
}

TEST_SUITE_END();
