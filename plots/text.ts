const minus = "\u2212";
const superscript = /\^(-?\d+(?:\.\d+)?)/g;

/**
 * Estimated width of one line of text in pixels, a little generous (between Arial and DejaVu Sans), since no fonts can be
 * measured where no browser is. Superscripts written `^n` count at their reduced size.
 */
export function textWidth(text: string, fontSize: number): number {
  let ems = 0;
  for (const part of splitSuperscripts(text)) {
    let partEms = 0;
    for (const character of part.text) partEms += characterWidth(character);
    ems += part.raised ? 0.7 * partEms : partEms;
  }
  return ems * fontSize;
}

function characterWidth(character: string): number {
  if (/[ijl.,:;|!'`[\]()]/.test(character)) return 0.33;
  if (/[ frtI\-/]/.test(character)) return 0.4;
  if (/[mwMW%@\u2014]/.test(character)) return 0.92;
  if (/[A-Z+=<>\u2212\u00d7]/.test(character)) return 0.72;
  return (character.codePointAt(0) as number) >= 0x2e80 ? 1.05 : 0.58;
}

/** Breaks text between words into lines no wider than `width` pixels; a single longer word keeps its own line. */
export function wrapText(text: string, fontSize: number, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`, fontSize) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Shortens text to `width` pixels, with an ellipsis where something was left out. */
export function fitText(text: string, fontSize: number, width: number): string {
  if (textWidth(text, fontSize) <= width) return text;
  const characters = [...text];
  while (characters.length > 0 && textWidth(`${characters.join("")}\u2026`, fontSize) > width) characters.pop();
  return `${characters.join("").trimEnd()}\u2026`;
}

/** Cuts text at its superscripts: `10^-3 m` is `10`, raised `-3` (with a true minus sign), ` m`. */
export function splitSuperscripts(text: string): { text: string; raised: boolean }[] {
  const parts: { text: string; raised: boolean }[] = [];
  let from = 0;
  for (const match of text.matchAll(superscript)) {
    if (match.index > from) parts.push({ text: text.slice(from, match.index), raised: false });
    parts.push({ text: (match[1] as string).replace("-", minus), raised: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), raised: false });
  return parts;
}

/** A number with a fixed count of decimals and a true minus sign; a rounded zero has no sign. */
export function formatFixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", minus);
}

/**
 * A number for tables: integers whole, others to `digits` significant digits (default 4), very small or large ones as
 * `1.234×10^-8`.
 */
export function formatNumber(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "\u221e" : `${minus}\u221e`;
  const size = Math.abs(value);
  if (value === 0 || (Number.isInteger(value) && size < 1e9))
    return String(value === 0 ? 0 : value).replace("-", minus);
  if (size >= 1e-3 && size < 1e6) {
    const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
    return withoutTrailingZeros(formatFixed(value, decimals));
  }
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e") as [string, string];
  return `${withoutTrailingZeros(mantissa).replace("-", minus)}\u00d710^${Number(exponent)}`;
}

function withoutTrailingZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** Escapes text for XML and HTML, in content and in quoted attributes; control characters XML forbids are dropped. */
export function escapeMarkup(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
