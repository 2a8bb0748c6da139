// Initiators that need a document, other contexts to run calls in, and the order of the steps.

const loadOrError = (element, attach) =>
  new Promise((resolve) => {
    element.addEventListener("load", () => resolve("load"));
    element.addEventListener("error", () => resolve("error"));
    attach(element);
  });

function append(tag, attributes, parent = document.body) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, value);
  }
  return loadOrError(element, () => parent.append(element));
}

async function style(css, markup) {
  const sheet = document.createElement("style");
  sheet.textContent = css;
  document.head.append(sheet);
  document.body.insertAdjacentHTML("beforeend", markup);
  document.body.offsetWidth;
  await later(500);
  return "applied";
}

function media(tag, { url, crossorigin }, markup) {
  return new Promise((resolve) => {
    const element = document.createElement(tag);
    if (crossorigin !== undefined) element.setAttribute("crossorigin", crossorigin);
    element.addEventListener("loadeddata", () => resolve("load"));
    element.addEventListener("error", () => resolve("error"));
    element.src = url;
    document.body.append(element);
  });
}

let serial = 0;

Object.assign(calls, {
  image: ({ url, crossorigin }) => append("img", { crossorigin, src: url }),
  script: ({ url, crossorigin, integrity }) => append("script", { src: url, crossorigin, integrity }),
  module: ({ url, crossorigin }) => append("script", { type: "module", src: url, crossorigin }),
  stylesheet: ({ url, crossorigin, integrity }) =>
    append("link", { rel: "stylesheet", href: url, crossorigin, integrity }, document.head),
  preload: ({ url, as, crossorigin }) =>
    append("link", { rel: "preload", as, href: url, crossorigin }, document.head),
  modulepreload: ({ url, crossorigin }) =>
    append("link", { rel: "modulepreload", href: url, crossorigin }, document.head),
  video: (options) => media("video", options),
  audio: (options) => media("audio", options),
  frame: ({ url }) => append("iframe", { src: url }),
  object: ({ url }) => append("object", { data: url }),

  async prefetch({ url, crossorigin }) {
    append("link", { rel: "prefetch", href: url, crossorigin }, document.head);
    await later(400);
    return "asked";
  },

  font: ({ url }) =>
    new FontFace(`lab${serial++}`, `url("${url}")`).load().then(() => "load", () => "error"),
  "css-font": ({ url }) => style(
    `@font-face { font-family: f; src: url("${url}") } .f { font-family: f }`, '<p class="f">x</p>'),
  background: ({ url }) => style(`.b { background: url("${url}") }`, '<p class="b">x</p>'),
  mask: ({ url }) => style(`.m { mask-image: url("${url}") }`, '<p class="m">x</p>'),
  shape: ({ url }) => style(
    `.s { float: left; shape-outside: url("${url}") }`, '<p><i class="s">x</i>y</p>'),

  track({ url, crossorigin }) {
    const video = document.createElement("video");
    if (crossorigin !== undefined) video.setAttribute("crossorigin", crossorigin);
    document.body.append(video);
    const track = document.createElement("track");
    Object.assign(track, { kind: "captions", default: true, src: url });
    return loadOrError(track, () => (video.append(track), (track.track.mode = "showing")));
  },

  async form({ url, method = "post", enctype, fields = { a: "1" } }) {
    const frame = document.createElement("iframe");
    frame.name = `target${serial++}`;
    const form = document.createElement("form");
    Object.assign(form, { action: url, method, target: frame.name });
    if (enctype) form.enctype = enctype;
    for (const [name, value] of Object.entries(fields)) {
      form.append(Object.assign(document.createElement("input"), { name, value }));
    }
    document.body.append(frame, form);
    return loadOrError(frame, () => form.submit());
  },

  async ping({ url, href }) {
    const link = document.createElement("a");
    Object.assign(link, { href: "#here", ping: url, textContent: "x" });
    document.body.append(link);
    link.click();
    await later(500);
    return "clicked";
  },

  worker: ({ url, type }) =>
    new Promise((resolve) => {
      try {
        const worker = new Worker(url, { type });
        worker.onmessage = () => resolve("message");
        worker.onerror = () => resolve("error");
      } catch (error) {
        resolve(`threw ${error.name}`);
      }
    }),

  async worklet({ url }) {
    const context = new OfflineAudioContext(1, 128, 44100);
    return context.audioWorklet.addModule(url).then(() => "load", (e) => `rejected ${e.name}`);
  },

  // A page in a frame that fetches once and is taken away at once.
  async "leave-page"({ url, ...options }) {
    const frame = document.createElement("iframe");
    document.body.append(frame);
    frame.contentWindow.fetch(url, options).catch(() => {});
    await later(options.after ?? 30);
    frame.remove();
    await later(600);
    return "left";
  },
});

