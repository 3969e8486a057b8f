import { InputError } from "../errors.js";
import { type Expression, ShapeError, sizeOf } from "../expression/expression.js";
import {
  add,
  concatenate,
  constant,
  divide,
  less,
  matmul,
  multiply,
  negate,
  power,
  reshape,
  slice,
  subtract,
} from "../expression/functions.js";
