// surface.js: shapes into one smooth skin that bends with the joints.
//
// Each shape has a signed distance, a chain of shapes (a leg, an arm) the least of its shapes' d;
// together they have the field log(sum over the chains of exp(-d / SOFT)), 0 on the skin and
// positive inside, which melts neighbours into each other. The skin is found on a grid by surface
// nets (one vertex in every cell that it crosses, a square around every grid edge). Fingers have
// skins of their own, on finer grids.

// Metres over which shapes melt and between the grid's points, for a body of 1.75 m; of fingers.
const GRAIN = {
  soft: 0.011,
  cell: 0.015
};
const FINE_GRAIN = {
  soft: 0.0016,
  cell: 0.004
};
const BLEND = 5;  // a joint's influence fades into its neighbour's over this times the square of
                  // the limb's radius: elbows are sharper than hips

// Shapes in the bind pose, as distance() wants them: the map from the world to the squashed frame
// (3x4), b - a there, 1 / |b - a|^2, ra, rb - ra, least squash.
function prepareShapes(body, part, soft) {
  return body.shapes.filter(s => s.part === part).map(s => {
    const turn = body.bind.turns[s.joint], place = body.bind.places[s.joint],
          ab = [0, 1, 2].map(i => (s.b[i] - s.a[i]) / s.flat[i]), numbers = new Float64Array(19);
    for (let i = 0; i < 3; i++) {
      const row = [turn[i], turn[3 + i], turn[6 + i]];
      numbers.set(scale(row, 1 / s.flat[i]), 4 * i);
      numbers[4 * i + 3] = -(dot(row, place) + s.a[i]) / s.flat[i];
    }
    numbers.set([...ab, 1 / (dot(ab, ab) || 1), s.ra, s.rb - s.ra, Math.min(...s.flat)], 12);
    const ends = [s.a, s.b].map(p => add(place, rotate(turn, p))),
          reach = Math.max(s.ra, s.rb) * Math.max(...s.flat) + 5 * soft;
    return {
      chain: s.chain,
      joint: s.joint,
      radius: Math.max(s.ra, s.rb),
      numbers,
      low: [0, 1, 2].map(i => Math.min(ends[0][i], ends[1][i]) - reach),
      high: [0, 1, 2].map(i => Math.max(ends[0][i], ends[1][i]) + reach)
    };
  });
}

function distance(m, x, y, z) {
  const px = m[0] * x + m[1] * y + m[2] * z + m[3], py = m[4] * x + m[5] * y + m[6] * z + m[7],
        pz = m[8] * x + m[9] * y + m[10] * z + m[11];
  const along = (px * m[12] + py * m[13] + pz * m[14]) * m[15],
        t = along < 0 ? 0 :
      along > 1       ? 1 :
                        along;
  const ex = px - t * m[12], ey = py - t * m[13], ez = pz - t * m[14];
  return (Math.sqrt(ex * ex + ey * ey + ez * ez) - m[16] - t * m[17]) * m[18];
}

// Is p within `margin` of the box that the shape's field reaches?
const near = (s, p, margin = 0) =>
    p.every((v, i) => v > s.low[i] - margin && v < s.high[i] + margin);

// exp(depth / soft), depth in metres below the skin (negative outside), from the shapes around,
// which are ordered by chain.
function fieldOf(shapes, soft, x, y, z) {
  let sum = 1e-9, least = Infinity;
  for (let i = 0; i < shapes.length; i++) {
    const d = distance(shapes[i].numbers, x, y, z);
    if (d < least) least = d;
    if (i + 1 < shapes.length && shapes[i + 1].chain === shapes[i].chain) continue;
    sum += Math.exp(-least / soft);
    least = Infinity;
  }
  return sum;
}

const depth = (shapes, soft, x, y, z) => soft * Math.log(fieldOf(shapes, soft, x, y, z));

// Points, normals, openness, joints, weights, triangles of the whole body.
function skinOf(body) {
  const parts = [];
  for (const part of [undefined, 'left', 'right']) {
    const grain = part ? FINE_GRAIN : GRAIN, size = body.size / 1.75, soft = grain.soft * size;
    const shapes = prepareShapes(body, part, soft);
    if (shapes.length) parts.push(skinOfPart(shapes, soft, grain.cell * size, body));
  }
  const joined = {};
  for (const key of Object.keys(parts[0])) {
    const arrays = parts.map(p => p[key]);
    joined[key] = new arrays[0].constructor(arrays.reduce((sum, a) => sum + a.length, 0));
    let at = 0, vertices = 0;
    parts.forEach((part, k) => {
      joined[key].set(key === 'triangles' ? part[key].map(v => v + vertices) : part[key], at);
      at += arrays[k].length;
      vertices += part.open.length;
    });
  }
  return joined;
}

