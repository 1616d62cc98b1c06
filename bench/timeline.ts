import type { Benchmark } from './support/report.ts'
export const timeline: Benchmark = { about: '', run: () => Promise.reject(new Error()) }
