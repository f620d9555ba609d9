// The search itself: every way of writing a secret is found, parts of it too, and nothing else is.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { around, Canaries, sessionToken, typedKey } from "./canaries.js";

describe("the search for secrets", () => {
  const minted = sessionToken();
  const canaries = new Canaries();
  canaries.addToken("CAN_SESSION", minted);
  const { token } = minted;
  const key = canaries.add("CAN_CRED", `${typedKey()}-schlüssel-für-alles`);
  const ways = {
    "as it is": token,
    "a dozen characters": token.slice(-30, -18),
    "the last sixteen": token.slice(-16),
    "the signature alone": token.split(".")[2],
    "percent-encoded": encodeURIComponent(key),
    "every byte percent-encoded": [...Buffer.from(token)].map((byte) => `%${byte.toString(16).toUpperCase()}`).join(""),
    "base64": btoa(token),
    "base64, one byte later": btoa(`x${token}`),
    "base64, two bytes later": btoa(`xy${token}`),
    "base64url": Buffer.from(`{"t":"${token}"}`).toString("base64url"),
    "hex": Buffer.from(token).toString("hex"),
    "HEX": Buffer.from(token).toString("hex").toUpperCase(),
    "JSON in JSON": JSON.stringify(JSON.stringify({ key })),
    "HTML": key.replaceAll("&", "&amp;").replaceAll("<", "&lt;"),
    "UTF-16LE": Buffer.from(token, "utf16le").toString("latin1"),
    "UTF-8 read as bytes": Buffer.from(key).toString("latin1"),
    "reversed": [...token].reverse().join(""),
    "a claim": minted.claims.email,
  };
  for (const [way, text] of Object.entries(ways)) {
    it(`finds ${way}`, () => {
      const found = canaries.find(`${"before ".repeat(9)}${text}${" after".repeat(9)}`);
      assert.notEqual(found.length, 0);
      for (const hit of found) assert.ok(!around(text, hit).includes(text.slice(0, 20)), "a report holds no secret");
    });
  }

  it("finds nothing in other secrets, and nothing in eleven characters", () => {
    assert.deepEqual(canaries.find(sessionToken().token), []);
    assert.deepEqual(canaries.find(` ${token.slice(-30, -19)} `), []);
    assert.deepEqual(canaries.find("the quick brown fox ".repeat(1_000)), []);
  });

  it("counts copies", () => {
    assert.equal(canaries.find(`${token} ${token}`).filter(({ form }) => form === "raw").length, 2);
  });
});
