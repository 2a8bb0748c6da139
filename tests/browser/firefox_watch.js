// Runs in Firefox's own window: keep the console's CORS messages and every HTTP request.

if (!window.corsLab) {
  const events = [];

  const listener = {
    observe(message) {
      if (!(message instanceof Ci.nsIScriptError)) return;
      events.push({
        what: "message",
        key: message.category,
        text: message.errorMessage,
        warning: Boolean(message.flags & Ci.nsIScriptError.warningFlag),
        time: message.timeStamp / 1,
      });
    },
  };
  Services.console.registerListener(listener);

  const topics = ["http-on-before-connect", "http-on-examine-response",
    "http-on-examine-cached-response", "http-on-examine-merged-response", "http-on-stop-request"];
  const observer = {
    observe(subject, topic) {
      const channel = subject.QueryInterface(Ci.nsIHttpChannel);
      let asks = "";
      try {
        asks = channel.getRequestHeader("Access-Control-Request-Method");
      } catch {}
      events.push({
        what: topic,
        id: channel.channelId,
        url: channel.URI.spec,
        method: channel.requestMethod,
        asks,
        status: channel.status,
        time: Date.now(),
      });
    },
  };
  for (const topic of topics) Services.obs.addObserver(observer, topic);

  window.corsLab = { drain: () => JSON.stringify(events.splice(0)) };
}
