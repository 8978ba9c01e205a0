// SPDX-License-Identifier: EUPL-1.2
// Follows every link of a reader from the home page, some examples of each kind of address.

// "/catalogue/ia-pour-tous" and "/catalogue/12" are of one kind, and so are any two addresses that
// differ only in the values of their query.
export function kindOf(url) {
  const [, first = '', ...rest] = url.pathname.split('/');
  const path = [first, ...rest.map((part) => (/[-\d]/.test(part) || part.length > 24 ? '*' : part))];
  const names = [...new Set(url.searchParams.keys())].sort();
  return `/${path.join('/')}${names.length ? `?${names.join('&')}` : ''}`;
}

const is_file = (path) => /\.(ics|csv|xml|json|atom|pdf)$/.test(path);

// Calls `visit(page)` on each page, `answer(url, status)` for each linked file. Returns how many.
// Crawls that share `counts` share the examples: what one has looked at, the next leaves out.
export async function crawl(page, { examples = 3, most = 200, counts = new Map(), visit, answer }) {
  const origin = new URL(page.url()).origin;
  const seen = new Set([`${origin}/`]);
  const queue = [`${origin}/`];
  const take = (key, limit) => {
    const count = counts.get(key) ?? 0;
    if (count < limit) counts.set(key, count + 1);
    return count < limit;
  };
  const add = (href) => {
    const url = new URL(href);
    url.hash = '';
    if (url.origin !== origin || url.pathname.startsWith('/static/') || seen.has(url.href)) return;
    seen.add(url.href);
    const kind = kindOf(url);
    const folder = `${url.pathname.replace(/[^/]*$/, '')} in all`;
    // Many combinations of filters are one page; many one-word slugs in a folder are one kind.
    if (!take(kind, examples) || !take(kind.replace(/\?.*/, '?'), 2 * examples)) return;
    if (url.pathname.split('/').length > 2 && !take(folder, 4 * examples)) return;
    queue.push(url.href);
  };
  let pages = 0;
  while (queue.length && pages < most) {
    const url = queue.shift();
    const path = new URL(url).pathname;
    if (is_file(path)) {
      answer(url, (await page.context().request.get(url)).status());
      continue;
    }
    let response;
    try {
      response = await page.goto(url);
    } catch (error) {
      if (!/download|ERR_ABORTED/i.test(error.message)) throw error;
      answer(url, (await page.context().request.get(url)).status());
      continue;
    }
    ++pages;
    await visit(page, response.status());
    // Not the other language: it is a crawl of its own.
    const links = await page.evaluate(() =>
      [...document.querySelectorAll('a[href]:not([hreflang]):not([href^="#"])')].map((a) => a.href));
    for (const href of links) if (/^https?:/.test(href)) add(href);
  }
  return pages;
}
