// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, configure, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useFieldArray } from "react-hook-form";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { SelectField, TextField } from "../../ui/fields";
import { Rows } from "../../ui/Rows";
import { Found } from "../../ui/states";
import { KeptEnd, useKeptForm, useSettings, type KeptProps } from "./kept";

// A slow machine is no failure.
configure({ asyncUtilTimeout: 20_000 });
vi.setConfig({ testTimeout: 60_000 });

vi.mock("../../app/session", () => ({ useSession: () => ({ can: () => true }) }));

interface Rules {
  name: string;
  tone: string;
  fees: { from: string }[];
}
type Answer = Promise<{ data?: Rules; error?: unknown; response: Response }>;

/** A server that keeps rules under a version, and whose answers to a save can be held back. */
class Server {
  rules: Rules = { name: "Spa", tone: "plain", fees: [{ from: "1" }] };
  version = 1;
  readonly saves: { tag: string; body: Rules }[] = [];
  answer: (() => void) | undefined;
  holds = false;
  /** How it writes a name that it took. */
  tidy = (name: string): string => name;

  told(): Awaited<Answer> {
    const response = new Response(null, { headers: { ETag: `"${this.version}"` } });
    return { data: structuredClone(this.rules), response };
  }

  become(rules: Partial<Rules>): void {
    this.rules = { ...this.rules, ...rules };
    this.version += 1;
  }

  read = (): Answer => Promise.resolve(this.told());

  write = async (tag: string, body: Rules): Answer => {
    this.saves.push({ tag, body });
    const fits = tag === `"${this.version}"`;
    if (fits) this.become({ ...body, name: this.tidy(body.name) });
    const told = this.told();
    if (this.holds) await new Promise<void>((resolve) => (this.answer = resolve));
    if (fits) return told;
    const problem = { type: "https://ratiba.dev/problems/stale", status: 412, detail: "stale" };
    return { error: problem, response: new Response(null, { status: 412 }) };
  };
}

let server: Server;
let queries: QueryClient;
beforeEach(() => {
  server = new Server();
  queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
});
afterEach(cleanup);

function Page() {
  const { found, save } = useSettings<Rules, Rules>("test", server.read, server.write);
  return (
    <Found query={found}>
      {(kept) => (
        <>
          <output>{kept.tag}</output>
          <Form kept={kept} save={save} />
        </>
      )}
    </Found>
  );
}

function Form(props: KeptProps<Rules, Rules>) {
  const { form, fault, submit, end } = useKeptForm<Rules, Rules, Rules>(props, {
    typed: (rules) => rules,
    body: (rules) => rules,
  });
  const fees = useFieldArray({ control: form.control, name: "fees" });
  return (
    <form onSubmit={submit}>
      <TextField label="Name" error={fault("name")} {...form.register("name")} />
      <SelectField label="Tone" error={fault("tone")} {...form.register("tone")}>
        <option value="plain">plain</option>
        <option value="warm">warm</option>
      </SelectField>
      <Rows
        rows={fees.fields}
        removal={(number) => `Remove ${number}`}
        remove={fees.remove}
        addition="fee"
        add={() => fees.append({ from: "" })}
      >
        {(_, index) => <TextField label={`Fee ${index + 1}`} {...form.register(`fees.${index}.from`)} />}
      </Rows>
      <KeptEnd end={end} />
    </form>
  );
}

async function opened(): Promise<ReturnType<typeof userEvent.setup>> {
  render(
    <QueryClientProvider client={queries}>
      <Page />
    </QueryClientProvider>,
  );
  await screen.findByLabelText("Name");
  return userEvent.setup();
}

const field = (label: string): HTMLInputElement => screen.getByLabelText(label);
const save = (): HTMLElement => screen.getByRole("button", { name: "Save" });
const somebodyElse = async (rules: Partial<Rules>): Promise<void> => {
  server.become(rules);
  await queries.invalidateQueries();
};
const retype = async (user: ReturnType<typeof userEvent.setup>, label: string, text: string) => {
  await user.clear(field(label));
  await user.type(field(label), text);
};

