"use strict";
// Pieces of the page that changed come as events and take the old ones' place; what somebody opened stays open.
(() => {
  const root = document.documentElement;
  const main = document.querySelector("main");
  const link = document.getElementById("link");
  let source = null;
  let isOver = false;

  function tell(text, isBad) {
    if (link.textContent !== text) link.textContent = text;
    link.classList.toggle("bad", isBad);
  }

  function replace(element, html) {
    const open = Array.from(element.querySelectorAll("details"), (each) => each.open);
    const places = Array.from(element.querySelectorAll(".scroll"), (each) => each.scrollLeft);
    element.innerHTML = html;
    element.querySelectorAll("details").forEach((each, i) => { each.open = open[i] || false; });
    element.querySelectorAll(".scroll").forEach((each, i) => { each.scrollLeft = places[i] || 0; });
  }

  function isSelectedIn(element) {
    const selection = document.getSelection();
    return selection && !selection.isCollapsed && element.contains(selection.anchorNode);
  }

  function take(event) {
    const news = JSON.parse(event.data);
    if (news.main !== undefined) {
      replace(main, news.main);
    } else {
      for (const [id, html] of Object.entries(news.pieces)) {
        const element = document.getElementById(id);
        if (element && !isSelectedIn(element)) replace(element, html);
      }
    }
    document.title = news.title;
    root.dataset.snapshot = news.snapshot;
    root.dataset.updates = Number(root.dataset.updates || 0) + 1;
    isOver = news.over;
    if (isOver) {
      source.close();
      tell("The run has ended, and with it the server of this page: this is how it stood then.", false);
    } else {
      tell("Follows the run.", false);
    }
  }

  function follow() {
    source = new EventSource("events?since=" + encodeURIComponent(root.dataset.snapshot));
    source.addEventListener("pieces", take);
    source.onerror = () => {
      if (isOver) return;
      tell("No connection: what you see is not how the run stands now. Trying again.", true);
      // An answer that is no stream of events ends the browser's own tries.
      if (source.readyState === EventSource.CLOSED) setTimeout(follow, 5000);
    };
  }
  follow();
})();
