"""A collector of traces for tests: keeps what it is sent, a JSON line a request, and answers as a file says.

Usage: trace_collector.py PORT FILE STATUS_FILE [CERTIFICATE KEY]: with a certificate, over TLS
"""

import http.server
import json
import ssl
import sys

port, kept, status_file = int(sys.argv[1]), sys.argv[2], sys.argv[3]


class Collector(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open(status_file, encoding="utf-8") as file:
            status = int(file.read())
        line = {"path": self.path, "headers": dict(self.headers), "status": status, "body": json.loads(body)}
        with open(kept, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        answer = b"{}"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Collector)
if len(sys.argv) > 4:
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(sys.argv[4], sys.argv[5])
    server.socket = secure.wrap_socket(server.socket, server_side=True)
print("ready", flush=True)
server.serve_forever()