test("what is typed while a save's answer is on the way stays, and is saved under the new version", async () => {
  const user = await opened();
  server.holds = true;
  await retype(user, "Name", "Spa One");
  await user.click(save());
  await retype(user, "Fee 1", "25");
  await retype(user, "Name", "Spa Two");
  expect(document.activeElement).toBe(field("Name"));
  server.holds = false;
  server.answer?.();
  await waitFor(() => expect(save().getAttribute("aria-busy")).toBe("false"));
  expect([field("Name").value, field("Fee 1").value]).toEqual(["Spa Two", "25"]);
  // Whoever types goes on where they are.
  expect(document.activeElement).toBe(field("Name"));
  expect(screen.queryByText(/Somebody else/)).toBeNull();
  // There is more than what was saved.
  expect(screen.queryByText("Saved.")).toBeNull();
  await user.click(save());
  await screen.findByText("Saved.");
  expect(server.saves.map((one) => [one.tag, one.body.name])).toEqual([
    ['"1"', "Spa One"],
    ['"2"', "Spa Two"],
  ]);
  expect(server.rules.fees).toEqual([{ from: "25" }]);
});

test("a state that is found before the save's answer is there takes nothing that was typed", async () => {
  const user = await opened();
  server.holds = true;
  await retype(user, "Name", "Spa One");
  await user.click(save());
  await retype(user, "Name", "Spa Two");
  // The event that tells of the save may come before its answer.
  await queries.invalidateQueries();
  await screen.findByText('"2"');
  expect(field("Name").value).toBe("Spa Two");
  server.answer?.();
  await waitFor(() => expect(save().getAttribute("aria-busy")).toBe("false"));
  expect(field("Name").value).toBe("Spa Two");
  expect(screen.queryByText(/Somebody else/)).toBeNull();
});

test("what the server wrote in its own way is shown, and is nobody else's change", async () => {
  const user = await opened();
  server.tidy = (name) => name.toUpperCase();
  server.holds = true;
  await retype(user, "Name", "Spa One");
  await user.click(save());
  await user.selectOptions(field("Tone"), "warm");
  server.answer?.();
  await waitFor(() => expect(field("Name").value).toBe("SPA ONE"));
  expect(field("Tone").value).toBe("warm");
  expect(screen.queryByText(/Somebody else/)).toBeNull();
});

test("what somebody else saved is shown where nobody typed, without a word where nothing was typed at all", async () => {
  await opened();
  await somebodyElse({ name: "Salon", fees: [{ from: "2" }, { from: "3" }] });
  await waitFor(() => expect(field("Name").value).toBe("Salon"));
  expect([field("Fee 1").value, field("Fee 2").value]).toEqual(["2", "3"]);
  expect(screen.queryByText(/Somebody else/)).toBeNull();
});

test("a refused save keeps what was typed, shows the clash, and is saved anew only when asked for again", async () => {
  const user = await opened();
  server.become({ name: "Salon", tone: "warm" });
  await retype(user, "Name", "Spa One");
  await user.click(save());
  await screen.findByText(/saving puts yours in place of theirs/);
  expect(server.rules.name).toBe("Salon");
  expect(field("Name").value).toBe("Spa One");
  expect(field("Name").getAttribute("aria-invalid")).toBe("true");
  // Nobody typed here.
  expect(field("Tone").value).toBe("warm");
  await user.click(save());
  await screen.findByText("Saved.");
  expect(server.saves.map((one) => one.tag)).toEqual(['"1"', '"2"']);
  expect([server.rules.name, server.rules.tone]).toEqual(["Spa One", "warm"]);
  expect(screen.queryByText(/Somebody else/)).toBeNull();
});

test("what somebody else saved can be looked at in place of what was typed", async () => {
  const user = await opened();
  await retype(user, "Name", "Spa One");
  await somebodyElse({ name: "Salon", fees: [] });
  await user.click(await screen.findByRole("button", { name: "Show what they saved" }));
  expect(field("Name").value).toBe("Salon");
  expect(screen.queryByLabelText("Fee 1")).toBeNull();
  expect(screen.queryByText(/Somebody else/)).toBeNull();
});

test("a change beside what was typed is told, and is no clash", async () => {
  const user = await opened();
  await retype(user, "Name", "Spa One");
  await somebodyElse({ tone: "warm" });
  await screen.findByText(/Somebody else saved these settings meanwhile/);
  expect(screen.queryByText(/saving puts yours/)).toBeNull();
  await user.click(save());
  await screen.findByText("Saved.");
  expect([server.rules.name, server.rules.tone]).toEqual(["Spa One", "warm"]);
});
