// SPDX-License-Identifier: EUPL-1.2
// Makes pages quicker; every page works without it.
(() => {
  'use strict';

  // A form sent twice by a double click is sent once. The mark goes after a while, so that a person
  // whose network broke can try again.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.method !== 'post') return;
    if (form.hasAttribute('data-sent')) {
      event.preventDefault();
      return;
    }
    form.setAttribute('data-sent', '');
    setTimeout(() => form.removeAttribute('data-sent'), 8000);
  });
  addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('form[data-sent]')) form.removeAttribute('data-sent');
  });

  // form[data-live]: a changed choice shows its results at once. The same URL as without script is
  // fetched, and each [data-live-region] of the page replaced by the one of the same id.
  let shown = location.pathname + location.search;
  let running = null;

  const put = (page) => {
    const focused = document.activeElement && document.activeElement.id;
    for (const region of document.querySelectorAll('[data-live-region]')) {
      const fresh = page.getElementById(region.id);
      if (!fresh) return false;
      for (const details of region.querySelectorAll('details[id]')) {
        const same = fresh.querySelector(`#${CSS.escape(details.id)}`);
        if (same) same.open = details.open;
      }
      if (region.open !== undefined) fresh.open = region.open;
      region.replaceWith(document.adoptNode(fresh));
    }
    document.title = page.title;
    const target = focused && document.getElementById(focused);
    if (target) target.focus({ preventScroll: true });
    const status = document.querySelector('[data-live-status]');
    const announcer = document.getElementById('announcer');
    if (status && announcer) announcer.textContent = status.textContent.trim().replace(/\s+/g, ' ');
    return true;
  };

  const show = async (url, remember) => {
    if (running) running.abort();
    const mine = (running = new AbortController());
    document.documentElement.setAttribute('data-live-busy', '');
    try {
      const answer = await fetch(url, { headers: { Accept: 'text/html' }, signal: mine.signal });
      const text = await answer.text();
      if (mine !== running) return;
      const page = new DOMParser().parseFromString(text, 'text/html');
      if (!answer.ok || answer.redirected || !put(page)) {
        location.assign(url);
        return;
      }
      if (remember) history.pushState(null, '', url);
      shown = location.pathname + location.search;
    } catch (error) {
      if (error.name !== 'AbortError') location.assign(url);
    } finally {
      if (mine === running) document.documentElement.removeAttribute('data-live-busy');
    }
  };

  document.addEventListener('change', (event) => {
    const form = event.target.form;
    if (!form || !form.hasAttribute('data-live') || /^(text|search)$/.test(event.target.type)) return;
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value !== '') query.append(name, value);
    const url = new URL(form.action);
    url.search = query;
    show(url.href, true);
  });
  addEventListener('popstate', () => {
    if (location.pathname + location.search === shown) return;  // only the #fragment changed
    if (document.querySelector('[data-live-region]')) show(location.href, false);
    else location.reload();
  });
})();
