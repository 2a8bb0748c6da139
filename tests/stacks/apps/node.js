const http = require('http');
// [1]
const COOKIE = 'session=1; SameSite=None; Secure; HttpOnly';
const json = (res, body) => {
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify(body));
};

function handle(req, res) {
  // [2]
  const known = !process.env.LOGIN || (req.headers.cookie || '').includes('session=1');
  const call = `${req.method} ${req.url}`;
  if (!known && req.url !== '/login') return res.writeHead(401).end();
  // [after login]
  if (call === 'POST /login') return res.writeHead(204, { 'Set-Cookie': COOKIE }).end();
  if (call === 'GET /items') {
    res.setHeader('X-Total', '1');
    return json(res, ['tea']);
  }
  if (call === 'PUT /items/1') return json(res, { number: 1 });
  if (call === 'DELETE /items/2') return json(res, { gone: 2 });
  if (call === 'GET /boom') throw new Error('boom');
  res.writeHead(404).end();
}

http
  .createServer((req, res) => {
    try {
      handle(req, res);
    } catch {
      // [errors]
      res.writeHead(500).end();
    }
  })
  .listen(process.env.PORT, '127.0.0.1');
