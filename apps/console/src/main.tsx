import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app/App";
import { startClock } from "./app/clock";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/calendar.css";
import "./styles/pages.css";
import "./styles/manage.css";

startClock();
// Without it everything works but opening the console while the line is down.
if (import.meta.env.PROD && "serviceWorker" in navigator)
  void navigator.serviceWorker.register("/sw.js").catch(() => undefined);
const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
