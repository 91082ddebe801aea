// One line on any site:  <script src="https://HOST/widget.js" data-label="知识产权咨询" defer></script>
// It adds a button that opens the chat page in a frame. The host page's styles stay out, and ours stay in.
(function () {
  "use strict";
  var script = document.currentScript;
  var origin = new URL(script.src).origin;
  var label = script.dataset.label || "知识产权咨询";
  var style = [
    ":host{all:initial}",
    "button,section{font:16px/1.5 -apple-system,'PingFang SC','Noto Sans SC','Microsoft YaHei',sans-serif}",
    "button{position:fixed;right:20px;bottom:calc(20px + env(safe-area-inset-bottom));z-index:2147483000;display:flex;align-items:center;gap:8px;min-height:52px;padding:0 20px 0 16px;border:2px solid #fff;border-radius:26px;background:#17396a;color:#fff;font-weight:600;cursor:pointer;box-shadow:0 6px 20px rgb(17 44 84 / 35%)}",
    "button:hover{background:#112c54}",
    "button:focus-visible{outline:3px solid #d0924a;outline-offset:3px}",
    "svg{width:24px;height:24px;flex:none}",
    "section{position:fixed;right:20px;bottom:calc(88px + env(safe-area-inset-bottom));z-index:2147483000;width:400px;height:min(660px,calc(100vh - 112px));overflow:hidden;border-radius:14px;background:#fff;box-shadow:0 12px 44px rgb(17 44 84 / 32%)}",
    "section[hidden]{display:none}",
    "iframe{display:block;width:100%;height:100%;border:0}",
    "@media (max-width:520px){section{inset:0;width:100%;height:100%;border-radius:0}.open{display:none}}",
    "@media print{button,section{display:none}}"
  ].join("\n");
  var host, button, words, panel, frame;

  function build() {
    host = document.createElement("zhiwen-chat");
    var root = host.attachShadow({ mode: "open" });
    dress(root);
    button = make("button", { type: "button", "aria-expanded": "false", "aria-haspopup": "dialog" });
    words = make("span", {});
    words.textContent = label;
    button.append(mark(), words);
    panel = make("section", { role: "dialog", "aria-label": label, hidden: "" });
    root.append(button, panel);
    document.body.append(host);
    button.addEventListener("click", function () { panel.hidden ? open() : close(); });
    document.addEventListener("keydown", function (event) { if (event.key === "Escape" && !panel.hidden) close(); });
    window.addEventListener("message", function (event) {
      if (frame && event.source === frame.contentWindow && event.origin === origin && event.data === "zhiwen:close") close();
    });
  }

  function open() {
    if (!frame) {
      frame = make("iframe", { src: origin + "/?embed=1", title: label, allow: "geolocation", referrerpolicy: "strict-origin" });
      frame.addEventListener("load", function () { if (!panel.hidden) frame.focus(); });
      panel.append(frame);
    }
    show(true);
    frame.focus();
  }

  function close() {
    show(false);
    button.focus();
  }

  function show(isOpen) {
    panel.hidden = !isOpen;
    button.classList.toggle("open", isOpen);
    button.setAttribute("aria-expanded", String(isOpen));
    words.textContent = isOpen ? "收起" : label;
  }

  // A constructed sheet needs no permission from the host page's content security policy.
  function dress(root) {
    if (root.adoptedStyleSheets && typeof CSSStyleSheet.prototype.replaceSync === "function") {
      var sheet = new CSSStyleSheet();
      sheet.replaceSync(style);
      root.adoptedStyleSheets = [sheet];
      return;
    }
    var element = document.createElement("style");
    element.textContent = style;
    root.append(element);
  }

  function make(tag, attributes) {
    var made = document.createElement(tag);
    Object.keys(attributes).forEach(function (name) { made.setAttribute(name, attributes[name]); });
    return made;
  }

  function mark() {
    var space = "http://www.w3.org/2000/svg";
    var svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    [["path", { d: "M5 3h14a3 3 0 0 1 3 3v10a3 3 0 0 1-3 3h-8l-5 3v-3H5a3 3 0 0 1-3-3V6a3 3 0 0 1 3-3Z", fill: "#fff" }],
     ["circle", { cx: "16.5", cy: "7.5", r: "2", fill: "#c98334" }],
     ["path", { d: "M5 13.5c3-3 4.5-4 6.5-2.5s4.5 3 7.5-.5M5 16.5c4-2 8-2 14-.5", fill: "none", stroke: "#17396a", "stroke-width": "1.5", "stroke-linecap": "round" }]
    ].forEach(function (part) {
      var shape = document.createElementNS(space, part[0]);
      Object.keys(part[1]).forEach(function (name) { shape.setAttribute(name, part[1][name]); });
      svg.append(shape);
    });
    return svg;
  }

  if (document.body) build();
  else document.addEventListener("DOMContentLoaded", build);
})();
