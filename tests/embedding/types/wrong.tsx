// What the types must refuse; each line says so to the compiler, which complains if it does not.
import { mount, type ConnectFlowOptions } from "connect-flow";
import { openHosted, type HostedOptions } from "connect-flow/hosted";
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
// @ts-expect-error what the window is called, and whose it is, is not its opener's word
openHosted({ apiUrl: "https://p.example", hostedUrl: "https://p.example/frame.html", hostName: "Your Bank" });
// @ts-expect-error nor the platform's name
const named: keyof HostedOptions = "platformName";
// @ts-expect-error nor its privacy notice
const privacy: keyof HostedOptions = "privacyUrl";
// @ts-expect-error nor its terms
const terms: keyof HostedOptions = "termsUrl";
// @ts-expect-error nor any of its texts
const texts: keyof HostedOptions = "strings";
void [key, refresh, inside, theme, event, detail, slug, named, privacy, terms, texts];
