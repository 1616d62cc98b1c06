import { xmlText } from '../../xml/xml-text.ts'
import type { Deed } from './deeds.ts'

/** A package to be installed on the device. `productCode` is its GUID with braces: one that Windows knows already is not installed again. */
export type MsiPackage = Readonly<{ url: string; sha256: string; productCode: string; commandLine: string }>

/** Minutes, and minutes between tries. */
const limits = { timeOut: 10, retries: 1, interval: 5 }

/**
 * Downloads and installs a package. That it is taken says nothing of the end.
 * https://learn.microsoft.com/windows/client-management/mdm/enterprisedesktopappmanagement-csp
 */
export const installMsi = ({ url, sha256, productCode, commandLine }: MsiPackage): readonly Deed[] => {
  const locUri = `./Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/${encodeURIComponent(productCode)}/DownloadInstall`
  const job =
    `<MsiInstallJob id="${xmlText(productCode)}"><Product Version="1.0.0.0">` +
    `<Download><ContentURLList><ContentURL>${xmlText(url)}</ContentURL></ContentURLList></Download>` +
    `<Validation><FileHash>${sha256.toUpperCase()}</FileHash></Validation>` +
    `<Enforcement><CommandLine>${xmlText(commandLine)}</CommandLine><TimeOut>${String(limits.timeOut)}</TimeOut>` +
    `<RetryCount>${String(limits.retries)}</RetryCount><RetryInterval>${String(limits.interval)}</RetryInterval></Enforcement>` +
    `</Product></MsiInstallJob>`
  return [
    { verb: 'Add', locUri },
    { verb: 'Exec', locUri, format: 'xml', data: job },
  ]
}
