import { type DrawingElement, element } from "./document.js";

/** A colour as red, green and blue bytes. */
export type Color = readonly [number, number, number];

/** The palette index that is see-through; colours use the indices below it. */
export const transparentIndex = 255;

/** A rectangle on the page, in its units. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Draws a picture of single pixels, sharp, over a box.
 * @param indices Palette indices, row by row from the top.
 * @param palette Up to 255 colours; index 255 is transparent.
 */
export function drawPixels(
  box: Box,
  columns: number,
  rows: number,
  indices: Uint8Array,
  palette: readonly Color[],
): DrawingElement {
  const href = `data:image/png;base64,${base64(encodePng(columns, rows, indices, palette))}`;
  return element("image", { ...box, href, preserveAspectRatio: "none", "image-rendering": "pixelated" });
}

/**
 * A PNG with a palette: the one form of picture that browsers and renderers all draw exactly, at one byte a pixel (stored,
 * not compressed, so that it can be made at once and anywhere). Arguments as for {@link drawPixels}.
 */
export function encodePng(columns: number, rows: number, indices: Uint8Array, palette: readonly Color[]): Uint8Array {
  const header = new Uint8Array(13);
  const size = new DataView(header.buffer);
  size.setUint32(0, columns);
  size.setUint32(4, rows);
  header.set([8, 3, 0, 0, 0], 8);
  const colors = new Uint8Array(3 * 256);
  palette.forEach((color, i) => {
    colors.set(color, 3 * i);
  });
  const opacity = new Uint8Array(256).fill(255);
  opacity[transparentIndex] = 0;
  const scanlines = new Uint8Array(rows * (columns + 1));
  for (let row = 0; row < rows; row++) {
    scanlines.set(indices.subarray(row * columns, (row + 1) * columns), row * (columns + 1) + 1);
  }
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return joined([
    signature,
    chunk("IHDR", header),
    chunk("PLTE", colors),
    chunk("tRNS", opacity),
    chunk("IDAT", stored(scanlines)),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

function chunk(name: string, content: Uint8Array): Uint8Array {
  const result = new Uint8Array(content.length + 12);
  const view = new DataView(result.buffer);
  view.setUint32(0, content.length);
  for (let i = 0; i < 4; i++) result[4 + i] = name.charCodeAt(i);
  result.set(content, 8);
  view.setUint32(content.length + 8, crc32(result.subarray(4, content.length + 8)));
  return result;
}

/** The zlib format with stored blocks (RFC 1950 and 1951). */
function stored(content: Uint8Array): Uint8Array {
  const blockSize = 0xffff;
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  for (let from = 0; from < content.length; from += blockSize) {
    const block = content.subarray(from, from + blockSize);
    const isLast = from + blockSize >= content.length ? 1 : 0;
    const length = block.length;
    parts.push(Uint8Array.of(isLast, length & 255, length >> 8, ~length & 255, (~length >> 8) & 255), block);
  }
  const checksum = new Uint8Array(4);
  new DataView(checksum.buffer).setUint32(0, adler32(content));
  return joined([...parts, checksum]);
}

function crc32(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  }
  return ~remainder >>> 0;
}

function adler32(bytes: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  return ((high << 16) | low) >>> 0;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
