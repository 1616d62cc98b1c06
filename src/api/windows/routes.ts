import type { Router } from 'express'
import type { DeviceRoute } from '../device-path.ts'
import type { Proxies } from '../proxies.ts'
import { windowsEnrollmentRoutes } from './enrollment.ts'
import { windowsManagementRoutes } from './management.ts'
import { windowsPages } from './pages.ts'
import type { WindowsEdge } from './settings.ts'

/** What Windows devices reach, for the path of devices, and what their users see, to be mounted at `/`. */
export type WindowsRoutes = Readonly<{ devices: Readonly<Record<string, DeviceRoute>>; people: Router }>

export const windowsRoutes = (edge: WindowsEdge, addressOf: Proxies['addressOf']): WindowsRoutes => ({
  devices: { ...windowsEnrollmentRoutes(edge, addressOf), ...windowsManagementRoutes(edge) },
  people: windowsPages(edge),
})
