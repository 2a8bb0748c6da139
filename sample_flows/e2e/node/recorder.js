// Starts mitmdump with the addon before the first test and ends it after the last. It leaves
// e2e.flow, the recording, and e2e.html, its report, in the current folder.
'use strict';
const { execFileSync, spawn } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');

module.exports = async ({ metadata }) => {
  const addon = execFileSync('cors-audit', ['addon'], { encoding: 'utf8' }).trim();
  const words = ['-q', '-s', addon, '-w', 'e2e.flow', '--set', 'cors_report=e2e.html'];
  words.push('--listen-host', '127.0.0.1', '--listen-port', String(metadata.proxyPort));
  const proxy = spawn('mitmdump', words, { stdio: 'inherit' });
  const ended = once(proxy, 'exit');
  while (!(await listens(metadata.proxyPort))) {
    if (proxy.exitCode !== null) throw new Error(`mitmdump ended with exit code ${proxy.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return async () => {
    proxy.kill('SIGTERM'); // it writes the report before it ends
    await ended;
  };
};

function listens(port) {
  return new Promise((resolve) => {
    const probe = net.connect(port, '127.0.0.1');
    probe.on('connect', () => resolve(true)).on('error', () => resolve(false));
    probe.on('close', () => probe.destroy());
  });
}
