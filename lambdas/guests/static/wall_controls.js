// Keys, two buttons that appear with the pointer, and a screen that stays on.

const IDLE_MS = 3000;

export function startControls(main, show) {
  const pause = main.querySelector("[data-pause]");
  const togglePause = () => {
    show.setPaused(!show.paused);
    pause.setAttribute("aria-pressed", String(show.paused));
  };
  const keys = {
    " ": togglePause,
    ArrowRight: () => show.step(),
    ArrowLeft: () => show.step(true),
    f: toggleFullScreen,
    F: toggleFullScreen,
  };
  main.querySelector("[data-controls]").hidden = false;
  pause.addEventListener("click", togglePause);
  main.querySelector("[data-full]").addEventListener("click", toggleFullScreen);
  addEventListener("keydown", (event) => {
    const isOfButton = event.key === " " && event.target.closest("button");
    if (event.ctrlKey || event.metaKey || event.altKey || isOfButton || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  hidePointer();
  keepScreenOn();
}

function toggleFullScreen() {
  const done = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.();
  // Refused where the browser or its owner does not allow it.
  done?.catch(() => {});
}

function hidePointer() {
  const root = document.documentElement;
  let timer = 0;
  const wake = () => {
    root.classList.remove("idle");
    clearTimeout(timer);
    timer = setTimeout(() => root.classList.add("idle"), IDLE_MS);
  };
  for (const name of ["pointermove", "pointerdown", "keydown"]) addEventListener(name, wake);
  root.classList.add("idle");
}

function keepScreenOn() {
  const request = () => {
    // Browsers take the lock back whenever the page is hidden.
    if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => {});
  };
  document.addEventListener("visibilitychange", request);
  request();
}
