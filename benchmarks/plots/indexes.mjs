// Draws docs/images/index-recall.svg and docs/images/index-growth.svg from measurements.
//
//   node benchmarks/plots/indexes.mjs FOLDER
//
// FOLDER holds, for each SIZE of 100k 500k 1m 5m, `ours-SIZE.json` (semblance lab ann --format json) and, where there is one,
// `peers-SIZE.jsonl` (benchmarks/peers/ann/run.sh).
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const sizes = { '100k': 1e5, '500k': 5e5, '1m': 1e6, '5m': 5e6 };
const colours = { hnsw: '#0b6e99', 'ivf-pq4': '#c45a00', hnswlib: '#777777' };

function load(size) {
  const rows = JSON.parse(readFileSync(join(folder, `ours-${size}.json`), 'utf8'));
  const peers = join(folder, `peers-${size}.jsonl`);
  if (existsSync(peers)) rows.push(...readFileSync(peers, 'utf8').trim().split('\n').map((line) => JSON.parse(line)));
  const kinds = {};
  for (const row of rows) (kinds[row.kind ?? row.peer] ??= []).push(row);
  return kinds;
}

// Searches a second at a recall, between two settings by straight line over the logarithm.
function rateAt(rows, recall) {
  const sorted = rows.map((row) => [row['recall@10'], row.qps_1]).sort((a, b) => a[0] - b[0]);
  for (let i = 1; i < sorted.length; i++) {
    const [[r0, q0], [r1, q1]] = [sorted[i - 1], sorted[i]];
    if (r0 <= recall && recall <= r1 && r1 > r0) return Math.exp(Math.log(q0) + ((recall - r0) / (r1 - r0)) * Math.log(q1 / q0));
  }
  return undefined;
}

// One panel: lines of [x, y] points, both axes given as functions to 0…1 with their ticks.
function panel(left, top, width, height, title, xAxis, yAxis, lines) {
  const x = (value) => left + xAxis.place(value) * width;
  const y = (value) => top + (1 - yAxis.place(value)) * height;
  const parts = [`<text x="${left}" y="${top - 12}" font-weight="600">${title}</text>`];
  for (const [value, label] of yAxis.ticks)
    parts.push(`<path d="M${left} ${y(value).toFixed(1)}h${width}" stroke="#ddd"/><text x="${left - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${label}</text>`);
  for (const [value, label] of xAxis.ticks)
    parts.push(`<path d="M${x(value).toFixed(1)} ${top}v${height}" stroke="#eee"/><text x="${x(value).toFixed(1)}" y="${top + height + 16}" text-anchor="middle">${label}</text>`);
  for (const line of lines) {
    const points = line.points.filter(([a, b]) => xAxis.place(a) >= 0 && xAxis.place(a) <= 1 && yAxis.place(b) >= 0 && yAxis.place(b) <= 1);
    if (points.length === 0) continue;
    parts.push(`<path d="M${points.map(([a, b]) => `${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join('L')}" fill="none" stroke="${colours[line.name]}" stroke-width="2"/>`);
    for (const [a, b] of points) parts.push(`<circle cx="${x(a).toFixed(1)}" cy="${y(b).toFixed(1)}" r="2.5" fill="${colours[line.name]}"/>`);
    // The peer's label stands behind its last point, where no other line runs; ours above theirs.
    const peer = line.name === 'hnswlib';
    const [a, b] = points[peer ? points.length - 1 : Math.floor(points.length * 0.6)];
    parts.push(`<text x="${(x(a) + 6).toFixed(1)}" y="${(y(b) + (peer ? 14 : -6)).toFixed(1)}" fill="${colours[line.name]}">${line.name}</text>`);
  }
  return parts.join('\n');
}

const logarithmic = (low, high, ticks) => ({ place: (value) => Math.log(value / low) / Math.log(high / low), ticks });
// Recall by its distance from 1, so that .99 and .999 are told apart.
const recallAxis = { place: (value) => Math.log(0.2 / Math.max(1 - value, 1e-9)) / Math.log(0.2 / 0.001), ticks: [[0.8, '.8'], [0.9, '.9'], [0.95, '.95'], [0.98, '.98'], [0.99, '.99'], [0.997, '.997'], [0.999, '.999']] };
const rateAxis = logarithmic(1000, 150000, [[1000, '1,000'], [3000, '3,000'], [10000, '10,000'], [30000, '30,000'], [100000, '100,000']]);
const rowsAxis = logarithmic(8e4, 8e6, [[1e5, '100k'], [5e5, '500k'], [1e6, '1M'], [5e6, '5M']]);
const page = (width, height, body) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui,sans-serif" font-size="12" fill="#222"><rect width="${width}" height="${height}" fill="#fff"/>\n${body}\n</svg>\n`;

const data = Object.fromEntries(Object.keys(sizes).filter((size) => existsSync(join(folder, `ours-${size}.json`))).map((size) => [size, load(size)]));
const names = ['hnsw', 'ivf-pq4', 'hnswlib'];

const recall = ['100k', '1m'].filter((size) => data[size]).map((size, i) =>
  panel(70 + i * 430, 50, 340, 300, `SIFT ${size}: searches a second, one thread, over recall@10`, recallAxis, rateAxis,
    names.filter((name) => data[size][name]).map((name) => ({ name, points: data[size][name].map((row) => [row['recall@10'], row.qps_1]) }))));
writeFileSync('docs/images/index-recall.svg', page(880, 400, recall.join('\n')));

const grown = (value) => names.map((name) => ({ name, points: Object.keys(data).filter((size) => data[size][name]).map((size) => [sizes[size], value(data[size][name])]).filter(([, y]) => y !== undefined) }));
writeFileSync('docs/images/index-growth.svg', page(1180, 330, [
  panel(70, 50, 290, 230, 'searches a second at recall@10 = .95', rowsAxis, rateAxis, grown((rows) => rateAt(rows, 0.95))),
  panel(460, 50, 290, 230, 'build, CPU seconds', rowsAxis, logarithmic(1, 1000, [[1, '1'], [10, '10'], [100, '100'], [1000, '1,000']]), grown((rows) => rows[0].build_cpu_seconds)),
  panel(850, 50, 290, 230, 'bytes a vector', rowsAxis, logarithmic(100, 1000, [[100, '100'], [200, '200'], [500, '500'], [1000, '1,000']]), grown((rows) => rows[0].heap_bytes_per_vector ?? rows[0].bytes_per_vector)),
].join('\n')));
