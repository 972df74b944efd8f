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
const MyDayPage = lazy(() => import("../pages/therapist/MyDayPage"));
const EarningsPage = lazy(() => import("../pages/therapist/EarningsPage"));
const TillPage = lazy(() => import("../pages/till/TillPage"));
const InboxPage = lazy(() => import("../pages/inbox/InboxPage"));
const CommissionPage = lazy(() => import("../pages/commission/CommissionPage"));

/** The pages. Each is a chunk of its own, so that the calendar loads without the rest. */
const ROUTES: RouteObject[] = [
  { index: true, element: <Start /> },
  { path: "calendar", element: <CalendarPage /> },
  { path: "customers", element: <CustomersPage /> },
  { path: "customers/:id", element: <CustomerPage /> },
  { path: "my-day", element: <MyDayPage /> },
  { path: "earnings", element: <EarningsPage /> },
  { path: "till", element: <TillPage /> },
  { path: "inbox", element: <InboxPage /> },
  { path: "inbox/:id", element: <InboxPage /> },
  { path: "commission", element: <CommissionPage /> },
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
