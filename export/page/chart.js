// chart.js: the paper's Figure 5: how much every dancer moves, over time; which seconds are frozen;
// the music's beats and the body's.

const CHART = {
  left: 46,
  right: 20,
  top: 4,
  title: 18,
  curve: 46,
  gap: 6,
  beats: 14,
  track: 16,
  axis: 20
};

class Chart {
  // sought(seconds) is called during a drag.
  constructor(canvas, overlay, data, sought) {
    Object.assign(this, {canvas, overlay, data});
    this.duration = Math.max(...data.dances.map(d => d.duration));
    this.all = [
      {
        of: 'pose',
        title: 'how much the pose changes',
        unit: '° a frame, mean over the joints (Δpose)',
        limit: data.poseThreshold
      },
      {
        of: 'trans',
        title: 'how fast the dancer travels',
        unit: 'cm a frame (Δtrans)',
        limit: data.transThreshold
      }
    ];
    this.hasCurves = data.dances.some(d => d.pose && d.pose.length);
    for (const c of this.all) c.top = this.hasCurves ? this.scaleOf(c) : 1;
    this.musicRow = data.musicBeats.length ? CHART.beats : 0;
    this.listen(sought);
  }

  // With the curves, or the rows of beats and frozen windows alone. layout() must follow.
  showCurves(on) {
    this.curvesShown = on;
    this.curves = on && this.hasCurves ? this.all : [];
    let y = CHART.top;
    for (const c of this.curves) {
      c.y = y + CHART.title;
      y = c.y + CHART.curve + CHART.gap;
    }
    this.tracks = y;
    this.height = y + this.musicRow + CHART.track * this.data.dances.length + CHART.axis;
    this.canvas.parentElement.style.height = `${this.height}px`;
  }

  // The curves' largest value, rare peaks aside, and no more than four times the quietest dancer's,
  // so that one who flies off leaves the others to be seen.
  scaleOf(curve) {
    const peaks = this.data.dances.filter(d => d[curve.of] && d[curve.of].length)
                      .map(d => d[curve.of].slice().sort())
                      .map(v => v[Math.floor((v.length - 1) * 0.995)] * 1.1);
    const least = Math.max((curve.limit || 0) * 1.5, 1e-3), quiet = Math.min(...peaks);
    const high = Math.max(least, Math.min(Math.max(...peaks), 4 * Math.max(least, quiet)));
    const power = 10 ** Math.floor(Math.log10(high));
    return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find(m => m * power >= high) * power;
  }

  x(seconds) {
    return CHART.left + seconds / this.duration * (this.width - CHART.left - CHART.right);
  }
  seconds(x) {
    return clamp((x - CHART.left) / (this.width - CHART.left - CHART.right), 0, 1) * this.duration;
  }

  listen(sought) {
    const seek = e => sought(this.seconds(e.clientX - this.canvas.getBoundingClientRect().left));
    this.canvas.addEventListener('pointerdown', e => {
      this.canvas.setPointerCapture(e.pointerId);
      seek(e);
    });
    this.canvas.addEventListener('pointermove', e => {
      if (this.canvas.hasPointerCapture(e.pointerId)) seek(e);
    });
  }

  // Draws everything that stands still.
  layout(ratio) {
    const style = getComputedStyle(document.documentElement), c = this.canvas.getContext('2d');
    this.ink = Object.fromEntries(['ink', 'soft', 'line', 'paper', 'frozen', 'given'].map(
        n => [n, style.getPropertyValue(`--${n}`).trim()]));
    this.width = this.canvas.parentElement.clientWidth;
    for (const canvas of [this.canvas, this.overlay]) {
      canvas.width = Math.round(this.width * ratio);
      canvas.height = Math.round(this.height * ratio);
    }
    this.ratio = ratio;
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.fillStyle = this.ink.paper;
    c.fillRect(0, 0, this.width, this.height);
    this.drawTracks(c);
    for (const curve of this.curves) this.drawCurve(c, curve);
    this.drawAxis(c);
  }

