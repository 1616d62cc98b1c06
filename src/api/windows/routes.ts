import { Router } from 'express'
import { windowsEnrollmentRoutes } from './enrollment.ts'
import { windowsManagementRoutes } from './management.ts'
import { windowsPages } from './pages.ts'
import type { WindowsEdge } from './settings.ts'

/** Everything that Windows devices and their users reach. Mount it at `/`. */
export const windowsRoutes = (edge: WindowsEdge): Router =>
  Router().use(windowsEnrollmentRoutes(edge)).use(windowsPages(edge)).use(windowsManagementRoutes(edge))
