// Elements from plain values. Text is only ever text: nothing here makes HTML of a string.
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}
// Change a text only where it differs, so that nothing jumps and selections stay.
export function write(node, text) { if (node.textContent !== text) node.textContent = text; }
// Only web addresses become links: cluster and git text may say javascript:.
export function link(text, address) {
  return /^https?:\/\//.test(address) ? el("a", { href: address, rel: "noreferrer noopener", target: "_blank" }, text) : el("code", {}, text);
}
// Make the children of `parent` those of `items`, keeping the node of a key that stays: what is open in it stays open.
export function keyed(parent, items, keyOf, make) {
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const wanted = items.map((item) => {
    const key = String(keyOf(item)), node = old.get(key) || make(item);
    node.dataset.key = key;
    return node;
  });
  for (const node of [...parent.childNodes]) if (!wanted.includes(node)) node.remove();
  wanted.forEach((node, index) => { if (parent.childNodes[index] !== node) parent.insertBefore(node, parent.childNodes[index] || null); });
}
