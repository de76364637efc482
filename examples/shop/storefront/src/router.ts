/** Addresses and pages: which page a URL means, and following links without loading the site again. */

export type Route =
  | { page: "home" }
  | { page: "category"; category: string }
  | { page: "product"; id: string }
  | { page: "search"; query: string }
  | { page: "cart" }
  | { page: "checkout" }
  | { page: "thanks"; order: string }
  | { page: "missing" };

/** The page that a URL of this site means. */
export function routeOf(url: URL): Route {
  const [first = "", second = "", ...rest] = url.pathname.split("/").slice(1).map(decoded);
  if (rest.length > 0) return { page: "missing" };
  if (first === "category" && second) return { page: "category", category: second };
  if (first === "product" && second) return { page: "product", id: second };
  if (second) return { page: "missing" };
  switch (first) {
    case "":
      return { page: "home" };
    case "search":
      return { page: "search", query: (url.searchParams.get("q") ?? "").trim() };
    case "cart":
      return { page: "cart" };
    case "checkout":
      return { page: "checkout" };
    case "thanks":
      return { page: "thanks", order: url.searchParams.get("order") ?? "" };
    default:
      return { page: "missing" };
  }
}

/** The address of a page. */
export function hrefOf(route: Route): string {
  switch (route.page) {
    case "home":
    case "missing":
      return "/";
    case "category":
      return `/category/${encodeURIComponent(route.category)}`;
    case "product":
      return `/product/${encodeURIComponent(route.id)}`;
    case "search":
      return `/search?q=${encodeURIComponent(route.query)}`;
    case "thanks":
      return `/thanks?order=${encodeURIComponent(route.order)}`;
    default:
      return `/${route.page}`;
  }
}

let show: (route: Route) => void = () => {};
let shown = "";

/** Goes to an address of this site and shows it at once. */
export function navigate(href: string): void {
  history.pushState(null, "", href);
  showCurrent();
  scrollTo(0, 0);
}

/** Shows the current address, and then every address that the visitor goes to. */
export function start(render: (route: Route) => void): void {
  show = render;
  addEventListener("popstate", () => {
    // A jump to "#content" is a popstate too, and no new page.
    if (address() !== shown) showCurrent();
  });
  document.addEventListener("click", (event) => {
    const href = followed(event);
    if (href === undefined) return;
    event.preventDefault();
    navigate(href);
  });
  showCurrent();
}

function showCurrent(): void {
  shown = address();
  show(routeOf(new URL(location.href)));
}

function address(): string {
  return location.pathname + location.search;
}

/** The address to show for this click, when it is a plain click on a link into this site. */
function followed(event: MouseEvent): string | undefined {
  if (event.defaultPrevented || event.button !== 0) return undefined;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return undefined;
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
  if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return undefined;
  if (link.getAttribute("href")?.startsWith("#") || /\.\w+$/.test(link.pathname)) return undefined;
  return link.pathname + link.search;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
