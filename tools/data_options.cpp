#include "tools/data_options.hpp"

#include "tools/http_client.hpp"

#include <CLI/CLI.hpp>

namespace holdfast::tools {

void add_data_options(CLI::App& command, std::filesystem::path& data, std::filesystem::path& marks) {
  command.add_option("--data", data, "Data directory, or a backup")->required()->check(CLI::ExistingDirectory);
  command
      .add_option("--marks", marks,
                  "Directory of the high-water mark; default: where the data directory has it, and none for a backup")
      ->check(CLI::ExistingDirectory);
}

void add_new_data_options(CLI::App& command, std::filesystem::path& data, std::filesystem::path& marks) {
  command.add_option("--data", data, "Data directory; made when missing")->required();
  command.add_option(
      "--marks", marks,
      "Directory for the high-water mark, remembered from now on; default: where the data directory has it");
}

void add_server_options(CLI::App& command, server_address& server) {
  command.add_option("--url", server.url, "The server, such as http://localhost:8080")->required();
  command
      .add_option("--authority-file", server.authority_file,
                  "PEM file of who signed the server's certificate; default: whom this machine trusts")
      ->check(CLI::ExistingFile);
  auto* certificate = command
                          .add_option("--certificate-file", server.certificate_file,
                                      "PEM file of a client certificate, if the server wants one")
                          ->check(CLI::ExistingFile);
  auto* key = command.add_option("--certificate-key-file", server.certificate_key_file, "PEM file of its private key")
                  ->check(CLI::ExistingFile);
  certificate->needs(key);
  key->needs(certificate);
}

} // namespace holdfast::tools
