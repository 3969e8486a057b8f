import { Resvg } from "@resvg/resvg-js";
import { describe, expect, it } from "vitest";
import { greys } from "./color-map.js";
import { element } from "./document.js";
import { createFigure } from "./figure.js";
import { drawPixels } from "./pixel-image.js";

const about = { title: 'A & "B"', description: "<nothing>", width: 200, height: 160 };
const figure = createFigure(about, [element("rect", { x: 50, y: 40, width: 10, height: 10, fill: "#0072b2" })]);

function pixel(png: Uint8Array, width: number, x: number, y: number): number[] {
  const href = `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
  const height = (width * about.height) / about.width;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><image width="${width}" height="${height}" href="${href}"/></svg>`;
  const { pixels } = new Resvg(svg).render();
  return [...pixels.subarray(4 * (y * width + x), 4 * (y * width + x) + 4)];
}

describe("a figure", () => {
  it("is a standalone SVG that names itself to screen readers", () => {
    const svg = figure.svg();
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="200" height="160" viewBox="0 0 200 160"/,
    );
    expect(svg).toContain('role="img" aria-label="A &amp; &quot;B&quot;. &lt;nothing&gt;"');
    expect(svg).toContain('fill="#ffffff"');
    expect(figure.svg({ background: "transparent" })).not.toContain('fill="#ffffff"');
  });

  it("is a PNG at the scale asked for", async () => {
    const png = await figure.png({ scale: 1 });
    expect(pixel(png, 200, 55, 45)).toEqual([0x00, 0x72, 0xb2, 255]);
    expect(pixel(png, 200, 5, 5)).toEqual([255, 255, 255, 255]);
    expect(pixel(await figure.png({ background: "transparent" }), 400, 10, 10)).toEqual([0, 0, 0, 0]);
    expect(pixel(await figure.png(), 400, 110, 90)).toEqual([0x00, 0x72, 0xb2, 255]);
  });

  it("keeps pixels of an image sharp in the PNG", async () => {
    const box = { x: 0, y: 0, width: 200, height: 160 };
    const black = drawPixels(box, 2, 1, Uint8Array.of(0, 254), greys);
    const png = await createFigure(about, [black]).png({ scale: 1 });
    expect(pixel(png, 200, 97, 80)).toEqual([255, 255, 255, 255]);
    expect(pixel(png, 200, 103, 80)).toEqual([0, 0, 0, 255]);
  });

  it("refuses a scale it cannot draw at", async () => {
    await expect(figure.png({ scale: 0 })).rejects.toThrow(
      "png scale: got 0, expected a number above 0 and at most 8.",
    );
  });
});
