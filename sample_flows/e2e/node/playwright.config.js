// Playwright's own runner, recorded by mitmdump: this file and recorder.js are all that is added.
// A Chromium of your own: CHROMIUM=/path/to/it.
'use strict';
const PROXY_PORT = Number(process.env.PROXY_PORT || 8080);

module.exports = {
  globalSetup: require.resolve('./recorder.js'),
  metadata: { proxyPort: PROXY_PORT },
  timeout: 120_000, // busy machines of CI take their time
  expect: { timeout: 60_000 },
  workers: 1, // one session, in the order in which it happened
  use: {
    ignoreHTTPSErrors: true, // the proxy signs them itself
    launchOptions: {
      executablePath: process.env.CHROMIUM,
      // Chromium leaves localhost out of every proxy unless it is told.
      proxy: { server: `http://127.0.0.1:${PROXY_PORT}`, bypass: '<-loopback>' },
    },
  },
};
