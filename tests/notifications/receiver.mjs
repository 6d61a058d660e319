// Somebody who is told by webhooks.

import { createServer } from 'node:http';

export class Receiver {
  /** Requests in the order in which they came: `{ headers, body, text }`. */
  got = [];
  /** Answers a request: a status, or headers too. */
  answer = async () => ({ status: 204 });

  async open() {
    this.server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += chunk));
      request.on('end', async () => {
        const one = { headers: request.headers, text, body: JSON.parse(text), path: request.url };
        this.got.push(one);
        const { status, headers = {}, body = '' } = await this.answer(one, this.got.length);
        response.writeHead(status, headers);
        response.end(body);
      });
    });
    this.connections = 0;
    this.server.on('connection', () => ++this.connections);
    await new Promise((listening) => this.server.listen(0, '127.0.0.1', listening));
    this.port = this.server.address().port;
    this.url = `http://127.0.0.1:${this.port}/hooks`;
    return this;
  }

  async close() {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}
