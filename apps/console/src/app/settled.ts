// What is typed changes with each key; what is asked because of it waits until the typing rests.
import { useEffect, useMemo, useState } from "react";

const REST_MS = 500;

/** The value as it was when it last rested. What can be written as JSON, compared by what it says. */
export function useSettled<T>(value: T): T {
  const written = JSON.stringify(value);
  const [settled, setSettled] = useState(written);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(written), REST_MS);
    return () => clearTimeout(timer);
  }, [written]);
  return useMemo(() => JSON.parse(settled) as T, [settled]);
}
