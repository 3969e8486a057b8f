import { InputError } from "../core/errors.js";
import { type AxisOptions, checkAxis, makeAxis } from "./axis.js";
import { colorIndex, divergingColors, sequentialColors } from "./color-map.js";
import { type DrawingElement, element } from "./document.js";
import type { Figure } from "./figure.js";
import { drawFrame, type Frame, type FrameOptions, layOutFrame } from "./frame.js";
import { axisInk, mutedInk } from "./palette.js";
import { type Color, drawPixels, transparentIndex } from "./pixel-image.js";
import { fitText, textWidth } from "./text.js";
import { type FigureOptions, requireExtent } from "./validate.js";

/** What {@link heatmap} takes. */
export interface HeatmapOptions extends FigureOptions {
  /** The domain is that of the outer cell edges; default 0 to the number of columns. */
  readonly x: Omit<AxisOptions, "scale">;
  /** The domain is that of the outer cell edges; default 0 to the number of rows. */
  readonly y: Omit<AxisOptions, "scale">;
  /** Row by row, the lowest y first. Cells that are not finite stay empty. */
  readonly values: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
  /** What the colour means, and its limits (by default those of the values, symmetric about zero when diverging). */
  readonly value: Omit<AxisOptions, "scale">;
  /** "sequential" for sizes, "diverging" for values of either sign; by default whichever the values are. */
  readonly colors?: "sequential" | "diverging";
}

const barGap = 22;
const barWidth = 14;

/**
 * A field over two coordinates in colour, such as a lattice against time, with a colour bar.
 * @throws InputError when the values are not `rows * columns` many, none is finite, or a domain is not ascending.
 */
export function heatmap(options: HeatmapOptions): Figure {
  const { rows, columns, values } = options;
  checkHeatmap(options);
  const extent = requireExtent("values", [values]);
  const diverging = options.colors === undefined ? extent[0] < 0 && extent[1] > 0 : options.colors === "diverging";
  const palette = diverging ? divergingColors : sequentialColors;
  const largest = Math.max(-extent[0], extent[1]) || 1;
  const limits = options.value.domain ?? (diverging ? ([-largest, largest] as const) : extent);
  const bar = makeAxis(
    { ...options.value, domain: limits[0] < limits[1] ? limits : [limits[0] - 0.5, limits[0] + 0.5] },
    limits,
    {
      padding: 0,
      count: 5,
    },
  );
  const label = fitText(bar.label, 13, 0.25 * (options.width ?? 720));
  const tickWidth = Math.max(...bar.ticks.map((tick) => textWidth(tick.text, 12)));
  const frameOptions: FrameOptions = {
    ...options,
    xExtent: [0, columns],
    yExtent: [0, rows],
    legend: [],
    beside: barGap + barWidth + 12 + Math.max(tickWidth, textWidth(label, 13) - barWidth) + 8,
  };
  const frame = layOutFrame(frameOptions);
  const indices = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column] as number;
      const index = Number.isFinite(value) ? colorIndex(value, bar.domain) : transparentIndex;
      indices[(rows - 1 - row) * columns + column] = index;
    }
  }
  const box = { x: frame.left, y: frame.top, width: frame.right - frame.left, height: frame.bottom - frame.top };
  const field = drawPixels(box, columns, rows, indices, palette);
  const description =
    options.description ?? `${options.value.label} in colour over ${options.x.label} and ${options.y.label}.`;
  return drawFrame(frameOptions, frame, description, [], [field, ...drawColorBar({ ...bar, label }, palette, frame)]);
}

function checkHeatmap({ x, y, value, values, rows, columns }: HeatmapOptions): void {
  checkAxis("x", x);
  checkAxis("y", y);
  checkAxis("value", value);
  for (const [field, count] of Object.entries({ rows, columns })) {
    if (Number.isInteger(count) && count >= 1 && count <= 4096) continue;
    throw new InputError({ field, given: String(count), expected: "a whole number from 1 to 4096" });
  }
  if (values.length === rows * columns) return;
  const expected = `${rows * columns}, for ${rows} rows of ${columns}`;
  throw new InputError({ field: "values", given: `${values.length} values`, expected });
}

function drawColorBar(bar: ReturnType<typeof makeAxis>, palette: readonly Color[], frame: Frame): DrawingElement[] {
  const box = { x: frame.right + barGap, y: frame.top, width: barWidth, height: frame.bottom - frame.top };
  const ramp = Uint8Array.from(palette, (_, i) => palette.length - 1 - i);
  const [low, high] = bar.domain;
  const right = box.x + barWidth;
  return [
    drawPixels(box, 1, palette.length, ramp, palette),
    element("text", { x: box.x, y: frame.top - 13, "font-size": 13, fill: mutedInk }, bar.label),
    ...bar.ticks.flatMap(({ value, text }) => {
      const y = (frame.bottom - ((value - low) / (high - low)) * box.height).toFixed(1);
      return [
        element("path", { d: `M${right},${y}h4`, stroke: axisInk }),
        element("text", { x: right + 8, y, dy: "0.35em", "font-size": 12, fill: mutedInk }, text),
      ];
    }),
  ];
}
