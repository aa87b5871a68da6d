// plain_stage.js: the dancers without WebGL 2: the same bodies as shaded capsules on a 2D
// canvas, far ones first.

class PlainStage {
  constructor(canvas, dances) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d');
    this.actors = dances.map(dance => ({dance, colour: dance.colour, body: clothe(dance)}));
  }

  draw(seconds, panels, camera, theme, states) {
    const c = this.context, ratio = this.canvas.width / this.canvas.clientWidth,
          colours = STAGE_COLOURS[theme];
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.actors.forEach((actor, i) => {
      const {dance} = actor, panel = panels[i], view = camera.view(dance, seconds, panel);
      dance.moveTo(seconds);
      c.save();
      c.beginPath();
      c.rect(panel.x, panel.y, panel.width, panel.height);
      c.clip();
      c.fillStyle = colours.high;
      c.fillRect(panel.x, panel.y, panel.width, panel.height);
      const project = p => {
        const m = view.matrix, w = m[3] * p[0] + m[7] * p[1] + m[11] * p[2] + m[15];
        const at = k => (m[k] * p[0] + m[4 + k] * p[1] + m[8 + k] * p[2] + m[12 + k]) / w;
        return {
          x: panel.x + (at(0) + 1) / 2 * panel.width,
          y: panel.y + (1 - at(1)) / 2 * panel.height,
          w,
          metre: panel.height / (2 * HALF_ANGLE * w)
        };
      };
      this.drawFloor(c, dance, project, colours, seconds, actor.colour);
      this.drawBody(c, actor, project, states[i], colours);
      c.restore();
    });
  }

  drawFloor(c, dance, project, colours, seconds, colour) {
    const middle = dance.cameraPlace(seconds), y = dance.floor, x0 = Math.round(middle[0]),
          z0 = Math.round(middle[2]);
    const stroke = points => {
      const seen = points.map(project);
      if (seen.some(p => p.w < 0.1)) return;
      c.beginPath();
      for (const p of seen) c.lineTo(p.x, p.y);
      c.stroke();
    };
    c.strokeStyle = colours.line;
    c.lineWidth = 1;
    for (let k = -3; k <= 3; k++) {
      stroke([[x0 + k, y, z0 - 3], [x0 + k, y, z0 + 3]]);
      stroke([[x0 - 3, y, z0 + k], [x0 + 3, y, z0 + k]]);
    }
    const way = [], step = Math.max(1, Math.floor(dance.frames / 600));
    for (let f = 0; f < dance.frames; f += step)
      way.push([dance.way[2 * f], y, dance.way[2 * f + 1]]);
    c.strokeStyle = colour;
    c.globalAlpha = 0.5;
    c.lineWidth = 2;
    stroke(way);
    c.globalAlpha = 1;
  }

  drawBody(c, {dance, body, colour}, project, state, colours) {
    const ends = body.shapes.map(
        s => [s.a, s.b].map(
            p =>
                add(rotate(dance.turns.subarray(9 * s.joint, 9 * s.joint + 9), p),
                    dance.places.subarray(3 * s.joint, 3 * s.joint + 3))));
    const drawn =
        body.shapes
            .map((s, k) => ({a: project(ends[k][0]), b: project(ends[k][1]), s, ends: ends[k]}))
            .sort((p, q) => q.a.w + q.b.w - p.a.w - p.b.w);
    const shade = (tint, by) =>
        `rgb(${tint.map((v, i) => Math.round(255 * clamp(mix(v * by, 1, 0), 0, 1))).join(' ')})`;
    const rgb = hex => [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16) / 255),
          own = rgb(state.given > 0.5 ? colours.given : colour),
          tint = own.map((v, i) => mix(v, rgb(colours.frost)[i], state.frost));
    c.lineCap = 'round';
    c.strokeStyle = colours.shade;
    c.globalAlpha = 0.12;
    for (const d of drawn) {
      const flat = d.ends.map(p => project([p[0], dance.floor, p[2]]));
      c.lineWidth = (d.s.ra + d.s.rb) * flat[0].metre;
      line(c, flat[0].x, flat[0].y, flat[1].x + 0.01, flat[1].y);
    }
    c.globalAlpha = 1;
    for (const d of drawn)
      for (const [size, by, shift] of [[1.08, 0.45, 0], [1, 0.85, 0], [0.5, 1.12, -0.25]]) {
        const w = (d.s.ra + d.s.rb) * d.a.metre;
        c.strokeStyle = shade(tint, by);
        c.lineWidth = w * size;
        line(c, d.a.x, d.a.y + shift * w / 2, d.b.x + 0.01, d.b.y + shift * w / 2);
      }
  }
}
