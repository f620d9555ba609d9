// Fills in what a page from a static folder cannot know, and listens.

const flow = document.querySelector("connect-flow");
const status = document.querySelector("[role=status]");

flow.addEventListener("account-connected", ({ detail }) => (status.textContent = `${detail.app} is connected`));
flow.addEventListener("account-disconnected", ({ detail }) => (status.textContent = `${detail.app} is disconnected`));

const host = await (await fetch("/api/host")).json();
document.querySelector("meta[name=csrf-token]").content = host.csrfToken;
Object.assign(flow, { frameUrl: host.frameUrl, apiUrl: host.apiUrl });
