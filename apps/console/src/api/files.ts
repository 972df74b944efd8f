// Files that the API gives out, and their fingerprints.
import { ApiProblem } from "./problem";

/** Keeps what was answered as a file, under the name that the answer gives it. */
export function keep(file: { bytes: Blob; name: string }): void {
  const address = URL.createObjectURL(file.bytes);
  const link = document.createElement("a");
  link.href = address;
  link.download = file.name;
  link.click();
  // The browser has taken what it needs by the next turn of its loop, and some take a moment longer.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Keeps the file that was answered to a request with `parseAs: "blob"`; a refusal is thrown as an `ApiProblem`. */
export async function keepAnswer(
  asked: Promise<{ data?: unknown; error?: unknown; response: Response }>,
  otherwise: string,
): Promise<void> {
  const { data, error, response } = await asked;
  if (!response.ok) throw new ApiProblem(response.status, error);
  keep({ bytes: data as Blob, name: nameIn(response.headers.get("content-disposition"), otherwise) });
}

/** What a `Content-Disposition` calls the file. */
export function nameIn(disposition: string | null, otherwise: string): string {
  return /filename="([^"]+)"/.exec(disposition ?? "")?.[1] ?? otherwise;
}

/** The SHA-256 of a file, in hexadecimal digits. */
export async function sha256(file: Blob): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
