// Before the first paint: the remembered reading preferences and the compact mode, so that nothing flickers.
(function () {
  "use strict";
  var root = document.documentElement;
  if (new URLSearchParams(location.search).get("embed") === "1") root.dataset.embed = "on";
  try {
    ["care", "large"].forEach(function (name) {
      if (localStorage.getItem("zhiwen." + name) === "on") root.dataset[name] = "on";
    });
  } catch (blocked) { /* Storage is blocked; the page starts with the defaults. */ }
})();
