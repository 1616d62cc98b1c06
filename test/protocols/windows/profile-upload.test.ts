import assert from 'node:assert/strict'
import { readWindowsProfile } from '../../../src/protocols/windows/profile-upload.ts'

const command = (verb: string, locUri: string): string =>
  `<${verb}><Item><Target><LocURI>${locUri}</LocURI></Target><Data>1</Data></Item></${verb}>`
const camera = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera'
const read = (text: string) => readWindowsProfile(Buffer.from(text))

describe('A Windows profile', () => {
  it('consists of commands side by side', () => {
    const { atomic, commands } = read(
      `<!-- camera -->\n${command('Replace', ` ${camera}\n`)}${command('Add', './Vendor/MSFT/X')}`,
    )
    assert.equal(atomic, false)
    assert.deepEqual(commands, [
      { verb: 'Replace', locUris: [camera] },
      { verb: 'Add', locUris: ['./Vendor/MSFT/X'] },
    ])
  })

  it('may name nodes that only look like those of the server', () => {
    for (const locUri of [
      './Device/Vendor/MSFT/DMClientX/a',
      './Vendor/MSFT/CertificateStore/Root/System',
      './Vendor/MSFT/X/50%25',
    ])
      assert.deepEqual(
        read(command('Replace', locUri)).commands.map(({ locUris }) => locUris),
        [[locUri]],
      )
  })

  it('may wrap them itself', () => {
    assert.deepEqual(read(`<Atomic>${command('Replace', camera)}</Atomic>`), {
      atomic: true,
      commands: [{ verb: 'Replace', locUris: [camera] }],
    })
  })

  for (const [what, text, reason] of [
    ['nothing', ' \n', /empty/],
    ['no command', '<!-- nothing -->', /no command/],
    ['an XML declaration', `<?xml version="1.0"?>${command('Replace', camera)}`, /processing instruction/],
    ['a processing instruction', `${command('Replace', camera)}<?run me?>`, /processing instruction/],
    ['a document type', `<!DOCTYPE x>${command('Replace', camera)}`, /./],
    ['an element that does not end', '<Replace>', /well-formed/],
    ['an unknown entity', command('Replace', '&foo;'), /well-formed/],
    ['text between commands', `${command('Replace', camera)} and ${command('Replace', camera)}`, /Text stands/],
    ['another command', command('Delete', camera), /<Delete>/],
    ['another command in an Atomic', `<Atomic>${command('Get', camera)}</Atomic>`, /<Get>/],
    ['commands before an Atomic', `${command('Replace', camera)}<Atomic>${command('Add', camera)}</Atomic>`, /only element/],
    ['an Atomic in an Atomic', `<Atomic><Atomic>${command('Add', camera)}</Atomic></Atomic>`, /another Atomic/],
    ['a command without LocURI', '<Replace><Item/></Replace>', /no Target/],
    ['Exec of anything', command('Exec', './Device/Vendor/MSFT/Reboot/RebootNow'), /by SCEP/],
    ['BitLocker', command('Replace', './Device/Vendor/MSFT/BitLocker/RequireDeviceEncryption'), /disk encryption/],
    ['BitLocker without Device', command('Replace', './Vendor/MSFT/BitLocker/RequireDeviceEncryption'), /disk encryption/],
    ['updates', command('Replace', './Device/Vendor/MSFT/Policy/Config/Update/AllowAutoUpdate'), /OS updates/],
    ['updates in another case', command('Replace', './device/vendor/msft/POLICY/config/update/x'), /OS updates/],
    ['BitLocker behind escapes', command('Replace', './Device/Vendor/MSFT/%42it%4cocker/x'), /disk encryption/],
    ['BitLocker behind a broken escape', command('Replace', './Device/Vendor/MSFT/%42itLocker/%zz'), /disk encryption/],
    ['BitLocker behind slashes', command('Replace', './Device//Vendor/.//MSFT/BitLocker/x'), /disk encryption/],
    ['a wipe', command('Add', './Device/Vendor/MSFT/RemoteWipe/doWipe'), /RemoteWipe/],
    ['a wipe without Device', command('Add', ' ./vendor/msft/remotewipe '), /RemoteWipe/],
    ['the management client', command('Replace', './Device/Vendor/MSFT/DMClient/Provider/Muster/Poll/PollOnLogin'), /DMClient/],
    ['the management client as a whole', command('Replace', './User/Vendor/MSFT/DMClient'), /DMClient/],
    ['the management account', command('Replace', './SyncML/DMAcc/a/AppAuth/CLCRED/AAuthSecret'), /DMAcc/],
    ['the renewal of the identity', command('Replace', './Vendor/MSFT/CertificateStore/My/WSTEP/Renew/RenewPeriod'), /WSTEP/],
    ['one of these in an Atomic', `<Atomic>${command('Add', camera)}${command('Add', './SyncML/DMAcc/a')}</Atomic>`, /DMAcc/],
    ['a LocURI from the root', command('Replace', '/Device/Vendor/MSFT/X'), /does not begin with \.\//],
    ['an escaped LocURI from the root', command('Replace', ' %2FVendor/MSFT/X'), /does not begin with \.\//],
    ['more than 1 MiB', command('Replace', `./${'x'.repeat(1024 * 1024)}`), /1 MiB/],
    ['deep nesting', `${'<Replace>'.repeat(40)}${'</Replace>'.repeat(40)}`, /nested deeper/],
  ] as const)
    it(`is refused with ${what}`, () => {
      assert.throws(
        () => read(text),
        (error: Error & { field?: string }) =>
          error.name === 'ParseError' && error.field === 'profile' && reason.test(error.message),
      )
    })
})

describe('A Windows profile that enrolls a certificate', () => {
  const id = '$FLEET_VAR_SCEP_WINDOWS_CERTIFICATE_ID'
  const base = (place = './Device', name: string = id) => `${place}/Vendor/MSFT/ClientCertificateInstall/SCEP/${name}`
  const needed = ['CAThumbprint', 'Challenge', 'EKUMapping', 'HashAlgorithm', 'KeyLength', 'KeyUsage', 'ServerURL', 'SubjectName']
  const whole = (at: string, { without = '', start = 'Exec' } = {}) =>
    [
      command('Add', at),
      ...needed.filter((name) => name !== without).map((name) => command('Replace', `${at}/Install/${name}`)),
      ...(start === '' ? [] : [command(start, `${at}/Install/Enroll`)]),
    ].join('')

  for (const at of [base(), base('./User'), base('.'), base('./Device', '${FLEET_VAR_SCEP_WINDOWS_CERTIFICATE_ID}')])
    it(`is taken at ${at}`, () => {
      assert.equal(read(whole(at)).commands.length, needed.length + 2)
    })

  for (const name of needed)
    it(`is refused without ${name}`, () => {
      assert.throws(() => read(whole(base(), { without: name })), new RegExp(`does not set Install/${name}`))
    })

  for (const [what, text, reason] of [
    ['a name of its own', whole(base('./Device', 'mine')), /must be named/],
    ['no Exec', whole(base(), { start: '' }), /no Exec/],
    ['another Exec', `${whole(base())}${command('Exec', `${base()}/Install/ServerURL`)}`, /only Exec/],
    ['device and user', `${whole(base())}${command('Replace', `${base('./User')}/Install/RetryCount`)}`, /not for both/],
    ['other nodes', `${whole(base())}${command('Replace', camera)}`, /other nodes/],
    ['an unknown node', `${whole(base())}${command('Replace', `${base()}/Install/Colour`)}`, /Install\/Colour/],
  ] as const)
    it(`is refused with ${what}`, () => {
      assert.throws(() => read(text), reason)
    })
})
