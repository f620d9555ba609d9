// What the types must refuse; each line says so to the compiler, which complains if it does not.
import { mount, type ConnectFlowOptions } from "connect-flow";
import { ConnectFlow } from "connect-flow/react";
import { Config } from "connect-flow/refold-react";

// @ts-expect-error the platform's address is needed
mount("#place", {});
// @ts-expect-error no option takes an API key
const key: ConnectFlowOptions = { apiUrl: "https://p.example", apiKey: "tk_1" };
// @ts-expect-error no option takes a refresh token
const refresh: ConnectFlowOptions = { apiUrl: "https://p.example", refreshToken: "r" };
// @ts-expect-error nor one inside the answer of the host's server
const inside: ConnectFlowOptions = { apiUrl: "https://p.example", sessionToken: { token: "t", refresh_token: "r" } };
// @ts-expect-error a theme is one of three
const theme: ConnectFlowOptions = { apiUrl: "https://p.example", theme: "pink" };
// @ts-expect-error no such event
const event = <ConnectFlow apiUrl="https://p.example" onNothing={() => {}} />;
// @ts-expect-error a detail has no token
const detail = <ConnectFlow apiUrl="https://p.example" onSessionRenewed={({ token }) => token} />;
// @ts-expect-error a slug is text
const slug = <Config slug={1} />;
void [key, refresh, inside, theme, event, detail, slug];
