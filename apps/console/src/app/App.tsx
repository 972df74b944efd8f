import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy } from "react";
import { createBrowserRouter, Navigate, RouterProvider, type RouteObject } from "react-router";

import { ApiProblem } from "../api/problem";
import { LanguageProvider, useText } from "../i18n";
import { Page } from "../ui/parts";
import { Frame } from "./Frame";
import { placesOf } from "./nav";
import { SessionGate, useSession } from "./session";

const CalendarPage = lazy(() => import("../pages/calendar/CalendarPage"));
const CustomersPage = lazy(() => import("../pages/customers/CustomersPage"));
const CustomerPage = lazy(() => import("../pages/customers/CustomerPage"));
const SetUpPage = lazy(() => import("../pages/setup/SetUpPage"));
const SheetPage = lazy(() => import("../pages/sheet/SheetPage"));
const MyDayPage = lazy(() => import("../pages/therapist/MyDayPage"));
const EarningsPage = lazy(() => import("../pages/therapist/EarningsPage"));
const TillPage = lazy(() => import("../pages/till/TillPage"));
const StatementsPage = lazy(() => import("../pages/till/StatementsPage"));
const LettersPage = lazy(() => import("../pages/till/LettersPage"));
const InboxPage = lazy(() => import("../pages/inbox/InboxPage"));
const CommissionPage = lazy(() => import("../pages/commission/CommissionPage"));
const StaffPage = lazy(() => import("../pages/staff/StaffPage"));
const StaffMemberPage = lazy(() => import("../pages/staff/StaffMemberPage"));
const CataloguePage = lazy(() => import("../pages/catalogue/CataloguePage"));
const ServicesPage = lazy(() => import("../pages/catalogue/ServicesPage"));
const ServicePage = lazy(() => import("../pages/catalogue/ServicePage"));
const PackagesPage = lazy(() => import("../pages/catalogue/PackagesPage"));
const PromotionsPage = lazy(() => import("../pages/catalogue/PromotionsPage"));
const RoomsPage = lazy(() => import("../pages/catalogue/RoomsPage"));
const ImportPage = lazy(() => import("../pages/catalogue/ImportPage"));
const SettingsPage = lazy(() => import("../pages/settings/SettingsPage"));
const BookingSettings = lazy(() => import("../pages/settings/BookingSettings"));
const HoursSettings = lazy(() => import("../pages/settings/HoursSettings"));
const MoneySettings = lazy(() => import("../pages/settings/MoneySettings"));
const AssistantSettings = lazy(() => import("../pages/settings/AssistantSettings"));
const PeopleSettings = lazy(() => import("../pages/settings/PeopleSettings"));
const TokenSettings = lazy(() => import("../pages/settings/TokenSettings"));
const WebhookSettings = lazy(() => import("../pages/settings/WebhookSettings"));
const FeatureSettings = lazy(() => import("../pages/settings/FeatureSettings"));
const AuditSettings = lazy(() => import("../pages/settings/AuditSettings"));
const RulesPage = lazy(() => import("../pages/commission/RulesPage"));
const RulePage = lazy(() => import("../pages/commission/RulePage"));
const WhatIfPage = lazy(() => import("../pages/commission/WhatIfPage"));
const TrialPage = lazy(() => import("../pages/commission/TrialPage"));
const DisputesPage = lazy(() => import("../pages/commission/DisputesPage"));
const PayrollPage = lazy(() => import("../pages/commission/PayrollPage"));
const ReportsPage = lazy(() => import("../pages/reports/ReportsPage"));
const DataRequestsPage = lazy(() => import("../pages/privacy/DataRequestsPage"));

/** The pages. Each is a chunk of its own, so that the calendar loads without the rest. */
const ROUTES: RouteObject[] = [
  { index: true, element: <Start /> },
  { path: "calendar", element: <CalendarPage /> },
  { path: "customers", element: <CustomersPage /> },
  { path: "customers/:id", element: <CustomerPage /> },
  { path: "day-sheet", element: <SheetPage /> },
  { path: "my-day", element: <MyDayPage /> },
  { path: "earnings", element: <EarningsPage /> },
  { path: "till", element: <TillPage /> },
  { path: "till/statements", element: <StatementsPage /> },
  { path: "till/letters", element: <LettersPage /> },
  { path: "inbox", element: <InboxPage /> },
  { path: "inbox/:id", element: <InboxPage /> },
  { path: "commission", element: <CommissionPage /> },
  { path: "set-up", element: <SetUpPage /> },
  { path: "staff", element: <StaffPage /> },
  { path: "staff/:id", element: <StaffMemberPage /> },
  {
    path: "catalogue",
    element: <CataloguePage />,
    children: [
      { index: true, element: <Navigate to="services" replace /> },
      { path: "services", element: <ServicesPage /> },
      { path: "services/:id", element: <ServicePage /> },
      { path: "packages", element: <PackagesPage /> },
      { path: "promotions", element: <PromotionsPage /> },
      { path: "rooms", element: <RoomsPage /> },
      { path: "import", element: <ImportPage /> },
      { path: "import/:id", element: <ImportPage /> },
    ],
  },
  {
    path: "settings",
    element: <SettingsPage />,
    children: [
      { index: true, element: <Navigate to="booking" replace /> },
      { path: "booking", element: <BookingSettings /> },
      { path: "hours", element: <HoursSettings /> },
      { path: "money", element: <MoneySettings /> },
      { path: "assistant", element: <AssistantSettings /> },
      { path: "people", element: <PeopleSettings /> },
      { path: "tokens", element: <TokenSettings /> },
      { path: "webhooks", element: <WebhookSettings /> },
      { path: "features", element: <FeatureSettings /> },
      { path: "audit", element: <AuditSettings /> },
    ],
  },
  { path: "commission/rules", element: <RulesPage /> },
  { path: "commission/rules/new", element: <RulePage /> },
  { path: "commission/what-if", element: <WhatIfPage /> },
  { path: "commission/trial", element: <TrialPage /> },
  { path: "commission/disputes", element: <DisputesPage /> },
  { path: "commission/payroll", element: <PayrollPage /> },
  { path: "reports", element: <ReportsPage /> },
  { path: "data-requests", element: <DataRequestsPage /> },
  { path: "*", element: <Nowhere /> },
];

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What the API refused it will refuse again; a lost line is tried again by the event stream.
      retry: (count, error) => !(error instanceof ApiProblem && error.status < 500) && count < 1,
      // The browser's own idea of being offline is often wrong; whoever answers is online.
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});

const router = createBrowserRouter([
  {
    element: (
      <SessionGate>
        <Frame />
      </SessionGate>
    ),
    children: ROUTES,
  },
]);

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <LanguageProvider>
        <RouterProvider router={router} />
      </LanguageProvider>
    </QueryClientProvider>
  );
}

function Start() {
  const { membership, can } = useSession();
  const first = placesOf(membership.role, can)[0];
  return first === undefined ? <Nowhere /> : <Navigate to={first.path} replace />;
}

function Nowhere() {
  const t = useText();
  return (
    <Page title={t("app.noPage")}>
      <a href="/">{t("app.home")}</a>
    </Page>
  );
}
