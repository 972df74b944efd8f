import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app/App";
import { startClock } from "./app/clock";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/calendar.css";
import "./styles/pages.css";

startClock();
const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
