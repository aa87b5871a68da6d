// shaders.js: WebGL 2 programs. Colours are linear light until the last line of each fragment
// shader.

const COMMON = `#version 300 es
precision highp float;
precision highp sampler2DShadow;
// Interleaved gradient noise (Jimenez 2014), 0 to 1.
float noise(vec2 p) { return fract(52.9829189 * fract(dot(p, vec2(0.06711056, 0.00583715)))); }
`;

const SKINNING = `
uniform sampler2D bones;                    // three texels a joint: the rows of its 3x4 matrix
in vec3 position, normal;
in vec4 weights;
in uvec4 joints;
mat4x3 skin() {
  mat3x4 rows = mat3x4(0.0);
  for (int i = 0; i < 4; i++) {
    int j = 3 * int(joints[i]);
    vec4 x = texelFetch(bones, ivec2(j, 0), 0), y = texelFetch(bones, ivec2(j + 1, 0), 0);
    rows += weights[i] * mat3x4(x, y, texelFetch(bones, ivec2(j + 2, 0), 0));
  }
  return transpose(rows);
}
`;

const LIGHT = `
uniform sampler2DShadow shadow;
uniform mat4 fromLight;
uniform vec3 lightWay, eye;
// Share of the light that arrives at p: comparisons all over a disc, turned from pixel to pixel.
float lit(vec3 p, float blur) {
  vec4 q = fromLight * vec4(p, 1.0);
  vec3 s = q.xyz * 0.5 + 0.5;
  if (any(lessThan(s.xy, vec2(0.0))) || any(greaterThan(s.xy, vec2(1.0)))) return 1.0;
  float sum = 0.0, turn = noise(gl_FragCoord.xy) * 6.2831853;
  for (int i = 0; i < 10; i++) {
    float r = sqrt((float(i) + 0.5) / 10.0) * blur, a = float(i) * 2.3999632 + turn;
    sum += texture(shadow, vec3(s.xy + r * vec2(cos(a), sin(a)), s.z - 0.0008));
  }
  return sum / 10.0;
}
vec3 encode(vec3 c) { return pow(clamp(c, 0.0, 1.0), vec3(1.0 / 2.2)); }
`;

// Panels melt into each other: what lies on the floor fades towards their sides and, with a panel
// below, their bottom.
const SIDES = `
uniform vec4 panel;  // left, right, bottom in pixels; pixels over which to fade at the sides
uniform float below;  // pixels over which to fade at the bottom; 0: nothing is below
float inside() {
  float x = min(gl_FragCoord.x - panel.x, panel.y - gl_FragCoord.x);
  float side = panel.w > 0.0 ? smoothstep(0.0, panel.w, x) : 1.0;
  return below > 0.0 ? side * smoothstep(0.0, below, gl_FragCoord.y - panel.z) : side;
}
`;