const CALLS = document.getElementById("calls").textContent;

function workerSource(step) {
  return `${CALLS}
    runCall(${JSON.stringify(step)}).then((outcome) => globalThis.postMessage
      ? postMessage(outcome) : (globalThis.onconnect = ({ports: [p]}) => p.postMessage(outcome)));`;
}

const blobUrl = (text, type) => URL.createObjectURL(new Blob([text], { type }));

// Time for the debugger to attach to a frame that moved to a process of its own.
const FRAME_DELAY = 150;

function frameDocument(step) {
  return `<!doctype html><script>${CALLS}
    later(${FRAME_DELAY}).then(() => runCall(${JSON.stringify(step)})).then((outcome) => parent.postMessage(outcome, "*"));</` + "script>";
}

function inFrame(prepare) {
  return new Promise((resolve) => {
    const frame = document.createElement("iframe");
    addEventListener("message", ({ source, data }) => source === frame.contentWindow && resolve(data));
    prepare(frame);
    document.body.append(frame);
  });
}

const contexts = {
  worker: (step) => new Promise((resolve) => {
    new Worker(blobUrl(workerSource(step), "text/javascript")).onmessage = ({ data }) => resolve(data);
  }),
  "module-worker": (step) => new Promise((resolve) => {
    const source = `import ${JSON.stringify(step.url)}; postMessage("load");`;
    const worker = new Worker(blobUrl(source, "text/javascript"), { type: "module" });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = () => resolve("error");
  }),
  "shared-worker": (step) => new Promise((resolve) => {
    const source = `${CALLS}
      onconnect = ({ports: [p]}) => runCall(${JSON.stringify(step)}).then((o) => p.postMessage(o));`;
    new SharedWorker(blobUrl(source, "text/javascript")).port.onmessage = ({ data }) => resolve(data);
  }),
  sandbox: (step) => inFrame((frame) => {
    frame.sandbox = "allow-scripts";
    frame.srcdoc = frameDocument(step);
  }),
  data: (step) => inFrame((frame) => {
    frame.src = "data:text/html;charset=utf-8," + encodeURIComponent(frameDocument(step));
  }),
  srcdoc: (step) => inFrame((frame) => {
    frame.srcdoc = frameDocument(step);
  }),
  blob: (step) => inFrame((frame) => {
    frame.src = blobUrl(frameDocument(step), "text/html");
  }),
};

async function controlled() {
  if (navigator.serviceWorker.controller) return;
  const change = new Promise((resolve) =>
    navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
  await navigator.serviceWorker.register(document.documentElement.dataset.serviceWorker);
  await Promise.race([change, later(2500)]);
}

async function runStep({ context, pause, together, ...step }) {
  if (pause) await later(pause);
  const begun = Date.now();
  const timeout = (step.timeout ?? STEP_TIMEOUT) + 500;
  const running = context ? contexts[context](step) : runCall(step);
  let outcome;
  try {
    outcome = await Promise.race([running, later(timeout).then(() => "timeout")]);
  } catch (error) {
    outcome = `threw ${error}`;
  }
  return { begun, ended: Date.now(), outcome };
}

async function runSteps(steps) {
  if (document.documentElement.dataset.serviceWorker) await controlled();
  const results = [];
  for (const [index, step] of steps.entries()) {
    if (!step.together) await Promise.all(results);
    results.push(runStep(step));
  }
  const done = await Promise.all(results);
  if (document.documentElement.dataset.serviceWorker) {
    for (const found of await navigator.serviceWorker.getRegistrations()) await found.unregister();
  }
  document.documentElement.dataset.results = JSON.stringify(done);
}

runSteps(JSON.parse(document.getElementById("steps").textContent));
