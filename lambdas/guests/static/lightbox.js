// Shows photos and videos at full size, with their caption or guest, and a link to Instagram.
import PhotoSwipeLightbox from "photoswipe/lightbox";
import PhotoSwipe from "photoswipe";

import { PhotoHistory } from "./photo_history.js";
import { addReports } from "./report.js";

const GALLERY = "[data-tiles] .tiles";
const SLIDES = "a[data-slide]";

// `url` is the event's address; `onHidden` gets the tile of a photo that a report has taken from the page.
export function startLightbox(url, onHidden) {
  const animate = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  const lightbox = new PhotoSwipeLightbox({
    gallery: GALLERY,
    children: SLIDES,
    pswpModule: PhotoSwipe,
    bgOpacity: 0.92,
    padding: { top: 16, bottom: 96, left: 0, right: 0 },
    showHideAnimationType: animate ? "zoom" : "none",
    // Focus is returned below: the list may have replaced the tile in the meantime.
    returnFocus: false,
    closeTitle: "Close",
    arrowPrevTitle: "Previous photo",
    arrowNextTitle: "Next photo",
    zoomTitle: "Zoom in or out",
    errorMsg: "This photo could not be loaded.",
  });
  closeAfterOpening(lightbox);
  addDialogSemantics(lightbox);
  addVideos(lightbox);
  addCaption(lightbox);
  addReports(lightbox, url, (tile) => {
    lightbox.pswp?.close();
    onHidden(tile);
  });
  lightbox.init();
  new PhotoHistory(lightbox, document.querySelector(GALLERY), SLIDES).start();
}

// PhotoSwipe ignores a request to close while its opening animation runs: Back or Escape would be lost.
function closeAfterOpening(lightbox) {
  lightbox.on("beforeOpen", () => {
    const { pswp } = lightbox;
    const close = pswp.close.bind(pswp);
    let requested = false;
    pswp.close = () => {
      requested = true;
      close();
    };
    pswp.on("openingAnimationEnd", () => setTimeout(() => requested && close()));
  });
}

function addDialogSemantics(lightbox) {
  let opener = null;
  lightbox.addFilter("domItemData", (data, element) => ({ ...data, alt: data.alt || element.textContent.trim() }));
  lightbox.on("beforeOpen", () => {
    opener = document.activeElement;
  });
  lightbox.on("afterInit", () => {
    const { element } = lightbox.pswp;
    element.setAttribute("aria-modal", "true");
    element.setAttribute("aria-label", "Photo viewer");
    setPageInert(true);
    element.focus({ preventScroll: true });
  });
  lightbox.on("close", () => setPageInert(false));
  lightbox.on("destroy", () => {
    const { pswp } = lightbox;
    const link = opener?.isConnected && opener !== document.body ? opener : pswp.currSlide?.data.element;
    link?.focus({ preventScroll: true });
  });
  // Slides beside the current one are hidden from screen readers and must not take focus either.
  const setSlideInert = (content, inert) => {
    if (content.slide) content.slide.holderElement.inert = inert;
  };
  lightbox.on("contentActivate", ({ content }) => setSlideInert(content, false));
  lightbox.on("contentAppend", ({ content }) => setSlideInert(content, !content.slide?.isActive));
  lightbox.on("contentDeactivate", ({ content }) => setSlideInert(content, true));
}

function setPageInert(inert) {
  for (const part of document.querySelectorAll("body > :not(.pswp)")) part.inert = inert;
}

function addVideos(lightbox) {
  lightbox.on("contentLoad", (event) => {
    const { content } = event;
    if (content.type !== "video") return;
    event.preventDefault();
    const { video, poster } = content.data.element.dataset;
    content.element = Object.assign(document.createElement("div"), { className: "slide-video" });
    const player = Object.assign(document.createElement("video"), { controls: true, playsInline: true, preload: "metadata", src: video });
    player.setAttribute("aria-label", content.data.alt);
    if (poster) player.poster = poster;
    content.element.append(player);
  });
  lightbox.on("contentDeactivate", ({ content }) => content.element?.querySelector?.("video")?.pause());
}

function addCaption(lightbox) {
  lightbox.on("uiRegister", () => {
    lightbox.pswp.ui.registerElement({
      name: "caption",
      order: 9,
      isButton: false,
      appendTo: "root",
      onInit: (element, pswp) => {
        element.setAttribute("role", "group");
        element.setAttribute("aria-label", "Caption");
        // A long caption is scrolled; PhotoSwipe would take the wheel for the photo.
        element.addEventListener("wheel", (event) => event.stopPropagation());
        pswp.on("change", () => {
          const { caption, name, permalink } = pswp.currSlide.data.element?.dataset ?? {};
          element.replaceChildren();
          if (name) {
            const line = Object.assign(document.createElement("p"), { textContent: "Photo by " });
            line.append(Object.assign(document.createElement("bdi"), { textContent: name }));
            element.append(line);
          }
          if (caption) element.append(Object.assign(document.createElement("p"), { dir: "auto", textContent: caption }));
          if (permalink) {
            element.append(
              Object.assign(document.createElement("a"), {
                href: permalink,
                textContent: "View on Instagram",
                target: "_blank",
                rel: "noopener noreferrer",
              }),
            );
          }
          element.scrollTop = 0;
          element.tabIndex = element.scrollHeight > element.clientHeight ? 0 : -1;
        });
      },
    });
  });
}
