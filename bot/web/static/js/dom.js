// Making elements. Words become text nodes, always; nothing here can parse markup.

const SVG = "http://www.w3.org/2000/svg";

/** `element("p", {class: "lead", hidden: true}, "words", child)` */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) attribute(made, name, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `/static/icons/sprite.svg#${name}`);
  svg.append(use);
  return svg;
}

export function byId(id) {
  return document.getElementById(id);
}

function attribute(made, name, value) {
  if (name === "click") made.addEventListener("click", value);
  else if (typeof value === "boolean") made.toggleAttribute(name, value);
  else if (value !== undefined && value !== null) made.setAttribute(name, value);
}