  font(c, size, weight = 400) {
    c.font =
        `${weight} ${size}px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif`;
  }

  drawCurve(c, curve) {
    const {ink} = this, base = curve.y + CHART.curve,
          y = v => base - Math.min(v / curve.top, 1.04) * CHART.curve;
    this.font(c, 13, 620);
    c.textAlign = 'left';
    c.textBaseline = 'alphabetic';
    c.fillStyle = ink.ink;
    c.fillText(curve.title, CHART.left, curve.y - 6);
    const room = CHART.left + c.measureText(curve.title).width + 8;
    this.font(c, 12);
    c.fillStyle = ink.soft;
    if (room + c.measureText(curve.unit).width < this.width - CHART.right)
      c.fillText(curve.unit, room, curve.y - 6);
    c.strokeStyle = ink.line;
    c.lineWidth = 1;
    c.textAlign = 'right';
    c.textBaseline = 'middle';
    for (const v of [0, curve.top / 2, curve.top]) {
      const at = Math.round(y(v)) + 0.5;
      line(c, CHART.left, at, this.width - CHART.right, at);
      c.fillText(String(+v.toPrecision(3)), CHART.left - 7, at);
    }
    if (curve.limit !== null && curve.limit < curve.top) {
      c.strokeStyle = ink.soft;
      c.setLineDash([5, 4]);
      line(c, CHART.left, y(curve.limit), this.width - CHART.right, y(curve.limit));
      c.setLineDash([]);
    }
    this.data.dances.forEach((dance, i) => {
      if (dance[curve.of]) this.drawLine(c, dance, dance[curve.of], dance.colour, y);
    });
  }

  // Every frame as a pale line (where several fall on one column of pixels, their least and most),
  // and the mean over a window's length as a strong one: what the limit is compared with.
  drawLine(c, dance, values, colour, y) {
    if (!values.length) return;
    const columns = Math.max(
              1, Math.ceil((this.x(dance.duration) - CHART.left) * Math.min(this.ratio, 2))),
          per = Math.max(1, values.length / columns);
    const all = new Path2D(), mean = new Path2D(), sums = new Float64Array(values.length + 1),
          half = Math.floor(dance.windowLength / 2);
    values.forEach((v, f) => {
      sums[f + 1] = sums[f] + v;
    });
    for (let k = 0; k * per < values.length; k++) {
      const from = Math.floor(k * per),
            to = Math.max(from + 1, Math.min(values.length, Math.floor((k + 1) * per))),
            middle = (from + to - 1) >> 1;
      const some = values.subarray(from, to), x = this.x((middle + 0.5) / dance.fps),
            first = Math.max(0, middle - half), last = Math.min(values.length, middle + half + 1);
      all.lineTo(x, y(Math.min(...some)));
      if (some.length > 1) all.lineTo(x, y(Math.max(...some)));
      mean.lineTo(x, y((sums[last] - sums[first]) / (last - first)));
    }
    c.strokeStyle = colour;
    c.lineJoin = 'round';
    c.lineWidth = 1;
    c.globalAlpha = 0.3;
    c.stroke(all);
    c.globalAlpha = 1;
    c.lineWidth = 2;
    c.stroke(mean);
  }

