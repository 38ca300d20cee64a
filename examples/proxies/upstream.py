#!/usr/bin/env python3
"""An example upstream for a proxy: it echoes the request that it receives."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        told = f"{self.requestline}\n{self.headers}".encode() + content
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = answer


ThreadingHTTPServer(("127.0.0.1", 9000), Echo).serve_forever()
