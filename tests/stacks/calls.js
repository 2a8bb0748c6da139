// What pages do: each function is evaluated in a page and gives an outcome for every call:
// [status, body where it is a success, X-Total], or the name of the error that the page gets.

const call = (api, path, options) =>
  fetch(api + path, { credentials: 'include', ...options }).then(
    async (answer) => [
      answer.status,
      answer.status === 200 ? await answer.json() : null,
      answer.headers.get('X-Total'),
    ],
    (error) => error.name,
  );

const JSON_PUT = {
  method: 'PUT',
  headers: { 'Content-Type': 'application/json', 'X-Trace': 'a1' },
  body: '{"number": 1}',
};

// The front end, as its users use it.
const application = async (api) => {
  const told = [];
  for (const [path, options] of [
    ['/login', { method: 'POST' }],
    ['/items'],
    ['/items/1', JSON_PUT],
    ['/items/2', { method: 'DELETE' }],
    ['/missing'],
    ['/boom'],
  ])
    told.push(await call(api, path, options));
  return told;
};

// A front end that only reads, without cookies.
const reader = async (api) => {
  const told = [];
  for (const path of ['/items', '/missing', '/boom'])
    told.push(await call(api, path, { credentials: 'omit' }));
  return told;
};

// The front end does what it never did in the recording that the policy was made from.
const undeclared = async (api) => [
  await call(api, '/items', { method: 'PATCH' }),
  await call(api, '/items/1', { ...JSON_PUT, headers: { ...JSON_PUT.headers, 'X-Other': '1' } }),
];

// A page of another site.
const stranger = async (api) => [
  await call(api, '/items'),
  await call(api, '/items/1', JSON_PUT),
  await call(api, '/missing'),
  await call(api, '/boom'),
];

// The same from a sandboxed frame, whose origin is null.
const sandboxed = (api) =>
  new Promise((done) => {
    addEventListener('message', (event) => done(event.data), { once: true });
    const frame = document.createElement('iframe');
    frame.sandbox = 'allow-scripts';
    frame.srcdoc = `<script>
      const call = ${call};
      const JSON_PUT = ${JSON.stringify(JSON_PUT)};
      (${stranger})(${JSON.stringify(api)}).then((told) => parent.postMessage(told, '*'));
    </script>`;
    document.body.append(frame);
  });
