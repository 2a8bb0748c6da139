/**
 * A reverse proxy that plays nginx with `add_header Access-Control-Allow-Origin *;`.
 *
 *     node reverse_proxy.js PORT UPSTREAM_PORT
 *
 * Like nginx without `always`, it adds the header to successful answers and redirects only, and it
 * adds a line of its own beside the one that the application has already sent.
 */
'use strict';
const http = require('http');

const ADD_HEADER_STATUSES = [200, 201, 204, 206, 301, 302, 303, 304, 307, 308];
const [port, upstreamPort] = process.argv.slice(2).map(Number);

http
  .createServer((request, response) => {
    const { method, url, headers } = request;
    const upstream = http.request({ host: 'localhost', port: upstreamPort, method, path: url, headers });
    upstream.on('response', (answer) => {
      const lines = [...answer.rawHeaders, 'Via', '1.1 shop-proxy'];
      if (ADD_HEADER_STATUSES.includes(answer.statusCode)) {
        lines.push('Access-Control-Allow-Origin', '*');
      }
      response.writeHead(answer.statusCode, lines);
      answer.pipe(response);
    });
    upstream.on('error', () => response.writeHead(502).end());
    request.pipe(upstream);
  })
  .listen(port, 'localhost');
