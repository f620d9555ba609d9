// The page: mount() puts the component into an element and gives a handle.
import { mount } from "connect-flow";
import { getSessionToken, host } from "./host.js";

const status = document.querySelector("[role=status]");

const { element } = mount("#integrations", {
  apiUrl: host.apiUrl,
  frameUrl: host.frameUrl,
  hostName: "Acme Projects",
  getSessionToken,
});
element.addEventListener("account-connected", ({ detail }) => (status.textContent = `${detail.app} is connected`));
element.addEventListener("account-disconnected", ({ detail }) => (status.textContent = `${detail.app} is disconnected`));
