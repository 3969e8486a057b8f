/**
 * Matrix products for generated code: C = A B with A and B given by row and column strides, so that a transposed operand
 * costs nothing. Products run on 4 x 4 register tiles over packed panels, those of few rows or columns vector by vector;
 * every entry of C is summed over the inner index in ascending order whatever the path or the number of rows, so a batch
 * equals its members one by one.
 *
 * The buffers are constants of the module, and not exported, because V8 compiles such constants into the code (measured on
 * Node 20: 5.5 GF/s for 128 x 784 x 512 where buffers passed as arguments gave 4.5).
 */
const LEFT = new Float64Array(2 ** 17);
const RIGHT = new Float64Array(2 ** 16);
const TILE = new Float64Array(16);

/** Inner indices in one pass; a longer inner product continues from the entries of C. */
const DEEPEST = 4096;

/** Panels of four rows (or columns): for each group of four, for each inner index, the four entries; zero padded. */
function pack(
  into: Float64Array,
  count: number,
  k: number,
  from: Float64Array,
  start: number,
  across: number,
  inner: number,
): void {
  let position = 0;
  for (let group = 0; group < count; group += 4) {
    const lanes = Math.min(4, count - group);
    const base = start + group * across;
    if (lanes === 4) {
      const x1 = across;
      const x2 = 2 * across;
      const x3 = 3 * across;
      let at = base;
      for (let l = 0; l < k; l++, at += inner, position += 4) {
        into[position] = from[at] as number;
        into[position + 1] = from[at + x1] as number;
        into[position + 2] = from[at + x2] as number;
        into[position + 3] = from[at + x3] as number;
      }
    } else {
      for (let l = 0; l < k; l++, position += 4) {
        for (let lane = 0; lane < 4; lane++) {
          into[position + lane] = lane < lanes ? (from[base + lane * across + l * inner] as number) : 0;
        }
      }
    }
  }
}

/** Adds the product of a panel of LEFT and a panel of RIGHT to a tile of `out`, or writes it there. */
function tile(
  k: number,
  panel: number,
  other: number,
  adds: boolean,
  out: Float64Array,
  row0: number,
  n: number,
): void {
  const a = LEFT;
  const b = RIGHT;
  const row1 = row0 + n;
  const row2 = row1 + n;
  const row3 = row2 + n;
  let c00 = 0;
  let c01 = 0;
  let c02 = 0;
  let c03 = 0;
  let c10 = 0;
  let c11 = 0;
  let c12 = 0;
  let c13 = 0;
  let c20 = 0;
  let c21 = 0;
  let c22 = 0;
  let c23 = 0;
  let c30 = 0;
  let c31 = 0;
  let c32 = 0;
  let c33 = 0;
  if (adds) {
    c00 = out[row0] as number;
    c01 = out[row0 + 1] as number;
    c02 = out[row0 + 2] as number;
    c03 = out[row0 + 3] as number;
    c10 = out[row1] as number;
    c11 = out[row1 + 1] as number;
    c12 = out[row1 + 2] as number;
    c13 = out[row1 + 3] as number;
    c20 = out[row2] as number;
    c21 = out[row2 + 1] as number;
    c22 = out[row2 + 2] as number;
    c23 = out[row2 + 3] as number;
    c30 = out[row3] as number;
    c31 = out[row3 + 1] as number;
    c32 = out[row3 + 2] as number;
    c33 = out[row3 + 3] as number;
  }
  let p = panel;
  let q = other;
  for (let l = 0; l < k; l++, p += 4, q += 4) {
    const b0 = b[q] as number;
    const b1 = b[q + 1] as number;
    const b2 = b[q + 2] as number;
    const b3 = b[q + 3] as number;
    const a0 = a[p] as number;
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    const a1 = a[p + 1] as number;
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    const a2 = a[p + 2] as number;
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
    const a3 = a[p + 3] as number;
    c30 += a3 * b0;
    c31 += a3 * b1;
    c32 += a3 * b2;
    c33 += a3 * b3;
  }
  out[row0] = c00;
  out[row0 + 1] = c01;
  out[row0 + 2] = c02;
  out[row0 + 3] = c03;
  out[row1] = c10;
  out[row1 + 1] = c11;
  out[row1 + 2] = c12;
  out[row1 + 3] = c13;
  out[row2] = c20;
  out[row2 + 1] = c21;
  out[row2 + 2] = c22;
  out[row2 + 3] = c23;
  out[row3] = c30;
  out[row3 + 1] = c31;
  out[row3 + 2] = c32;
  out[row3 + 3] = c33;
}

/** A tile that reaches over the last row or column. */
function partialTile(
  k: number,
  panel: number,
  other: number,
  adds: boolean,
  out: Float64Array,
  start: number,
  n: number,
  rows: number,
  columns: number,
): void {
  if (adds) {
    for (let r = 0; r < rows; r++) for (let s = 0; s < columns; s++) TILE[4 * r + s] = out[start + r * n + s] as number;
  }
  tile(k, panel, other, adds, TILE, 0, 4);
  for (let r = 0; r < rows; r++) for (let s = 0; s < columns; s++) out[start + r * n + s] = TILE[4 * r + s] as number;
}

