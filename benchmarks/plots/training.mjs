// Draws training curves, loss and accuracy over epochs, as one SVG.
//
//   node benchmarks/plots/training.mjs OUTPUT.svg NAME=RUN-FOLDER…
//
// A run folder holds the `curve.json` that training writes. Solid lines: validation; dashed: training, on augmented pictures.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [output, ...named] = process.argv.slice(2);
if (!output || named.length === 0) {
  console.error('node benchmarks/plots/training.mjs OUTPUT.svg NAME=RUN-FOLDER…');
  process.exit(2);
}
const colours = ['#0b6e99', '#c45a00', '#4d7d2a', '#7a4a9c', '#777777'];
const escape = (text) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);
const runs = named.map((argument, i) => {
  const [name, folder] = argument.includes('=') ? argument.split(/=(.*)/s) : ['', argument];
  return { name, colour: colours[i % colours.length], curve: JSON.parse(readFileSync(join(folder, 'curve.json'), 'utf8')) };
});

// One panel: lines of [x, y] points, both axes given as functions to 0…1 with their ticks.
function panel(left, top, width, height, title, xAxis, yAxis, lines) {
  const x = (value) => left + xAxis.place(value) * width;
  const y = (value) => top + (1 - yAxis.place(value)) * height;
  const parts = [`<text x="${left}" y="${top - 12}" font-weight="600">${title}</text>`];
  for (const [value, label] of yAxis.ticks)
    parts.push(`<path d="M${left} ${y(value).toFixed(1)}h${width}" stroke="#ddd"/><text x="${left - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${label}</text>`);
  for (const [value, label] of xAxis.ticks)
    parts.push(`<path d="M${x(value).toFixed(1)} ${top}v${height}" stroke="#eee"/><text x="${x(value).toFixed(1)}" y="${top + height + 16}" text-anchor="middle">${label}</text>`);
  for (const line of lines.filter(({ points }) => points.length > 0)) {
    parts.push(`<path d="M${line.points.map(([a, b]) => `${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join('L')}" fill="none" stroke="${line.colour}" stroke-width="${line.dashed ? 1.3 : 2}"${line.dashed ? ' stroke-dasharray="5 4"' : ''}/>`);
    const [a, b] = line.points.at(-1);
    parts.push(`<circle cx="${x(a).toFixed(1)}" cy="${y(b).toFixed(1)}" r="2.5" fill="${line.colour}"/>`);
    // Beside the panel, where no line runs, also for a run that ended early.
    parts.push(`<text x="${left + width + 8}" y="${(y(b) + 4 + (line.shift ?? 0)).toFixed(1)}" fill="${line.colour}">${line.label}</text>`);
  }
  parts.push(`<text x="${left + width / 2}" y="${top + height + 34}" text-anchor="middle" fill="#666">${xAxis.title}</text>`);
  return parts.join('\n');
}

// Round steps that cut the range into about `count` parts.
function linear(low, high, count, digits) {
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw);
  const [first, last] = [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
  const ticks = [];
  for (let value = first; value <= last + step / 2; value += step) ticks.push([value, value.toFixed(digits)]);
  return { place: (value) => Math.min(1, (value - first) / (last - first)), ticks };
}

// The labels of two lines that end close together move apart.
function spread(lines, place, height) {
  const ends = lines.filter(({ points }) => points.length > 0).map((line) => ({ line, at: (1 - place(line.points.at(-1)[1])) * height })).sort((a, b) => a.at - b.at);
  let last = -Infinity;
  for (const { line, at } of ends) {
    const placed = Math.max(at, last + 14);
    line.shift = placed - at;
    last = placed;
  }
  return lines;
}

const epochs = Math.max(...runs.map(({ curve }) => curve.at(-1).epoch), 2);
const xAxis = { ...linear(0, epochs, 6, 0), title: 'epochs' };
const lines = (key) => runs.flatMap(({ name, colour, curve }) => [false, true].map((dashed) => {
  const points = curve.map((point) => [point.epoch, point[`${dashed ? 'training' : 'validation'}_${key}`]]).filter(([, value]) => value !== null);
  const value = points.length > 0 ? points.at(-1)[1].toFixed(3) : '';
  return { colour, dashed, points, label: `${escape(name)} ${dashed ? 'training' : 'validation'} ${value}`.trim() };
}));
const values = (set) => set.flatMap(({ points }) => points.map(([, y]) => y));

const [width, height, gap] = [330, 260, 560];
const panels = ['accuracy', 'loss'].map((key, i) => {
  const set = lines(key);
  // A validation loss early in a run may be tens; it goes out of the picture rather than squeeze the rest.
  const high = Math.max(...values(set.filter(({ dashed }) => dashed || key === 'accuracy')));
  const yAxis = linear(Math.min(...values(set)), high, 6, key === 'accuracy' ? 2 : 1);
  return panel(60 + i * gap, 50, width, height, key, xAxis, yAxis, spread(set, yAxis.place, height));
});
const minutes = runs.map(({ name, curve }) => `${escape(name)} ${(curve.at(-1).cpu_seconds / 60).toFixed(1)} CPU minutes`.trim()).join(', ');
const [w, h] = [60 + 2 * gap, 390];
panels.push(`<text x="60" y="${h - 12}" fill="#666">${minutes}</text>`);
writeFileSync(output, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" font-family="system-ui,sans-serif" font-size="12" fill="#222"><rect width="${w}" height="${h}" fill="#fff"/>\n${panels.join('\n')}\n</svg>\n`);
