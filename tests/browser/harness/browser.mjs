// The browser: Debian's Chromium, one for all tests of a file.

import { after, before, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import { axe } from '../checks/axe.mjs';
import { killAll } from './program.mjs';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const launch = () => chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });

/**
 * Gives `check(name, run, options)`: a test with a browser context of its own. `run` gets a page and the context; `options`
 * are those of the context.
 */
export function checks() {
  let browser;
  before(async () => { browser = await launch(); });
  after(async () => {
    await browser?.close();
    // What a failed check has left.
    killAll();
  });
  return (name, run, options = {}) => test(name, { timeout: 90_000 }, async () => {
    const context = await browser.newContext({ viewport: { width: 1000, height: 900 }, ...options });
    context.setDefaultTimeout(15_000);
    try {
      await run(await context.newPage(), context);
    } finally {
      await context.close();
    }
  });
}

export const axeFindsNothing = (page, where) => axe(page, AxeBuilder, where);
export { AxeBuilder };
