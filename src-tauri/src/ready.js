// Tells the shell once that something can be read on the page, and on which colour, so that the window has it before
// the page's first frame. The pages themselves need not know of a shell.
// A hidden window draws no frames, so this must not wait for one: a change of the document is the sign.
(() => {
  if (window.top !== window) return;
  const tell = () => {
    if (!document.getElementById("app")?.textContent?.trim()) return false;
    // After the task that wrote the text, so that it is laid out whole.
    setTimeout(() => {
      const colour = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g) ?? [];
      const background = colour.length === 3 ? colour.map(Number) : null;
      window.__TAURI_INTERNALS__.invoke("ready", { background });
    }, 0);
    return true;
  };
  addEventListener("DOMContentLoaded", () => {
    if (tell()) return;
    const observer = new MutationObserver(() => tell() && observer.disconnect());
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  });
})();
