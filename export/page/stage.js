// stage.js: draws the dancers with WebGL 2, each in a panel of its own on one canvas: shadow map,
// backdrop, floor, way over the floor, body.

const SHADOW_SIZE = 1024, LIGHT_WAY = unit([0.45, 1, 0.55]);

const linear = hex => [1, 3, 5].map(i => (parseInt(hex.slice(i, i + 2), 16) / 255) ** 2.2);

const STAGE_COLOURS = {
  light: {
    high: '#f4f2ee',
    low: '#e9e6df',
    floor: '#e6e2da',
    line: '#cfcac0',
    shade: '#6f6a66',
    sky: '#c9d2dd',
    ground: '#a89c8e',
    given: '#8d8a84',
    frost: '#a5d5f3'
  },
  dark: {
    high: '#15171c',
    low: '#1b1e25',
    floor: '#2a2e37',
    line: '#3c424e',
    shade: '#0a0b0d',
    sky: '#8695ad',
    ground: '#3d3a3a',
    given: '#8a8d94',
    frost: '#a5d8f8'
  },
};

class Stage {
  // Throws without WebGL 2.
  constructor(canvas, dances) {
    const gl = canvas.getContext(
        'webgl2', {antialias: true, alpha: false, powerPreference: 'high-performance'});
    if (!gl) throw new Error('no WebGL 2');
    this.gl = gl;
    this.canvas = canvas;
    this.programs = {};
    for (const [name, [vertex, fragment]] of Object.entries(SHADERS))
      this.programs[name] = this.link(name, vertex, fragment);
    this.square = this.arrays(
        this.programs.floor, {corner: [2, new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1])]});
    this.backdrop = this.arrays(
        this.programs.backdrop, {corner: [2, new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1])]});
    this.makeShadowMap();
    const skins = new Map();
    this.actors = dances.map(dance => {
      const shape = JSON.stringify([dance.parents, dance.offsets]);
      if (!skins.has(shape)) skins.set(shape, this.makeSkin(clothe(dance)));
      return {
        dance,
        skin: skins.get(shape),
        bones: this.makeBones(dance.joints),
        way: this.makeWay(dance),
        colour: linear(dance.colour)
      };
    });
  }

  link(name, vertex, fragment) {
    const gl = this.gl, program = gl.createProgram();
    for (const [type, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
      const shader = gl.createShader(type);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
      if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS))
        throw new Error(`${name}: ${gl.getShaderInfoLog(shader)}`);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS))
      throw new Error(`${name}: ${gl.getProgramInfoLog(program)}`);
    const at = {};
    for (let i = 0; i < gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS); i++) {
      const uniform = gl.getActiveUniform(program, i).name.replace('[0]', '');
      at[uniform] = gl.getUniformLocation(program, uniform);
    }
    return {program, at};
  }

  // A vertex array: name -> [components, values]; attributes that the program does not use are left
  // out.
  arrays({program}, attributes, indices) {
    const gl = this.gl, vao = gl.createVertexArray();
    gl.bindVertexArray(vao);
    for (const [name, [size, values]] of Object.entries(attributes)) {
      const at = gl.getAttribLocation(program, name);
      if (at < 0) continue;
      gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
      gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
      gl.enableVertexAttribArray(at);
      if (values instanceof Uint16Array)
        gl.vertexAttribIPointer(at, size, gl.UNSIGNED_SHORT, 0, 0);
      else
        gl.vertexAttribPointer(at, size, gl.FLOAT, false, 0, 0);
    }
    if (indices) {
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
      gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, indices, gl.STATIC_DRAW);
    }
    gl.bindVertexArray(null);
    return vao;
  }

  makeShadowMap() {
    const gl = this.gl;
    this.shadowMap = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.shadowMap);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.DEPTH_COMPONENT24, SHADOW_SIZE, SHADOW_SIZE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_COMPARE_MODE, gl.COMPARE_REF_TO_TEXTURE);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.LINEAR);
    for (const wrap of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T])
      gl.texParameteri(gl.TEXTURE_2D, wrap, gl.CLAMP_TO_EDGE);
    this.shadowTarget = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.shadowTarget);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.DEPTH_ATTACHMENT, gl.TEXTURE_2D, this.shadowMap, 0);
    gl.drawBuffers([gl.NONE]);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  }

  makeSkin(body) {
    const skin = skinOf(body);
    const attributes = {
      position: [3, skin.points],
      normal: [3, skin.normals],
      open: [1, skin.open],
      joints: [4, skin.joints],
      weights: [4, skin.weights]
    };
    return {
      bind: body.bind,
      size: body.size,
      count: skin.triangles.length,
      body: this.arrays(this.programs.body, attributes, skin.triangles),
      shadow: this.arrays(this.programs.shadow, attributes, skin.triangles)
    };
  }

  makeBones(joints) {
    const gl = this.gl, texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32F, 3 * joints, 1);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    return {texture, rows: new Float32Array(12 * joints)};
  }

  // The root's way as a ribbon; points nearer than a centimetre to the one before are left out.
  makeWay(dance) {
    const points = [], sides = [], times = [],
          way = movingMean(dance.way, dance.frames, Math.round(dance.fps / 15));
    let lastX = NaN, lastZ = NaN;
    for (let f = 0; f < dance.frames; f++) {
      const x = way[2 * f], z = way[2 * f + 1], dx = x - lastX, dz = z - lastZ,
            step = Math.hypot(dx, dz);
      if (step < 0.01) continue;
      const s = step > 0 ? [-dz / step, dx / step] : [1, 0];
      lastX = x;
      lastZ = z;
      for (const way of [1, -1]) {
        points.push(x, z);
        sides.push(way * s[0], way * s[1]);
        times.push(f / dance.fps);
      }
    }
    const vao = this.arrays(this.programs.path, {
      point: [2, new Float32Array(points)],
      side: [2, new Float32Array(sides)],
      when: [1, new Float32Array(times)]
    });
    return {vao, count: times.length};
  }

  use({program, at}, uniforms) {
    const gl = this.gl;
    gl.useProgram(program);
    for (const [name, value] of Object.entries(uniforms)) {
      if (!at[name]) continue;
      if (value.length === 16)
        gl.uniformMatrix4fv(at[name], false, value);
      else if (value.length === 32)
        gl.uniform4fv(at[name], value);
      else if (value.length === 4)
        gl.uniform4fv(at[name], value);
      else if (value.length === 3)
        gl.uniform3fv(at[name], value);
      else if (name === 'shadow' || name === 'bones')
        gl.uniform1i(at[name], value);
      else
        gl.uniform1f(at[name], value);
    }
  }

  // Each joint's way from the bind pose to the pose at this time, into its texture.
  pose(actor, seconds) {
    const {dance, skin: {bind}, bones} = actor, gl = this.gl, turn = new Array(9);
    dance.moveTo(seconds);
    for (let j = 0; j < dance.joints; j++) {
      const b = bind.turns[j], r = dance.turns;
      for (let i = 0; i < 3; i++)
        for (let k = 0; k < 3; k++)
          turn[3 * i + k] = r[9 * j + 3 * i] * b[3 * k] + r[9 * j + 3 * i + 1] * b[3 * k + 1] +
              r[9 * j + 3 * i + 2] * b[3 * k + 2];
      const p = rotate(turn, bind.places[j]);
      for (let i = 0; i < 3; i++) {
        bones.rows.set(turn.slice(3 * i, 3 * i + 3), 12 * j + 4 * i);
        bones.rows[12 * j + 4 * i + 3] = dance.places[3 * j + i] - p[i];
      }
    }
    gl.bindTexture(gl.TEXTURE_2D, bones.texture);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 3 * dance.joints, 1, gl.RGBA, gl.FLOAT, bones.rows);
  }

  // The eight joints nearest to the floor, as soft dark spots under them.
  contacts(dance) {
    const heights = [...Array(dance.joints).keys()]
                        .map(j => [dance.places[3 * j + 1] - dance.floor, j])
                        .sort((a, b) => a[0] - b[0])
                        .slice(0, 8);
    const out = new Float32Array(32);
    heights.forEach(
        ([h, j], i) => out.set(
            [
              dance.places[3 * j], Math.max(0, h), dance.places[3 * j + 2],
              0.3 * Math.exp(-Math.max(0, h) * 5)
            ],
            4 * i));
    return out;
  }

  // panels: [{x, y, width, height}] in CSS pixels from the top left; camera: see camera.js;
  // state(i): {frost} of a dancer.
  draw(seconds, panels, camera, theme, states) {
    const gl = this.gl, ratio = this.canvas.width / this.canvas.clientWidth,
          colours = STAGE_COLOURS[theme];
    this.actors.forEach((actor, i) => {
      const {dance} = actor, panel = panels[i];
      this.pose(actor, seconds);
      const root = [dance.places[0], dance.floor + 0.9, dance.places[2]],
            half = Math.max(1.45, actor.skin.size);
      const fromLight =
          multiply4(orthographic(half, 0.1, 8), lookAt(add(root, scale(LIGHT_WAY, 4)), root));
      gl.enable(gl.DEPTH_TEST);
      gl.disable(gl.BLEND);
      gl.bindFramebuffer(gl.FRAMEBUFFER, this.shadowTarget);
      gl.viewport(0, 0, SHADOW_SIZE, SHADOW_SIZE);
      gl.disable(gl.SCISSOR_TEST);
      gl.clear(gl.DEPTH_BUFFER_BIT);
      gl.activeTexture(gl.TEXTURE0);
      gl.bindTexture(gl.TEXTURE_2D, actor.bones.texture);
      this.use(this.programs.shadow, {fromLight, bones: 0});
      this.mesh(actor.skin.shadow, actor.skin.count);

      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
      const [left, right, top, bottom] = [
        panel.x, panel.x + panel.width, panel.y, panel.y + panel.height
      ].map(v => Math.round(v * ratio));
      const box = [left, this.canvas.height - bottom, right - left, bottom - top];
      gl.viewport(...box);
      gl.scissor(...box);
      gl.enable(gl.SCISSOR_TEST);
      gl.clear(gl.DEPTH_BUFFER_BIT);
      gl.activeTexture(gl.TEXTURE1);
      gl.bindTexture(gl.TEXTURE_2D, this.shadowMap);
      const view = camera.view(dance, seconds, panel);
      const fade = this.actors.length > 1 ? 0.16 * box[2] : 0;
      const shared = {
        panel: [box[0], box[0] + box[2], box[1], fade],
        below: box[1] > 0 ? 0.14 * box[3] : 0,
        camera: view.matrix,
        eye: view.eye,
        lightWay: LIGHT_WAY,
        fromLight,
        shadow: 1,
        floorHeight: dance.floor
      };
      gl.disable(gl.DEPTH_TEST);
      const srgb = hex => linear(hex).map(v => v ** (1 / 2.2));
      this.use(this.programs.backdrop, {high: srgb(colours.high), low: srgb(colours.low)});
      this.strip(this.backdrop, 4);
      gl.enable(gl.DEPTH_TEST);
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
      this.use(this.programs.floor, {
        ...shared,
        middle: root,
        floorColour: linear(colours.floor),
        lineColour: linear(colours.line),
        shadeColour: linear(colours.shade),
        contacts: this.contacts(dance)
      });
      this.strip(this.square, 4);
      this.use(this.programs.path, {
        ...shared,
        colour: actor.colour,
        givenColour: linear(colours.given),
        now: seconds,
        seed: dance.seed / dance.fps,
        pixel: 2 * HALF_ANGLE / box[3]
      });
      this.strip(actor.way.vao, actor.way.count);
      gl.disable(gl.BLEND);
      const given = states[i].given,
            colour = actor.colour.map((v, k) => mix(v, linear(colours.given)[k], given));
      this.use(this.programs.body, {
        ...shared,
        bones: 0,
        colour,
        frost: states[i].frost,
        frostColour: linear(colours.frost),
        skyColour: linear(colours.sky),
        groundColour: linear(colours.ground)
      });
      this.mesh(actor.skin.body, actor.skin.count);
    });
  }

  mesh(vao, count) {
    this.gl.bindVertexArray(vao);
    this.gl.drawElements(this.gl.TRIANGLES, count, this.gl.UNSIGNED_INT, 0);
  }

  strip(vao, count) {
    this.gl.bindVertexArray(vao);
    this.gl.drawArrays(this.gl.TRIANGLE_STRIP, 0, count);
  }
}
