// What a server renders for the hydration test: the same elements as the app in the page.
import { StrictMode } from "react";
import { renderToString } from "react-dom/server";
import { ConnectFlow } from "connect-flow/react";

export const html = renderToString(
  <StrictMode>
    <ConnectFlow id="served" className="flow" apiUrl="https://platform.test" />
  </StrictMode>,
);
