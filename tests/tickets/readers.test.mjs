// QR codes and calendar files that the C++ tests made, read by libraries of others. HF_TICKETS is the folder with them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import ICAL from 'ical.js';
import jsQR from 'jsqr';
import { PNG } from 'pngjs';

const folder = process.env.HF_TICKETS;
const made = (name) => readFileSync(path.join(folder, name));
const text = (name) => made(name).toString('utf8');

/** What jsQR reads in grey pixels. */
function read(side, isDark) {
  const pixels = new Uint8ClampedArray(side * side * 4);
  for (let at = 0; at < side * side; ++at) {
    pixels.fill(isDark(at % side, Math.floor(at / side)) ? 0 : 255, at * 4, at * 4 + 3);
    pixels[at * 4 + 3] = 255;
  }
  return jsQR(pixels, side, side)?.data;
}

/** Draws the last path of our SVG, runs like "M4 4h7v1h-7z", with `scale` pixels a unit. */
function drawn(svg, scale) {
  const side = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)[1]);
  const path = /<path d="([^"]*)"\/><\/svg>$/.exec(svg)[1];
  assert.match(path, /^(M\d+ \d+h\d+v1h-\d+z)+$/);
  const dark = new Set();
  for (const [, x, y, width, back] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-(\d+)z/g)) {
    assert.equal(width, back);
    for (let i = 0; i < Number(width); ++i) dark.add(Number(y) * side + Number(x) + i);
  }
  return read(side * scale, (x, y) => dark.has(Math.floor(y / scale) * side + Math.floor(x / scale)));
}

test('the PNG is read as the code it was made of, also with a tenth of it covered', () => {
  const png = PNG.sync.read(made('qr.png'));
  assert.equal(png.width, 4 * 49);
  const isDark = (x, y) => png.data[(y * png.width + x) * 4] < 128;
  assert.equal(read(png.width, isDark), text('qr.txt'));
  const covered = (x, y) => (x > 90 && x < 130 && y > 90 && y < 130 ? false : isDark(x, y));
  assert.equal(read(png.width, covered), text('qr.txt'));
});

test('a PNG without a quiet corner is read as nothing: the reader is real', () => {
  const png = PNG.sync.read(made('qr.png'));
  const isDark = (x, y) => png.data[(y * png.width + x) * 4] < 128;
  assert.equal(read(png.width, (x, y) => (x < 60 && y < 60 ? false : isDark(x, y))), undefined);
});

test('the SVG is read as the code it was made of', () => {
  assert.equal(drawn(text('qr.svg'), 5), text('qr.txt'));
});

test('a calendar reads the event as it was meant', () => {
  const calendar = new ICAL.Component(ICAL.parse(text('event.ics')));
  assert.equal(calendar.getFirstPropertyValue('method'), 'PUBLISH');
  assert.equal(calendar.getAllSubcomponents().length, 1);
  const component = calendar.getFirstSubcomponent('vevent');
  const event = new ICAL.Event(component);
  assert.equal(event.uid, 'ord_0000000000h9f3k7v2n8c5r1q4@tickets.example');
  assert.equal(event.sequence, 0);
  assert.equal(event.summary, 'Tosca; Puccini, "ohne" Pause\\');
  assert.equal(event.location, 'Μέγαρο Μουσικής, Αθήνα');
  assert.equal(
    event.description,
    `Reihe 12, Plätze 7 und 8.\nEinlass ab 18:00 — bitte pünktlich, Анна Ковалёва-Щукина! ${'🎟️'.repeat(10)}`,
  );
  assert.equal(event.startDate.toJSDate().toISOString(), '2027-03-01T19:00:00.000Z');
  assert.equal(event.endDate.toJSDate().toISOString(), '2027-03-01T22:00:00.000Z');
  assert.equal(component.getFirstPropertyValue('status'), 'CONFIRMED');
  assert.equal(component.getFirstPropertyValue('url'), 'https://tickets.example/orders/ord_0000000000h9f3k7v2n8c5r1q4?a=1;b=2,3');
  assert.deepEqual(component.getFirstPropertyValue('geo'), [47.0707, -15.4395]);
  const organiser = component.getFirstProperty('organizer');
  assert.equal(organiser.getFirstValue(), 'mailto:office@oper.example');
  assert.equal(organiser.getParameter('cn'), `Grazer 'Bühnen'; Oper`);
});

test('a cancellation is the same entry with a later sequence', () => {
  const before = new ICAL.Event(new ICAL.Component(ICAL.parse(text('event.ics'))).getFirstSubcomponent('vevent'));
  const calendar = new ICAL.Component(ICAL.parse(text('cancelled.ics')));
  assert.equal(calendar.getFirstPropertyValue('method'), 'CANCEL');
  const component = calendar.getFirstSubcomponent('vevent');
  const after = new ICAL.Event(component);
  assert.equal(after.uid, before.uid);
  assert.ok(after.sequence > before.sequence);
  assert.equal(component.getFirstPropertyValue('status'), 'CANCELLED');
});