/** The product of the packed blocks, into the rows and columns of C from `start` on. */
function blockProduct(
  rows: number,
  columns: number,
  k: number,
  adds: boolean,
  c: Float64Array,
  start: number,
  n: number,
): void {
  for (let i = 0; i < rows; i += 4) {
    for (let j = 0; j < columns; j += 4) {
      const at = start + i * n + j;
      if (i + 4 <= rows && j + 4 <= columns) tile(k, i * k, j * k, adds, c, at, n);
      else partialTile(k, i * k, j * k, adds, c, at, n, Math.min(4, rows - i), Math.min(4, columns - j));
    }
  }
}

/**
 * y = M v for a matrix of `count` rows: entry (i, l) is m[mStart + i mRow + l mInner], v strided by vInner, y by yStep. Four
 * sums go side by side where rows are contiguous; otherwise four inner indices are added in one pass over all rows.
 */
function vectorProduct(
  count: number,
  k: number,
  m: Float64Array,
  mStart: number,
  mRow: number,
  mInner: number,
  v: Float64Array,
  vStart: number,
  vInner: number,
  y: Float64Array,
  yStart: number,
  yStep: number,
): void {
  if (mInner > mRow) {
    for (let i = 0; i < count; i++) y[yStart + i * yStep] = 0;
    let l = 0;
    for (; l + 4 <= k; l += 4) {
      const v0 = v[vStart + l * vInner] as number;
      const v1 = v[vStart + (l + 1) * vInner] as number;
      const v2 = v[vStart + (l + 2) * vInner] as number;
      const v3 = v[vStart + (l + 3) * vInner] as number;
      let at = mStart + l * mInner;
      let to = yStart;
      for (let i = 0; i < count; i++, at += mRow, to += yStep) {
        let total = y[to] as number;
        total += v0 * (m[at] as number);
        total += v1 * (m[at + mInner] as number);
        total += v2 * (m[at + 2 * mInner] as number);
        total += v3 * (m[at + 3 * mInner] as number);
        y[to] = total;
      }
    }
    for (; l < k; l++) {
      const value = v[vStart + l * vInner] as number;
      let at = mStart + l * mInner;
      let to = yStart;
      for (let i = 0; i < count; i++, at += mRow, to += yStep) y[to] = (y[to] as number) + value * (m[at] as number);
    }
    return;
  }
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    let at = mStart + i * mRow;
    let from = vStart;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let l = 0; l < k; l++, at += mInner, from += vInner) {
      const value = v[from] as number;
      s0 += value * (m[at] as number);
      s1 += value * (m[at + mRow] as number);
      s2 += value * (m[at + 2 * mRow] as number);
      s3 += value * (m[at + 3 * mRow] as number);
    }
    y[yStart + i * yStep] = s0;
    y[yStart + (i + 1) * yStep] = s1;
    y[yStart + (i + 2) * yStep] = s2;
    y[yStart + (i + 3) * yStep] = s3;
  }
  for (; i < count; i++) {
    let at = mStart + i * mRow;
    let from = vStart;
    let total = 0;
    for (let l = 0; l < k; l++, at += mInner, from += vInner) total += (v[from] as number) * (m[at] as number);
    y[yStart + i * yStep] = total;
  }
}

/**
 * C[m, n] = A[m, k] B[k, n]; entry (i, l) of A is a[aStart + i aRow + l aColumn], likewise B; C is row-major from cStart.
 */
export function matrixProduct(
  m: number,
  n: number,
  k: number,
  a: Float64Array,
  aStart: number,
  aRow: number,
  aColumn: number,
  b: Float64Array,
  bStart: number,
  bRow: number,
  bColumn: number,
  c: Float64Array,
  cStart: number,
): void {
  if (m < 4 && m <= n) {
    for (let i = 0; i < m; i++) {
      vectorProduct(n, k, b, bStart, bColumn, bRow, a, aStart + i * aRow, aColumn, c, cStart + i * n, 1);
    }
    return;
  }
  if (n < 4) {
    for (let j = 0; j < n; j++) {
      vectorProduct(m, k, a, aStart, aRow, aColumn, b, bStart + j * bColumn, bRow, c, cStart + j, n);
    }
    return;
  }
  const depth = Math.min(k, DEEPEST);
  const mostRows = 4 * Math.floor(LEFT.length / depth / 4);
  const mostColumns = 4 * Math.floor(RIGHT.length / depth / 4);
  for (let l = 0; l < k; l += depth) {
    const inner = Math.min(depth, k - l);
    for (let i = 0; i < m; i += mostRows) {
      const rows = Math.min(mostRows, m - i);
      pack(LEFT, rows, inner, a, aStart + i * aRow + l * aColumn, aRow, aColumn);
      for (let j = 0; j < n; j += mostColumns) {
        const columns = Math.min(mostColumns, n - j);
        pack(RIGHT, columns, inner, b, bStart + j * bColumn + l * bRow, bColumn, bRow);
        blockProduct(rows, columns, inner, l > 0, c, cStart + i * n + j, n);
      }
    }
  }
}
