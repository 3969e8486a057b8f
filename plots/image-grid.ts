import { InputError } from "../core/errors.js";
import { colorIndex, greys } from "./color-map.js";
import { type DrawingElement, element } from "./document.js";
import { createFigure, type Figure } from "./figure.js";
import { drawHeading } from "./frame.js";
import { gridInk, ink, seriesColor } from "./palette.js";
import { type Box, drawPixels, transparentIndex } from "./pixel-image.js";
import { fitText } from "./text.js";
import { type FigureOptions, figureSize, requireExtent } from "./validate.js";

/** One image of a grid. */
export interface GridImage {
  /** Grey levels, row by row from the top. */
  readonly pixels: ArrayLike<number>;
  /** Written below, such as the class that was predicted. */
  readonly caption?: string;
  /** Frames the image as a mistake; default false. */
  readonly wrong?: boolean;
}

/** What {@link imageGrid} takes. */
export interface ImageGridOptions extends Omit<FigureOptions, "height"> {
  readonly images: readonly GridImage[];
  /** Rows and columns of pixels in each image. */
  readonly rows: number;
  readonly columns: number;
  /** Default 8. */
  readonly imagesPerRow?: number;
  /** The values drawn white and black; default 0 and the largest value. */
  readonly range?: readonly [number, number];
}

const edge = 14;
const gap = 14;
const captionSize = 12;

/**
 * Grey-level images side by side, each with a caption. As high as it needs to be.
 * @throws InputError when there is no image, an image has not `rows * columns` pixels, or white and black are the same.
 */
export function imageGrid(options: ImageGridOptions): Figure {
  const { images, rows, columns, imagesPerRow = 8 } = options;
  const { width } = figureSize(options);
  checkImages(options, imagesPerRow);
  const range = options.range ?? [
    0,
    requireExtent(
      "images",
      images.map((image) => image.pixels),
    )[1] || 1,
  ];
  const cell = (width - 2 * edge - gap * (imagesPerRow - 1)) / imagesPerRow;
  const imageHeight = (cell * rows) / columns;
  const captioned = images.some((image) => image.caption !== undefined);
  const rowHeight = imageHeight + gap + (captioned ? 18 : 0);
  const heading = drawHeading(options, width);
  const top = heading.height + 14;
  const drawn = images.map((image, i) =>
    drawImage(image, options, range, {
      x: edge + (i % imagesPerRow) * (cell + gap),
      y: top + Math.floor(i / imagesPerRow) * rowHeight,
      width: cell,
      height: imageHeight,
    }),
  );
  const height = Math.ceil(top + Math.ceil(images.length / imagesPerRow) * rowHeight - gap + edge);
  const description = options.description ?? describe(images);
  return createFigure({ title: options.title, description, width, height }, [heading.drawing, ...drawn]);
}

function checkImages({ images, rows, columns, range }: ImageGridOptions, imagesPerRow: number): void {
  for (const [field, value] of Object.entries({ rows, columns, imagesPerRow })) {
    if (Number.isInteger(value) && value >= 1 && value <= 4096) continue;
    throw new InputError({ field, given: String(value), expected: "a whole number from 1 to 4096" });
  }
  if (images.length === 0) throw new InputError({ field: "images", given: "none", expected: "at least one" });
  images.forEach(({ pixels }, i) => {
    if (pixels.length === rows * columns) return;
    const expected = `${rows * columns}, for ${rows} rows of ${columns}`;
    throw new InputError({ field: `images[${i}].pixels`, given: `${pixels.length} values`, expected });
  });
  if (range !== undefined && !(Number.isFinite(range[0]) && Number.isFinite(range[1]) && range[0] !== range[1])) {
    throw new InputError({ field: "range", given: `[${range.join(", ")}]`, expected: "two different finite numbers" });
  }
}

function describe(images: readonly GridImage[]): string {
  const captions = images.map(({ caption = "image", wrong }) => (wrong ? `${caption} (wrong)` : caption));
  return `${images.length} images: ${captions.join(", ")}.`;
}

function drawImage(
  { pixels, caption, wrong = false }: GridImage,
  { rows, columns }: ImageGridOptions,
  range: readonly [number, number],
  box: Box,
): DrawingElement {
  const indices = Uint8Array.from(pixels, (value) =>
    Number.isNaN(value) ? transparentIndex : colorIndex(value, range),
  );
  const border = wrong ? { stroke: seriesColor(1), "stroke-width": 3 } : { stroke: gridInk, "stroke-width": 1 };
  const group = element(
    "g",
    {},
    drawPixels(box, columns, rows, indices, greys),
    element("rect", { ...box, ...border, fill: "none" }),
  );
  if (caption !== undefined) {
    const place = {
      x: box.x + box.width / 2,
      y: box.y + box.height + 16,
      "text-anchor": "middle",
      "font-size": captionSize,
    };
    const look = wrong ? { fill: seriesColor(1), "font-weight": 600 } : { fill: ink };
    group.append(element("text", { ...place, ...look }, fitText(caption, captionSize, box.width + gap - 2)));
  }
  return group;
}
