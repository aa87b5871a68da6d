// body.js: which shapes a skeleton is clothed in. A shape is a capsule from a to b with radii ra
// and rb, in the frame of the joint that carries it, squashed by `flat` along that frame's axes.
// Shapes of one chain are simply joined, chains melt into each other: surface.js.

const SMPL_PARENTS = [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19];

const capsule = (chain, joint, a, b, ra, rb = ra, flat = [1, 1, 1]) =>
    ({chain, joint, a, b, ra, rb, flat});

// The bodies whose first 22 joints are SMPL's (SMPL, SMPL-H, SMPL-X) get a modelled figure, with
// fingers around what hangs from their wrists; joints of the face lie within the head. Other
// skeletons get plain bones.
function clothe(skeleton) {
  const {joints, parents} = skeleton;
  const human = joints >= 22 && SMPL_PARENTS.every((p, j) => parents[j] === p);
  const offset = j => [0, 1, 2].map(i => skeleton.offsets[3 * j + i]);
  const rest = restPlaces(skeleton, IDENTITY);
  let low = Infinity, high = -Infinity, wide = 0;
  for (const p of rest.places) {
    low = Math.min(low, p[1]);
    high = Math.max(high, p[1]);
    wide = Math.max(wide, norm(p));
  }
  const size = Math.max(high - low, wide, 0.05);
  if (!human) {
    const bones = parents.flatMap((_, j) => bone(skeleton, j, offset, size));
    return {shapes: bones, size, bind: restPlaces(skeleton, {}), trunk: []};
  }
  const shapes = [...figure(offset, joints), ...fingers(skeleton, offset)];
  const lowered = {};  // degrees: legs apart, arms down
  for (const [joint, degrees] of [[1, 9], [2, -9], [16, -32], [17, 32]])
    lowered[joint] = rotationAboutZ(degrees);
  return {shapes, size: 1.75, bind: restPlaces(skeleton, lowered), trunk: [0, 3, 6, 9]};
}

// World rotations and places of the joints where some are turned against the rest pose.
function restPlaces(skeleton, turned) {
  const turns = [], places = [];
  skeleton.parents.forEach((parent, j) => {
    const o = [0, 1, 2].map(i => skeleton.offsets[3 * j + i]),
          own = turned[j] && turned[j].length ? turned[j] : IDENTITY, r = new Array(9);
    if (parent < 0) {
      turns.push(own);
      places.push([0, 0, 0]);
      return;
    }
    places.push(add(places[parent], rotate(turns[parent], o)));
    multiplyRotations(turns[parent], 0, own, r, 0);
    turns.push(r);
  });
  return {turns, places};
}

// A bone to the parent, as the parent moves it, and a short end where nothing follows.
function bone(skeleton, j, offset, size) {
  const parent = skeleton.parents[j], o = offset(j), last = !skeleton.parents.includes(j);
  const radius = clamp(norm(o) * 0.17, size * 0.007, size * 0.045), out = [];
  if (parent >= 0) out.push(capsule(100 + j, parent, [0, 0, 0], o, radius, radius * 0.85));
  const end = scale(o, parent < 0 ? 0 : 0.35);
  if (last) out.push(capsule(100 + j, j, [0, 0, 0], end, radius * 0.9, radius * 0.7));
  return out;
}

// A chain of capsules along every finger, with a tip beyond its last joint. `part` keeps them apart
// from what melts together with the body.
function fingers(skeleton, offset) {
  const {parents} = skeleton, out = [], hand = {20: 'left', 21: 'right'}, chain = [];
  for (let j = 22; j < parents.length; j++) {
    const parent = parents[j], first = parent === 20 || parent === 21;
    if (!first && !hand[parent]) continue;
    hand[j] = hand[parent];
    chain[j] = first ? 100 + j : chain[parent];
    const put = (...s) => out.push({...capsule(chain[j], ...s), part: hand[j]});
    if (!first) put(parent, [0, 0, 0], offset(j), 0.0088, 0.008);
    if (parents.includes(j)) continue;
    const o = offset(j), length = Math.min(0.9 * norm(o), 0.026);
    put(j, [0, 0, 0], scale(unit(o), length), 0.008, 0.0062);
  }
  return out;
}

