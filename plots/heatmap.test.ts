import { Resvg } from "@resvg/resvg-js";
import { describe, expect, it } from "vitest";
import { colorIndex, divergingColors, sequentialColors } from "./color-map.js";
import { type HeatmapOptions, heatmap } from "./heatmap.js";

const base: HeatmapOptions = {
  title: "Field",
  x: { label: "time (s)", domain: [0, 3] },
  y: { label: "site" },
  values: [0, 1, 2, 3, 4, Number.NaN],
  rows: 2,
  columns: 3,
  value: { label: "u" },
};

/** The colour in the middle of a cell, found from the image's place in the SVG. */
function cellColor(options: HeatmapOptions, row: number, column: number): number[] {
  const figure = heatmap(options);
  const box =
    /<image x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/.exec(figure.svg())?.slice(1).map(Number) ??
    [];
  const [x = 0, y = 0, width = 0, height = 0] = box;
  const pixelX = Math.floor(x + ((column + 0.4) / options.columns) * width);
  const pixelY = Math.floor(y + (1 - (row + 0.6) / options.rows) * height);
  const { pixels, width: stride } = new Resvg(figure.svg(), { imageRendering: 1 }).render();
  return [...pixels.subarray(4 * (pixelY * stride + pixelX), 4 * (pixelY * stride + pixelX) + 3)];
}

describe("heat maps", () => {
  it("colour each cell by its value, the lowest row at the bottom, and leave gaps empty", () => {
    expect(cellColor(base, 0, 0)).toEqual(sequentialColors[0]);
    expect(cellColor(base, 1, 1)).toEqual(sequentialColors[254]);
    expect(cellColor(base, 0, 2)).toEqual(sequentialColors[127]);
    for (const channel of cellColor(base, 1, 2)) expect(channel).toBeGreaterThan(220);
  });

  it("put zero in the middle of the scale when values have either sign", () => {
    const signed = { ...base, values: [0, 1, 2, 3, -1, -2] };
    expect(cellColor(signed, 0, 0)).toEqual(divergingColors[127]);
    expect(cellColor(signed, 1, 0)).toEqual(divergingColors[254]);
    expect(cellColor(signed, 1, 2)).toEqual(divergingColors[colorIndex(-2, [-3, 3])]);
  });

  it.each<[Partial<HeatmapOptions>, string]>([
    [{ rows: 3 }, "values: got 6 values, expected 9, for 3 rows of 3."],
    [{ columns: 1.5 }, "columns: got 1.5"],
    [{ values: new Array(6).fill(Number.NaN) }, "values: got no finite value"],
    [{ value: { label: "u", domain: [2, 1] } }, "value.domain: got [2, 1]"],
  ])("refuse %j", (change, message) => {
    expect(() => heatmap({ ...base, ...change })).toThrow(message);
  });
});