function skinOfPart(shapes, soft, cell, body) {
  const low = [0, 1, 2].map(i => Math.min(...shapes.map(s => s.low[i]))),
        high = [0, 1, 2].map(i => Math.max(...shapes.map(s => s.high[i])));
  const n = [0, 1, 2].map(i => Math.ceil((high[i] - low[i]) / cell) + 2), strideY = n[0],
        strideZ = n[0] * n[1];
  const field = new Float32Array(n[0] * n[1] * n[2]).fill(1e-9);
  const least = new Float32Array(field.length).fill(1);
  for (let at = 0, end; at < shapes.length; at = end) {
    for (end = at; end < shapes.length && shapes[end].chain === shapes[at].chain; end++)
      ;
    for (const s of shapes.slice(at, end)) {
      const {from, to} = boxOf(s, low, cell, n);
      for (let k = from[2]; k <= to[2]; k++)
        for (let j = from[1]; j <= to[1]; j++)
          for (let i = from[0], p = i + j * strideY + k * strideZ; i <= to[0]; i++, p++) {
            const d = distance(s.numbers, low[0] + i * cell, low[1] + j * cell, low[2] + k * cell);
            if (d < least[p]) least[p] = d;
          }
    }
    for (const s of shapes.slice(at, end)) {  // takes what was found, and leaves `least` as it was
      const {from, to} = boxOf(s, low, cell, n);
      for (let k = from[2]; k <= to[2]; k++)
        for (let j = from[1]; j <= to[1]; j++)
          for (let i = from[0], p = i + j * strideY + k * strideZ; i <= to[0]; i++, p++)
            if (least[p] < 1) {
              field[p] += Math.exp(-least[p] / soft);
              least[p] = 1;
            }
    }
  }
  for (let i = 0; i < field.length; i++) field[i] = Math.log(field[i]);
  const {points, triangles} = surfaceNet(field, n, low, cell);
  return dress(points, triangles, shapes, soft, body.size / 1.75, body.trunk);
}

// Points of the grid that a shape can reach: from and to are [i, j, k], both within.
function boxOf(s, low, cell, n) {
  return {
    from: s.low.map((v, i) => Math.max(0, Math.floor((v - low[i]) / cell))),
    to: s.high.map((v, i) => Math.min(n[i] - 1, Math.ceil((v - low[i]) / cell)))
  };
}

function surfaceNet(field, n, low, cell) {
  const strides = [1, n[0], n[0] * n[1]], corner = [
    0, 1, 2, 3, 4, 5, 6, 7
  ].map(c => (c & 1) * strides[0] + (c >> 1 & 1) * strides[1] + (c >> 2) * strides[2]);
  const index = new Int32Array(field.length).fill(-1), points = [], triangles = [];
  for (let k = 0; k < n[2] - 1; k++)
    for (let j = 0; j < n[1] - 1; j++)
      for (let i = 0; i < n[0] - 1; i++) {
        const at = i + j * strides[1] + k * strides[2];
        let inside = 0;
        for (let c = 0; c < 8; c++)
          if (field[at + corner[c]] > 0) inside |= 1 << c;
        if (inside === 0 || inside === 255) continue;
        const sum = [0, 0, 0];
        let crossings = 0;
        for (let c = 0; c < 8; c++)
          for (let axis = 0; axis < 3; axis++) {
            const d = c | 1 << axis;
            if (d === c || (inside >> c & 1) === (inside >> d & 1)) continue;
            const u = field[at + corner[c]], v = field[at + corner[d]], t = u / (u - v);
            for (let m = 0; m < 3; m++) sum[m] += (c >> m & 1) + (m === axis ? t : 0);
            crossings++;
          }
        index[at] = points.length / 3;
        points.push(
            low[0] + (i + sum[0] / crossings) * cell, low[1] + (j + sum[1] / crossings) * cell,
            low[2] + (k + sum[2] / crossings) * cell);
      }
  for (let k = 1; k < n[2] - 1; k++)
    for (let j = 1; j < n[1] - 1; j++)
      for (let i = 1; i < n[0] - 1; i++) {
        const at = i + j * strides[1] + k * strides[2];
        for (let axis = 0; axis < 3; axis++) {
          const a = field[at] > 0, b = field[at + strides[axis]] > 0;
          if (a === b) continue;
          const u = strides[(axis + 1) % 3], v = strides[(axis + 2) % 3];
          const q = [index[at], index[at - u], index[at - u - v], index[at - v]];
          if (a)
            triangles.push(q[0], q[1], q[2], q[0], q[2], q[3]);
          else
            triangles.push(q[0], q[2], q[1], q[0], q[3], q[2]);
        }
      }
  return {points, triangles};
}

