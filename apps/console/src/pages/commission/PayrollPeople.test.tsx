// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, configure, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Schemas } from "../../api/client";
import { People } from "./PayrollPeople";

// A slow machine is no failure.
configure({ asyncUtilTimeout: 20_000 });
vi.setConfig({ testTimeout: 60_000 });

const { GET, PUT } = vi.hoisted(() => ({ GET: vi.fn(), PUT: vi.fn() }));
vi.mock("../../api/client", async (original) => ({
  ...(await original<Record<string, unknown>>()),
  api: { GET, PUT },
}));
vi.mock("../../app/session", () => ({ useSession: () => ({ can: () => true }) }));

const ok = (data: unknown) => Promise.resolve({ data, response: new Response() });
let links: Schemas["PayrollLink"][];

beforeEach(() => {
  links = [{ staff_id: "wanjiru", staff_no: "EMP-1", external_id: "8f3a" }];
  GET.mockImplementation((path: string) =>
    ok({ items: path === "/api/v1/staff" ? [{ id: "wanjiru", name: "Wanjiru", active: true }] : links }),
  );
  PUT.mockImplementation((_: string, { body }: { body: Schemas["LinkBody"] }) => {
    links = [{ staff_id: "wanjiru", ...body }];
    return ok(links[0]);
  });
});
afterEach(cleanup);

async function opened(): Promise<ReturnType<typeof userEvent.setup>> {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <People />
    </QueryClientProvider>,
  );
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: /^Change number/ }));
  return user;
}
const sent = (): unknown => (PUT.mock.lastCall?.[1] as { body: unknown } | undefined)?.body;

test("payroll's own id is shown and kept while the number alone is changed", async () => {
  const user = await opened();
  expect(screen.getByText(/8f3a/)).toBeTruthy();
  await user.type(screen.getByLabelText("Payroll's number of Wanjiru"), "0");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByText("EMP-10", { exact: false });
  expect(sent()).toEqual({ staff_no: "EMP-10", external_id: "8f3a" });
});

test("payroll's own id is taken away by emptying it", async () => {
  const user = await opened();
  await user.clear(screen.getByLabelText("Payroll's own id of Wanjiru"));
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(screen.queryByText(/8f3a/)).toBeNull());
  expect(sent()).toEqual({ staff_no: "EMP-1" });
});

test("nobody is kept without a number", async () => {
  const user = await opened();
  await user.clear(screen.getByLabelText("Payroll's number of Wanjiru"));
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Save" }).disabled).toBe(true);
});
