/**
 * The shop's API on Express, once per CORS set-up.
 *
 *     node server.js SETUP PORT
 *
 * SETUPS holds the only difference between the stories, each written as one meets it in the wild
 * and with its mistake named. `fixed` is the one to copy. All secrets are fake and say so.
 */
'use strict';
const cors = require('cors');
const express = require('express');

const SHOP = 'http://localhost:3000';
const SECOND_SHOP = 'http://127.0.0.1:4000';
const SESSION = 'FAKE-SECRET-session-1234';
const TOKEN = 'FAKE-SECRET-token-abcdef';

/** Lets public paths pass and asks everything else for the token: also the browser's OPTIONS. */
function requireToken(req, res, next) {
  const isPublic = ['/products', '/login'].includes(req.path);
  if (isPublic || req.get('Authorization') === `Bearer ${TOKEN}`) return next();
  return res.status(401).json({ error: 'please log in' });
}

/** An allow list by hand. Mistakes: no `Vary: Origin`, and no `Access-Control-Expose-Headers`. */
function allowListByHand(req, res, next) {
  const origin = req.get('Origin');
  if ([SHOP, SECOND_SHOP].includes(origin)) res.set('Access-Control-Allow-Origin', origin);
  res.set('Cache-Control', 'public, max-age=300');
  next();
}

const SETUPS = {
  // Mistake: nothing at all. Works in curl, and while the front end is served by the API itself.
  none: [],
  // Mistakes: PUT is not listed, and neither are Authorization and Idempotency-Key.
  'short-lists': [
    cors({ origin: [SHOP], methods: ['GET', 'POST'], allowedHeaders: ['Content-Type'] }),
  ],
  // Mistake: `*` and credentials exclude each other.
  'wildcard-credentials': [cors({ origin: '*', credentials: true })],
  // Right by itself; the reverse proxy in front adds the header a second time.
  'exact-origin': [cors({ origin: [SHOP] })],
  // Mistake: `origin: true` repeats whatever Origin asks: every site may read as the logged-in user.
  reflect: [cors({ origin: true, credentials: true })],
  // Mistake: order. A preflight never carries credentials, so it ends at the 401.
  'auth-first': [requireToken, cors({ origin: [SHOP], allowedHeaders: ['Authorization', 'Content-Type'] })],
  // Mistake: the slash at the end. Origins are compared character by character and have none.
  'trailing-slash': [cors({ origin: `${SHOP}/` })],
  'by-hand': [allowListByHand],
  // What the shop needs and nothing more.
  fixed: [
    cors({
      origin: [SHOP],
      methods: ['GET', 'POST', 'PUT'],
      allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key'],
      exposedHeaders: ['Content-Disposition', 'X-Total-Count'],
      credentials: true,
      maxAge: 7200,
    }),
  ],
};

const PRODUCTS = [
  { id: 'mug', name: 'Mug', price: 9 },
  { id: 'tea', name: 'Green tea', price: 7 },
  { id: 'pot', name: 'Teapot', price: 31 },
];

function hasSession(req) {
  return (req.get('Cookie') ?? '').includes(`sid=${SESSION}`);
}

function addRoutes(app, setup) {
  app.get('/products', (req, res) => res.json(PRODUCTS));
  app.get('/catalogue', (req, res) => res.set('X-Total-Count', '42').json(PRODUCTS.slice(1)));
  app.get('/search', (req, res) => res.json(PRODUCTS.filter((p) => p.id === req.query.q)));
  app.get('/item/:id', (req, res) => res.status(404).json({ error: 'no longer sold' }));
  app.post('/newsletter', (req, res) => res.status(201).json({ subscribed: true }));
  app.post('/login', (req, res) => {
    // Only `reflect` has a cookie that other sites may send: that is what makes it dangerous.
    const flags = setup === 'reflect' ? { sameSite: 'none', secure: true } : { sameSite: 'lax' };
    res.cookie('sid', SESSION, { httpOnly: true, ...flags }).json({ welcome: 'Ada' });
  });
  app.get('/profile', (req, res) => res.json({ name: 'Ada', town: 'London' }));
  app.get('/orders', (req, res) => {
    if (!hasSession(req)) return res.status(401).json({ error: 'please log in' });
    return res.json([{ order: 'A-17', total: 40, ship_to: 'Ada, 12 St James Square' }]);
  });
  app.get('/wishlist', (req, res) => res.json(['pot']));
  app.post('/cart/items', (req, res) => res.status(201).json({ items: 1 }));
  app.put('/cart/quantity', (req, res) => res.json({ items: 2 }));
  app.post('/checkout', (req, res) => res.status(201).json({ order: 'A-18' }));
  app.get('/invoice', (req, res) => res.attachment('invoice-A-17.csv').send('item,price\nmug,9\n'));
}

const [setup, port] = process.argv.slice(2);
if (!SETUPS[setup]) {
  console.error(`unknown set-up ${setup}; known: ${Object.keys(SETUPS).join(', ')}`);
  process.exit(2);
}
const app = express();
app.use(...(SETUPS[setup].length ? SETUPS[setup] : [(req, res, next) => next()]));
addRoutes(app, setup);
app.listen(Number(port), 'localhost');
