import { JSDOM } from "jsdom";
import { describe, expect, it } from "vitest";
import { type HistogramOptions, histogram } from "./histogram.js";

const base = { title: "Samples", x: { label: "x" } };

function bars(options: HistogramOptions): { width: number; height: number; top: number }[] {
  const svg = new JSDOM(histogram(options).svg(), { contentType: "image/svg+xml" }).window.document.documentElement;
  return [...svg.querySelectorAll('g[aria-label="rect"] rect')].map((node) => ({
    width: Number(node.getAttribute("width")),
    height: Number(node.getAttribute("height")),
    top: Number(node.getAttribute("y")),
  }));
}

/** Two narrow peaks, evenly filled quantiles of a logistic distribution each. */
const peaks = Float64Array.from({ length: 4000 }, (_, i) => {
  const part = ((i % 2000) + 0.5) / 2000;
  return (i < 2000 ? -1 : 1) + 0.05 * Math.log(part / (1 - part));
});

describe("histograms", () => {
  it("have bars in proportion to the counts over the widths", () => {
    const drawn = bars({ ...base, bins: { edges: [0, 1, 2, 4], counts: [2, 4, 4] } });
    expect(drawn.map((bar) => bar.height / (drawn[0]?.height ?? 0))).toEqual([
      1,
      expect.closeTo(2, 6),
      expect.closeTo(1, 6),
    ]);
    expect(drawn[2]?.width).toBeCloseTo(2 * (drawn[0]?.width ?? 0), 6);
  });

  it("have area 1, so that a density of area 1 fits them", () => {
    const samples = Float64Array.from({ length: 1000 }, (_, i) => (i + 0.5) / 500);
    const domain: readonly [number, number] = [0, 2];
    const density = { name: "1/2", value: () => 0.5 };
    const even = { ...base, x: { label: "x", domain }, samples, binCount: 10, density };
    const svg = histogram(even).svg();
    const curve = Number(/aria-label="line".*?<path d="M[\d.]+,([\d.]+)/.exec(svg)?.[1]);
    const drawn = bars(even);
    expect(drawn.length).toBe(10);
    for (const { top } of drawn) expect(top).toBeCloseTo(curve, 2);
  });

  it("count every sample once, those on the last edge included", () => {
    const drawn = bars({ ...base, samples: [0, 0, 1, 2, 3, 3], binCount: 3 });
    expect(drawn.map((bar) => bar.height / (drawn[1]?.height ?? 0))).toEqual([
      expect.closeTo(2, 6),
      1,
      expect.closeTo(3, 6),
    ]);
  });

  it("choose bins fine enough for two narrow peaks, and no finer than noise allows", () => {
    expect(bars({ ...base, samples: peaks }).length).toBeGreaterThan(30);
    const scattered = Float64Array.from({ length: 2000 }, (_, i) => (i * i * Math.SQRT2) % 1);
    expect(bars({ ...base, samples: scattered }).length).toBeLessThan(25);
    expect(bars({ ...base, samples: [5, 5, 5] }).filter((bar) => bar.height > 0).length).toBe(1);
  });

  it("name the samples and the curve", () => {
    const density = { name: "Boltzmann", value: (x: number) => Math.exp(-x * x) };
    const { description, svg } = histogram({ ...base, samples: peaks, density });
    expect(description).toBe("Histogram of samples over x, against the curve Boltzmann.");
    expect(svg()).toContain(">Boltzmann</text>");
    expect(svg()).toContain(">probability density</text>");
  });

  it.each<[Partial<HistogramOptions>, string]>([
    [{}, "histogram: got neither, expected either samples or bins."],
    [{ samples: [1], bins: { edges: [0, 1], counts: [1] } }, "histogram: got both"],
    [{ samples: [] }, "samples: got none"],
    [{ samples: [1, Number.NaN] }, "samples[1]: got NaN, expected a finite number."],
    [{ samples: [1, 2], binCount: 0.5 }, "binCount: got 0.5"],
    [{ samples: [1, 2], x: { label: "x", domain: [5, 6] } }, "samples: got none within x.domain"],
    [
      { bins: { edges: [0, 1], counts: [1, 2] } },
      "bins: got 2 edges and 2 counts, expected one edge more than counts.",
    ],
    [{ bins: { edges: [0, 0], counts: [1] } }, "bins.edges[1]: got 0"],
    [{ bins: { edges: [0, 1], counts: [-1] } }, "bins.counts[0]: got -1"],
    [{ bins: { edges: [0, 1], counts: [0] } }, "bins.counts: got nothing but zeros"],
  ])("refuse %j", (change, message) => {
    expect(() => histogram({ ...base, ...change })).toThrow(message);
  });
});
