/**
 * PowerShell that an agent runs as SYSTEM. Nobody may sign in at a locked PC, at its screen or from afar, whatever kind of account it is: the right
 * to do so is denied to everyone, and who is signed in is signed out. Services, the agent among them, run on.
 * https://learn.microsoft.com/windows/security/threat-protection/security-policy-settings/deny-log-on-locally
 */
export const lockScript = `$ErrorActionPreference = 'Stop'
$folder = Join-Path $env:ProgramData 'Muster'
$kept = Join-Path $folder 'sign-in-rights.inf'
New-Item -ItemType Directory -Force -Path $folder | Out-Null
if (-not (Test-Path $kept)) {
  secedit /export /cfg $kept /areas USER_RIGHTS | Out-Null
  if (-not (Test-Path $kept)) { throw 'The rights in force could not be read.' }
}
$denied = Join-Path $folder 'deny-sign-in.inf'
@'
[Unicode]
Unicode=yes
[Version]
signature="$CHICAGO$"
Revision=1
[Privilege Rights]
SeDenyInteractiveLogonRight = *S-1-1-0
SeDenyRemoteInteractiveLogonRight = *S-1-1-0
'@ | Set-Content -Path $denied -Encoding Unicode
secedit /configure /db (Join-Path $folder 'lock.sdb') /cfg $denied /areas USER_RIGHTS /quiet
if ($LASTEXITCODE -ne 0) { throw "secedit ended with $LASTEXITCODE." }
foreach ($line in (quser 2>$null | Select-Object -Skip 1)) {
  if ($line -match '\\s(\\d+)\\s') { logoff $Matches[1] 2>$null }
}
'Nobody may sign in any more.'
`

/** Gives back the rights that were in force before the lock. */
export const unlockScript = `$ErrorActionPreference = 'Stop'
$folder = Join-Path $env:ProgramData 'Muster'
$kept = Join-Path $folder 'sign-in-rights.inf'
$rights = @{ SeDenyInteractiveLogonRight = ''; SeDenyRemoteInteractiveLogonRight = '' }
if (Test-Path $kept) {
  foreach ($line in Get-Content $kept) {
    if ($line -match '^(SeDeny(?:Remote)?InteractiveLogonRight)\\s*=\\s*(.*)$') { $rights[$Matches[1]] = $Matches[2] }
  }
}
$lines = @('[Unicode]', 'Unicode=yes', '[Version]', 'signature="$CHICAGO$"', 'Revision=1', '[Privilege Rights]')
foreach ($right in $rights.Keys) { $lines += "$right = $($rights[$right])" }
$allowed = Join-Path $folder 'allow-sign-in.inf'
$lines | Set-Content -Path $allowed -Encoding Unicode
secedit /configure /db (Join-Path $folder 'unlock.sdb') /cfg $allowed /areas USER_RIGHTS /quiet
if ($LASTEXITCODE -ne 0) { throw "secedit ended with $LASTEXITCODE." }
Remove-Item -Path $kept -ErrorAction SilentlyContinue
'Those who could sign in before may again.'
`