function figure(offset, joints) {
  const shapes = [], along = (j, t, shift = [0, 0, 0]) => add(scale(offset(j), t), shift);
  let chain = 0;
  const put = (...s) => shapes.push(capsule(chain, ...s)), next = () => {
    chain++;
  };
  // Trunk: three columns from the hips to the shoulders, narrow at the waist, of which every joint
  // carries a piece.
  for (const side of [-1, 0, 1]) {
    const at = (x, y, z) => [x * side, y, z - (side ? 0 : 0.004)];
    next();
    put(0, at(0.07, -0.055, -0.012), add(offset(3), at(0.05, 0, 0.016)), 0.094, 0.084);
    put(3, at(0.05, 0, 0.016), add(offset(6), at(0.054, 0, -0.006)), 0.084, 0.09);
    put(6, at(0.054, 0, -0.006), add(offset(9), at(0.07, 0.03, 0)), 0.09, 0.096);
    put(9, at(0.07, 0.03, 0), at(0.078, 0.105, -0.018), 0.096, 0.086);
    next();
    if (!side) continue;
    put(0, at(0.055, -0.085, -0.055), at(0.055, -0.085, -0.055), 0.08);
    next();
    put(9, at(0.055, 0.06, 0.03), at(0.055, 0.06, 0.03), 0.07);
  }
  // Neck and head, the face to the front.
  next();
  put(9, along(12, 0.72), along(12, 1), 0.064, 0.055);
  put(12, [0, 0, 0], along(15, 0.9, [0, 0, -0.015]), 0.055, 0.053);
  next();
  put(15, [0, 0.09, -0.012], [0, 0.085, 0.008], 0.1, 0.094, [0.84, 1.1, 1]);
  next();
  put(15, [0, 0.03, 0.02], [0, 0.022, 0.045], 0.06, 0.046, [1.05, 1, 1]);
  next();
  put(15, [0, 0.08, 0.094], [0, 0.052, 0.111], 0.009, 0.0125, [1.1, 1, 1]);
  for (const [collar, shoulder, elbow, wrist, hand, side] of [
           [13, 16, 18, 20, 22, 1], [14, 17, 19, 21, 23, -1]]) {
    next();
    put(collar, [-0.02 * side, 0, 0], along(shoulder, 0.8), 0.056, 0.05);
    next();
    put(collar, [0, 0.01, -0.01], along(shoulder, 0.5, [0, 0.02, 0]), 0.042, 0.036);
    next();
    put(shoulder, [0.004 * side, -0.004, 0], along(elbow, 0.35), 0.058, 0.05);
    put(shoulder, along(elbow, 0.35), along(elbow, 1), 0.05, 0.04);
    put(elbow, [0, 0, 0], along(wrist, 0.28), 0.04, 0.043);
    put(elbow, along(wrist, 0.28), along(wrist, 1), 0.043, 0.027, [1, 0.94, 1]);
    // SMPL's hand is one joint at the knuckles; other bodies bring fingers.
    const mitten = joints === 24, knuckles = mitten ? offset(hand) : [0.085 * side, -0.01, -0.01];
    put(wrist, [0, 0, 0], scale(knuckles, 0.3), 0.027, 0.026, [1, 0.94, 1]);
    next();
    put(wrist, scale(knuckles, 0.45), scale(knuckles, mitten ? 1 : 0.8), 0.036, 0.04, [1, 0.46, 1]);
    if (!mitten) continue;
    next();
    put(wrist, [0.022 * side, -0.006, 0.012], [0.056 * side, -0.01, 0.044], 0.017, 0.014);
    put(wrist, [0.056 * side, -0.01, 0.044], [0.084 * side, -0.014, 0.052], 0.014, 0.01);
    for (const [z, length] of [[0.024, 0.072], [0.005, 0.082], [-0.014, 0.075], [-0.031, 0.056]]) {
      next();
      put(hand, [-0.02 * side, 0, z], [length * side, -0.016, z * 1.15], 0.0125, 0.009);
    }
  }
  for (const [hip, knee, ankle, toes, side] of [[1, 4, 7, 10, 1], [2, 5, 8, 11, -1]]) {
    next();
    put(hip, [0.02 * side, 0.005, -0.005], along(knee, 0.5, [0.008 * side, 0, 0.006]), 0.094,
        0.077);
    put(hip, along(knee, 0.5, [0.008 * side, 0, 0.006]), along(knee, 1, [0, 0, 0.003]), 0.077,
        0.057);
    put(knee, [0, 0, 0.003], along(ankle, 0.3, [0, 0, -0.01]), 0.057, 0.057);
    put(knee, along(ankle, 0.3, [0, 0, -0.01]), along(ankle, 1), 0.057, 0.036);
    put(ankle, [0, 0, 0], [0, -0.042, -0.028], 0.036, 0.034);
    next();
    put(ankle, [0, -0.04, -0.026], along(toes, 0.95, [0, 0.004, 0]), 0.034, 0.03, [1.08, 1, 1]);
    put(toes, [0.004 * side, 0, -0.012], [0.004 * side, -0.004, 0.054], 0.03, 0.021,
        [1.28, 0.85, 1]);
    next();
    put(ankle, [0, -0.005, 0.02], along(toes, 0.7, [0, 0.02, 0]), 0.034, 0.027);
  }
  return shapes;
}