  drawTracks(c) {
    const {ink, data} = this, span = this.width - CHART.left - CHART.right,
                roomy = data.musicBeats.length * 7 < span;
    let y = this.tracks;
    if (this.musicRow) {
      c.strokeStyle = ink.soft;
      c.lineWidth = roomy ? 1.5 : 0.75;
      for (const b of data.musicBeats)
        if (b <= this.duration) line(c, this.x(b), y + 2, this.x(b), y + CHART.beats - 4);
      this.name(c, 'music', ink.soft, y + CHART.beats / 2 - 1);
      if (roomy) {
        c.globalAlpha = 0.5;
        c.strokeStyle = ink.line;
        c.lineWidth = 1;
        for (const b of data.musicBeats)
          if (b <= this.duration) line(c, this.x(b), CHART.top + CHART.title, this.x(b), y);
        c.globalAlpha = 1;
      }
      y += CHART.beats;
    }
    data.dances.forEach((dance, i) => {
      const middle = y + CHART.track / 2, from = this.x(0), to = this.x(dance.duration);
      c.fillStyle = ink.line;
      c.globalAlpha = 0.45;
      c.fillRect(from, y + 2, to - from, CHART.track - 4);
      c.globalAlpha = 1;
      c.fillStyle = ink.frozen;
      (dance.frozen || []).forEach((frozen, w) => {
        const start = this.x((dance.windowFirst + w * dance.windowLength) / dance.fps),
              end = this.x((dance.windowFirst + (w + 1) * dance.windowLength) / dance.fps);
        if (frozen) c.fillRect(start, y + 2, end - start, CHART.track - 4);
      });
      if (dance.seed)
        this.hatch(c, from, y + 2, this.x(dance.seed / dance.fps) - from, CHART.track - 4);
      c.fillStyle = dance.colour;
      const half = dance.beats.length * 7 < span ? 3.5 : 2;
      for (const b of dance.beats) {
        const x = this.x(b / dance.fps);
        c.beginPath();
        c.moveTo(x - half, middle - 4);
        c.lineTo(x + half, middle - 4);
        c.lineTo(x, middle + 4);
        c.fill();
      }
      c.beginPath();
      c.arc(CHART.left - 14, middle, 5, 0, 7);
      c.fill();
      y += CHART.track;
    });
  }

  name(c, text, colour, y) {
    this.font(c, 11);
    c.fillStyle = colour;
    c.textAlign = 'right';
    c.textBaseline = 'middle';
    c.fillText(text, CHART.left - 7, y);
  }

  hatch(c, x, y, width, height) {
    c.save();
    c.beginPath();
    c.rect(x, y, width, height);
    c.clip();
    c.strokeStyle = this.ink.given;
    c.lineWidth = 1.5;
    for (let k = x - height; k < x + width; k += 5) line(c, k, y + height, k + height, y);
    c.restore();
  }

  drawAxis(c) {
    const span = this.width - CHART.left - CHART.right,
          step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600].find(
                     s => s / this.duration * span >= 56) ||
        1200;
    this.font(c, 12);
    c.fillStyle = this.ink.soft;
    c.textAlign = 'center';
    c.textBaseline = 'alphabetic';
    for (let k = 0; k * step <= this.duration + 1e-9; k++)
      c.fillText(clock(k * step, step < 1 ? 1 : 0), this.x(k * step), this.height - 6);
  }

  // The cursor, with each dancer's dot on each curve.
  point(seconds) {
    const c = this.overlay.getContext('2d'), x = this.x(Math.min(seconds, this.duration));
    c.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    c.clearRect(0, 0, this.width, this.height);
    c.strokeStyle = this.ink.ink;
    c.lineWidth = 1.5;
    line(
        c, x, CHART.top + (this.curves.length ? CHART.title - 4 : 0), x,
        this.height - CHART.axis + 2);
    for (const curve of this.curves)
      this.data.dances.forEach((dance, i) => {
        const values = dance[curve.of], f = dance.frameAt(seconds);
        if (!values || f >= values.length) return;
        c.beginPath();
        c.arc(
            x, curve.y + CHART.curve - Math.min(values[f] / curve.top, 1.04) * CHART.curve, 4, 0,
            7);
        c.fillStyle = dance.colour;
        c.fill();
        c.strokeStyle = this.ink.paper;
        c.stroke();
      });
  }
}

function line(c, x1, y1, x2, y2) {
  c.beginPath();
  c.moveTo(x1, y1);
  c.lineTo(x2, y2);
  c.stroke();
}

function clock(seconds, digits) {
  const minutes = Math.floor(seconds / 60 + 1e-9),
        rest = Math.max(0, seconds - 60 * minutes).toFixed(digits);
  return `${minutes}:${rest.padStart(digits ? digits + 3 : 2, '0')}`;
}
