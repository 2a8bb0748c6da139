(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("scripted");

  function stored(value) {
    try {
      if (value === undefined) { return localStorage.getItem("cors-audit-theme"); }
      localStorage.setItem("cors-audit-theme", value);
    } catch (error) { /* a page without storage follows the system */ }
    return null;
  }
  function paint(theme) {
    if (theme === "light" || theme === "dark") { root.dataset.theme = theme; } else { delete root.dataset.theme; }
  }
  paint(stored());

  document.addEventListener("DOMContentLoaded", function () {
    var all = function (what, within) { return Array.prototype.slice.call((within || document).querySelectorAll(what)); };
    var one = function (id) { return document.getElementById(id); };
    var cards = all("details.card");
    var data = JSON.parse(one("data").textContent);
    var said = one("said");

    var theme = one("theme");
    theme.value = root.dataset.theme || "auto";
    theme.addEventListener("change", function () { paint(theme.value); stored(theme.value); });
    one("print").addEventListener("click", function () { window.print(); });

    /* Open what an address points at. */
    function reveal() {
      var id = decodeURIComponent(location.hash.slice(1));
      var target = id && one(id);
      if (!target) { return; }
      for (var node = target; node; node = node.parentElement) {
        if (node.tagName === "DETAILS") { node.open = true; }
        if (node.hidden) { clear(); }
      }
      target.scrollIntoView();
    }

    /* Filters and search. */
    var boxes = all(".filters input[type=checkbox]");
    var search = one("search");
    var shown = one("shown");
    var expand = one("expand");
    function simple(text) {
      return text.toLowerCase().replace(/[\u2018\u2019\u201c\u201d"`]/g, "'").replace(/\s+/g, " ").trim();
    }
    function reason(text) {
      var cut = text.search(/cors policy:|\(reason:/);
      if (cut >= 0) { text = text.slice(cut).replace(/^(cors policy:|\(reason:)\s*/, ""); }
      return text.replace(/\s*status code: ?\S*$/, "").replace(/[.)\s]+$/, "");
    }
    function hay(card) {
      if (card.hay === undefined) { card.hay = simple(card.textContent); }
      return card.hay;
    }
    function matches(card, wanted) {
      return !wanted || hay(card).indexOf(wanted) >= 0 ||
        (wanted.length > 30 && hay(card).indexOf(reason(wanted)) >= 0);
    }
    function filter() {
      var kinds = boxes.filter(function (box) { return box.checked; }).map(function (box) { return box.value; });
      var wanted = simple(search.value);
      var count = 0;
      cards.forEach(function (card) {
        card.hidden = kinds.indexOf(card.dataset.kind) < 0 || !matches(card, wanted);
        if (!card.hidden) { count += 1; }
      });
      shown.textContent = count === cards.length ? "" : count + " of " + cards.length + " shown";
    }
    function clear() {
      boxes.forEach(function (box) { box.checked = true; });
      search.value = "";
      filter();
    }
    if (search) {
      boxes.forEach(function (box) { box.addEventListener("change", filter); });
      search.addEventListener("input", filter);
      expand.addEventListener("click", function () {
        var open = cards.some(function (card) { return !card.hidden && !card.open; });
        cards.forEach(function (card) { if (!card.hidden) { card.open = open; } });
        expand.textContent = open ? "Collapse all" : "Expand all";
      });
    }

    /* Copy. */
    function copy(text, button) {
      var tell = function (word) {
        said.textContent = word;
        if (button.tagName !== "BUTTON") { return; }
        var before = button.dataset.before || button.textContent;
        button.dataset.before = before;
        button.textContent = word;
        setTimeout(function () { button.textContent = before; }, 1500);
      };
      var old = function () {
        var area = document.createElement("textarea");
        area.value = text;
        area.className = "hide";
        document.body.appendChild(area);
        area.select();
        var done = document.execCommand("copy");
        area.remove();
        tell(done ? "Copied" : "Not copied");
      };
      if (navigator.clipboard && navigator.clipboard.writeText) {
        navigator.clipboard.writeText(text).then(function () { tell("Copied"); }, old);
      } else { old(); }
    }
    document.addEventListener("click", function (event) {
      var button = event.target.closest && event.target.closest("[data-copy]");
      if (!button) { return; }
      var what = button.dataset.copy;
      if (what === "code") { copy(button.closest(".code").querySelector("pre").textContent, button); return; }
      if (what === "first") {
        var place = one(button.hash.slice(1));
        var pre = place && place.closest(".card").querySelector(".body > .code pre");
        if (pre) { copy(pre.textContent, button); }
        return;
      }
      var id = button.closest(".card").id;
      if (what === "link") { copy(location.href.split("#")[0] + "#" + id, button); return; }
      copy(data.copies[id][what], button);
    });

    /* Which section is being read. */
    var links = all("nav a");
    function mark() {
      var best = links[0];
      links.forEach(function (link) {
        var section = one(link.hash.slice(1));
        if (section && section.getBoundingClientRect().top < 140) { best = link; }
      });
      links.forEach(function (link) {
        if (link === best) { link.setAttribute("aria-current", "true"); } else { link.removeAttribute("aria-current"); }
      });
    }
    var waiting = false;
    addEventListener("scroll", function () {
      if (waiting) { return; }
      waiting = true;
      requestAnimationFrame(function () { waiting = false; mark(); });
    }, { passive: true });

    /* Browsers that cannot print closed parts get them opened. */
    var closed = [];
    addEventListener("beforeprint", function () {
      if (CSS.supports("selector(details::details-content)")) { return; }
      closed = all("details:not([open])");
      closed.forEach(function (each) { each.open = true; });
    });
    addEventListener("afterprint", function () {
      closed.forEach(function (each) { each.open = false; });
      closed = [];
    });

    addEventListener("hashchange", reveal);
    reveal();
  });
})();
