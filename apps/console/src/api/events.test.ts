import { expect, test } from "vitest";

import { EventReader, touchedBy } from "./events";

test("an event is read wherever the network cuts it", () => {
  const reader = new EventReader();
  expect(reader.read(": hello\n\nevent: appointment.moved\nid: 4")).toEqual([]);
  expect(reader.read('2\ndata: {"a":\ndata: 1}\r\n\r\n')).toEqual([
    { name: "appointment.moved", id: "42", data: '{"a":\n1}' },
  ]);
  expect(reader.read("data: x\n\n")).toEqual([{ name: "message", id: "42", data: "x" }]);
});

test("an event that nobody knows makes everything old", () => {
  expect(touchedBy("appointment.moved")).toContain("appointments");
  expect(touchedBy("something.else")).toBeUndefined();
});
