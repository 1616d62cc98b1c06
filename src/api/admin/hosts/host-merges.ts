import { z } from 'zod'
import { host } from '../../../domain/host/host.ts'
import { mustLiveOn } from '../../../domain/merging/merging.ts'
import { refuse } from '../../errors.ts'
import { bodyOf, numberId, numberText, paramOf } from '../../parsing.ts'
import { answer } from '../answer.ts'
import type { AdminDeps, Handlers } from '../deps.ts'

export const merge = z.object({ host_id: numberId })

type MergeRoutes = Pick<Handlers, 'POST /hosts/:id/merges' | 'DELETE /hosts/:id/merges/:absorbed'>

/**
 * Two records of one device, made one and parted again. Each of both streams is written by itself, the one that goes first: asked again after
 * a failure, the rest follows.
 */
export const hostMergeRoutes = ({ app }: AdminDeps): MergeRoutes => ({
  'POST /hosts/:id/merges': async (request, response, { cause }) => {
    const into = paramOf(numberText, request, 'id')
    const { host_id: absorbed } = bodyOf(merge, request)
    if (absorbed === into) refuse(422, 'host_id', 'A host cannot be merged into itself.')
    const { state } = await app.load(host, into)
    mustLiveOn(state.enrollment, state.merging)
    const away = await app.execute(host, absorbed, { type: 'MergeAway', data: { into, because: 'asked' } }, cause)
    const hardwareId = away.state.enrollment.hardwareId ?? ''
    const absorb = { type: 'AbsorbHost', data: { hostId: absorbed, hardwareId, because: 'asked' } } as const
    const executed = await app.execute(host, into, absorb, cause)
    await answer(app, response, [away, executed], () => ({ host_id: Number(into), absorbed: Number(absorbed) }))
  },

  'DELETE /hosts/:id/merges/:absorbed': async (request, response, { cause }) => {
    const into = paramOf(numberText, request, 'id')
    const absorbed = paramOf(numberText, request, 'absorbed')
    const [there, { state }] = await Promise.all([app.load(host, into), app.load(host, absorbed)])
    if (state.merging.into !== into && !(absorbed in there.state.merging.absorbed))
      refuse(404, 'absorbed', `Host ${absorbed} was not merged into host ${into}.`)
    const back =
      state.merging.into === into
        ? [await app.execute(host, absorbed, { type: 'ComeBack', data: { because: 'asked' } }, cause)]
        : []
    const executed = await app.execute(host, into, { type: 'SplitHost', data: { hostId: absorbed } }, cause)
    await answer(app, response, [...back, executed], () => ({ host_id: Number(into), split: Number(absorbed) }))
  },
})
