/** The `context` of every event, by Segment's spec: the page, the device and the campaign, plus `viewId` and `gpc`. */

import { newId } from "../ids";
import type { Props } from "../types";
import { version } from "../version";

/** One page view. What happens later on that page is told with it, whatever the address bar says by then. */
export interface View {
  viewId: string;
  page: { path: string; url: string; title: string; referrer: string; search: string };
  campaign: Props | undefined;
}

export function newView(referrer: string): View {
  const { pathname: path, href: url, search } = location;
  return {
    viewId: newId(),
    page: { path, url, title: document.title, referrer, search },
    campaign: campaignOf(search),
  };
}

/** `utm_campaign` is called `name` there, as in Segment's spec; the others lose their prefix. */
function campaignOf(search: string): Props | undefined {
  const fields = [...new URLSearchParams(search)].filter(([key]) => key.startsWith("utm_"));
  return (
    fields[0] &&
    Object.fromEntries(fields.map(([key, value]) => [key === "utm_campaign" ? "name" : key.slice(4), value]))
  );
}

export function contextOf(view: View): Props {
  const {
    language: locale,
    userAgent,
    globalPrivacyControl,
  } = navigator as Navigator & { globalPrivacyControl?: boolean };
  return {
    ...view,
    library: { name: "@befit/browser", version },
    locale,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    screen: { width: screen.width, height: screen.height, density: devicePixelRatio },
    userAgent,
    gpc: globalPrivacyControl || undefined,
  };
}
