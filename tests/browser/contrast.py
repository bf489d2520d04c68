"""How texts stand out from their ground, measured in the browser as WCAG 2.2 defines it."""

from __future__ import annotations

CONTRAST = """
const parse = (text) => {
  const found = text.match(/[\\d.]+/g);
  return found ? found.map(Number) : null;
};
const light = ([r, g, b]) => {
  const part = (value) => {
    const c = value / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
};
const ground = (item) => {
  for (let node = item; node; node = node.parentElement) {
    const colour = parse(getComputedStyle(node).backgroundColor);
    if (colour && (colour.length < 4 || colour[3] === 1)) return colour;
  }
  return [255, 255, 255];
};
const behind = (text) => {
  const at = text.getBoundingClientRect();
  const [x, y] = [at.left + at.width / 2, at.top + at.height / 2];
  let found = null;
  for (const shape of text.closest('svg').querySelectorAll('rect, circle')) {
    const box = shape.getBoundingClientRect();
    const inside = box.left <= x && x <= box.right && box.top <= y && y <= box.bottom;
    const before = shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING;
    if (inside && before) found = parse(getComputedStyle(shape).fill);
  }
  return found ?? ground(text.closest('svg').parentElement);
};
const failing = [];
const check = (item, ink, paper, words) => {
  const [a, b] = [light(ink), light(paper)].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  if (ratio < 4.5) failing.push(`${ratio.toFixed(2)} ${words.trim().slice(0, 40)}`);
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const item = node.parentElement;
  if (!node.data.trim() || item.closest('script, style, title, [hidden]')) continue;
  if (!item.getClientRects().length) continue;
  if (item instanceof SVGElement) {
    check(item, parse(getComputedStyle(item).fill), behind(item), node.data);
  } else {
    check(item, parse(getComputedStyle(item).color), ground(item), node.data);
  }
}
return [...new Set(failing)];
"""
"""A script that returns the texts that stand out by less than 4.5 to 1."""
