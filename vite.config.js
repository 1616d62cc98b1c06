import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The console: from src/console into dist/console, by names that change with the content. The server serves it: see src/api/console.ts.
export default defineConfig({
  root: 'src/console',
  plugins: [react()],
  build: {
    outDir: '../../dist/console',
    emptyOutDir: true,
    // Nothing inline: the page's policy lets scripts and pictures come from files alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  // `npx vite` while one works on the console, beside `npm start`.
  server: { port: 5173, proxy: { '/api': { target: 'https://localhost:8443', secure: false, changeOrigin: true } } },
})
