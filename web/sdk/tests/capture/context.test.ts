import { expect, test } from "vitest";
import manifest from "../../package.json";
import { clientOf, serverOf } from "../page";

async function contextAt(address: string) {
  history.replaceState(null, "", address);
  const server = await serverOf();
  const befit = clientOf(server);
  befit.page();
  await befit.flush();
  return server.named("page")[0].context;
}

test("an event tells the device, the library and the page", async () => {
  expect(await contextAt("/")).toMatchObject({
    locale: navigator.language,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    screen: { width: screen.width, height: screen.height },
    userAgent: navigator.userAgent,
    library: { name: "@befit/browser", version: manifest.version },
    page: { path: "/" },
    viewId: expect.any(String),
  });
});

test("utm parameters become the campaign, by Segment's names", async () => {
  const { campaign } = await contextAt(
    "/?utm_source=news&utm_medium=email&utm_campaign=spring&utm_content=a%26b&other=1",
  );
  expect(campaign).toEqual({ source: "news", medium: "email", name: "spring", content: "a&b" });
});

test("without them there is none", async () => {
  expect(await contextAt("/?q=lamp")).not.toHaveProperty("campaign");
});

test("Global Privacy Control is passed on, for the server to honour", async () => {
  Object.defineProperty(navigator, "globalPrivacyControl", { configurable: true, value: true });
  expect((await contextAt("/")).gpc).toBe(true);
});

test("a browser that does not say so sends nothing of it", async () => {
  expect(await contextAt("/")).not.toHaveProperty("gpc");
});
