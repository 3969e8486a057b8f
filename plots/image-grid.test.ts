import { JSDOM } from "jsdom";
import { describe, expect, it } from "vitest";
import { type ImageGridOptions, imageGrid } from "./image-grid.js";

const images = Array.from({ length: 5 }, (_, k) => ({
  pixels: Float64Array.from({ length: 6 }, (_, i) => i * k),
  caption: `image ${k}`,
  wrong: k === 3,
}));
const base: ImageGridOptions = { title: "Images", images, rows: 3, columns: 2, imagesPerRow: 3 };

describe("image grids", () => {
  it("set images in rows with captions and frame the mistakes", () => {
    const figure = imageGrid(base);
    const svg = new JSDOM(figure.svg(), { contentType: "image/svg+xml" }).window.document.documentElement;
    const boxes = [...svg.querySelectorAll("image")].map((node) =>
      ["x", "y", "width", "height"].map((name) => Number(node.getAttribute(name))),
    );
    expect(new Set(boxes.map(([, y]) => y)).size).toBe(2);
    for (const [x = 0, y = 0, width = 0, height = 0] of boxes) {
      expect(height / width).toBeCloseTo(3 / 2, 9);
      expect(x + width).toBeLessThanOrEqual(figure.width);
      expect(y + height).toBeLessThanOrEqual(figure.height);
    }
    expect(svg.querySelectorAll('rect[stroke-width="3"]').length).toBe(1);
    expect(figure.description).toBe("5 images: image 0, image 1, image 2, image 3 (wrong), image 4.");
    expect(svg.textContent).toContain("image 4");
  });

  it.each<[Partial<ImageGridOptions>, string]>([
    [{ images: [] }, "images: got none"],
    [{ images: [{ pixels: [1, 2] }] }, "images[0].pixels: got 2 values, expected 6, for 3 rows of 2."],
    [{ rows: 0 }, "rows: got 0, expected a whole number"],
    [{ range: [1, 1] }, "range: got [1, 1], expected two different finite numbers."],
  ])("refuse %j", (change, message) => {
    expect(() => imageGrid({ ...base, ...change })).toThrow(message);
  });
});
