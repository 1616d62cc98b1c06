import assert from 'node:assert/strict'
import { Socket } from 'node:net'
import express from 'express'
import { proxiesOf } from '../../src/api/proxies.ts'

describe('The address that a request comes from', () => {
  const trusting = (setting: string | number | boolean) =>
    proxiesOf(express().set('trust proxy', setting).get('trust proxy fn') as Parameters<typeof proxiesOf>[0])
  const from = (remoteAddress: string, forwarded?: string) => ({
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    socket: Object.create(Socket.prototype, { remoteAddress: { value: remoteAddress } }) as Socket,
  })

  for (const [setting, address, forwarded, right] of [
    [false, '192.0.2.1', '203.0.113.9', '192.0.2.1'],
    ['192.0.2.1', '192.0.2.1', '203.0.113.9', '203.0.113.9'],
    ['192.0.2.1', '192.0.2.7', '203.0.113.9', '192.0.2.7'],
    ['192.0.2.1', '192.0.2.1', undefined, '192.0.2.1'],
    [1, '192.0.2.1', '198.51.100.1, 203.0.113.9', '203.0.113.9'],
    [2, '192.0.2.1', '198.51.100.1, 203.0.113.9', '198.51.100.1'],
    [true, '192.0.2.1', '198.51.100.1, 203.0.113.9', '198.51.100.1'],
  ] as const)
    it(`is ${right} when ${String(setting)} is trusted, ${address} calls and says ${forwarded ?? 'nothing'}, as Express has it`, () => {
      assert.equal(trusting(setting).addressOf(from(address, forwarded)), right)
    })

  it('is that of a proxy when it is trusted itself', () => {
    const { isProxy } = trusting('192.0.2.1')
    assert.deepEqual([isProxy('192.0.2.1'), isProxy('192.0.2.2'), isProxy(undefined)], [true, false, false])
  })
})
