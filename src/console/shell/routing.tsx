import { Button } from '@mantine/core'
import { Link, Navigate, Route, Routes } from 'react-router'
import { AccessPage } from '../pages/access/access-page.tsx'
import { AuditPage } from '../pages/audit/audit-page.tsx'
import { CertificatesPage } from '../pages/certificates/certificates-page.tsx'
import { ChangeSetsPage } from '../pages/change-sets/change-sets-page.tsx'
import { DashboardPage } from '../pages/dashboard/dashboard-page.tsx'
import { LabelsPage } from '../pages/groups/labels-page.tsx'
import { TeamsPage } from '../pages/groups/teams-page.tsx'
import { HostPage } from '../pages/host/host-page.tsx'
import { HostsPage } from '../pages/hosts/hosts-page.tsx'
import { ProfilePage } from '../pages/profiles/profile-page.tsx'
import { ProfilesPage } from '../pages/profiles/profiles-page.tsx'
import { Empty } from '../parts/empty.tsx'
import { Page } from '../parts/page.tsx'

/** Which page an address means. */
export const Routing = () => (
  <Routes>
    <Route path="/" element={<DashboardPage />} />
    <Route path="/sign-in" element={<Navigate to="/" replace />} />
    <Route path="/hosts" element={<HostsPage />} />
    <Route path="/hosts/:id" element={<HostPage />} />
    <Route path="/profiles" element={<ProfilesPage />} />
    <Route path="/profiles/:uuid" element={<ProfilePage />} />
    <Route path="/labels" element={<LabelsPage />} />
    <Route path="/teams" element={<TeamsPage />} />
    <Route path="/certificates" element={<CertificatesPage />} />
    <Route path="/change-sets" element={<ChangeSetsPage />} />
    <Route path="/change-sets/:id" element={<ChangeSetsPage />} />
    <Route path="/audit" element={<AuditPage />} />
    <Route path="/access" element={<AccessPage />} />
    <Route path="*" element={<Nowhere />} />
  </Routes>
)

const Nowhere = () => (
  <Page title="Not found">
    <Empty
      title="There is no such page"
      action={
        <Button component={Link} to="/" variant="default">
          To the dashboard
        </Button>
      }
    />
  </Page>
)
