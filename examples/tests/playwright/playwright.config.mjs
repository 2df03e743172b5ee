import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests',
  reporter: 'list',
  // A test that passes only the second time hides something: an event that was lost, or an order that was not expected.
  retries: 0,
  use: {
    launchOptions: {
      // The browser of the system, so that none is downloaded. Leave this out to use the one that
      // `npx playwright install chromium` puts there.
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      // Chromium cannot build its sandbox where everything runs as root, as in most containers.
      chromiumSandbox: false,
    },
    trace: 'retain-on-failure',
  },
});
