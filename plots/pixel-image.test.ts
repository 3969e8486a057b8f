import { inflateSync } from "node:zlib";
import { Resvg } from "@resvg/resvg-js";
import { describe, expect, it } from "vitest";
import { greys } from "./color-map.js";
import { type Color, drawPixels, encodePng, transparentIndex } from "./pixel-image.js";

describe("pixel images", () => {
  it("stores every scanline, also beyond one block of 65535 bytes", () => {
    const [columns, rows] = [300, 400];
    const indices = Uint8Array.from({ length: columns * rows }, (_, i) => (i * 7) % 255);
    const png = encodePng(columns, rows, indices, greys);
    const view = new DataView(png.buffer);
    let offset = 8;
    let content: Uint8Array | undefined;
    while (offset < png.length) {
      const length = view.getUint32(offset);
      const name = String.fromCharCode(...png.subarray(offset + 4, offset + 8));
      if (name === "IDAT") content = new Uint8Array(inflateSync(png.subarray(offset + 8, offset + 8 + length)));
      offset += length + 12;
    }
    expect(content?.length).toBe(rows * (columns + 1));
    for (let row = 0; row < rows; row++) {
      const line = content?.subarray(row * (columns + 1) + 1, (row + 1) * (columns + 1));
      expect(line).toEqual(indices.subarray(row * columns, (row + 1) * columns));
    }
  });

  it("is drawn in its palette's colours, sharp, with empty pixels see-through", () => {
    const palette: Color[] = [
      [255, 0, 0],
      [0, 128, 255],
    ];
    const image = drawPixels({ x: 0, y: 0, width: 20, height: 10 }, 2, 1, Uint8Array.of(0, transparentIndex), palette);
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10">${image.outerHTML}</svg>`;
    const { pixels } = new Resvg(svg, { imageRendering: 1 }).render();
    expect([...pixels.subarray(4 * 9, 4 * 9 + 4)]).toEqual([255, 0, 0, 255]);
    expect([...pixels.subarray(4 * 11, 4 * 11 + 4)]).toEqual([0, 0, 0, 0]);
  });
});
