// The sample shop: every button makes one call to the API and shows what the page got to see.
'use strict';
const { shop, note, api, actions, cookies, unattended } = SETTINGS;
const TOKEN = 'FAKE-SECRET-token-abcdef';
const ACTIONS = {
  products: { label: 'Browse the catalogue', path: '/products' },
  page2: { label: 'Next page', path: '/catalogue?page=2', reads: 'X-Total-Count' },
  search: { label: 'Search for mugs', path: '/search?q=mug' },
  item: { label: 'Open a discontinued item', path: '/item/samovar' },
  newsletter: { label: 'Subscribe to the newsletter', path: '/newsletter', form: { email: 'ada@example.com' } },
  login: { label: 'Log in', path: '/login', form: { user: 'ada', password: 'FAKE-SECRET-password' }, session: true },
  profile: { label: 'My profile', path: '/profile', headers: { Authorization: `Bearer ${TOKEN}` } },
  orders: { label: 'My orders', path: '/orders', session: true },
  wishlist: { label: 'Open a shared wish list', path: '/wishlist?token=FAKE-SECRET-query' },
  add: { label: 'Add a mug to the cart', path: '/cart/items', json: { id: 'mug' }, session: true },
  quantity: { label: 'Take two', method: 'PUT', path: '/cart/quantity', json: { id: 'mug', n: 2 }, session: true },
  address: { label: 'Change my address', method: 'PUT', path: '/account/address', json: { town: 'Bath' }, session: true },
  checkout: { label: 'Check out', path: '/checkout', json: { pay: 'card' }, headers: { 'Idempotency-Key': 'order-18' }, session: true },
  coupon: { label: 'Redeem a coupon', path: '/coupon', json: { code: 'SUMMER' } },
  invoice: { label: 'Download the invoice', path: '/invoice', reads: 'Content-Disposition' },
};
window.calls = []; // one entry per call, for whoever drives the page

async function call({ path, form, json, method = form || json ? 'POST' : 'GET', headers, session, reads }) {
  const options = { method, headers: { ...headers } };
  if (form) options.body = new URLSearchParams(form);
  if (json) {
    options.body = JSON.stringify(json);
    options.headers['Content-Type'] = 'application/json';
  }
  if (session && cookies) options.credentials = 'include';
  const outcome = { method, url: api + path, readable: false };
  try {
    const response = await fetch(outcome.url, options);
    outcome.text = `${response.status} ${(await response.text()).slice(0, 150)}`;
    if (reads) outcome.text += `\n${reads}: ${response.headers.get(reads) ?? 'not visible to the page'}`;
    outcome.readable = true;
  } catch (error) {
    outcome.text = String(error);
  }
  return outcome;
}

async function press(name) {
  document.body.dataset.busy = 'yes';
  const outcome = await call(ACTIONS[name]);
  window.calls.push(outcome);
  const row = document.createElement('li');
  row.className = outcome.readable ? 'readable' : 'failed';
  row.innerHTML = '<b></b> <code></code><span></span>';
  row.children[0].textContent = `${outcome.readable ? '✔' : '✘'} ${ACTIONS[name].label}`;
  row.children[1].textContent = `${outcome.method} ${outcome.url.split('?')[0]}`;
  row.children[2].textContent = outcome.text;
  document.querySelector('ol').append(row);
  document.body.dataset.busy = 'no';
}

document.title = document.querySelector('h1').textContent = shop;
document.querySelector('header p').textContent = note;
for (const name of actions) {
  const button = document.createElement('button');
  button.id = name;
  button.textContent = ACTIONS[name].label;
  button.onclick = () => press(name);
  document.querySelector('nav').append(button);
}
// Where nobody is there to press, the shop does it itself.
if (unattended) actions.reduce((before, name) => before.then(() => press(name)), Promise.resolve());