// How much of the sky a point of the skin sees: less where shapes lie along its normal (Evans
// 2006).
function openness(shapes, p, normal, size) {
  let shade = 0;
  for (let step = 1; step <= 4; step++) {
    const h = 0.028 * step * size, q = add(p, scale(normal, h));
    let free = h;
    for (const s of shapes) free = Math.min(free, distance(s.numbers, ...q));
    shade += (h - Math.max(free, 0)) / 2 ** (step - 1);
  }
  return clamp(1 - shade * 9 / size, 0.25, 1);
}

// Values of `width` numbers at the chosen vertices become the means of their neighbours', some
// times.
function soften(values, width, triangles, chosen, passes) {
  for (let pass = 0; pass < passes; pass++) {
    const sum = new Float32Array(values.length), count = new Float32Array(values.length / width);
    for (let t = 0; t < triangles.length; t++) {
      const v = triangles[t], next = triangles[t % 3 === 2 ? t - 2 : t + 1];
      count[v]++;
      for (let k = 0; k < width; k++) sum[width * v + k] += values[width * next + k];
    }
    for (const v of chosen)
      for (let k = 0; k < width; k++) values[width * v + k] = sum[width * v + k] / count[v];
  }
}

// Points drawn onto the skin; normals, how much of the sky each point sees (its own pose only), and
// up to four joints with their weights.
function dress(points, triangles, shapes, soft, size, trunk) {
  const count = points.length / 3, normals = new Float32Array(3 * count),
        open = new Float32Array(count);
  const joints = new Uint16Array(4 * count), weights = new Float32Array(4 * count),
        e = 0.002 * size;
  for (let v = 0; v < count; v++) {
    const p = [points[3 * v], points[3 * v + 1], points[3 * v + 2]],
          around = shapes.filter(s => near(s, p));
    const outward = () => {
      const [x, y, z] = p, here = depth(around, soft, x, y, z);
      const slope = [
        here - depth(around, soft, x + e, y, z), here - depth(around, soft, x, y + e, z),
        here - depth(around, soft, x, y, z + e)
      ];
      return {here, slope: unit(slope)};
    };
    const {here, slope} = outward();
    for (let i = 0; i < 3; i++) p[i] += clamp(here, -0.01 * size, 0.01 * size) * slope[i];
    const normal = outward().slope;
    for (let i = 0; i < 3; i++) {
      points[3 * v + i] = p[i];
      normals[3 * v + i] = normal[i];
    }
    open[v] = openness(shapes.filter(s => near(s, p, 0.12 * size)), p, normal, size);
    influence(around, p, size, joints, weights, 4 * v);
  }
  // Where pieces of the trunk meet, their slopes differ: light is not to show that.
  const smooth = new Set();
  for (let v = 0; v < count; v++)
    if (trunk.includes(joints[4 * v])) smooth.add(v);
  soften(normals, 3, triangles, smooth, 10);
  soften(open, 1, triangles, smooth, 10);
  return {
    points: new Float32Array(points),
    normals,
    open,
    joints,
    weights,
    triangles: new Uint32Array(triangles)
  };
}

function influence(around, p, size, joints, weights, at) {
  const nearest = new Map();
  let blend = 1, least = Infinity;
  for (const s of around) {
    const d = distance(s.numbers, p[0], p[1], p[2]);
    if (d < least) {
      least = d;
      blend = Math.max(BLEND * s.radius * s.radius / size, 0.003 * size);
    }
    nearest.set(s.joint, Math.min(nearest.get(s.joint) ?? Infinity, d));
  }
  const best = [...nearest].sort((a, b) => a[1] - b[1]).slice(0, 4);
  let sum = 0;
  best.forEach(([joint, d], i) => {
    joints[at + i] = joint;
    sum += weights[at + i] = Math.exp((best[0][1] - d) / blend);
  });
  for (let i = 0; i < 4; i++) weights[at + i] /= sum || 1;
}