const SHADERS = {
  shadow: [
    COMMON + SKINNING + `
uniform mat4 fromLight;
void main() { gl_Position = fromLight * vec4(skin() * vec4(position, 1.0), 1.0); }`,
    COMMON + `void main() {}`
  ],

  body: [
    COMMON + SKINNING + `
uniform mat4 camera;
in float open;
out vec3 place, up;
out float sky;
void main() {
  mat4x3 m = skin();
  place = m * vec4(position, 1.0);
  up = mat3(m) * normal;
  sky = open;
  gl_Position = camera * vec4(place, 1.0);
}`,
    COMMON + LIGHT + `
uniform vec3 colour, skyColour, groundColour, frostColour;
uniform float frost, floorHeight;
in vec3 place, up;
in float sky;
out vec4 result;
void main() {
  vec3 n = normalize(up), v = normalize(eye - place), h = normalize(v + lightWay);
  float facing = dot(n, lightWay);
  float direct = smoothstep(-0.08, 1.0, facing) * lit(place + n * 0.012, 0.004);
  float fresnel = pow(1.0 - max(dot(n, v), 0.0), 3.0);
  // The floor takes light from what is close above it.
  float near = clamp((place.y - floorHeight) * 2.2, 0.0, 1.0);
  vec3 ambient = mix(groundColour * (0.35 + 0.65 * near), skyColour, n.y * 0.5 + 0.5) * sky;
  vec3 base = mix(colour, frostColour, frost);
  vec3 c = base * (ambient + 1.15 * direct * vec3(1.0, 0.96, 0.9));
  c += (0.07 + 0.28 * frost) * pow(max(dot(n, h), 0.0), mix(28.0, 70.0, frost)) * direct;
  c += fresnel * sky * (0.22 + 0.3 * frost) * skyColour * (0.4 + 0.6 * base);
  result = vec4(encode(c), 1.0);
}`
  ],

  floor: [
    COMMON + `
uniform mat4 camera;
uniform vec3 middle;
uniform float floorHeight;
in vec2 corner;
out vec3 place;
void main() {
  place = vec3(middle.x + corner.x * 14.0, floorHeight, middle.z + corner.y * 14.0);
  gl_Position = camera * vec4(place, 1.0);
}`,
    COMMON + LIGHT + SIDES + `
uniform vec3 middle, floorColour, lineColour, shadeColour;
uniform vec4 contacts[8];                   // lowest joints: place and how near the floor
in vec3 place;
out vec4 result;
float lines(vec2 p, float width) {
  vec2 w = fwidth(p), d = abs(fract(p - 0.5) - 0.5);
  vec2 l = 1.0 - smoothstep(vec2(width), vec2(width) + w * 1.5, d);
  l *= clamp(width * 3.0 / w, 0.0, 1.0);
  return max(l.x, l.y);
}
void main() {
  float away = length(place.xz - middle.xz);
  float light = mix(1.0, lit(place, 0.010), 1.0 - smoothstep(2.5, 4.0, away));
  float occlusion = 1.0;
  for (int i = 0; i < 8; i++) {
    vec2 d = place.xz - contacts[i].xz;
    float h = contacts[i].y, s = 0.09 + 0.5 * h;
    occlusion *= 1.0 - contacts[i].w * exp(-dot(d, d) / (s * s));
  }
  vec3 c = mix(floorColour, lineColour, lines(place.xz, 0.006) * 0.8);
  c = mix(shadeColour, c, (0.45 + 0.55 * light) * occlusion);
  result = vec4(encode(c), (1.0 - smoothstep(1.6, 6.5, away)) * inside());
}`
  ],

  path: [
    COMMON + `
uniform mat4 camera;
uniform float floorHeight, pixel;           // pixel: metres at a distance of one metre
in vec2 point, side;
in float when;
out float time, across;
void main() {
  across = dot(side, side) > 0.0 ? float(gl_VertexID & 1) * 2.0 - 1.0 : 0.0;
  time = when;
  vec4 here = camera * vec4(point.x, floorHeight + 0.004, point.y, 1.0);
  float half_width = max(0.014, 1.3 * pixel * here.w);  // never thinner than a few pixels
  vec2 edge = point + side * half_width;
  gl_Position = camera * vec4(edge.x, floorHeight + 0.004, edge.y, 1.0);
}`,
    COMMON + SIDES + `
uniform vec3 colour, givenColour;
uniform float now, seed;
in float time, across;
out vec4 result;
void main() {
  float past = 1.0 - step(now, time), fresh = exp(-(now - time) * 0.35);
  float soft = 1.0 - smoothstep(0.6, 1.0, abs(across));
  float alpha = inside() * mix(0.2, 0.4 + 0.6 * fresh, past) * soft;
  result = vec4(pow(time < seed ? givenColour : colour, vec3(1.0 / 2.2)), alpha);
}`
  ],

  backdrop: [
    COMMON + `
in vec2 corner;
out float height;
void main() { height = corner.y * 0.5 + 0.5; gl_Position = vec4(corner, 0.9999, 1.0); }`,
    COMMON + `
uniform vec3 high, low;
in float height;
out vec4 result;
void main() {
  float grain = noise(gl_FragCoord.xy) / 255.0;
  result = vec4(mix(low, high, smoothstep(0.0, 1.0, height)) + grain, 1.0);
}`
  ],
};
