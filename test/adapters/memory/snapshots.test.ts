import { memorySnapshots } from '../../../src/adapters/memory/snapshots.ts'
import { snapshotsContract } from '../../contracts/snapshots.contract.ts'

snapshotsContract('The store in memory', () => Promise.resolve({ snapshots: memorySnapshots(), stop: () => Promise.resolve() }))
