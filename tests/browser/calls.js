// Initiators that need no document: they run in pages, frames and workers alike.
// Each takes {url, ...options} and returns a promise of the outcome in a few words.

const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function bodyOf(body) {
  if (body === undefined || body === null || typeof body === "string") return body;
  if (body.blob !== undefined) return new Blob([body.blob], { type: body.type });
  if (body.form) return Object.entries(body.form).reduce((f, [k, v]) => (f.append(k, v), f), new FormData());
  if (body.params) return new URLSearchParams(body.params);
  if (body.bytes) return new Uint8Array(body.bytes).buffer;
  if (body.stream) {
    return new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(body.stream));
        controller.close();
      },
    });
  }
  throw new Error("unknown kind of body");
}

const calls = {
  async fetch({ url, abortAfter, readBody = true, visible, ...options }) {
    if (options.body !== undefined) options.body = bodyOf(options.body);
    if (options.body instanceof ReadableStream) options.duplex = "half";
    if (abortAfter !== undefined) {
      const controller = new AbortController();
      options.signal = controller.signal;
      setTimeout(() => controller.abort(), abortAfter);
    }
    let response;
    try {
      response = await fetch(url, options);
    } catch (error) {
      return `rejected ${error.name}`;
    }
    const names = visible ? ` sees ${[...response.headers.keys()].sort().join(",")}` : "";
    const summary = `resolved ${response.status} ${response.type}${names}`;
    if (!readBody) return summary;
    try {
      await response.arrayBuffer();
    } catch (error) {
      return `${summary}, body rejected ${error.name}`;
    }
    return summary;
  },

  xhr({ url, method = "GET", headers = [], body, credentials, upload, sync, abortAfter }) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open(method, url, !sync);
      request.withCredentials = credentials === "include";
      for (const [name, value] of headers) request.setRequestHeader(name, value);
      if (upload) request.upload.addEventListener("progress", () => {});
      for (const type of ["load", "error", "abort", "timeout"]) {
        request.addEventListener(type, () => resolve(type === "load" ? `load ${request.status}` : type));
      }
      if (abortAfter !== undefined) setTimeout(() => request.abort(), abortAfter);
      try {
        request.send(bodyOf(body) ?? null);
      } catch (error) {
        resolve(`threw ${error.name}`);
      }
    });
  },

  eventsource({ url, credentials }) {
    return new Promise((resolve) => {
      const source = new EventSource(url, { withCredentials: credentials === "include" });
      source.onmessage = () => (source.close(), resolve("message"));
      source.onerror = () => (source.close(), resolve("error"));
    });
  },

  async beacon({ url, body }) {
    const queued = navigator.sendBeacon(url, bodyOf(body));
    await later(400);
    return queued ? "queued" : "refused";
  },

  websocket({ url }) {
    return new Promise((resolve) => {
      const socket = new WebSocket(url.replace(/^http/, "ws"));
      socket.onmessage = () => (socket.close(), resolve("message"));
      socket.onerror = () => resolve("error");
    });
  },

  async "import-scripts"({ url }) {
    try {
      importScripts(url);
      return "load";
    } catch (error) {
      return `threw ${error.name}`;
    }
  },

  import: ({ url }) => import(url).then(() => "load", (error) => `rejected ${error.name}`),
};

const STEP_TIMEOUT = 3000;

function runCall(step) {
  const { run, timeout = STEP_TIMEOUT, ...options } = step;
  return Promise.race([calls[run](options), later(timeout).then(() => "timeout")]);
}
