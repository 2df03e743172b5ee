import path from 'node:path';

/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  // The packages are in the folder above.
  turbopack: { root: path.dirname(import.meta.dirname) },
};
